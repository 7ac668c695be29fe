#include "complete/trim/trim.h"

#include "complete/trim/line.h"
#include "complete/trim/marker.h"
#include "complete/trim/repeat.h"
#include "complete/trim/right.h"
#include "complete/trim/scope.h"

#define WEIGHT_MIN 3 /* as row_weight: lines that have less are alike by chance */

struct look {
    const struct trim_place *place;
    struct span line;  /* the cursor's */
    struct span below; /* the first line below that is not blank */
    struct span text;
    bool final;
    struct trim result;
    struct right rest;
    struct repeat repeat;
    struct scope scope;
    bool in_scope; /* scope is known */

    size_t lines;  /* so far, without a first one that only ends what is typed */
    size_t blanks; /* blank lines since the last that is not */
};

/* The line of the answer that is looked at. */
struct now {
    size_t from, to; /* in the answer */
    bool is_first;   /* it goes on with the cursor's */
    bool closed;     /* it will not grow */
    bool has_next;
    struct row row;      /* with what was typed of it */
    struct span trimmed; /* the same without indentation; of the first line only the answer's */
    size_t indent;
};

enum verdict {
    SHOW,
    HOLD, /* more text must decide */
    CUT,  /* nothing from here on is shown */
};

static enum verdict cut(struct look *l, enum trim_why why)
{
    l->result.why = why;
    l->result.stop = true;
    return CUT;
}

static bool is_typed(const struct look *l)
{
    return span_ltrim(l->line).len > 0;
}

/* ---- what stands below --------------------------------------------------------- */

/* "}" and "})" in the same column close the same, whatever punctuation is behind them. */
static bool close_alike(struct span a, struct span b)
{
    size_t n = 0;
    while (n < a.len && n < b.len && a.data[n] == b.data[n]) {
        n++;
    }
    return n == a.len || n == b.len || a.data[n] == ';' || a.data[n] == ',' || b.data[n] == ';' ||
           b.data[n] == ',';
}

static enum verdict look_below(struct look *l, const struct now *now)
{
    struct span below = span_ltrim(l->below);
    struct row want = {{NULL, 0}, l->below};
    struct row got = now->row;
    if (below.len == 0) {
        return SHOW;
    }
    bool same_indent = now->indent == row_indent(want);
    if (same_indent && line_only_closes(now->trimmed) && line_only_closes(below) &&
        !(now->is_first && is_typed(l)) && close_alike(now->trimmed, below)) {
        return now->closed ? cut(l, TRIM_BELOW) : HOLD;
    }
    if (now->is_first && row_weight(want) >= WEIGHT_MIN) {
        /* The user's indentation may still be wrong. */
        got.head = span_ltrim(got.head);
        got.tail = got.head.len == 0 ? span_ltrim(got.tail) : got.tail;
        want.tail = below;
    }
    enum row_likeness like = row_compare(got, want);
    if (!now->closed) {
        return like == ROW_OTHER ? SHOW : HOLD;
    }
    return like == ROW_SAME ? cut(l, TRIM_BELOW) : SHOW;
}

/* ---- scope --------------------------------------------------------------------- */

/* The block of a cursor behind text is that of its line; in a blank line it is what the
 * answer's first text gets, which knows better. */
static void enter_scope(struct look *l, const struct now *now)
{
    struct row typed = {l->line, {NULL, 0}};
    bool own = is_typed(l);
    size_t at = 0;
    line_next(l->place->after, l->place->after_len, &at);
    at = at < l->place->after_len ? at : l->place->after_len;
    scope_init(&l->scope, span_skip((struct span){l->place->after, l->place->after_len}, at),
               own || (!now->is_first && l->line.len > 0) ? row_indent(typed) : now->indent, own);
    l->in_scope = true;
}

static enum verdict look_scope(struct look *l, const struct now *now)
{
    if (!l->in_scope) {
        enter_scope(l, now);
    }
    if (now->is_first || l->place->prose) {
        return SHOW;
    }
    switch (scope_line(&l->scope, now->trimmed, now->indent, now->closed, l->blanks > 0)) {
    case SCOPE_OUT:
        return cut(l, TRIM_SCOPE);
    case SCOPE_MAYBE:
        return HOLD;
    case SCOPE_IN:
        break;
    }
    return SHOW;
}

/* ---- repetition ---------------------------------------------------------------- */

/* Nothing from there on is shown, nor the white space before it. */
static void take_back(struct look *l, size_t from)
{
    while (from > 0 && (is_blank(l->text.data[from - 1]) || l->text.data[from - 1] == '\n')) {
        from--;
    }
    l->result.shown = from < l->result.shown ? from : l->result.shown;
}

static enum verdict look_back(struct look *l, const struct now *now)
{
    bool wanted = now->is_first && is_typed(l);
    size_t from;
    switch (repeat_line(&l->repeat, now->row, now->from, now->closed, wanted, &from)) {
    case REPEAT_YES:
        take_back(l, from);
        return cut(l, TRIM_REPEATS);
    case REPEAT_MAYBE:
        return HOLD;
    case REPEAT_NO:
        break;
    }
    return SHOW;
}

/* ---- one line ------------------------------------------------------------------ */

