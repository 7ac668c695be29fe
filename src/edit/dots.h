/* Dots for lines that are left out. In both parts of a block they make pieces that belong together
 * in pairs, each found on its own, in their order; in what replaces lines alone they stand for lines
 * that nobody knows. Pure. */
#ifndef HUM_DOTS_H
#define HUM_DOTS_H

#include "edit/spot.h"

#include <stdbool.h>

/* Whether a line of the replacement is dots that are not in the search: lines are left out there.
 * "..." below a line that ends with ":" is Python. */
bool dots_added(const struct text *search, const struct text *replace);

/* SPOTS_FOUND with what each pair changes; SPOTS_ABSENT: there are no dots, or a piece is nowhere;
 * SPOTS_SEVERAL; SPOTS_ELIDED: dots do not pair. */
enum spots_end dots_find(const struct seek_lines *lines, const struct text *search,
                         const struct text *replace, struct spots *spots, struct spots_why *why);

#endif
