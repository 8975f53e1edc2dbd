#define _GNU_SOURCE
#include "CTLS.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "context.h"

struct ctls_session {
  SSL *ssl;
  int fd;
  int is_at_end;
  int write_failed;
  // Where OpenSSL writes, during a call; the caller's.
  uint8_t *area;
  size_t area_count, area_filled;
  // What the kernel did not take: `rest_sent` of `rest_count` bytes are gone.
  uint8_t *rest;
  size_t rest_count, rest_sent;
};

// Far more than one area: only a peer that provokes answers and reads none gets there.
enum { rest_max = 1 << 19 };

static int keep(struct ctls_session *session, const uint8_t *bytes, size_t count) {
  if (count == 0) return 1;
  if (count > rest_max - session->rest_count) return 0;
  uint8_t *grown = realloc(session->rest, session->rest_count + count);
  if (!grown) return 0;
  memcpy(grown + session->rest_count, bytes, count);
  session->rest = grown;
  session->rest_count += count;
  return 1;
}

size_t ctls_unsent(const struct ctls_session *session) {
  return session->rest_count - session->rest_sent;
}

long ctls_send_unsent(struct ctls_session *session) {
  while (session->rest_sent < session->rest_count) {
    ssize_t sent = send(
      session->fd, session->rest + session->rest_sent, session->rest_count - session->rest_sent,
      MSG_NOSIGNAL);
    if (sent < 0) {
      if (errno == EINTR) continue;
      return errno == EAGAIN ? (long)ctls_unsent(session) : -errno;
    }
    session->rest_sent += (size_t)sent;
  }
  free(session->rest);
  session->rest = NULL;
  session->rest_count = session->rest_sent = 0;
  return 0;
}

static void begin(struct ctls_session *session, uint8_t *area, size_t count) {
  session->area = area;
  session->area_count = count;
  session->area_filled = 0;
  ERR_clear_error();
}

// Sends what the call wrote. A socket that fails shows itself in the next read or write.
static int end(struct ctls_session *session) {
  uint8_t *area = session->area;
  size_t filled = session->area_filled, sent = 0;
  session->area = NULL;
  session->area_count = session->area_filled = 0;
  if (filled == 0) return 1;
  while (session->rest_count == 0 && sent < filled) {
    ssize_t count = send(session->fd, area + sent, filled - sent, MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno != EAGAIN) {
      session->write_failed = 1;
      return 0;
    }
    if (count < 0) break;
    sent += (size_t)count;
  }
  if (keep(session, area + sent, filled - sent)) return 1;
  session->write_failed = 1;
  return 0;
}

static int bio_write(BIO *bio, const char *bytes, size_t count, size_t *written) {
  struct ctls_session *session = BIO_get_data(bio);
  *written = count;
  if (session->area_count - session->area_filled >= count) {
    memcpy(session->area + session->area_filled, bytes, count);
    session->area_filled += count;
    return 1;
  }
  // Longer than the area: first what is before it.
  size_t filled = session->area_filled;
  session->area_filled = 0;
  if (keep(session, session->area, filled) && keep(session, (const uint8_t *)bytes, count)) return 1;
  *written = 0;
  return 0;
}

static int bio_read(BIO *bio, char *bytes, size_t capacity, size_t *count) {
  struct ctls_session *session = BIO_get_data(bio);
  BIO_clear_retry_flags(bio);
  *count = 0;
  ssize_t received;
  do received = recv(session->fd, bytes, capacity, 0);
  while (received < 0 && errno == EINTR);
  if (received > 0) {
    *count = (size_t)received;
    return 1;
  }
  if (received == 0) session->is_at_end = 1;
  else if (errno == EAGAIN) BIO_set_retry_read(bio);
  return 0;
}

static long bio_ctrl(BIO *bio, int command, long number, void *pointer) {
  struct ctls_session *session = BIO_get_data(bio);
  (void)number, (void)pointer;
  switch (command) {
    case BIO_CTRL_FLUSH: return 1;
    case BIO_CTRL_EOF: return session->is_at_end;
    default: return 0;
  }
}

static int bio_create(BIO *bio) {
  BIO_set_init(bio, 1);
  return 1;
}

static BIO_METHOD *method;
static pthread_once_t method_once = PTHREAD_ONCE_INIT;

static void make_method(void) {
  method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");
  if (!method) return;
  BIO_meth_set_write_ex(method, bio_write);
  BIO_meth_set_read_ex(method, bio_read);
  BIO_meth_set_ctrl(method, bio_ctrl);
  BIO_meth_set_create(method, bio_create);
}

