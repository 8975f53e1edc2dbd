#include "context.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

#include "CTLS.h"

// The first of the client's protocols that we speak; a client that offers others only is refused
// (RFC 7301 3.2).
static int choose_protocol(
  SSL *ssl, const unsigned char **chosen, unsigned char *chosen_count, const unsigned char *offered,
  unsigned int offered_count, void *unused) {
  static const unsigned char ours[] = "\x08http/1.1";
  (void)ssl, (void)unused;
  unsigned char *found = NULL;
  int result = SSL_select_next_proto(
    &found, chosen_count, ours, sizeof ours - 1, offered, offered_count);
  if (result != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_ALERT_FATAL;
  *chosen = found;
  return SSL_TLSEXT_ERR_OK;
}

static int set_up(SSL_CTX *ssl) {
  SSL_CTX_set_options(
    ssl, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE |
           SSL_OP_PRIORITIZE_CHACHA |
           // Who just closes: messages say themselves whether they are whole.
           SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_mode(
    ssl, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
           SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // One record a read, of whatever kind: a peer that sends records without content holds nobody up.
  SSL_CTX_clear_mode(ssl, SSL_MODE_AUTO_RETRY);
  // Tickets carry what is needed to resume; nothing is kept here.
  SSL_CTX_set_session_cache_mode(ssl, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_alpn_select_cb(ssl, choose_protocol, NULL);
  // Forward secrecy and AEAD; all suites of TLS 1.3 have both.
  return SSL_CTX_set_min_proto_version(ssl, TLS1_2_VERSION) &&
         SSL_CTX_set_cipher_list(ssl, "ECDHE+AESGCM:ECDHE+CHACHA20") &&
         SSL_CTX_set1_groups_list(ssl, "X25519:P-256:P-384") &&
         SSL_CTX_set_session_id_context(ssl, (const unsigned char *)"hub", 3);
}

static int no_password(char *buffer, int capacity, int for_writing, void *asked) {
  (void)buffer, (void)capacity, (void)for_writing;
  *(int *)asked = 1;
  return -1;
}

static int use_certificates(SSL_CTX *ssl, BIO *pem) {
  int asked = 0;
  X509 *first = PEM_read_bio_X509_AUX(pem, NULL, no_password, &asked);
  if (!first) return ctls_bad_certificate;
  int used = SSL_CTX_use_certificate(ssl, first);
  X509_free(first);
  if (used != 1) return ctls_refused;
  for (;;) {
    X509 *next = PEM_read_bio_X509(pem, NULL, no_password, &asked);
    if (!next) break;
    if (SSL_CTX_add0_chain_cert(ssl, next) != 1) {
      X509_free(next);
      return ctls_bad_chain;
    }
  }
  if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE) return ctls_bad_chain;
  ERR_clear_error();
  return ctls_fine;
}

static int use_key(SSL_CTX *ssl, BIO *pem) {
  int asked = 0;
  EVP_PKEY *key = PEM_read_bio_PrivateKey(pem, NULL, no_password, &asked);
  if (!key) return asked ? ctls_encrypted_key : ctls_bad_key;
  int matches = X509_check_private_key(SSL_CTX_get0_certificate(ssl), key);
  int used = matches == 1 && SSL_CTX_use_PrivateKey(ssl, key);
  EVP_PKEY_free(key);
  return used ? ctls_fine : matches == 1 ? ctls_refused : ctls_mismatch;
}

struct ctls_context *ctls_context_new(
  const uint8_t *certificate, size_t certificate_count, const uint8_t *key, size_t key_count,
  int *fault, char *reason, size_t reason_capacity) {
  ERR_clear_error();
  reason[0] = 0;
  *fault = ctls_refused;
  struct ctls_context *context = calloc(1, sizeof *context);
  SSL_CTX *ssl = SSL_CTX_new(TLS_server_method());
  BIO *first = BIO_new_mem_buf(certificate, (int)certificate_count);
  BIO *second = BIO_new_mem_buf(key, (int)key_count);
  if (context && ssl && first && second && set_up(ssl)) {
    *fault = use_certificates(ssl, first);
    if (*fault == ctls_fine) *fault = use_key(ssl, second);
  }
  BIO_free(first);
  BIO_free(second);
  if (*fault != ctls_fine) {
    const char *words = ERR_reason_error_string(ERR_peek_last_error());
    if (words && reason_capacity > 0) {
      strncpy(reason, words, reason_capacity - 1);
      reason[reason_capacity - 1] = 0;
    }
    ERR_clear_error();
    SSL_CTX_free(ssl);
    free(context);
    return NULL;
  }
  context->ssl = ssl;
  return context;
}

static int trust(SSL_CTX *ssl, const uint8_t *pem, size_t count) {
  BIO *bio = BIO_new_mem_buf(pem, (int)count);
  if (!bio) return 0;
  X509_STORE *store = SSL_CTX_get_cert_store(ssl);
  int added = 1;
  X509 *next;
  while (added && (next = PEM_read_bio_X509(bio, NULL, NULL, NULL))) {
    added = X509_STORE_add_cert(store, next);
    X509_free(next);
  }
  BIO_free(bio);
  return added;
}

struct ctls_context *ctls_client_context_new(const uint8_t *trusted, size_t count) {
  struct ctls_context *context = calloc(1, sizeof *context);
  SSL_CTX *ssl = SSL_CTX_new(TLS_client_method());
  int done = context && ssl && SSL_CTX_set_min_proto_version(ssl, TLS1_2_VERSION) &&
             (count == 0 || trust(ssl, trusted, count));
  if (!done) {
    SSL_CTX_free(ssl);
    free(context);
    return NULL;
  }
  // A machine without authorities is fine where the certificate is named.
  SSL_CTX_set_default_verify_paths(ssl);
  ERR_clear_error();
  // A certificate that is trusted need not be an authority's.
  X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(ssl), X509_V_FLAG_PARTIAL_CHAIN);
  SSL_CTX_set_verify(ssl, SSL_VERIFY_PEER, NULL);
  SSL_CTX_set_options(ssl, SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_mode(ssl, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_clear_mode(ssl, SSL_MODE_AUTO_RETRY);
  context->ssl = ssl;
  return context;
}

void ctls_context_free(struct ctls_context *context) {
  if (!context) return;
  SSL_CTX_free(context->ssl);
  free(context);
}
