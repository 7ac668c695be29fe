/* The code of a fence that is taken for a whole file, but is a block in a form of its own, or a diff
 * without its beginning: it has signs that the file does not have. Pure. */
#ifndef HUM_MISTAKEN_H
#define HUM_MISTAKEN_H

#include "edit/seek_lines.h"

#include <stdbool.h>

/* now: the file, without lines if there is none. markup: it may show blocks. */
bool mistaken(const struct seek_lines *now, const struct text *wanted, bool markup);

#endif
