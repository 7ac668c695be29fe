/* How the columns of an answer are to be understood: as they are, all as far from the range as the
 * first line, in steps of another width. Each way is a guess; lines drop those that they prove wrong:
 * a line that the range has, too, one that a block is opened above of, one between two steps. Pure. */
#ifndef HUM_COLUMNS_H
#define HUM_COLUMNS_H

#include "base/span.h"
#include "text/guess.h"
#include "text/syntax.h"

#include <stdbool.h>
#include <stddef.h>

struct place;

struct columns {
    const struct place *place;
    struct guesses guesses; /* of all lines but the first, the likeliest first */
    bool moved; /* the answer does not begin where the range does, or has other white space */

    /* the last line that has code */
    size_t answer, file; /* its columns */
    bool after_first;    /* it is the first one */
    enum syntax_tail tail;
    bool block;     /* it opens a block, and no bracket of a list or call */
    bool may_block; /* ... or may: "if (x)" */
    bool item;      /* it is an item of a list: "- x" */
    bool lists;     /* it ends with a comma */
    char sign;      /* its first one */
};

/* The first line stands in that column of the answer, and is to stand in that one of the file. */
void columns_begin(struct columns *c, size_t answer, size_t file);

/* A line of code, before it is placed. above: the line above it was followed. */
void columns_weigh(struct columns *c, struct span line, size_t answer, bool above);

/* Whether it stands in the same place by all guesses; and where by the likeliest. */
bool columns_agree(const struct columns *c, size_t answer);
size_t columns_file(const struct columns *c, size_t answer);

/* A line that was placed. code: what of it is code, which is not empty. */
void columns_follow(struct columns *c, struct span code, size_t answer, size_t file);

#endif
