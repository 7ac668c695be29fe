/* Ways to understand the columns of an answer: as they are, by other steps than the file's, counted
 * from the cursor's line. */
#ifndef HUM_GUESS_H
#define HUM_GUESS_H

#include "text/language.h"

#include <stdbool.h>
#include <stddef.h>

#define GUESSES_MOST 20

/* A column of the answer stands at one of the file, and so many columns are a step. */
struct guess {
    size_t from, to;
    size_t step;
};

/* The owner embeds it. */
struct guesses {
    struct guess list[GUESSES_MOST]; /* those that may be right, the likeliest first */
    size_t count;                    /* 0: nothing was guessed yet */
};

/* Where an answer begins. */
struct guess_start {
    size_t base;  /* the column in the file */
    size_t own;   /* the same as the answer says itself, if it does so, else base */
    size_t depth; /* so many blocks are around it */
};

/* step: the file's, at least 1, here and below. There is one guess at least then. */
void guesses_make(struct guesses *g, const struct language *language, size_t step,
                  const struct guess_start *start);

/* Whether lines stand in steps, each where the line above says: not so in markup and where lines are
 * aligned with each other, as in Haskell, Lisp and SQL. */
bool guess_has_steps(const struct language *language);

/* The file's own columns. */
bool guess_is_plain(const struct guess *guess, size_t step);

/* The column in the file. exact: it is so many whole steps from where it is counted. */
size_t guess_column(const struct guess *guess, size_t step, size_t answer, bool *exact);

#endif
