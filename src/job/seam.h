/* Where a reply that goes on is joined to the text that is there. A model that is asked to go on
 * often says the last words again, or all of them, and a server that is given the beginning of a
 * reply may send that back. So the first bytes of what comes are held until it is certain what of
 * them belongs: no more than is there and what introduces it, nothing once that is known, and nothing
 * waits for a clock. Texts that repeat by nature ("ha ha ha", rows of a table, closing braces) stay:
 * in doubt all that came is kept, unless it breaks off before that could be certain. How the text was
 * cut into pieces makes no difference. Pure. */
#ifndef HUM_SEAM_H
#define HUM_SEAM_H

#include "base/buf.h"
#include "base/fence.h"
#include "job/overlap.h"

#include <stdbool.h>

struct seam {
    bool open; /* it is not certain yet */
    bool trimmed;
    struct fence fence;     /* that the text stands in */
    struct overlap overlap; /* with the text that is there */
    struct buf held;        /* of what comes */
};

/* Nothing is there: what comes passes. */
void seam_init(struct seam *s);
void seam_finish(struct seam *s);

/* This is there, and is gone on with; `fence` says from now on whether it ends as code. */
void seam_open(struct seam *s, const char *text, size_t len);

/* All that has come was none of it: the text comes now. */
void seam_reopen(struct seam *s);

/* How the model was told to go on; before the first text comes, else nothing is dropped. asked: in
 * words, so that it begins an answer of its own; else it was given the text as the beginning of its
 * reply, trimmed: without the white space at its end. */
void seam_tell(struct seam *s, bool asked, bool trimmed);

/* Appends to out what is certain. */
void seam_feed(struct seam *s, const char *text, size_t len, struct buf *out);

/* It breaks off, before seam_end: what is held is dropped if it may be the text again, begun. */
void seam_break(struct seam *s);

/* Nothing more comes: what is held goes out, as far as it belongs. */
void seam_end(struct seam *s, struct buf *out);

#endif
