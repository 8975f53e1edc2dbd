// TLS over a non-blocking socket by OpenSSL, in as few calls as the reactor needs, and certificates.
//
// OpenSSL writes into an output area that belongs to the caller and is shared by many sessions; it goes
// to the socket with one send. So a write never has to be repeated, and what the kernel does not take
// (at most about one area) is kept by the session, encrypted. Nothing here raises SIGPIPE.
#ifndef CTLS_H
#define CTLS_H

#include <stddef.h>
#include <stdint.h>

// What all sessions of a listener share: certificate, key, ticket keys. Counted; sessions hold it.
struct ctls_context;
// One connection. Not to be used by two threads at once; it may be handed from one to the other.
struct ctls_session;

enum { ctls_record = 16384 };  // the longest plaintext of a record (RFC 8446 5.1)

// What a call returns that does not return a count.
enum {
  ctls_again = -1,   // nothing more for now: wait until the socket is readable
  ctls_failed = -2,  // the stream is broken, or the peer spoke something else
  ctls_plain = -3,   // (handshake) the peer speaks plain HTTP; nothing was sent to it
  ctls_ended = 0     // (read) the peer sends nothing more
};

// Why certificate and key cannot be used.
enum ctls_fault {
  ctls_fine,
  ctls_bad_certificate,
  ctls_bad_chain,
  ctls_bad_key,
  ctls_encrypted_key,
  ctls_mismatch,
  ctls_refused  // by OpenSSL's security level, or for want of memory
};

// PEM texts. NULL and the fault, with OpenSSL's words in `reason`, where they cannot be used.
struct ctls_context *ctls_context_new(
  const uint8_t *certificate, size_t certificate_count, const uint8_t *key, size_t key_count,
  int *fault, char *reason, size_t reason_capacity);
void ctls_context_free(struct ctls_context *context);

// For clients: trusts the system's authorities and the certificates of a PEM text, the server's own
// among them. NULL for want of memory.
struct ctls_context *ctls_client_context_new(const uint8_t *trusted, size_t count);

// NULL for want of memory. The descriptor stays the caller's.
struct ctls_session *ctls_session_new(struct ctls_context *context, int fd);
// The same for a client: the server's certificate must be for this host name or numeric address.
struct ctls_session *ctls_client_session_new(
  struct ctls_context *context, int fd, const char *host);
// Why the server's certificate was not accepted, in OpenSSL's words; empty where that was not it.
const char *ctls_distrust(const struct ctls_session *session);
void ctls_session_free(struct ctls_session *session);

// Each of these sends what OpenSSL has to say; look at `ctls_unsent` afterwards.
// 1: done.
int ctls_handshake(struct ctls_session *session, uint8_t *area, size_t area_count);
// At most one record. With room for `ctls_record` bytes nothing that has arrived stays in OpenSSL.
long ctls_read(
  struct ctls_session *session, uint8_t *bytes, size_t capacity, uint8_t *area, size_t area_count);
// All of it or `ctls_failed`. Not while anything is unsent.
long ctls_write(
  struct ctls_session *session, const uint8_t *bytes, size_t count, uint8_t *area,
  size_t area_count);
// Says that nothing more comes (close_notify), once.
void ctls_close_notify(struct ctls_session *session, uint8_t *area, size_t area_count);

// Encrypted bytes that the kernel did not take yet.
size_t ctls_unsent(const struct ctls_session *session);
// Offers them again: how many are left, or -errno.
long ctls_send_unsent(struct ctls_session *session);
// Decrypted bytes that wait in OpenSSL.
int ctls_pending(const struct ctls_session *session);

// Texts of this module's making; NULL where OpenSSL fails, else to be freed with `ctls_text_free`.

// A certificate authority: its key (ECDSA, P-256) and its certificate, PEM. Eight digits of the key's hash
// are put behind the name. `constraints` as OpenSSL has them: "critical,permitted;DNS:local".
char *ctls_authority_new(
  const char *common_name, const char *constraints, int days, size_t *count);
// A server's key (the same), its certificate and that of the authority that signed it, PEM; with NULL it
// signs itself. Ends after so many days, or with the authority. `names`: "DNS:localhost,IP:127.0.0.1".
// Whether the authority may vouch for them is for `ctls_verify` to say.
char *ctls_issue(
  const uint8_t *authority, size_t authority_count, const char *common_name, const char *names,
  int days, size_t *count);
// The first certificate of a PEM text alone.
char *ctls_without_key(const uint8_t *pem, size_t count, size_t *result_count);
void ctls_text_free(char *text, size_t count);

// Why a PEM text is no authority's key and certificate with name constraints, as a clause; NULL if it is.
const char *ctls_authority_fault(const uint8_t *pem, size_t count);

struct ctls_certificate_info {
  int64_t ends;  // seconds since 1970
  uint8_t fingerprint[32];  // SHA-256
  char common_name[260];  // UTF-8, ends with 0
};
// About the first certificate of a PEM text; 0 where there is none.
int ctls_certificate(const uint8_t *pem, size_t count, struct ctls_certificate_info *info);
// Whether it is for this host name or numeric address.
int ctls_covers(const uint8_t *pem, size_t count, const char *name);

enum {
  ctls_vouched = 1,
  ctls_outside = 0,  // some name is not among those that the authority may vouch for
  ctls_not_vouched = -1
};
// Whether a client that trusts the authority alone takes the first certificate of `pem` for a server's.
// `now` is in seconds since 1970, or negative to leave time out of it.
int ctls_verify(
  const uint8_t *authority, size_t authority_count, const uint8_t *pem, size_t count, int64_t now);

#endif
