/* Whether a line begins something that a reader looks for: a function, a type, a heading, a section.
 * By the line alone and a few words for each kind of file, no parser: a line too many does no harm.
 * Pure. */
#ifndef HUM_HEADING_H
#define HUM_HEADING_H

#include "base/span.h"

#include <stdbool.h>

/* Kinds of files that are alike in this. */
enum heading_kind {
    HEADING_NONE, /* nothing is known of such files */
    HEADING_CODE, /* words such as "function" or "class" begin things */
    HEADING_C,    /* so do names at the left with "(" behind them */
    HEADING_MARKDOWN,
    HEADING_SECTIONS, /* [section] */
    HEADING_KEYS,     /* "key:" at the left */
    HEADING_TEX,
    HEADING_STARS, /* of Org */
    HEADING_SHELL, /* "name() {" */
    HEADING_CSS,   /* "selector {" */
};

/* By the extension or the name of a file, with or without folders in front of it. */
enum heading_kind heading_kind(const char *path);

/* Goes through the lines of a text. */
struct heading {
    enum heading_kind kind;
    char fence; /* of Markdown: within a block of code that it closes, else 0 */
};

/* Whether the next line is one; *level: how deep it is, from 0. */
bool heading_is(struct heading *h, struct span line, size_t *level);

#endif
