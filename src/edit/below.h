/* Lines below the range that an answer repeats at its end: they are left out, if they are certain to
 * be those, so lines that may be them are held. Blank lines at the end are as in the range. Pure. */
#ifndef HUM_BELOW_H
#define HUM_BELOW_H

#include "edit/stage.h"
#include "edit/text.h"

struct below {
    struct stage stage;
    size_t *lines;    /* of after: those that are not blank */
    size_t *fallback; /* of each, how many that end with it are also the first ones */
    size_t count;
    size_t matched;   /* of the answer's last lines, so many are the first of them */
    struct text held; /* those, and blank lines between and behind */
    bool begun;       /* a line was given */
    bool over;        /* all that stands below came */
    long depth;       /* brackets that what was given leaves open */
};

void below_init(struct below *b, const struct stage *stage);
void below_finish(struct below *b);
void below_line(struct below *b, struct span line);
void below_end(struct below *b, bool cut);

/* Whether a line that begins so goes right through. */
bool below_passes(const struct below *b, struct span line);

#endif
