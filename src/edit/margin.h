/* How a model's lines are indented beside the file's: the same, deeper by an offset that is one and
 * the same, in tabs instead of blanks, in another step. Found from lines that stand in both, then
 * used for those that the model added. Pure. */
#ifndef HUM_MARGIN_H
#define HUM_MARGIN_H

#include "base/buf.h"
#include "base/span.h"

#include <stdbool.h>
#include <stddef.h>

/* White space in front of a line of the model's and of the file's that says the same. */
struct margin_pair {
    struct span from, to;
};

enum margin_kind {
    MARGIN_SAME,
    MARGIN_ADD,    /* white is put in front */
    MARGIN_REMOVE, /* white is taken from the front */
    MARGIN_STEPS,  /* columns: c / from * to + c % from + delta */
};

struct margin {
    enum margin_kind kind;
    struct span white;
    size_t from, to; /* columns of a step, and of a tab, here and there */
    ptrdiff_t delta;
    bool tabs;                /* steps are written with tabs */
    bool own;                 /* the first line stands elsewhere than the rest says */
    struct margin_pair first; /* then so */
};

/* How a text is indented by and large. */
struct habit {
    size_t tabs, blanks; /* lines that begin with a tab, with two blanks or more */
    size_t step;         /* the least number of blanks, 0: none */
};

void habit_add(struct habit *h, struct span line);

/* The white space that a line begins with: all of it that fold_trim drops. */
struct span margin_of(struct span line);

/* Finds out how; pairs are of lines with text, the first line's first. Whether there is one answer.
 * The texts must outlive m. */
bool margin_find(struct margin *m, const struct margin_pair *pairs, size_t count);

/* Appends what stands in the file for white space of the model's. first: of the block's first
 * line. */
void margin_write(const struct margin *m, struct span white, bool first, struct buf *out);

/* Appends white space in the file's own characters, where no line has told how the model's are to
 * be understood: blanks where the file has only tabs, and the other way round. */
void margin_retab(const struct habit *h, struct span white, struct buf *out);

#endif
