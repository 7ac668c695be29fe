/* Edits of a text as they come, joined to one as long as they are near each other: where the user
 * is at work. What the lines were, and what has become of them, is a small diff. Pure. */
#ifndef HUM_EDITS_H
#define HUM_EDITS_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mirror;

/* The owner embeds it. */
struct edits {
    size_t first, count; /* the lines that were edited, as they are now */
    struct buf was;      /* what stood there, each line with its "\n" */
    bool open;           /* there has been an edit */
};

void edits_init(struct edits *e);
void edits_finish(struct edits *e);

/* Whether an edit, with the arguments of mirror_apply and the number of the new lines, may be
 * joined to those before: there are none, or it is near them and not large. If not, edits_write
 * says what they were, and edits_clear begins anew. */
bool edits_joins(const struct edits *e, const struct mirror *m, int64_t first, int64_t last,
                 size_t count);

/* Joins it; before the mirror has it. What is large is no edit of a user: nothing is open then. */
void edits_join(struct edits *e, const struct mirror *m, int64_t first, int64_t last, size_t count);

/* Appends the diff: "-" and the lines that were, "+" and those that are, without the lines at both
 * ends that are the same. Nothing if nothing has changed. */
void edits_write(const struct edits *e, const struct mirror *m, struct buf *out);

void edits_clear(struct edits *e);

#endif