/* Goes through the bytes of a line and its line break; the line may prove to end earlier. */
static void look_inside(struct look *l, struct now *now)
{
    size_t to = now->to, at;
    for (size_t i = now->from; i < now->to + now->has_next && !l->result.stop; i++) {
        enum marker marker = marker_look(span_skip(l->text, i));
        if (marker == MARKER_IS) {
            to = i;
            cut(l, TRIM_TALK);
            break;
        }
        if (marker == MARKER_MAYBE && !l->final) {
            to = i; /* if it is one, nothing behind it counts */
            break;
        }
        if (right_feed(&l->rest, l->text.data, i, &at)) {
            to = at < to ? at : to;
            cut(l, TRIM_RIGHT);
        } else if (repeat_byte(&l->repeat, l->text.data, i, &at)) {
            to = at < to ? at : to;
            cut(l, TRIM_REPEATS);
        }
    }
    if (l->result.stop) {
        now->closed = true;
        now->has_next = false;
    }
    if (l->result.why != TRIM_RIGHT && (!now->has_next || l->rest.one_line)) {
        to = right_remains(&l->rest, to, now->closed);
    }
    now->to = to;
}

static void describe(const struct look *l, struct now *now)
{
    struct span text = span_skip(l->text, now->from);
    text.len = now->to - now->from;
    now->row = (struct row){now->is_first ? l->line : (struct span){NULL, 0}, text};
    now->trimmed = span_rtrim(span_ltrim(text));
    now->indent = row_indent(now->row);
}

static enum verdict look_blank(struct look *l, const struct now *now)
{
    /* The end of the typed line is no blank line. */
    if (now->has_next && !(now->is_first && is_typed(l))) {
        l->blanks++;
        l->lines++;
    }
    return l->blanks >= 2 && (l->blanks > 2 || l->result.shown > 0) ? cut(l, TRIM_BLANK) : SHOW;
}

static enum verdict look_text(struct look *l, const struct now *now)
{
    l->lines++;
    if (l->place->max_lines > 0 && l->lines > l->place->max_lines) {
        return cut(l, TRIM_LINES);
    }
    if (!l->place->prose && !(now->is_first && is_typed(l))) {
        if (span_starts(now->trimmed, "```")) {
            return cut(l, TRIM_TALK);
        }
        if (!now->closed && now->trimmed.len < 3 && span_starts(now->trimmed, "`")) {
            return HOLD;
        }
    }
    enum verdict verdict = look_scope(l, now);
    if (verdict == SHOW) {
        verdict = look_below(l, now);
    }
    if (verdict == SHOW) {
        verdict = look_back(l, now);
    }
    return verdict;
}

/* White space at the end of an answer stays only where text of the user's follows it. */
static size_t shown_end(const struct look *l, const struct now *now)
{
    if (l->rest.one_line || (l->rest.kind != RIGHT_NONE && now->closed && !now->has_next)) {
        return now->to;
    }
    return now->from + span_rtrim(now->row.tail).len;
}

/* ---- all ----------------------------------------------------------------------- */

/* Without the beginning of a character at the end. */
static size_t whole_characters(const char *text, size_t len)
{
    size_t at = len;
    while (at > 0 && len - at < 3 && ((unsigned char)text[at - 1] & 0xC0) == 0x80) {
        at--;
    }
    if (at == 0) {
        return len;
    }
    unsigned char lead = (unsigned char)text[at - 1];
    size_t wanted = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
    return len - (at - 1) < wanted ? at - 1 : len;
}

static void look_init(struct look *l, const struct trim_place *p, const char *text, size_t len,
                      bool final)
{
    l->place = p;
    l->line = (struct span){p->line, p->line_len};
    l->below = (struct span){NULL, 0};
    l->text = (struct span){text, whole_characters(text, len)};
    l->final = final;
    l->result = (struct trim){0, false, TRIM_NOTHING};
    l->lines = l->blanks = 0;
    l->in_scope = false;
    right_init(&l->rest, l->line, (struct span){p->after, p->after_len});
    size_t at = 0;
    line_next(p->after, p->after_len, &at);
    while (span_ltrim(l->below).len == 0 && at < p->after_len) {
        l->below = line_next(p->after, p->after_len, &at);
    }
    repeat_init(&l->repeat, (struct span){p->before, p->before_len});
}

static enum verdict look_line(struct look *l, struct now *now)
{
    look_inside(l, now);
    describe(l, now);
    if (now->trimmed.len > 0) {
        enum verdict verdict = look_text(l, now);
        if (verdict != SHOW) {
            return verdict;
        }
        l->blanks = 0;
        l->result.shown = shown_end(l, now);
    } else {
        if (look_blank(l, now) != SHOW) {
            return CUT;
        }
        /* The line break before a bracket that is there already. */
        if (l->result.shown > 0 && l->rest.kind != RIGHT_NONE && now->closed && !now->has_next) {
            l->result.shown = now->to;
        }
    }
    if (now->has_next && l->rest.one_line) {
        return cut(l, TRIM_LINE);
    }
    if (now->has_next && l->place->max_lines > 0 && l->lines >= l->place->max_lines) {
        return cut(l, TRIM_LINES);
    }
    return l->result.stop ? CUT : SHOW;
}

struct trim trim_answer(const struct trim_place *p, const char *text, size_t len, bool final)
{
    struct look l;
    look_init(&l, p, text, len, final);
    enum verdict verdict = SHOW;
    size_t at = 0;
    while (verdict == SHOW && at <= l.text.len) {
        struct now now = {.from = at, .to = at, .is_first = at == 0};
        now.to += line_next(l.text.data, l.text.len, &at).len;
        now.has_next = now.to < l.text.len;
        now.closed = now.has_next || final;
        verdict = look_line(&l, &now);
    }
    if (final && verdict == SHOW && l.result.shown == 0) {
        l.result.why = TRIM_BLANK;
    }
    return l.result;
}
