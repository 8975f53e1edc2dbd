// libjwt: signing and checking tokens (RFC 7519).
#include <jwt.h>
