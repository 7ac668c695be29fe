/* Lines of a text that others shall replace, and why there are none. Pure. */
#ifndef HUM_SPOT_H
#define HUM_SPOT_H

#include "edit/seek.h"
#include "edit/text.h"

#include <stddef.h>

struct spot {
    size_t first, count; /* lines of the text, from 0 */
    struct text lines;   /* that stand there instead */
};

/* In the order of the text. spots_finish is due. */
struct spots {
    struct spot *items;
    size_t count;
};

enum spots_end {
    SPOTS_FOUND,
    SPOTS_ABSENT,
    SPOTS_SEVERAL,   /* it fits in several places */
    SPOTS_ELSEWHERE, /* not below the lines that are said to stand above it */
    SPOTS_PART,      /* it begins or ends within a line */
    SPOTS_ELIDED,    /* dots for lines in one of its parts alone */
    SPOTS_NOWHERE,   /* it has no lines to be found by */
};

struct spots_why {
    size_t places[SEEK_PLACES]; /* lines, from 0: of SEVERAL, and of PART one */
    size_t place_count;         /* there are so many, of which SEEK_PLACES are told at most */
};

/* Appends one; its lines are empty. */
struct spot *spots_add(struct spots *spots, size_t first, size_t count);

/* The same, of lines that were found, with what replaces them made the file's. */
void spots_recast(struct spots *spots, const struct seek_lines *lines,
                  const struct seek_found *found, const struct text *replace);

void spots_note(struct spots_why *why, const struct seek_found *found);

void spots_finish(struct spots *spots);

#endif
