#include "edit/finish.h"

#include "edit/place.h"
#include "edit/prose.h"

#define MARK "\xEF\xBB\xBF" /* of the byte order */

void finish_init(struct finish *f, const struct place *place)
{
    *f = (struct finish){.place = place};
    buf_init(&f->line, SIZE_MAX);
    text_init(&f->held);
}

void finish_finish(struct finish *f)
{
    buf_finish(&f->line);
    text_finish(&f->held);
}

static bool ends_with(struct span s, struct span end)
{
    return s.len >= end.len && end.len > 0 &&
           memcmp(s.data + s.len - end.len, end.data, end.len) == 0;
}

/* Whether the line gets a carriage return: as the range's line that says the same has one, else as
 * most of its lines do. */
static bool has_return(const struct finish *f, struct span line)
{
    const struct place *p = f->place;
    const struct linemap_entry *known = linemap_find(&p->old, line);
    if (known == NULL) {
        return p->returns;
    }
    return ends_with(text_line(p->context.old, known->first), span_of("\r"));
}

static bool is_same(struct span a, struct span b)
{
    a = span_rtrim(a);
    b = span_rtrim(b);
    return a.len == b.len && span_starts(a, b);
}

static void give(struct finish *f, struct span line)
{
    if (f->place->context.foot.len == 0) {
        text_add(f->out, line);
        return;
    }
    if (f->held.count > 0) {
        text_add(f->out, text_line(&f->held, 0));
    }
    text_clear(&f->held);
    text_add(&f->held, line);
}

/* Blanks at the end of a line that is the range's otherwise are as there; in texts for people they mean
 * something, so that new ones stay. */
static struct span as_known(const struct finish *f, struct span line)
{
    const struct place *p = f->place;
    const struct linemap_entry *known = p->wish.white ? NULL : linemap_find(&p->old, line);
    if (known == NULL) {
        return line;
    }
    struct span was = text_line(p->context.old, known->first);
    struct span bare = span_rtrim(line);
    if (bare.len < line.len && p->language->prose) {
        return line;
    }
    return is_same(was, line) ? was : span_rtrim(was).len == was.len ? bare : line;
}

void finish_line(struct finish *f, struct span line)
{
    bool first = f->count++ == 0;
    if (!span_is_blank(line)) {
        f->words++;
        f->ends_as_old = is_same(line, place_last(f->place));
        f->asks = f->place->language->prose && prose_asks_you(span_rtrim(span_ltrim(line)));
    }
    line = as_known(f, line);
    bool mark = first && f->place->marked && !span_starts_with(line, MARK);
    bool end = !ends_with(line, span_of("\r")) && has_return(f, line);
    if (!mark && !end) {
        give(f, line);
        return;
    }
    buf_clear(&f->line);
    buf_add_str(&f->line, mark ? MARK : "");
    buf_add(&f->line, line.data, line.len);
    buf_add_str(&f->line, end ? "\r" : "");
    give(f, (struct span){f->line.data, f->line.len});
}

/* The model has said the user's text, too. */
static bool has_foot(const struct finish *f, struct span line)
{
    const struct text *old = f->place->context.old;
    struct span foot = span_rtrim(f->place->context.foot);
    struct span was = old->count > 0 ? text_line(old, old->count - 1) : (struct span){NULL, 0};
    if (was.len >= f->place->context.foot.len) {
        was.len -= f->place->context.foot.len;
    }
    return ends_with(span_rtrim(line), foot) && !ends_with(span_rtrim(was), foot);
}

void finish_end(struct finish *f, bool cut)
{
    if (f->held.count == 0 || cut) {
        return;
    }
    struct span line = text_line(&f->held, 0), foot = f->place->context.foot;
    buf_clear(&f->line);
    buf_add(&f->line, line.data, line.len);
    if (!has_foot(f, line)) {
        buf_add(&f->line, foot.data, foot.len);
    }
    text_add(f->out, (struct span){f->line.data, f->line.len});
    text_clear(&f->held);
}
