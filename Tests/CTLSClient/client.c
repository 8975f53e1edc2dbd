#define _GNU_SOURCE
#include "CTLSClient.h"

#include <openssl/ssl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

struct ctls_client {
  SSL_CTX *context;
  SSL *ssl;
};

struct ctls_client *ctls_client_new(int fd, int version, const char *protocol) {
  signal(SIGPIPE, SIG_IGN);
  struct ctls_client *client = calloc(1, sizeof *client);
  if (!client) return NULL;
  client->context = SSL_CTX_new(TLS_client_method());
  int wanted = version == 12 ? TLS1_2_VERSION : TLS1_3_VERSION;
  SSL_CTX_set_min_proto_version(client->context, wanted);
  SSL_CTX_set_max_proto_version(client->context, wanted);
  client->ssl = SSL_new(client->context);
  SSL_set_fd(client->ssl, fd);
  unsigned char list[64];
  size_t count = strlen(protocol);
  if (count > 0 && count < sizeof list) {
    list[0] = (unsigned char)count;
    memcpy(list + 1, protocol, count);
    SSL_set_alpn_protos(client->ssl, list, (unsigned int)count + 1);
  }
  if (SSL_connect(client->ssl) == 1) return client;
  ctls_client_free(client);
  return NULL;
}

void ctls_client_free(struct ctls_client *client) {
  if (!client) return;
  SSL_free(client->ssl);
  SSL_CTX_free(client->context);
  free(client);
}

size_t ctls_client_write(struct ctls_client *client, const void *bytes, size_t count) {
  size_t written = 0;
  return SSL_write_ex(client->ssl, bytes, count, &written) == 1 ? written : 0;
}

size_t ctls_client_read(struct ctls_client *client, void *bytes, size_t capacity) {
  size_t count = 0;
  return SSL_read_ex(client->ssl, bytes, capacity, &count) == 1 ? count : 0;
}

void ctls_client_end(struct ctls_client *client) { SSL_shutdown(client->ssl); }

int ctls_client_was_ended(const struct ctls_client *client) {
  return (SSL_get_shutdown(client->ssl) & SSL_RECEIVED_SHUTDOWN) != 0;
}

int ctls_client_update_keys(struct ctls_client *client) {
  return SSL_key_update(client->ssl, SSL_KEY_UPDATE_REQUESTED) == 1 &&
         SSL_do_handshake(client->ssl) == 1;
}

int ctls_client_speaks(const struct ctls_client *client, const char *protocol) {
  const unsigned char *name = NULL;
  unsigned int count = 0;
  SSL_get0_alpn_selected(client->ssl, &name, &count);
  return name && count == strlen(protocol) && memcmp(name, protocol, count) == 0;
}

void ctls_client_begin(int fd, size_t count) {
  SSL_CTX *context = SSL_CTX_new(TLS_client_method());
  SSL *ssl = SSL_new(context);
  BIO *in = BIO_new(BIO_s_mem()), *out = BIO_new(BIO_s_mem());
  SSL_set_bio(ssl, in, out);
  SSL_connect(ssl);
  char *bytes = NULL;
  long length = BIO_get_mem_data(out, &bytes);
  if (length > (long)count) length = (long)count;
  if (length > 0) (void)!send(fd, bytes, (size_t)length, MSG_NOSIGNAL);
  SSL_free(ssl);
  SSL_CTX_free(context);
}
