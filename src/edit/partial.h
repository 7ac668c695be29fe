/* Blocks whose search part begins or ends within a line of the text. They are taken where it is
 * certain that what is left of the line is to stay; a line that was cut is told. Pure. */
#ifndef HUM_PARTIAL_H
#define HUM_PARTIAL_H

#include "edit/spot.h"

/* SPOTS_FOUND, SPOTS_ABSENT, SPOTS_SEVERAL, or SPOTS_PART with its line. */
enum spots_end partial_find(const struct seek_lines *lines, const struct text *search,
                            const struct text *replace, struct spots *spots, struct spots_why *why);

#endif
