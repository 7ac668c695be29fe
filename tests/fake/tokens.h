/* A list of token texts, cut from a text, given, or generated. */
#ifndef FAKE_TOKENS_H
#define FAKE_TOKENS_H

#include "base/buf.h"

#include <cjson/cJSON.h>
#include <stdint.h>

struct tokens {
    struct buf text; /* one behind the other */
    size_t *ends;
    size_t count;
    size_t room;
};

void tokens_init(struct tokens *t);
void tokens_finish(struct tokens *t);
void tokens_add(struct tokens *t, const char *text, size_t len);

/* Cuts text as tokenizers do: a word with the blank before it, a run of blanks or
 * of line ends, a special token such as <|im_end|>, one sign. Together they are the text. */
void tokens_cut(struct tokens *t, const char *text, size_t len);

/* Cuts text every n bytes, or a little before that, never inside a character. */
void tokens_cut_even(struct tokens *t, const char *text, size_t len, size_t n);

/* count words, the same for the same seed; every twelfth token is a line end. */
void tokens_make(struct tokens *t, size_t count, uint64_t seed);

/* Repeats what is there, or drops the rest, until there are count. */
void tokens_fit(struct tokens *t, size_t count);

/* Where a generation ends before its text does: at the request's limit of tokens, or at one
 * of its stop strings. */
struct limit {
    size_t tokens;     /* SIZE_MAX: none */
    const cJSON *stop; /* a string, a list of strings, or NULL */
};

enum stop_type { STOP_EOS, STOP_LIMIT, STOP_WORD };

/* Cuts t. Sets *word to the stop string for STOP_WORD; it lives in limit->stop. */
enum stop_type tokens_limit(struct tokens *t, const struct limit *limit, const char **word);

const char *tokens_at(const struct tokens *t, size_t i, size_t *len);

#endif
