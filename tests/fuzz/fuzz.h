/* What the fuzzers share: a check that traps, splits that depend on the input alone, and
 * a second opinion about UTF-8. */
#ifndef HUM_FUZZ_H
#define HUM_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MUST(condition)                                                               \
    do {                                                                              \
        if (!(condition)) {                                                           \
            fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #condition); \
            abort();                                                                  \
        }                                                                             \
    } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static inline uint32_t fuzz_hash(const char *data, size_t len)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < len; i++) {
        hash = (hash ^ (unsigned char)data[i]) * 16777619u;
    }
    return hash;
}

/* Pieces of 1 to 8 bytes now and then, else up to 64; or all in one. */
struct fuzz_pieces {
    bool whole;
    uint32_t seed;
    size_t left;
};

static inline size_t fuzz_piece(struct fuzz_pieces *s)
{
    s->seed = s->seed * 1664525u + 1013904223u;
    size_t n = 1 + (s->seed >> 24) % (s->seed >> 16 & 1 ? 8 : 64);
    if (s->whole || n > s->left) {
        n = s->left;
    }
    s->left -= n;
    return n;
}

/* By code points, where utf8.c goes by the ranges of bytes. */
static inline bool fuzz_is_utf8(const char *data, size_t len)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    for (size_t at = 0; at < len;) {
        unsigned char lead = (unsigned char)data[at];
        size_t n = lead < 0x80 ? 1 : lead >> 5 == 6 ? 2 : lead >> 4 == 14 ? 3 : 4;
        uint32_t code = n == 1 ? lead : lead & (0x7Fu >> n);
        if (at + n > len || (n == 4 && lead >> 3 != 30)) {
            return false;
        }
        for (size_t i = 1; i < n; i++) {
            unsigned char c = (unsigned char)data[at + i];
            if (c >> 6 != 2) {
                return false;
            }
            code = code << 6 | (c & 0x3Fu);
        }
        if (code < least[n] || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) {
            return false;
        }
        at += n;
    }
    return true;
}

#endif
