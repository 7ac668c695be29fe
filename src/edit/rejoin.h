/* When a new text that has left the old one is back in it for certain: runs of lines that are equal
 * in both, up to the newest line, and what they tell. It depends on complete lines alone. Pure.
 *
 * A run is worth the substance of its lines (classes_substance): one that tells something and occurs
 * once counts as a line, "}" as none, one that occurs three times as a third. It is enough
 *  - from 1 1/2 lines on if it passes over no old line (lines were only added in front of it), else
 *    from 2 1/2 on;
 *  - and from as many as the old lines that it passes over and that have not come yet, or the new
 *    lines in front of it that stand in the old text behind it: had lines only been moved, it would
 *    leave as many equal as the other way round. 12 lines are enough for that;
 *  - two more while all of it stands deeper than what has changed, within the same block: that may be
 *    a copy of the old one, which follows.
 * Of several runs the one that is worth most is taken, then the nearest. */
#ifndef HUM_REJOIN_H
#define HUM_REJOIN_H

#include "edit/classes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RUNS_MOST 24  /* that are followed at a time */
#define PLACES_MOST 8 /* nearest ones of a line at which a run may begin */

struct run {
    size_t old, new, count; /* lines where it begins, and how many */
    uint32_t worth, wanted; /* so much is enough; 0: not known yet */
    uint16_t indent;        /* least of its lines that tell something */
};

/* The owner embeds it. */
struct rejoin {
    const struct classes *classes;
    size_t old, new; /* lines in front of which the texts parted */
    struct run runs[RUNS_MOST];
    size_t run_count;
    uint16_t *indents; /* of the new lines since then the least */
    size_t indent_room;
    uint64_t steps; /* work: places looked at, ever */
};

void rejoin_init(struct rejoin *r, const struct classes *classes);
void rejoin_finish(struct rejoin *r);

/* The texts part in front of these lines. */
void rejoin_part(struct rejoin *r, size_t old, size_t new);

/* The newest line of the new text. True: the texts have rejoined, *run says where. */
bool rejoin_line(struct rejoin *r, struct run *run);

#endif
