/* The block of code that the cursor is in, by indentation and by what closes it. */
#ifndef HUM_SCOPE_H
#define HUM_SCOPE_H

#include "complete/trim/indent.h"

#include <stdbool.h>
#include <stddef.h>

struct scope {
    const struct indent *indent;
    struct span below; /* the lines below the cursor's that were not compared yet */
    size_t base;       /* indentation of the lines of the block, in columns */
    bool own;          /* a block that opens inside of it is the cursor's line's own */
    bool deeper;       /* one has opened */
    bool left;         /* the answer has closed the block itself */
};

enum scope_verdict {
    SCOPE_IN,
    SCOPE_MAYBE, /* the line goes on, and may be one that closes the block */
    SCOPE_OUT,
};

/* indent, below: of the file, and the lines below the cursor's; both outlive s. base, own: as
 * above. */
void scope_init(struct scope *s, const struct indent *indent, struct span below, size_t base,
                bool own);

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
