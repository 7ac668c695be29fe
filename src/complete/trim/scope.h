/* The block of code that the cursor is in, and the definition around that: by indentation, by words
 * and by what closes them. */
#ifndef HUM_SCOPE_H
#define HUM_SCOPE_H

#include "complete/trim/context.h"

#include <stdbool.h>
#include <stddef.h>

#define SCOPE_DEPTH 32 /* blocks around the cursor, at most; those further out do not count */

struct scope {
    const struct trim_context *context;
    struct span below; /* the lines below the cursor's that were not compared yet */
    size_t base;       /* indentation of the lines of the block, in columns */
    bool own;          /* a block that opens inside of it is the cursor's line's own */
    bool deeper;       /* one has opened */
    bool left;         /* the answer has closed the definition, or a block of one not known */

    bool by_indent;             /* blocks end where their indentation does */
    size_t blocks[SCOPE_DEPTH]; /* columns of the lines that opened blocks around it, inner first */
    size_t block_count;
    bool defined;      /* one of them is a definition: a function, a class ... */
    size_t definition; /* ... the innermost, of that column */
    bool unfinished;   /* no line below closes it */
    size_t floor;   /* a line of the answer that leaves blocks by its indentation stands deeper */
    bool has_floor; /* there is a line below */
};

enum scope_verdict {
    SCOPE_IN,
    SCOPE_MAYBE, /* the line goes on, and may be one that closes the block */
    SCOPE_PASS,  /* what follows it decides: a comment */
    SCOPE_OUT,
};

/* context outlives s. base, own: as above. */
void scope_init(struct scope *s, const struct trim_context *context, size_t base, bool own);

/* A line of the answer that is not blank. */
struct scope_line {
    struct span trimmed; /* without its indentation ... */
    size_t indent;       /* ... of so many columns */
    bool closed;         /* it will not grow */
    bool apart;          /* a blank line stands above it */
};

/* Every such line in turn. */
enum scope_verdict scope_follow(struct scope *s, const struct scope_line *line);

#endif
