// What Embedded Swift asks of a C library, and nothing else: there is none under WebAssembly.
#pragma once
#include <stddef.h>
#include <stdint.h>

void *malloc(size_t count);
void free(void *payload);
int posix_memalign(void **result, size_t alignment, size_t count);

void *memcpy(void *restrict to, const void *restrict from, size_t count);
void *memmove(void *to, const void *from, size_t count);
void *memset(void *to, int value, size_t count);
int memcmp(const void *one, const void *other, size_t count);
void arc4random_buf(void *bytes, size_t count);
