#include "trim.h"

#include "line.h"
#include "marker.h"
#include "rest.h"

#include <string.h>

/* Lines that are looked back at for repetitions, and the longest block of them. */
#define PAST 32
#define PERIOD_MAX (PAST / 2)
#define WEIGHT_MIN 3 /* bytes in words: less is found twice anywhere */

/* Inside a line: units of up to so many bytes, found again over so many bytes. */
#define UNIT_MAX 16
#define UNITS_MIN 48

/* A line that stands above or was generated. */
struct past {
    struct row row;
    size_t weight;
    size_t from; /* where it begins in the answer */
};

struct look {
    const struct trim_place *place;
    struct span line;  /* the cursor's */
    struct span below; /* the first line below that is not blank */
    struct span text;
    bool final;
    struct trim result;
    struct rest rest;

    size_t lines;  /* so far, without a first one that only ends what is typed */
    size_t blanks; /* blank lines since the last that is not */

    bool has_base;
    size_t base;    /* indentation of the scope */
    bool deeper;    /* a block inside of it has begun */
    bool left;      /* the answer has closed it */
    size_t scanned; /* of place->after, for the line that closes the scope */

    struct past past[PAST];
    size_t past_count;
    size_t runs[PERIOD_MAX + 1]; /* lines in a row that equal those n lines before */
    size_t units[UNIT_MAX + 1];  /* bytes in a row that equal those n bytes before */
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

/* --- what stands below --------------------------------------------------------------------- */

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

/* --- scope --------------------------------------------------------------------------------- */

/* Whether a line below closes a block with that indentation. As the scope goes outwards the
 * search goes on where it was: each line is looked at once. */
static bool below_closes(struct look *l, size_t indent)
{
    bool any = false;
    while (l->scanned < l->place->after_len) {
        size_t at = l->scanned;
        struct span line = line_next(l->place->after, l->place->after_len, &at);
        struct row row = {{NULL, 0}, line};
        struct span trimmed = span_ltrim(line);
        if (trimmed.len > 0 && row_indent(row) <= indent) {
            return row_indent(row) == indent && line_closes(trimmed);
        }
        any = any || trimmed.len > 0;
        l->scanned = at;
    }
    /* The closing line may be beyond what the caller gave us. */
    return any;
}

/* The scope of a cursor behind text is that line's indentation, of one in a blank line what
 * the answer's first text gets. */
static void set_base(struct look *l, const struct now *now)
{
    struct row typed = {l->line, {NULL, 0}};
    l->base = is_typed(l) || (!now->is_first && l->line.len > 0) ? row_indent(typed) : now->indent;
    l->has_base = true;
}

static enum verdict look_scope(struct look *l, const struct now *now)
{
    bool first_text = !l->has_base;
    if (first_text) {
        set_base(l, now);
    }
    if (now->is_first || l->place->prose) {
        return SHOW;
    }
    if (now->indent > l->base) {
        l->deeper = true;
        return SHOW;
    }
    if (!now->closed && line_may_close(now->trimmed)) {
        return HOLD;
    }
    bool closes = line_closes(now->trimmed);
    if (now->indent < l->base) {
        if (!closes || below_closes(l, now->indent)) {
            return cut(l, TRIM_SCOPE);
        }
        l->base = now->indent;
        l->left = true;
        return SHOW;
    }
    if (closes || first_text) {
        return SHOW;
    }
    /* Behind a finished block and a blank line something else begins: at top level, or if it
     * was the block of the cursor's own line. */
    bool done = l->deeper && l->blanks > 0 && (l->base == 0 || is_typed(l));
    return l->left || done ? cut(l, TRIM_SCOPE) : SHOW;
}

/* --- repetition ---------------------------------------------------------------------------- */

static struct past *past_of(struct look *l, size_t back)
{
    return &l->past[(l->past_count - back) % PAST];
}

static void remember(struct look *l, struct row row, size_t from)
{
    row.tail = span_rtrim(row.tail);
    l->past_count++;
    *past_of(l, 1) = (struct past){row, row_weight(row), from};
}

/* The lines above, the oldest first. */
static void remember_above(struct look *l)
{
    struct span lines[PAST];
    size_t count = 0, len = l->place->before_len;
    while (count < PAST && len > 0) {
        lines[count] = line_last(l->place->before, &len);
        count += lines[count].len > 0;
    }
    while (count > 0) {
        remember(l, (struct row){{NULL, 0}, lines[--count]}, 0);
    }
}

static bool has_weight(struct look *l, size_t lines)
{
    size_t weight = 0;
    for (size_t back = 1; back <= lines; back++) {
        weight += past_of(l, back)->weight;
    }
    return weight >= WEIGHT_MIN;
}

/* Nothing from there on is shown, nor the white space before it. */
static void take_back(struct look *l, size_t from)
{
    while (from > 0 && (is_blank(l->text.data[from - 1]) || l->text.data[from - 1] == '\n')) {
        from--;
    }
    l->result.shown = from < l->result.shown ? from : l->result.shown;
}

/* The line is compared with those 1, 2, 3... lines before: when n lines in a row equal those n
 * lines before, a block has come twice and its second coming goes. */
static enum verdict look_back(struct look *l, const struct now *now)
{
    enum verdict verdict = SHOW;
    /* What the user has begun to type again is wanted again. */
    bool wanted = now->is_first && is_typed(l);

