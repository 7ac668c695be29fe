/* The tags of HTML, however they are written. Pure. */
#ifndef HUM_TAG_H
#define HUM_TAG_H

#include "base/span.h"

#include <stdbool.h>
#include <stddef.h>

/* Longer names are cut: none that mean anything are. */
#define TAG_NAME 11

struct tag {
    char name[TAG_NAME + 1]; /* in small letters; "" of comments and the like */
    bool closes;             /* "</p>" */
    struct span attributes;
};

/* Reads what text begins with, which is '<'. Returns its length, 0: the '<' is a character like
 * others. What is not closed goes to the end of the text. */
size_t tag_read(struct span text, struct tag *tag);

/* The value of an attribute as it is written, without quotes. Returns whether there is one, be it
 * without a value; value may be NULL. */
bool tag_has(const struct tag *tag, const char *name, struct span *value);

/* Whether one of the words of an attribute ("class") is this, or begins so if it ends with '-';
 * *rest, which may be NULL, is what follows. */
bool tag_has_word(const struct tag *tag, const char *name, const char *word, struct span *rest);

/* Where "</name" stands in the text, its length if nowhere. */
size_t tag_find_end(struct span text, const char *name);

#endif
