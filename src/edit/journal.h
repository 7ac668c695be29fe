/* What has become of an answer since it was last looked at, as records: a log that can be joined,
 * cut and sent again at any byte. Each is a line, by its first byte:
 *
 *   "=FIRST COUNT NEW"  a hunk has finished: COUNT lines of old from line FIRST on, from 1, become the
 *                       NEW records " LINE" that follow
 *   "@AT"               another open part begins, behind AT old lines: no row of it is shown yet
 *   "+ROW"              a row is added to it
 *   ">REACHED"          so many old lines have been passed
 *   "~TEXT"             the line that grows goes on with this
 *   "^"                 there is no line that grows: it has ended, or is gone
 *   "!"                 nothing of what came before counts
 *
 * A '\n' in a line, which is how Neovim has a NUL, is written as NUL. Pure. */
#ifndef HUM_JOURNAL_H
#define HUM_JOURNAL_H

#include "edit/answer.h"

#include <stdbool.h>
#include <stddef.h>

struct buf;

/* What was told. All zero: nothing. */
struct journal {
    size_t hunks;
    struct answer_open open;
    size_t reached;
    size_t tail; /* bytes */
    size_t text; /* lines that were complete when that was told */
};

/* Appends what is new. */
void journal_write(struct journal *j, const struct answer *a, struct buf *out);

/* All the answer is gone. */
void journal_restart(struct journal *j, struct buf *out);

#endif