    for (size_t n = 1; n <= PERIOD_MAX && n <= l->past_count; n++) {
        enum row_likeness like = wanted ? ROW_OTHER : row_compare(now->row, past_of(l, n)->row);
        bool twice = l->runs[n] + 1 == n && has_weight(l, n);
        if (twice && like != ROW_OTHER && !now->closed) {
            verdict = HOLD;
        } else if (twice && like == ROW_SAME) {
            take_back(l, n > 1 ? past_of(l, n - 1)->from : now->from);
            return cut(l, TRIM_REPEATS);
        }
        if (now->closed) {
            l->runs[n] = like == ROW_SAME ? l->runs[n] + 1 : 0;
        }
    }
    if (now->closed) {
        remember(l, now->row, now->from);
    }
    return verdict;
}

/* "0, 0, 0, 0, ...": true if it has gone on too long; *from is where its first unit ends. */
static bool is_endless(struct look *l, size_t i, size_t *from)
{
    for (size_t n = 1; n <= UNIT_MAX; n++) {
        bool same = i >= n && l->text.data[i] == l->text.data[i - n] && l->text.data[i] != '\n';
        l->units[n] = same ? l->units[n] + 1 : 0;
        if (l->units[n] < UNITS_MIN) {
            continue;
        }
        /* Rulers such as "-----" are meant to be long. */
        struct span unit = {l->text.data + i + 1 - n, n};
        if (row_weight((struct row){unit, {NULL, 0}}) > 0) {
            *from = i + 1 - l->units[n];
            return true;
        }
    }
    return false;
}

/* --- one line ------------------------------------------------------------------------------ */

/* Goes through the bytes of a line and its line break; the line may prove to end earlier. */
static void look_inside(struct look *l, struct now *now)
{
    size_t to = now->to, at;
    for (size_t i = now->from; i < now->to + now->has_next && !l->result.stop; i++) {
        enum marker marker = marker_look(span_skip(l->text, i));
        if (marker == MARKER_IS) {
            to = i < to ? i : to;
            cut(l, TRIM_TALK);
            break;
        }
        if (marker == MARKER_MAYBE && !l->final) {
            to = i < to ? i : to;
        }
        if (rest_take(&l->rest, l->text.data, i, &at)) {
            to = at < to ? at : to;
            cut(l, TRIM_REST);
        } else if (is_endless(l, i, &at)) {
            to = at < to ? at : to;
            cut(l, TRIM_REPEATS);
        }
    }
    if (l->result.stop) {
        now->closed = true;
        now->has_next = false;
    }
    if (l->result.why != TRIM_REST && (!now->has_next || l->rest.one_line)) {
        to = rest_remains(&l->rest, to, now->closed);
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
    if (l->rest.one_line || (l->rest.kind != REST_NONE && now->closed && !now->has_next)) {
        return now->to;
    }
    return now->from + span_rtrim(now->row.tail).len;
}

/* --- all ----------------------------------------------------------------------------------- */

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
    size_t at = 0;

    l->place = p;
    l->line = (struct span){p->line, p->line_len};
    l->below = (struct span){NULL, 0};
    l->text = (struct span){text, whole_characters(text, len)};
    l->final = final;
    l->result = (struct trim){0, false, TRIM_NOTHING};
    l->lines = l->blanks = l->base = l->past_count = 0;
    l->has_base = l->deeper = l->left = false;
    memset(l->runs, 0, sizeof l->runs);
    memset(l->units, 0, sizeof l->units);
    rest_init(&l->rest, l->line, (struct span){p->after, p->after_len});
    line_next(p->after, p->after_len, &at);
    l->scanned = at;
    while (span_ltrim(l->below).len == 0 && at < p->after_len) {
        l->below = line_next(p->after, p->after_len, &at);
    }
    remember_above(l);
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
        if (l->result.shown > 0 && l->rest.kind != REST_NONE && now->closed && !now->has_next) {
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

struct trim trim_look(const struct trim_place *p, const char *text, size_t len, bool final)
{
    struct look l;
    size_t at = 0;
    enum verdict verdict = SHOW;

    look_init(&l, p, text, len, final);
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
