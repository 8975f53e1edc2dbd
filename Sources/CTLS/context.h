// Shared by the files of this module, not by its users.
#ifndef CTLS_CONTEXT_H
#define CTLS_CONTEXT_H

#include <openssl/ssl.h>

struct ctls_context {
  SSL_CTX *ssl;
};

#endif
