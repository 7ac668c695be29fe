/* How many tokens a text will be, without its model's vocabulary: an estimate by kind of text, for
 * no two tokenizers agree anyway. Pure.
 *
 * Tokenizers of today first split a text into words, numbers, runs of signs and of blanks, and cut
 * those into pieces that they know. What that makes of a text shows in which kinds of bytes stand
 * behind each other: a letter behind a letter goes on with a word and is cheap, one behind a digit
 * may be part of a hash and is dear. So each byte has its share of a token by its kind and the kind
 * of the byte in front of it. */
#ifndef HUM_ESTIMATE_H
#define HUM_ESTIMATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of a text that comes in pieces. All zero: at the beginning. */
struct estimate {
    uint64_t hundredths; /* of tokens */
    uint8_t last;        /* kind of the byte before */
    bool begun;
};

void estimate_add(struct estimate *e, const char *text, size_t len);

/* Of all so far, at least 1 unless there was nothing. */
size_t estimate_tokens(const struct estimate *e);

/* Of a whole text. */
size_t estimate(const char *text, size_t len);

#endif
