/* Base64 (RFC 4648, with padding), of bytes that come in pieces. */
#ifndef HUM_BASE64_H
#define HUM_BASE64_H

#include <stddef.h>

/* How long the base64 of so many bytes is: base64_add gives no more for as many. */
#define BASE64_LEN(bytes) (((bytes) + 2) / 3 * 4)

/* All zero: at the beginning. */
struct base64 {
    unsigned char rest[2]; /* bytes that wait for the third */
    size_t count;          /* so many of them */
};

/* Writes what is certain now to out, which has room for BASE64_LEN(len), and returns how much. No NUL. */
size_t base64_add(struct base64 *b, const void *data, size_t len, char *out);

/* Writes the end, none or four characters. */
size_t base64_end(struct base64 *b, char out[4]);

#endif
