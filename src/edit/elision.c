#include "edit/elision.h"

#include "edit/place.h"

void elision_init(struct elision *e, const struct stage *stage)
{
    *e = (struct elision){.stage = *stage, .at = LINEMAP_NONE};
    text_init(&e->held);
}

void elision_finish(struct elision *e)
{
    text_finish(&e->held);
}

static const struct text *old_of(const struct elision *e)
{
    return e->stage.place->context.old;
}

static size_t column_of(const struct elision *e, struct span line)
{
    return indent_columns(&e->stage.place->style.indent, line);
}

/* The line behind the block that the last known line opens, if what came replaced that block. */
static size_t behind_block(const struct elision *e)
{
    const struct text *old = old_of(e);
    size_t i = e->at == LINEMAP_NONE || !e->inside ? old->count : e->at + 1;
    while (i < old->count &&
           (span_is_blank(text_line(old, i)) || column_of(e, text_line(old, i)) > e->column)) {
        i++;
    }
    return i;
}

/* Follows where in the range the answer is: at the next line if it is that one, else at a line
 * that the range has once. */
static void follow(struct elision *e, struct span line)
{
    const struct text *old = old_of(e);
    size_t next = e->at == LINEMAP_NONE ? 0 : e->at + 1;
    if (span_is_blank(line)) {
        return;
    }
    while (next < old->count && span_is_blank(text_line(old, next))) {
        next++;
    }
    size_t column = column_of(e, line), found = LINEMAP_NONE;
    struct span words = span_rtrim(line);
    size_t places[] = {next, column <= e->column ? behind_block(e) : old->count};
    for (size_t i = 0; i < 2 && found == LINEMAP_NONE; i++) {
        if (places[i] < old->count) {
            struct span was = span_rtrim(text_line(old, places[i]));
            found = was.len == words.len && span_starts(was, words) ? places[i] : found;
        }
    }
    const struct linemap_entry *known = linemap_find(&e->stage.place->old, line);
    bool once = known != NULL && known->count == 1 && known->column == column;
    if (found == LINEMAP_NONE && once && (e->at == LINEMAP_NONE || known->first > e->at)) {
        found = known->first;
    }
    if (found != LINEMAP_NONE) {
        e->at = found;
        e->column = column;
        e->beside = e->inside = true;
        return;
    }
    e->beside = false;
    e->inside = e->inside && column > e->column;
}

static void give(struct elision *e, struct span line)
{
    e->blank = span_is_blank(line);
    follow(e, line);
    stage_pass(&e->stage, line);
}

/* The first line that was left out: LINEMAP_NONE if that is not certain. */
static size_t left_out_from(const struct elision *e)
{
    if (e->at == LINEMAP_NONE) {
        return LINEMAP_NONE;
    }
    if (e->beside) {
        return e->at + 1;
    }
    /* What came replaced the block that the line opens. */
    if (!e->inside || e->held_column > e->column) {
        return LINEMAP_NONE;
    }
    return behind_block(e);
}

static bool are_blank(const struct text *t, size_t from, size_t to)
{
    while (from < to && span_is_blank(text_line(t, from))) {
        from++;
    }
    return from == to;
}

/* Puts the range's lines in place of what is held; the next one that came is line `to`. */
static void fill(struct elision *e, size_t to)
{
    const struct text *old = old_of(e);
    size_t from = left_out_from(e);
    if (from == LINEMAP_NONE || from > to) {
        stage_fail(&e->stage, CLEAN_ELIDED);
        return;
    }
    if (are_blank(old, from, to)) {
        /* It stands for nothing, so it is a remark. */
        for (size_t i = 0; i < e->held.count; i++) {
            give(e, text_line(&e->held, i));
        }
        text_clear(&e->held);
        return;
    }
    while (from > 0 && !e->blank && span_is_blank(text_line(old, from - 1)) && from - 1 > e->at) {
        from--;
    }
    while (from < to && e->blank && span_is_blank(text_line(old, from))) {
        from++;
    }
    text_clear(&e->held);
    for (size_t i = from; i < to; i++) {
        give(e, text_line(old, i));
    }
    e->at = to > 0 ? to - 1 : e->at;
}

/* Where the line stands that came behind what is held. */
static size_t find_next(const struct elision *e, struct span line)
{
    bool only;
    size_t found = linemap_behind(&e->stage.place->old, line, e->at, &only);
    return only ? found : LINEMAP_NONE;
}

void elision_line(struct elision *e, struct span line)
{
    if (e->held.count > 0) {
        if (span_is_blank(line)) {
            text_add(&e->held, line);
            return;
        }
        size_t to = find_next(e, line);
        if (to == LINEMAP_NONE) {
            stage_fail(&e->stage, CLEAN_ELIDED);
            return;
        }
        fill(e, to);
    }
    enum elision_kind kind = elision_of(e->stage.place, line);
    if (kind == ELISION_PART) {
        stage_fail(&e->stage, CLEAN_ELIDED);
    } else if (kind == ELISION_LINE && !e->stage.place->context.insert) {
        e->held_column = column_of(e, line);
        text_add(&e->held, line);
    } else {
        give(e, line);
    }
}

void elision_end(struct elision *e, bool cut)
{
    if (e->held.count > 0 && !cut) {
        const struct place *p = e->stage.place;
        fill(e, p->old_words > 0 ? p->last + 1 : 0);
    }
    text_clear(&e->held);
}
