/* Search/replace blocks. */
#include "edit/naming.h"
#include "edit/patch_state.h"
#include "edit/pathname.h"

#include <stdlib.h>

/* A line names a block that stands so many lines below at most. */
#define ABOVE_MAX 3

/* ---- whose block it is ------------------------------------------------------------------ */

static bool name_in(struct buf *line, struct span *name)
{
    return line->len > 0 && naming_in_line((struct span){line->data, line->len}, true, name);
}

/* Behind the marker, above it within the fence, behind the fence's signs, above the fence. */
static bool find_name(struct patch *p, struct span rest, struct span *name)
{
    if (pathname_is(rest, true)) {
        *name = rest;
        return true;
    }
    if (p->line - p->above_line <= ABOVE_MAX && name_in(&p->above, name)) {
        return true;
    }
    if (p->mark != 0 && p->fence_name.len > 0) {
        *name = (struct span){p->fence_name.data, p->fence_name.len};
        return true;
    }
    if (p->mark != 0 && name_in(&p->fence_above, name)) {
        return true;
    }
    *name = (struct span){p->standing.data, p->standing.len};
    return p->standing.len > 0;
}

void patch_search_begin(struct patch *p, size_t signs, struct span rest)
{
    struct span name;
    if (find_name(p, rest, &name)) { /* else it is the file of the block before */
        patch_set(&p->name, name);
    }
    buf_clear(&p->above);
    buf_clear(&p->fence_above);
    patch_set(&p->fence_name, (struct span){"", 0});
    patch_begin(p, PATCH_SEARCH, p->line);
    p->signs = signs;
    p->other_count = p->doubled = 0;
    p->begins = true;
    p->placed = false;
    p->state = IN_SEARCH;
}

/* ---- its end ------------------------------------------------------------------------------ */

static void fault(struct patch *p, enum patch_fault fault)
{
    p->calls->on_fault(p->ctx, fault, p->block.first, p->name.data);
    p->block.form = PATCH_NONE;
    p->state = IN_TEXT;
}

void patch_search_end(struct patch *p)
{
    p->block.last = p->line - 1;
    fault(p, PATCH_UNFINISHED);
}

/* A divider behind the one that was taken is text if text follows: models write it twice, or once
 * more in front of the end. */
static void flush_divider(struct patch *p)
{
    if (p->doubled > 0 && p->state == IN_REPLACE) {
        p->calls->on_line(p->ctx, (struct span){"============", p->doubled});
    }
    p->doubled = 0;
}

static void end_block(struct patch *p)
{
    struct patch_block *b = &p->block;
    for (size_t i = 0; b->divider_count == 0 && i < p->other_count; i++) {
        b->dividers[i] = p->others[i];
    }
    b->divider_count = b->divider_count == 0 ? p->other_count : b->divider_count;
    if (b->divider_count == 0) {
        fault(p, PATCH_UNDIVIDED);
        return;
    }
    b->last = p->line;
    b->closed = true;
    patch_set(&b->name, (struct span){p->name.data, p->name.len});
    if (patch_underlines(b)) {
        flush_divider(p);
    }
    patch_divide(b, b->divider_count == 3 ? 1 : 0, &b->search, &b->replace);
    patch_give(p);
    p->state = IN_TEXT;
}

/* ---- its lines ---------------------------------------------------------------------------- */

static size_t number_in(struct span s)
{
    size_t n = 0;
    while (s.len > 0 && (s.data[0] < '0' || s.data[0] > '9')) {
        s = span_skip(s, 1);
    }
    for (size_t i = 0; i < s.len && i < 9 && s.data[i] >= '0' && s.data[i] <= '9'; i++) {
        n = n * 10 + (size_t)(s.data[i] - '0');
    }
    return n;
}

/* Roo's ":start_line:12", ":end_line:14" and the rule behind them, at the beginning of either part.
 * Models write the first line into the rule's: then *line is what is left. */
static bool is_place(struct patch *p, struct span *line)
{
    static const char rule[] = "-------";
    struct span s = span_rtrim(span_ltrim(*line));
    bool start = span_starts_with(s, ":start_line");
    if (!p->begins) {
        return false;
    }
    if (start || span_starts_with(s, ":end_line")) {
        p->placed = true;
        p->block.number = start && p->state == IN_SEARCH && p->block.divider_count == 0
                              ? number_in(s)
                              : p->block.number;
        return true;
    }
    if (!p->placed || !span_starts_with(s, rule)) {
        return false;
    }
    *line = span_skip(s, sizeof rule - 1);
    return line->len == 0;
}

static void add_line(struct patch *p, struct span line)
{
    text_add(&p->block.raw, line);
    p->begins = p->placed = false;
    if (p->state == IN_REPLACE) {
        p->calls->on_line(p->ctx, line);
    }
}

static void add_divider(struct patch *p, size_t count)
{
    struct patch_block *b = &p->block;
    bool exact = count == p->signs;
    size_t *list = exact ? b->dividers : p->others;
    size_t *n = exact ? &b->divider_count : &p->other_count;
    flush_divider(p);
    if (*n < PATCH_DIVIDERS) {
        list[(*n)++] = b->raw.count;
    }
    if (p->state == IN_REPLACE && exact) {
        p->doubled = p->begins ? 0 : count;
    } else if (p->state == IN_REPLACE) {
        p->calls->on_line(p->ctx, (struct span){"============", count});
    } else if (exact && p->calls->on_search != NULL) {
        text_clear(&b->search);
        text_add_lines(&b->search, text_lines(&b->raw, 0, b->raw.count));
        patch_set(&b->name, (struct span){p->name.data, p->name.len});
        p->state = p->calls->on_search(p->ctx, b) ? IN_REPLACE : IN_SEARCH;
    }
    text_add(&b->raw, (struct span){"============", count});
    p->begins = exact;
    p->placed = false;
}

/* The block before never ended: the next one's name may stand among its last lines. */
static void begin_next(struct patch *p, size_t count, struct span rest)
{
    const struct text *raw = &p->block.raw;
    size_t run;
    struct span info;
    for (size_t n = 1; n <= 4 && n <= raw->count; n++) {
        struct span line = text_line(raw, raw->count - n);
        if (!span_is_blank(line) && sign_fence(line, &run, &info) == 0) {
            patch_set(&p->above, line);
            p->above_line = p->line - n;
            break;
        }
    }
    fault(p, PATCH_UNFINISHED);
    patch_search_begin(p, count, rest);
}

/* The last marker without its word, as long as the first. */
static bool is_bare_end(const struct patch *p, struct span line)
{
    struct span s = span_rtrim(span_ltrim(line));
    bool bare = s.len == p->signs && p->block.divider_count > 0;
    for (size_t i = 0; i < s.len && bare; i++) {
        bare = s.data[i] == '>';
    }
    return bare;
}

void patch_search_line(struct patch *p, struct span line)
{
    size_t count;
    struct span rest;
    enum sign sign = sign_of(line, &count, &rest);
    if (sign == SIGN_DIVIDER) {
        add_divider(p, count);
    } else if (sign == SIGN_REPLACE || is_bare_end(p, line)) {
        end_block(p);
    } else if (sign == SIGN_SEARCH) {
        begin_next(p, count, rest);
    } else if (!is_place(p, &line)) {
        flush_divider(p);
        add_line(p, sign_is_escaped(line) ? span_skip(line, 1) : line);
    }
}
