/* Complete, valid UTF-8 only. Fed any split of a byte stream, it passes on whole
 * characters, holds back a split one until all of it has arrived, and replaces each
 * invalid sequence by U+FFFD (one per maximal invalid part, as Unicode 3.9
 * recommends). NUL and control characters pass unchanged. */
#ifndef HUM_UTF8_H
#define HUM_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

struct utf8 {
    unsigned char held[4]; /* the beginning of a split character */
    size_t held_len;
};

void utf8_init(struct utf8 *u);

/* Appends what is complete to out. */
void utf8_feed(struct utf8 *u, const char *data, size_t len, struct buf *out);

/* The stream is over: a character still held back becomes U+FFFD. */
void utf8_end(struct utf8 *u, struct buf *out);

/* Appends a character; code is one, no surrogate. */
void utf8_add(struct buf *out, uint32_t code);

/* How many bytes at the beginning of a text are whole, valid characters. */
size_t utf8_valid(const char *data, size_t len);

/* One-shot: a whole text made valid. */
void utf8_clean(const char *data, size_t len, struct buf *out);

/* The same as one line, for messages: blanks and control characters become single
 * spaces, none at the ends; what is over max bytes is cut off and shown as "...". */
void utf8_line(const char *data, size_t len, size_t max, struct buf *out);

/* Whether a byte goes on with a character that was begun before. */
static inline bool utf8_is_inner(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80;
}

/* How much of a text is whole characters: its length, less the beginning of one at its end. */
size_t utf8_whole(const char *text, size_t len);

/* The position nearest to at, no higher (no lower), that is not inside a character; within 3
 * bytes in any case, for text may be invalid. At most len. */
size_t utf8_floor(const char *text, size_t len, size_t at);
size_t utf8_ceil(const char *text, size_t len, size_t at);

#endif
