/* How many generations are alive at a time: from a request's arrival until its answer is
 * out or its client has closed its side. */
#ifndef FAKE_LIVE_H
#define FAKE_LIVE_H

#include "conn.h"

/* The most that were alive at a time since the last reset; the server has a list. */
struct most {
    struct most *next;
    char *name; /* "all", "fill" or a path */
    unsigned count;
};

/* The request of c is one: counts again. */
void live_began(struct conn *c, bool fills);

unsigned live_filling(const struct server *s); /* now */
void live_print(const struct server *s, struct buf *out);
void live_reset(struct server *s);
void live_finish(struct server *s);

#endif
