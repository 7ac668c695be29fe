/* Lines above the range that an answer repeats at its beginning: all that comes up to the line in
 * front of the range is left out, if it is certain that it is that. Blank lines at the beginning
 * are as in the range. Pure. */
#ifndef HUM_ABOVE_H
#define HUM_ABOVE_H

#include "edit/stage.h"
#include "edit/text.h"

#define ABOVE_STARTS 8 /* places above at which the answer may have begun */

struct above {
    struct stage stage;
    struct text held;
    size_t blanks; /* blank lines that came, while nothing else has */
    size_t *lines; /* above: those that are not blank, and how many */
    size_t count;
    size_t starts[ABOVE_STARTS]; /* of these; the lowest first */
    size_t start_count;
    bool begun;     /* a line was given */
    bool whole;     /* what is held is all that stands above from some line on */
    size_t matched; /* lines that are held and not blank */

    /* Of an answer that began as the file does, but differs: the next line above, lines that are the
     * file's and letters of them, and how many are still looked at. */
    size_t watched, again, weight, watches;
};

void above_init(struct above *a, const struct stage *stage);
void above_finish(struct above *a);
void above_line(struct above *a, struct span line);
void above_end(struct above *a, bool cut);

/* Whether the next line, if it is not blank, goes right through. */
static inline bool above_passes(const struct above *a)
{
    return a->begun && a->held.count == 0;
}

#endif
