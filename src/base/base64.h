/* Base64 (RFC 4648, with padding), of bytes that come in pieces. */
#ifndef HUM_BASE64_H
#define HUM_BASE64_H

#include <stddef.h>

/* How long the base64 of so many bytes is. */
#define BASE64_LEN(bytes) (((bytes) + 2) / 3 * 4)

/* The most that base64_add gives for so many bytes, base64_end apart. */
#define BASE64_ROOM(bytes) (((bytes) + 2) / 3 * 4)

/* All zero: at the beginning. */
struct base64 {
    unsigned char rest[2]; /* bytes that wait for the third */
    size_t count;          /* so many of them */
};

/* Writes what is certain now to out, which has BASE64_ROOM(len), and returns how much. No NUL. */
size_t base64_add(struct base64 *b, const void *data, size_t len, char *out);

/* Writes the end, none or four characters. */
size_t base64_end(struct base64 *b, char out[4]);

#endif
