/* Special tokens of models that came as text: they end an answer, or are left out of it. Pure. */
#ifndef HUM_CONTROL_H
#define HUM_CONTROL_H

#include "base/buf.h"
#include "base/span.h"

#include <stdbool.h>

struct place;

/* Appends what remains of a whole line. first: nothing came before it, so what it begins with is
 * left out. Returns whether the answer ends in this line; *drop: nothing of it remains, not even an
 * empty line. */
bool control_line(const struct place *p, struct span line, bool first, struct buf *out, bool *drop);

/* Bytes at the end of a line that grows that may become a token. */
size_t control_open(const struct place *p, struct span line);

/* Where the first token begins of a line whose first `from` bytes have none that is complete; if it
 * has none at all, its length. */
size_t control_first(const struct place *p, struct span line, size_t from);

#endif
