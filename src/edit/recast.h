/* The lines that a model wants in a place, made the file's: those that it only repeats keep the
 * bytes that they have in the file, others get its indentation and line ends, and of a changed line
 * the dashes, quotes and blanks that the model has not touched. A line at a time. Pure. */
#ifndef HUM_RECAST_H
#define HUM_RECAST_H

#include "edit/seek.h"

#include <stdbool.h>
#include <stddef.h>

struct recast {
    const struct seek_found *found;
    const struct seek_line *at; /* where it stands */
    const struct habit *habit;
    size_t cursor;      /* line of the search that comes next */
    size_t skip;        /* blank lines in front that are left out, as they were in the search */
    struct text blanks; /* blank lines that are held back: at the end they may be left out */
    bool returns;       /* all lines end with a carriage return */
    bool strips;        /* blanks at line ends are the model's own: no line of the file has them */
    bool mark;          /* a byte order mark is due */
    bool begun;         /* a line with text is out */
    bool stands;        /* the replacement is indented as the file, other than the search */
    struct buf line, text;
};

/* found and lines outlive r, which recast_finish ends. */
void recast_init(struct recast *r, const struct seek_lines *lines, const struct seek_found *found);
void recast_finish(struct recast *r);

/* The next line of the replacement; what stands in the file then is appended to out. */
void recast_line(struct recast *r, struct span line, struct text *out);

/* No line follows. */
void recast_end(struct recast *r, struct text *out);

#endif
