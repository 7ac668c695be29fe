/* A table of HTML as rows of cells, "| a | b |", or, where it is no table of words, as running text.
 * Pure. */
#ifndef HUM_ROWS_H
#define HUM_ROWS_H

#include "base/buf.h"
#include "base/span.h"

#include <stdbool.h>
#include <stddef.h>

struct flow;

struct rows {
    struct flow *flow; /* where they go */
    size_t tables;     /* that are open, one in another */
    bool plain;        /* the outermost is for looks: its cells are text */
    bool headed;       /* its first row was written */
    bool celled;       /* within a cell */
    bool space;        /* a blank is due in it */
    struct buf row;    /* cells of the row, each behind '\n' */
    size_t cells;
};

void rows_init(struct rows *r, struct flow *flow, size_t cap);
void rows_finish(struct rows *r);

/* <table>; plain: the page says itself that it is for looks. */
void rows_open(struct rows *r, bool plain);
void rows_close(struct rows *r); /* </table> */
void rows_row(struct rows *r);   /* <tr> or </tr> */
void rows_cell(struct rows *r);  /* <td>, <th> */

/* Text of the cell that is open. */
void rows_text(struct rows *r, struct span text);

/* What comes makes lines of its own: if it stands in a table, that is none of words. */
void rows_make_plain(struct rows *r);

#endif
