/* The least difference of two lists of lines: which of each are not in the other, if as many as
 * possible are kept in their order (Myers 1986, in linear space). Its work grows with what differs,
 * and never beyond (a_count + b_count) * COMPARE_COST * a small constant: where the search for the
 * best place to divide gets too long, the one that has got furthest is taken. Pure. */
#ifndef HUM_COMPARE_H
#define HUM_COMPARE_H

#include "edit/classes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COMPARE_COST 256 /* changed lines up to which the least difference is found for certain */

struct compare {
    int32_t forward[2 * COMPARE_COST + 3], backward[2 * COMPARE_COST + 3];
    uint64_t steps; /* work: diagonals visited and lines compared, ever */
    /* scratch, for lines that both lists have */
    uint32_t *a, *b, *a_at, *b_at;
    bool *a_changed, *b_changed;
    size_t a_room, b_room;
    uint32_t *in_a, *in_b; /* of each class: the round in which it was seen last */
    size_t classes;
    uint32_t round;
};

void compare_init(struct compare *c);
void compare_finish(struct compare *c);

struct compare_side {
    const uint32_t *classes; /* of its lines */
    size_t count;
    bool *changed; /* set where a line is in no other one; false before */
};

/* class_count: all classes are below it. */
void compare_lines(struct compare *c, const struct compare_side *a, const struct compare_side *b,
                   size_t class_count);

#endif
