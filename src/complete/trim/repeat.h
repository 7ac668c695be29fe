/* Repetition, the way in which models fail most: lines and units of a line that come again
 * and again. */
#ifndef HUM_REPEAT_H
#define HUM_REPEAT_H

#include "text/line.h"

#define REPEAT_PAST 32                 /* earlier lines that are compared */
#define REPEAT_LINES (REPEAT_PAST / 2) /* of the longest block that is found */
#define REPEAT_UNIT 16                 /* bytes of the longest unit of a line */

/* A line that stands above or was generated. */
struct past {
    struct line line;
    size_t weight;
    size_t from; /* where it begins in the answer */
};

struct repeat {
    struct past past[REPEAT_PAST];
    size_t count;
    size_t runs[REPEAT_LINES + 1]; /* lines in a row that equal those n lines before */
    size_t units[REPEAT_UNIT + 1]; /* bytes in a row that equal those n bytes before */
};

/* above: the lines above the cursor's, which outlive r. */
void repeat_init(struct repeat *r, struct span above);

enum repeat_verdict {
    REPEAT_NO,
    REPEAT_MAYBE, /* the line goes on, and may become the last of a block that came before */
    REPEAT_YES,   /* a block has come twice; the second begins at byte *from of the answer */
};

/* A line of the answer that is not blank. */
struct repeat_line {
    struct line line;
    size_t at;   /* where it begins in the answer */
    bool closed; /* it will not grow */
    bool begun;  /* by the user, who wants it though it may well be there already */
};

/* Every such line in turn. */
enum repeat_verdict repeat_follow(struct repeat *r, const struct repeat_line *line, size_t *from);

/* Looks at byte i of the answer; every byte in turn. True if a unit has come often enough that it
 * would come for ever: "0, 0, 0, 0, ". Its second coming begins at byte *from. */
bool repeat_byte(struct repeat *r, const char *text, size_t i, size_t *from);

/* The same of longer units, up to REPEAT_LONG bytes, that came three times at the end of a line so
 * far. It costs as much as there are bytes to look at, so it is not for every byte. */
#define REPEAT_LONG 128
bool repeat_long(struct span line, size_t *from);

#endif
