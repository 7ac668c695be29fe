/* When a new text that has left the old one is back in it for certain: runs of lines that are equal
 * in both, up to the newest line, and what they tell. It depends on complete lines alone. Pure.
 *
 * A run is worth the substance of its lines (classes_substance): one that tells something and occurs
 * once counts as a line, "}" as none, one that occurs three times as a third. Of the run that ended
 * at most 6 lines in front of it in both texts, and of what that one went on with, two thirds are
 * added: thus a name changes all over a function. It is enough
 *  - from 1 1/2 lines on if no old line is passed over (lines were only added in front), else from
 *    2 1/2 on;
 *  - and from as many as the old lines that are passed over and have not come yet, or the new lines
 *    in front that stand in the old text behind the run's beginning: had lines only been moved, as
 *    many would be left as they are the other way round. 10 lines are enough for that if the run has
 *    got into a block and out of it, else 24;
 *  - or from 1 line on, if at most 3 old lines are passed over, and at most one more than were added,
 *    and none of those stands in the old text behind it: a few lines have changed, and the next one
 *    is there again;
 *  - and, while all of it stands deeper than what has changed, from 8 lines more on, by itself: the
 *    line above the block has changed, or the block is a copy, and the old one follows. Not so if it
 *    goes on with a run in another such block: then the lines above both have changed.
 * Of several runs the one that is worth most is taken, then the nearest. */
#ifndef HUM_REJOIN_H
#define HUM_REJOIN_H

#include "edit/classes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RUNS_MOST 24  /* that are followed at a time */
#define ENDED_MOST 8  /* that have ended and are remembered */
#define PLACES_MOST 8 /* nearest ones of a line at which a run may begin */

struct run {
    size_t old, new, count;      /* lines where it begins, and how many */
    size_t chain_old, chain_new; /* where the first of those begins that it goes on with */
    uint32_t worth, chain_worth; /* of its lines, and what is added for those */
    bool apart;                  /* ... it is in another block than those */
    uint16_t indent;             /* least of its lines that tell something */
    bool deeper, returned;       /* such a line stood deeper than that; and a later one did not */
};

/* The owner embeds it. */
struct rejoin {
    const struct classes *classes;
    size_t old, new; /* lines in front of which the texts parted */
    struct run runs[RUNS_MOST];
    size_t run_count;
    struct run ended[ENDED_MOST]; /* the oldest first */
    size_t ended_count;
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
