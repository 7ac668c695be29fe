/* What to do about a failure: tables of what servers say and of what is known besides, of which the
 * first row that fits gives the advice. One more case is one more row. Pure.
 *
 * The first sentence of a hint is the cure, short enough for a line of its own: it is what a narrow
 * screen shows. */
#ifndef HUM_HINT_H
#define HUM_HINT_H

struct buf;
struct failure;

/* Appends one sentence or more. */
void hint_add(const struct failure *f, struct buf *hint);

#endif
