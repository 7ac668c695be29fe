/* Where the first line of an answer is to stand. Pure. */
#ifndef HUM_FIRST_H
#define HUM_FIRST_H

#include "base/span.h"

#include <stddef.h>

struct place;

/* Its column in the file. answer: the one that it has in the answer. Of a range where it begins, or
 * where the line that says the same stands; of an insertion as the lines around it are. */
size_t first_column(const struct place *p, struct span line, size_t answer);

#endif
