/* Where the lines that a model wants to replace stand in a text. Models copy lines badly: each kind
 * of difference is a step, and the first at which the lines stand somewhere decides:
 *
 *   exact; without white space at line ends; with one offset of indentation, tabs or blanks, another
 *   step (margin.h); each of these with plain dashes, quotes and blanks (fold.h).
 *
 * If they stand nowhere: without blank lines at their ends; with entities decoded; without numbers
 * in front of all of them. What is only similar is not found. Where they stand in several places,
 * nothing is guessed: a place must be told by its number or by a line above it. Pure. The costs are
 * those of one pass over the text. */
#ifndef HUM_SEEK_H
#define HUM_SEEK_H

#include "edit/margin.h"
#include "edit/seek_lines.h"
#include "edit/text.h"

#include <stdbool.h>
#include <stddef.h>

struct seek_want {
    const struct text *search;
    const struct text *anchors; /* lines above it, outer first; NULL: none */
    bool weak;                  /* anchors only choose among places, they exclude none */
    size_t number;              /* of its first line, from 1; 0: unknown */
    bool at_end;                /* it ends the text */
};

enum seek_end {
    SEEK_FOUND,
    SEEK_ABSENT,
    SEEK_SEVERAL,
    SEEK_ELSEWHERE, /* it is there, but not below its anchors */
};

#define SEEK_PLACES 6 /* that are told */

/* Where it stands, and how. seek_found_finish is due. */
struct seek_found {
    size_t first, count;
    struct text search;     /* the lines as they were found: less blank ones at the ends, decoded */
    size_t skipped, left;   /* blank lines that were left out in front and behind */
    bool decoded, numbered; /* entities, numbers of lines: the replacement has them too */
    bool exact;             /* byte by byte */
    bool folded;            /* characters differ */
    bool plain;             /* none of the lines was indented: nothing is known of the model's */
    struct margin margin;
    size_t places[SEEK_PLACES]; /* of SEEK_SEVERAL: lines, from 0 */
    size_t place_count;         /* of all places, of which so many are told at most */
};

enum seek_end seek(const struct seek_lines *lines, const struct seek_want *want,
                   struct seek_found *found);
void seek_found_finish(struct seek_found *found);

/* Without its number of the line and what stands behind that ("12 | ", "12: ", "12\t"). Whether it
 * has one. */
bool seek_unnumber(struct span *line);

#endif
