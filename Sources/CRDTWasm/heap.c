// The heap of the module: malloc and free for one thread in one linear memory that only grows.
//
//   chunk   | before: size of the chunk before it | size and flags | payload …
//
// Chunks touch each other, so a free one is joined with its neighbours at once. What is free hangs in bins
// by size, four to each power of two, and a bitmap says which bins hold anything: taking and giving back
// are O(1). Small chunks go to lists by exact size, without a look at their neighbours, and stay small: what
// applies updates makes many short-lived arrays of few bytes, and most of them have had that size before.
#include "runtime.h"

typedef struct chunk {
    uint32_t before;      // size of the chunk in front of it
    uint32_t size;        // with this header, a multiple of 16; its low bits are the flags
    struct chunk *next;   // only while free
    struct chunk *former; // only while free, and not in a small list
} chunk;

// The smallest chunk is two units: its links have to fit while it is free.
enum { HEADER = 8, UNIT = 16, USED = 1, SHIFTED = 2, FLAGS = 15 };
enum { SMALL_MAX = 512, BINS = 128, PAGE = 65536, GROWTH = 16 * PAGE };

static chunk *small[SMALL_MAX / UNIT + 1];
static chunk *bins[BINS];
static uint32_t filled[BINS / 32];
static chunk *end; // behind the last chunk; it is never free

extern unsigned char __heap_base;

static uint32_t size_of(const chunk *c) { return c->size & ~(uint32_t)FLAGS; }
// Offsets are below 2 GiB, as all of the memory is.
static chunk *at(void *start, ptrdiff_t offset) { return (chunk *)((char *)start + offset); }

// The bin of a size of at least 32, up to 107 for the largest: two bits behind the highest one are the quarter.
static uint32_t bin_of(uint32_t size) {
    uint32_t top = 31 - (uint32_t)__builtin_clz(size);
    return (top - 5) * 4 + ((size >> (top - 2)) & 3);
}

static void hang(chunk *c) {
    uint32_t bin = bin_of(c->size);
    c->former = 0;
    c->next = bins[bin];
    if (c->next) c->next->former = c;
    bins[bin] = c;
    filled[bin / 32] |= 1u << (bin % 32);
}

static void unhang(chunk *c) {
    uint32_t bin = bin_of(c->size);
    if (c->next) c->next->former = c->former;
    if (c->former) c->former->next = c->next;
    else if (!(bins[bin] = c->next)) filled[bin / 32] &= ~(1u << (bin % 32));
}

// A free chunk of at least that size, taken out of its bin; 0 if there is none.
static chunk *find(uint32_t size) {
    uint32_t bin = bin_of(size);
    // Of its own bin the first few may be too small; in all bins above every one is big enough.
    int looks = 8;
    for (chunk *c = bins[bin]; c && looks--; c = c->next) {
        if (c->size >= size) {
            unhang(c);
            return c;
        }
    }
    bin++;
    for (uint32_t word = bin / 32; word < BINS / 32; word++) {
        uint32_t bits = filled[word];
        if (word == bin / 32) bits &= ~0u << (bin % 32);
        if (bits) {
            chunk *c = bins[word * 32 + (uint32_t)__builtin_ctz(bits)];
            unhang(c);
            return c;
        }
    }
    return 0;
}

// Joins a chunk that nobody uses with free neighbours and makes it findable.
static void give_back(chunk *c) {
    uint32_t size = size_of(c);
    chunk *behind = at(c, (ptrdiff_t)size);
    if (!(behind->size & USED)) {
        unhang(behind);
        size += behind->size;
    }
    if (c->before) {
        chunk *front = at(c, -(ptrdiff_t)c->before);
        if (!(front->size & USED)) {
            unhang(front);
            size += front->size;
            c = front;
        }
    }
    c->size = size;
    at(c, (ptrdiff_t)size)->before = size;
    hang(c);
}

// More memory behind the last chunk: false where the engine gives none.
static int grow(uint32_t size) {
    uint32_t known = (uint32_t)__builtin_wasm_memory_size(0) * PAGE;
    if (!end) {
        // Payloads lie on multiples of 16, so chunks begin 8 bytes in front of those.
        uintptr_t first = (((uintptr_t)&__heap_base + HEADER + 15) & ~(uintptr_t)15) - HEADER;
        end = (chunk *)first;
        end->before = 0;
        if (known >= first + 4 * UNIT) {
            uint32_t there = (known - (uint32_t)first - HEADER) & ~(uint32_t)15;
            chunk *c = end;
            end = at(c, (ptrdiff_t)there);
            end->size = USED;
            c->size = there | USED;
            give_back(c);
            if (there >= size) return 1;
        }
    }
    // An eighth more than there is, so that a heap that grows by little does not ask each time.
    uint32_t more = size + 2 * HEADER;
    if (more < known / 8) more = known / 8;
    if (more < GROWTH) more = GROWTH;
    uint32_t pages = (more + PAGE - 1) / PAGE;
    if (__builtin_wasm_memory_grow(0, pages) == (size_t)-1) {
        pages = (size + 2 * HEADER + PAGE - 1) / PAGE;
        if (__builtin_wasm_memory_grow(0, pages) == (size_t)-1) return 0;
    }
    uint32_t added = pages * PAGE;
    chunk *c = end;
    end = at(c, (ptrdiff_t)added);
    end->size = USED;
    c->size = added | USED;
    give_back(c);
    return 1;
}

static chunk *take(uint32_t size) {
    chunk *c = find(size);
    while (!c) {
        if (!grow(size)) return 0;
        c = find(size);
    }
    uint32_t rest = c->size - size;
    if (rest >= 4 * UNIT) {
        chunk *tail = at(c, (ptrdiff_t)size);
        tail->before = size;
        tail->size = rest;
        at(tail, (ptrdiff_t)rest)->before = rest;
        hang(tail);
        c->size = size | USED;
    } else {
        c->size |= USED;
    }
    return c;
}

void *malloc(size_t count) {
    if (count > 0x7fff0000) return 0;
    uint32_t size = ((uint32_t)count + HEADER + UNIT - 1) & ~(uint32_t)(UNIT - 1);
    if (size < 2 * UNIT) size = 2 * UNIT;
    if (size <= SMALL_MAX) {
        chunk *c = small[size / UNIT];
        if (c) {
            small[size / UNIT] = c->next;
            return (char *)c + HEADER;
        }
    }
    chunk *c = take(size);
    return c ? (char *)c + HEADER : 0;
}

void free(void *payload) {
    if (!payload) return;
    chunk *c = at(payload, -HEADER);
    if (c->size & SHIFTED) c = at(c, -(ptrdiff_t)c->before);
    uint32_t size = size_of(c);
    if (size <= SMALL_MAX) {
        c->next = small[size / UNIT];
        small[size / UNIT] = c;
    } else {
        give_back(c);
    }
}

int posix_memalign(void **result, size_t alignment, size_t count) {
    if (alignment <= UNIT) {
        *result = malloc(count);
        return *result ? 0 : 12;
    }
    // A second header in front of the payload leads back to the real one.
    if (count > 0x7fff0000 - alignment) return 12;
    char *whole = malloc(count + alignment);
    if (!whole) return 12;
    char *payload = (char *)(((uintptr_t)whole + alignment) & ~(uintptr_t)(alignment - 1));
    chunk *shifted = at(payload, -HEADER);
    shifted->before = (uint32_t)((char *)shifted - (whole - HEADER));
    shifted->size = SHIFTED;
    *result = payload;
    return 0;
}
