/* What stands in a long text, in a few hundred lines: where its functions, types and headings begin,
 * with the numbers of their lines; of a text without such its beginning and its end. Pure. */
#ifndef HUM_OUTLINE_H
#define HUM_OUTLINE_H

#include "base/span.h"

#include <stdatomic.h>
#include <stdbool.h>

struct buf;

#define OUTLINE_BYTES 7000 /* at most, about: some 2,000 tokens */

/* Appends it to out. name: of the file, for its language; sampled: the text is only the beginning.
 * What it appends when *stop was set meanwhile means nothing. */
void outline(struct span text, const char *name, bool sampled, const atomic_bool *stop,
             struct buf *out);

#endif
