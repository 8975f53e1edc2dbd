// The rest of what Embedded Swift asks of a C library; the heap is in heap.c.
#include "runtime.h"

// What the page gives: it fills bytes with random ones, and reads a number's text as JavaScript does.
__attribute__((import_module("page"), import_name("random"))) void page_random(void *bytes, size_t count);
__attribute__((import_module("page"), import_name("number"))) double page_number(
    const char *text, size_t count);

// Copying is one instruction, but to the browser a call: few bytes are copied here.
enum { FEW = 16 };

void *memcpy(void *restrict to, const void *restrict from, size_t count) {
    if (count > FEW) return __builtin_memcpy(to, from, count);
    for (size_t index = 0; index < count; index++) ((char *)to)[index] = ((const char *)from)[index];
    return to;
}

void *memmove(void *to, const void *from, size_t count) {
    if (count > FEW) return __builtin_memmove(to, from, count);
    char *out = to;
    const char *in = from;
    if (out <= in) {
        for (size_t index = 0; index < count; index++) out[index] = in[index];
    } else {
        for (size_t index = count; index > 0; index--) out[index - 1] = in[index - 1];
    }
    return to;
}

void *memset(void *to, int value, size_t count) {
    if (count > FEW) return __builtin_memset(to, value, count);
    for (size_t index = 0; index < count; index++) ((char *)to)[index] = (char)value;
    return to;
}

int memcmp(const void *one, const void *other, size_t count) {
    const unsigned char *left = one, *right = other;
    for (size_t index = 0; index < count; index++) {
        if (left[index] != right[index]) return left[index] < right[index] ? -1 : 1;
    }
    return 0;
}

void arc4random_buf(void *bytes, size_t count) { page_random(bytes, count); }

// The standard library's `Double(text)` comes here with a text that ends in a zero byte. It is taken for
// read to its end: the engine asks only for what the grammar of JSON calls a number.
const char *_swift_stdlib_strtod_clocale(const char *text, double *result) {
    size_t count = 0;
    while (text[count]) count++;
    *result = page_number(text, count);
    return text + count;
}

// The product of two 128-bit numbers, for printing doubles.
typedef struct { uint64_t low, high; } wide;

wide __multi3(uint64_t low, uint64_t high, uint64_t other_low, uint64_t other_high) {
    uint64_t mask = 0xffffffff;
    uint64_t a = low & mask, b = low >> 32, c = other_low & mask, d = other_low >> 32;
    uint64_t ac = a * c, ad = a * d, bc = b * c;
    uint64_t middle = (ac >> 32) + (ad & mask) + (bc & mask);
    wide product = {(ac & mask) | middle << 32, b * d + (ad >> 32) + (bc >> 32) + (middle >> 32)};
    product.high += low * other_high + high * other_low;
    return product;
}