static struct ctls_session *make(struct ctls_context *context, int fd) {
  pthread_once(&method_once, make_method);
  struct ctls_session *session = calloc(1, sizeof *session);
  BIO *bio = method ? BIO_new(method) : NULL;
  SSL *ssl = SSL_new(context->ssl);
  if (!session || !bio || !ssl) {
    SSL_free(ssl);
    BIO_free(bio);
    free(session);
    return NULL;
  }
  session->ssl = ssl;
  session->fd = fd;
  BIO_set_data(bio, session);
  SSL_set_bio(ssl, bio, bio);
  return session;
}

struct ctls_session *ctls_session_new(struct ctls_context *context, int fd) {
  struct ctls_session *session = make(context, fd);
  if (session) SSL_set_accept_state(session->ssl);
  return session;
}

struct ctls_session *ctls_client_session_new(
  struct ctls_context *context, int fd, const char *host) {
  struct ctls_session *session = make(context, fd);
  if (!session) return NULL;
  X509_VERIFY_PARAM *checks = SSL_get0_param(session->ssl);
  int is_address = X509_VERIFY_PARAM_set1_ip_asc(checks, host) == 1;
  // Server names are names only (RFC 6066 3).
  if (!is_address && (SSL_set1_host(session->ssl, host) != 1 ||
                      SSL_set_tlsext_host_name(session->ssl, host) != 1)) {
    ctls_session_free(session);
    return NULL;
  }
  ERR_clear_error();
  SSL_set_connect_state(session->ssl);
  return session;
}

const char *ctls_distrust(const struct ctls_session *session) {
  long result = SSL_get_verify_result(session->ssl);
  return result == X509_V_OK ? "" : X509_verify_cert_error_string(result);
}

void ctls_session_free(struct ctls_session *session) {
  if (!session) return;
  SSL_free(session->ssl);
  free(session->rest);
  free(session);
}

int ctls_handshake(struct ctls_session *session, uint8_t *area, size_t area_count) {
  begin(session, area, area_count);
  int result = SSL_do_handshake(session->ssl);
  int error = result == 1 ? SSL_ERROR_NONE : SSL_get_error(session->ssl, result);
  int reason = ERR_GET_REASON(ERR_peek_error());
  int sent = end(session);
  ERR_clear_error();
  if (result == 1) return sent ? 1 : ctls_failed;
  if (error == SSL_ERROR_WANT_READ && !session->is_at_end) return sent ? ctls_again : ctls_failed;
  if (error == SSL_ERROR_SSL && reason == SSL_R_HTTP_REQUEST) return ctls_plain;
  return ctls_failed;
}

long ctls_read(
  struct ctls_session *session, uint8_t *bytes, size_t capacity, uint8_t *area,
  size_t area_count) {
  if (session->write_failed) return ctls_failed;
  begin(session, area, area_count);
  size_t count = 0;
  int result = SSL_read_ex(session->ssl, bytes, capacity, &count);
  int error = result == 1 ? SSL_ERROR_NONE : SSL_get_error(session->ssl, result);
  end(session);
  ERR_clear_error();
  switch (error) {
    case SSL_ERROR_NONE: return (long)count;
    case SSL_ERROR_WANT_READ: return ctls_again;
    case SSL_ERROR_ZERO_RETURN: return ctls_ended;
    default: return session->is_at_end ? ctls_ended : ctls_failed;
  }
}

long ctls_write(
  struct ctls_session *session, const uint8_t *bytes, size_t count, uint8_t *area,
  size_t area_count) {
  if (session->write_failed) return ctls_failed;
  begin(session, area, area_count);
  size_t done = 0;
  while (done < count) {
    size_t written = 0;
    if (SSL_write_ex(session->ssl, bytes + done, count - done, &written) != 1) break;
    done += written;
  }
  int sent = end(session);
  ERR_clear_error();
  return sent && done == count ? (long)done : ctls_failed;
}

void ctls_close_notify(struct ctls_session *session, uint8_t *area, size_t area_count) {
  if (session->write_failed || SSL_get_shutdown(session->ssl) & SSL_SENT_SHUTDOWN) return;
  begin(session, area, area_count);
  SSL_shutdown(session->ssl);
  end(session);
  ERR_clear_error();
}

int ctls_pending(const struct ctls_session *session) { return SSL_pending(session->ssl); }
