#include "complete/trim/scope.h"

void scope_init(struct scope *s, struct span below, size_t base, bool own)
{
    *s = (struct scope){.below = below, .base = base, .own = own};
}

/* Whether a line below closes a block of that indentation. The scope only goes outwards, so
 * the search goes on where it was: each line is looked at once. */
static bool is_closed_below(struct scope *s, size_t indent)
{
    bool any = false;
    while (s->below.len > 0) {
        size_t at = 0;
        struct span line = line_next(s->below.data, s->below.len, &at);
        struct span trimmed = span_ltrim(line);
        size_t column = row_indent((struct row){line, {NULL, 0}});
        if (trimmed.len > 0 && column <= indent) {
            return column == indent && line_closes(trimmed);
        }
        any = any || trimmed.len > 0;
        s->below = span_skip(s->below, at < s->below.len ? at : s->below.len);
    }
    /* The line that closes it may be beyond what the caller has given. */
    return any;
}

enum scope_verdict scope_line(struct scope *s, struct span trimmed, size_t indent, bool closed,
                              bool apart)
{
    bool closes = line_closes(trimmed);
    if (indent > s->base) {
        s->deeper = true;
        return SCOPE_IN;
    }
    if (!closed && line_may_close(trimmed)) {
        return SCOPE_MAYBE;
    }
    if (indent < s->base) {
        if (!closes || is_closed_below(s, indent)) {
            return SCOPE_OUT;
        }
        s->base = indent;
        s->left = true;
        return SCOPE_IN;
    }
    /* Behind a finished block and a blank line something else begins. In the middle of a
     * function that belongs to it, at top level or behind the block of the cursor's own line
     * it does not. */
    bool done = s->deeper && apart && (s->base == 0 || s->own);
    return !closes && (s->left || done) ? SCOPE_OUT : SCOPE_IN;
}
