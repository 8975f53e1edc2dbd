// OpenSSL: digests, HMAC, random bytes; TLS when it comes.
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
