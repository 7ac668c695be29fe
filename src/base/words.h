/* Whether a text says something: patterns of words, for tables of what servers say. Pure. */
#ifndef HUM_WORDS_H
#define HUM_WORDS_H

#include <stdbool.h>
#include <stddef.h>

/* A pattern is a list of alternatives, "not found|no such model". Of one with "&" in it, "model&not
 * found", all parts must be there, in whatever order. A part that begins with "^" must stand at the
 * text's beginning, one that begins with "=" is all of it, up to a full stop at its end. Upper and
 * lower case are alike. A text that is NULL says nothing. */
bool words_fit(const char *text, const char *pattern);

/* Whether one of the texts of a NULL-terminated list stands in it. Likewise. */
bool words_any(const char *text, const char *const *list);

/* Whether it is one of them, upper and lower case not alike. */
bool words_is_one(const char *text, const char *const *list);

/* Whether these len bytes are one of them, upper and lower case alike. */
bool words_is_any(const char *text, size_t len, const char *const *list);

/* Where a name stands in a text as a word of its own, next to no letter, digit, "_" or "-". NULL:
 * nowhere. Upper and lower case differ. */
const char *words_find(const char *text, const char *name);

#endif
