/* What names of files stand among, in fences and lines. Private to naming.c and naming_line.c. */
#ifndef HUM_NAMING_WORDS_H
#define HUM_NAMING_WORDS_H

#include "base/span.h"

#include <stdbool.h>

struct span naming_trim(struct span s);
bool naming_is_one_of(char c, const char *set);

/* Up to the first white space. */
struct span naming_first_word(struct span s);

/* Drops these words, of upper or lower case, at its beginning, and blanks behind them. Whether it
 * begins so. */
bool naming_eats(struct span *s, const char *words);

/* Drops "File: ", "Path: " and the like. */
void naming_skip_label(struct span *s);

/* path="a.lua", file=a.lua, title: 'a.lua'. */
bool naming_in_attribute(struct span s, struct span *name);

#endif
