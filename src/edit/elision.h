/* "... rest unchanged ...": lines that stand for code which a model did not repeat. They become the
 * range's own lines where it is certain which: between the last line that the range has, too, and
 * the next one that it has; else the answer is refused. Pure. */
#ifndef HUM_ELISION_H
#define HUM_ELISION_H

#include "edit/stage.h"
#include "edit/text.h"

#include <stdbool.h>

struct elision {
    struct stage stage;
    size_t at;        /* the last line of the range that came, LINEMAP_NONE: none */
    size_t column;    /* of that */
    bool beside;      /* nothing but blank lines came behind it */
    bool inside;      /* all that came behind it stands deeper */
    bool blank;       /* the last line that was given is blank */
    struct text held; /* a line that stands for others, and blank lines behind it */
    size_t held_column;
};

void elision_init(struct elision *e, const struct stage *stage);
void elision_finish(struct elision *e);
void elision_line(struct elision *e, struct span line);
void elision_end(struct elision *e, bool cut);

enum elision_kind {
    ELISION_NONE,
    ELISION_LINE, /* the line stands for others */
    ELISION_PART, /* a part of it does */
};

/* Whether the line stands for others, whatever the language and the text: dots alone, or a comment
 * that says so. */
bool elision_is(struct span line);

enum elision_kind elision_of(const struct place *p, struct span line);

#endif
