/* What an answer changes in files: its blocks by the names of their files, then, with the text of a
 * file, the text that it is to have, and why a block was not taken. Blocks that can be taken are,
 * whatever is wrong with others. Nothing is ever put at a place that is not certain. Pure. */
#ifndef HUM_CHANGES_H
#define HUM_CHANGES_H

#include "edit/block.h"
#include "edit/text.h"
#include "edit/verdict.h"

#include <stdbool.h>
#include <stddef.h>

struct changes_file {
    const char *name;         /* as the answer has it; "": it names none */
    enum patch_action action; /* behind changes_apply what comes of it */
    const char *to;           /* where it is moved, or "" */
    bool creates;             /* its first block needs no text that is there */
    enum patch_form form;     /* of that */
    size_t blocks;
    struct changes_faults faults;
};

struct changes_want {
    struct span text;   /* the answer */
    size_t first, last; /* only blocks that touch these lines of it, from 1; last 0: all */
    bool cut;           /* it broke off: what stands at its end may not be whole */
};

/* A file as it is. */
struct changes_old {
    bool there;
    const struct text *lines; /* none if it is not there */
    const char *filetype;     /* as Neovim names it, "" if it has none */
};

struct changes;

struct changes *changes_new(const struct changes_want *want);
void changes_free(struct changes *c); /* NULL is fine */

/* Files in the order of the answer. */
size_t changes_count(const struct changes *c);
const struct changes_file *changes_file(const struct changes *c, size_t i);

/* What belongs to no file. */
const struct changes_faults *changes_faults(const struct changes *c);

/* Blocks of file i belong to the earlier file j, too: two names of one file. To be told before
 * changes_apply. */
void changes_join(struct changes *c, size_t i, size_t j);

/* What becomes of file i. The lines that it is to have are appended to out. */
void changes_apply(struct changes *c, size_t i, const struct changes_old *old, struct text *out);

#endif
