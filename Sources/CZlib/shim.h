// zlib: gzip members for snapshots and history, CRC-32.
#include <zlib.h>
