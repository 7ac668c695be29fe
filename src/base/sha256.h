/* SHA-256 (FIPS 180-4), of bytes that come in pieces. */
#ifndef HUM_SHA256_H
#define HUM_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define SHA256_BYTES 32
#define SHA256_HEX (2 * SHA256_BYTES) /* characters, without a NUL */

struct sha256 {
    uint32_t state[8];
    uint64_t len;            /* bytes so far */
    unsigned char block[64]; /* the first len % 64 of them wait for the rest */
};

void sha256_init(struct sha256 *s);
void sha256_add(struct sha256 *s, const void *data, size_t len);

/* Writes the hash in lower-case hexadecimal digits and a NUL; s cannot be used any more. */
void sha256_end(struct sha256 *s, char hex[SHA256_HEX + 1]);

#endif
