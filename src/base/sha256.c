#include "base/sha256.h"

#include <string.h>

#define BLOCK sizeof((struct sha256 *)0)->block

static const uint32_t rounds[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t turned(uint32_t x, unsigned n)
{
    return (x >> n) | (x << (32 - n));
}

static uint32_t read_word(const unsigned char *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void expand(const unsigned char *block, uint32_t w[64])
{
    for (size_t i = 0; i < 16; i++) {
        w[i] = read_word(block + 4 * i);
    }
    for (size_t i = 16; i < 64; i++) {
        uint32_t a = w[i - 15], b = w[i - 2];
        uint32_t low = turned(a, 7) ^ turned(a, 18) ^ (a >> 3);
        uint32_t high = turned(b, 17) ^ turned(b, 19) ^ (b >> 10);
        w[i] = w[i - 16] + low + w[i - 7] + high;
    }
}

/* One round. The names are the standard's, a to h, of which d and h change; the next round has each
 * under the name of the one behind it. add: the round's constant and its word. */
#define ROUND(a, b, c, d, e, f, g, h, add)                                \
    do {                                                                  \
        uint32_t sum1 = turned(e, 6) ^ turned(e, 11) ^ turned(e, 25);     \
        uint32_t sum0 = turned(a, 2) ^ turned(a, 13) ^ turned(a, 22);     \
        uint32_t one = (h) + sum1 + (((e) & (f)) ^ (~(e) & (g))) + (add); \
        (d) += one;                                                       \
        (h) = one + sum0 + (((a) & (b)) ^ ((a) & (c)) ^ ((b) & (c)));     \
    } while (0)

/* Eight rounds at a time, so that no value has to be moved: three times as fast. */
static void compress(uint32_t state[8], const unsigned char *block)
{
    uint32_t w[64];
    expand(block, w);
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
    for (size_t i = 0; i < 64; i += 8) {
        ROUND(a, b, c, d, e, f, g, h, rounds[i] + w[i]);
        ROUND(h, a, b, c, d, e, f, g, rounds[i + 1] + w[i + 1]);
        ROUND(g, h, a, b, c, d, e, f, rounds[i + 2] + w[i + 2]);
        ROUND(f, g, h, a, b, c, d, e, rounds[i + 3] + w[i + 3]);
        ROUND(e, f, g, h, a, b, c, d, rounds[i + 4] + w[i + 4]);
        ROUND(d, e, f, g, h, a, b, c, rounds[i + 5] + w[i + 5]);
        ROUND(c, d, e, f, g, h, a, b, rounds[i + 6] + w[i + 6]);
        ROUND(b, c, d, e, f, g, h, a, rounds[i + 7] + w[i + 7]);
    }
    const uint32_t add[8] = {a, b, c, d, e, f, g, h};
    for (size_t i = 0; i < 8; i++) {
        state[i] += add[i];
    }
}

void sha256_init(struct sha256 *s)
{
    *s = (struct sha256){.state = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f,
                                   0x9b05688c, 0x1f83d9ab, 0x5be0cd19}};
}

void sha256_add(struct sha256 *s, const void *data, size_t len)
{
    const unsigned char *p = data;
    size_t used = (size_t)(s->len % BLOCK);
    s->len += len;
    if (used > 0) {
        size_t n = BLOCK - used < len ? BLOCK - used : len;
        memcpy(s->block + used, p, n);
        p += n;
        len -= n;
        if (used + n < BLOCK) {
            return;
        }
        compress(s->state, s->block);
    }
    for (; len >= BLOCK; p += BLOCK, len -= BLOCK) {
        compress(s->state, p);
    }
    if (len > 0) {
        memcpy(s->block, p, len);
    }
}

void sha256_end(struct sha256 *s, char hex[SHA256_HEX + 1])
{
    static const unsigned char padding[BLOCK] = {0x80};
    static const char digits[] = "0123456789abcdef";
    uint64_t bits = s->len * 8;
    unsigned char length[8];
    size_t used = (size_t)(s->len % BLOCK);
    for (size_t i = 0; i < sizeof length; i++) {
        length[i] = (unsigned char)(bits >> (56 - 8 * i));
    }
    sha256_add(s, padding, used < 56 ? 56 - used : 56 + BLOCK - used);
    sha256_add(s, length, sizeof length);
    for (size_t i = 0; i < SHA256_HEX; i++) {
        hex[i] = digits[s->state[i / 8] >> (28 - 4 * (i % 8)) & 15];
    }
    hex[SHA256_HEX] = '\0';
}
