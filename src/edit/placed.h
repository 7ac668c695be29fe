/* Blocks of an answer placed in one text while they stream: search/replace blocks line by line as
 * soon as their search part is found, hunks of diffs and patches when they are complete. Names of
 * files are passed over: there is one text. What is finished never changes, and depends on the
 * lines of the answer alone. Pure. */
#ifndef HUM_PLACED_H
#define HUM_PLACED_H

#include "edit/align.h"
#include "edit/verdict.h"

#include <stdbool.h>
#include <stddef.h>

struct placed;

/* old outlives it and does not change. */
struct placed *placed_new(const struct text *old);
void placed_free(struct placed *p); /* NULL is fine */

/* The next complete line of the answer: prose, fences and names between blocks are fine. */
void placed_line(struct placed *p, struct span line);

/* No more lines. A block that has not ended is dropped, but for what of it is finished. cut: the
 * answer broke off, so that its last hunk, too, may not be whole. */
void placed_end(struct placed *p, bool cut);

/* Changed lines: of the old text, and of placed_text. No two of them touch the same old lines. They
 * come in the order of the answer, which may not be that of the text. Valid until the next line. */
const struct hunk *placed_hunks(const struct placed *p, size_t *count);
const struct text *placed_text(const struct placed *p);

/* Rows of the block that streams that are added for certain, and the old line in front of which they
 * stand; none if no block does. */
size_t placed_open(const struct placed *p, size_t *at);
struct span placed_open_row(const struct placed *p, size_t i);

/* So many old lines have been passed by the block that streams, or that came last. */
size_t placed_reached(const struct placed *p);

/* Blocks so far, those with faults too. None at the end: the answer has another form. */
size_t placed_blocks(const struct placed *p);

const struct changes_faults *placed_faults(const struct placed *p);

#endif
