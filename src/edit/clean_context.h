/* What the cleaning of an answer is told of the place that it is for, and why it may refuse one. */
#ifndef HUM_CLEAN_CONTEXT_H
#define HUM_CLEAN_CONTEXT_H

#include "base/span.h"
#include "edit/text.h"
#include "text/indent.h"

#include <stdbool.h>
#include <stddef.h>

/* The place, borrowed: all of it must outlive the struct clean. */
struct clean_context {
    const struct text *old;            /* the whole lines of the range; none: of an insertion */
    const struct text *before, *after; /* some of the lines around it */

    /* Of a range of characters: what stands left of it in its first line, and right of it in its
     * last. The lines that come out are whole ones, with these at their ends. */
    struct span head, foot;

    const char *filetype; /* as Neovim names it; "" if it has none */
    struct indent indent; /* the options of the buffer */
    bool insert;  /* new lines are wanted between before and after; old may be a blank line */
    size_t first; /* number of the range's first line in its file, from 1; 0: not known */
    struct span instruction;

    /* The answer is a patch, or search and replace: lines come as they are, without thoughts. */
    bool wants_patch;
};

enum clean_fault {
    CLEAN_FINE,
    CLEAN_EMPTY,      /* no code, and nothing was to be deleted */
    CLEAN_PROSE,      /* words to the reader alone */
    CLEAN_QUESTION,   /* the same, and they ask */
    CLEAN_THOUGHT,    /* thoughts without an answer, or in the midst of it */
    CLEAN_ELIDED,     /* "... rest unchanged ...", and it is not certain what that stands for */
    CLEAN_LOOP,       /* the same lines again and again */
    CLEAN_TOOL,       /* a call of a tool that nobody offered */
    CLEAN_ENVELOPE,   /* code within JSON */
    CLEAN_OPEN_FENCE, /* the fence is not closed, and much of the range is missing */
    CLEAN_MARKER,     /* a marker of a block, and no block that it belongs to */
    CLEAN_OUTSIDE,    /* lines of the file around the range are changed, too */
    CLEAN_FAULTS,
};

#endif
