#include "complete/trim/scope.h"

#include "complete/trim/line.h"

void scope_init(struct scope *s, const struct indent *indent, struct span below, size_t base,
                bool own)
{
    *s = (struct scope){.indent = indent, .below = below, .base = base, .own = own};
}

/* Whether a line below closes a block of that indentation. The scope only goes outwards, so
 * the search goes on where it was: each line is compared once. */
static bool is_closed_below(struct scope *s, size_t indent)
{
    bool any = false;
    while (s->below.len > 0) {
        size_t at = 0;
        struct span line = span_next_line(s->below, &at);
        struct span trimmed = span_ltrim(line);
        size_t column = line_indent(s->indent, line_of(line));
        if (trimmed.len > 0 && column <= indent) {
            return column == indent && line_closes(trimmed);
        }
        any = any || trimmed.len > 0;
        s->below = span_skip(s->below, at < s->below.len ? at : s->below.len);
    }
    /* The line that closes it may be beyond what the caller has given. */
    return any;
}

enum scope_verdict scope_follow(struct scope *s, const struct scope_line *line)
{
    bool closes = line_closes(line->trimmed);
    if (line->indent > s->base) {
        s->deeper = true;
        return SCOPE_IN;
    }
    if (!line->closed && line_may_close(line->trimmed)) {
        return SCOPE_MAYBE;
    }
    if (line->indent < s->base) {
        if (!closes || is_closed_below(s, line->indent)) {
            return SCOPE_OUT;
        }
        s->base = line->indent;
        s->left = true;
        return SCOPE_IN;
    }
    /* Behind a finished block and a blank line something else begins. In the middle of a
     * function that belongs to it, at top level or behind the block of the cursor's own line
     * it does not. */
    bool done = s->deeper && line->apart && (s->base == 0 || s->own);
    return !closes && (s->left || done) ? SCOPE_OUT : SCOPE_IN;
}
