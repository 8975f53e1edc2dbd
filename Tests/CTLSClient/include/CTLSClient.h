// A blocking TLS client for tests. It trusts everybody.
#ifndef CTLSCLIENT_H
#define CTLSCLIENT_H

#include <stddef.h>

struct ctls_client;

// `version`: 12 or 13. `protocol`: one ALPN name, or "". The descriptor stays the caller's. NULL
// where the handshake fails.
struct ctls_client *ctls_client_new(int fd, int version, const char *protocol);
void ctls_client_free(struct ctls_client *client);
// 0 where the connection is over.
size_t ctls_client_write(struct ctls_client *client, const void *bytes, size_t count);
size_t ctls_client_read(struct ctls_client *client, void *bytes, size_t capacity);
// Sends close_notify.
void ctls_client_end(struct ctls_client *client);
// The other side has sent close_notify.
int ctls_client_was_ended(const struct ctls_client *client);
// New keys for what is sent from now on, and the same asked of the other side (TLS 1.3).
int ctls_client_update_keys(struct ctls_client *client);
// 1 where the other side chose `protocol`.
int ctls_client_speaks(const struct ctls_client *client, const char *protocol);
// Sends the first bytes of a handshake and no more.
void ctls_client_begin(int fd, size_t count);

#endif
