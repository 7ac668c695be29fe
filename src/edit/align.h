/* A diff of an old text and a new one that comes line by line: what has changed for certain is told
 * as soon as it is, and never taken back. Pure. Lines are numbered from 0.
 *
 * While the new lines equal the old ones, they are kept at once: the texts are together. With the
 * first line that differs they part, and all that follows is open: it may be added, or replace old
 * lines, or stand further down. When they have rejoined for certain (rejoin.h has the rule), the
 * least difference of what is open is taken (compare.h), its runs of changed lines are moved to
 * where git would show them (slide.h), and they are finished hunks: they never change, and nothing
 * of later lines is told from old lines in front of them. At the end the rest is decided likewise.
 *
 * All this depends on complete lines alone, never on the pieces in which they came. Its work is
 * bounded: a line costs as much as the places where runs of equal lines go on (rejoin.h), and an open
 * part what compare.h says. */
#ifndef HUM_ALIGN_H
#define HUM_ALIGN_H

#include "edit/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct align;

/* Lines first up to first + count of the old text become lines new_first up to new_first +
 * new_count of the new one. One of them may be none; between two hunks there is a line at least that
 * is in neither. */
struct hunk {
    size_t first, count;
    size_t new_first, new_count;
};

/* old outlives it and does not change meanwhile. */
struct align *align_new(const struct text *old);
void align_free(struct align *a); /* NULL is fine */

/* The next complete line. Nothing is taken after the end, nor when the text is too big: see
 * align_new_text(a)->bytes.error. */
void align_line(struct align *a, struct span line);

/* There are no more lines. cut: there should be, so that what is open is dropped, and the old lines
 * from there on stay. */
void align_end(struct align *a, bool cut);

/* So many old lines have been passed; where the rest is, is not known yet. A hunk that finishes may
 * begin in front of that by some lines that are the same in it. */
size_t align_reached(const struct align *a);

/* The hunks that are finished, in their order. Only more of them come. Valid until the next line. */
const struct hunk *align_hunks(const struct align *a, size_t *count);

/* New lines of the open part that are added for certain, as they equal no old line ahead, and blank
 * lines and brackets between two of them, of which some will turn out to be old ones that stay; *at:
 * the old line in front of which they stand. More of them come, until the part is finished, and with
 * it at least one hunk: then they begin anew. Valid until the next line. */
const size_t *align_open(const struct align *a, size_t *count, size_t *at);

/* All lines that were given, those of a part that was dropped, too. */
const struct text *align_new_text(const struct align *a);

/* Work so far: lines and places that were looked at. For tests. */
uint64_t align_steps(const struct align *a);

#endif
