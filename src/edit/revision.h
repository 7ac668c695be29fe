/* A text as the blocks of an answer change it one after the other. Blocks are meant for the text as
 * it was at first, and are placed there, so that none depends on what others did; only one that
 * fits nowhere there is looked for in the text as it is by now. Pure. */
#ifndef HUM_REVISION_H
#define HUM_REVISION_H

#include "edit/spot.h"

#include <stdbool.h>
#include <stddef.h>

struct revision {
    struct seek_lines old, now;
    size_t room;
    struct text **kept; /* the bytes of new lines */
    size_t kept_count;
};

/* text outlives it. revision_finish is due. */
void revision_init(struct revision *r, const struct text *text);
void revision_finish(struct revision *r);

/* Puts what was found in r->old or r->now there, or nothing of it: lines that differ must be as they
 * were at first. Whether it could; *changes: whether it changed anything. The lines of the spots are
 * taken over. */
bool revision_put_old(struct revision *r, struct spots *spots, bool *changes);
void revision_put_now(struct revision *r, struct spots *spots, bool *changes);

/* All of it becomes that. */
void revision_set(struct revision *r, const struct text *text);

bool revision_is_touched(const struct revision *r);

void revision_write(const struct revision *r, struct text *out);

#endif
