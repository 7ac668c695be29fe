/* Failures in words: what happened, at which endpoint, and what to do about it. Pure, so that every
 * message can be tested. */
#ifndef HUM_EXPLAIN_H
#define HUM_EXPLAIN_H

struct buf;
struct failure;

/* Appends one sentence to message and what base/hint.h says to hint; no secrets are in them. */
void explain_failure(const struct failure *f, struct buf *message, struct buf *hint);

#endif
