/* Whether the lines of an answer begin with a block rather than with code: the first marker tells.
 * Pure. */
#ifndef HUM_MARKED_H
#define HUM_MARKED_H

#include "base/span.h"
#include "edit/text.h"

#include <stdbool.h>

enum marked_form { MARKED_NOTHING, MARKED_SEARCH, MARKED_PATCH, MARKED_UDIFF };

struct marked {
    enum marked_form form;
    bool is_diff; /* of the file itself: fences of diffs say nothing */
    bool minus;   /* the last line may be the first of a diff's head */
    bool wraps;   /* ... or stand around a block: a fence, a command that takes a patch */
};

/* filetype: of the file, as Neovim names it. */
void marked_init(struct marked *m, const char *filetype);

/* The next line. */
void marked_line(struct marked *m, struct span line);

/* What the first marker so far belongs to. */
enum marked_form marked_form(const struct marked *m);

/* The last line may be a marker: the next one tells. */
bool marked_may_begin(const struct marked *m);

/* Whether a line opens a fence of a diff, and whether one begins a diff: names or a hunk. */
bool marked_is_fence(struct span line);
bool marked_is_head(struct span line);

/* Whether a text has lines that look like markers. */
bool marked_has(const struct text *text);

#endif
