#include "complete/trim/trim.h"

#include "base/utf8.h"
#include "complete/trim/marker.h"
#include "complete/trim/repeat.h"
#include "complete/trim/right.h"
#include "complete/trim/scope.h"
#include "complete/trim/torso.h"
#include "text/line.h"
#include "text/talk.h"

#define LOOK 64      /* bytes, see repeat_long */
#define WEIGHT_MIN 3 /* as line_weight: lines that have less are alike by chance */

struct state {
    const struct trim_context *context;
    struct span below; /* the first line below that is not blank */
    struct span text;
    bool final; /* no more will come */
    struct trim result;
    struct right right;
    struct repeat repeat;
    struct scope scope;
    bool in_scope; /* scope is known */
    size_t last;   /* where the line begins that came last ... */
    size_t before; /* ... and what is shown of those before it */
    struct lexer_answer lexer;
    struct markers markers;

    size_t lines;  /* so far, without a first one that only ends what is typed */
    size_t blanks; /* blank lines since the last that is not */
};

/* The line of the answer that is judged. */
struct current {
    size_t from, to; /* in the answer */
    bool is_first;   /* it goes on with the cursor's */
    bool closed;     /* it will not grow */
    bool has_next;
    bool torso;          /* what it says before it repeats itself is nothing by itself */
    struct line line;    /* with what was typed of it */
    struct span trimmed; /* the same without indentation; of the first line only the answer's */
    size_t indent;
};

enum verdict {
    SHOW,
    HOLD, /* more text must decide */
    PASS, /* shown if something behind it is */
    CUT,  /* nothing from here on is shown */
};

static enum verdict cut(struct state *s, enum trim_why why)
{
    s->result.why = why;
    s->result.stop = true;
    return CUT;
}

static bool is_typed(const struct state *s)
{
    return span_ltrim(s->context->around.line).len > 0;
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

static enum verdict check_below(struct state *s, const struct current *now)
{
    struct span below = span_ltrim(s->below);
    struct line want = line_of(s->below);
    struct line got = now->line;
    if (below.len == 0) {
        return SHOW;
    }
    bool same_indent = now->indent == line_indent(&s->context->indent, want);
    if (same_indent && line_only_closes(now->trimmed) && line_only_closes(below) &&
        !(now->is_first && is_typed(s)) && close_alike(now->trimmed, below)) {
        return now->closed ? cut(s, TRIM_BELOW) : HOLD;
    }
    if (now->is_first && line_weight(want) >= WEIGHT_MIN) {
        /* The user's indentation may still be wrong. */
        got.typed = span_ltrim(got.typed);
        got.generated = got.typed.len == 0 ? span_ltrim(got.generated) : got.generated;
        want = line_of(below);
    }
    enum line_likeness like =
        s->context->language->nocase ? line_compare_loosely(got, want) : line_compare(got, want);
    if (!now->closed) {
        return like == LINE_OTHER ? SHOW : HOLD;
    }
    return like == LINE_SAME ? cut(s, TRIM_BELOW) : SHOW;
}

/* ---- scope --------------------------------------------------------------------- */

/* The block of a cursor behind text is that of its line; in a blank line it is what the
 * answer's first text is indented to, for the blank line says nothing. */
static void enter_scope(struct state *s, const struct current *now)
{
    struct span line = s->context->around.line;
    bool own = is_typed(s), own_indent = own || (!now->is_first && line.len > 0);
    size_t base = own_indent ? line_indent(&s->context->indent, line_of(line)) : now->indent;
    scope_init(&s->scope, s->context, base, own);
    s->in_scope = true;
}

static enum verdict check_scope(struct state *s, const struct current *now)
{
    if (!s->in_scope) {
        enter_scope(s, now);
    }
    if (now->is_first || s->context->language->prose) {
        return SHOW;
    }
    const struct scope_line line = {now->trimmed, now->indent, now->closed, s->blanks > 0};
    switch (scope_follow(&s->scope, &line)) {
    case SCOPE_OUT:
        return cut(s, TRIM_SCOPE);
    case SCOPE_MAYBE:
        return HOLD;
    case SCOPE_PASS:
        return PASS;
    case SCOPE_IN:
        break;
    }
    return SHOW;
}

/* ---- repetition ---------------------------------------------------------------- */

static size_t line_begin(const struct state *s, size_t at)
{
    while (at > 0 && s->text.data[at - 1] != '\n') {
        at--;
    }
    return at;
}

/* Nothing from there on is shown, nor the white space before it. */
static void take_back(struct state *s, size_t from)
{
    while (from > 0 && is_space(s->text.data[from - 1])) {
        from--;
    }
    s->result.shown = from < s->result.shown ? from : s->result.shown;
}

/* What was said before a repetition and is nothing without what should have come instead. */
static void drop_open_lines(struct state *s)
{
    while (s->result.shown > 0) {
        size_t from = line_begin(s, s->result.shown);
        if (!torso_goes_on((struct span){s->text.data + from, s->result.shown - from})) {
            break;
        }
        take_back(s, from);
    }
}

static enum verdict check_repetition(struct state *s, const struct current *now)
{
    const struct repeat_line line = {
        .line = now->line,
        .at = now->from,
        .closed = now->closed,
        .begun = now->is_first && is_typed(s),
    };
    size_t from;
    switch (repeat_follow(&s->repeat, &line, &from)) {
    case REPEAT_YES:
        take_back(s, from);
        drop_open_lines(s);
        return cut(s, TRIM_REPEATS);
    case REPEAT_MAYBE:
        return HOLD;
    case REPEAT_NO:
        break;
    }
    return SHOW;
}

/* ---- one line ------------------------------------------------------------------ */

/* Words to the reader behind the code; trim_preamble has seen those before it. */
static enum verdict check_talk(struct state *s, const struct current *now)
{
    const struct language *language = s->context->language;
    const struct span line = {s->text.data + now->from, now->to - now->from};
    if (now->is_first || language->prose || line.len == 0 || is_blank(line.data[0])) {
        return SHOW;
    }
    enum talk talk = talk_at_start(line, now->closed, !language->words);
    if (talk == TALK_IS) {
        return lexer_answer_at(&s->lexer, now->from) == IN_CODE ? cut(s, TRIM_TALK) : SHOW;
    }
    return talk == TALK_MAYBE ? HOLD : SHOW;
}

/* Where the blanks before a byte of a line begin. No more than right.h remembers. */
static size_t before_blanks(const struct state *s, size_t from, size_t to)
{
    size_t least = to - from > RIGHT_MAX ? to - RIGHT_MAX : from;
    while (to > least && is_blank(s->text.data[to - 1])) {
        to--;
    }
    return to;
}

/* Every LOOK bytes of a line. */
static bool is_long_repeat(const struct state *s, const struct current *now, size_t i, size_t *at)
{
    size_t len = i + 1 - now->from;
    if (len % LOOK != 0 || i >= now->to ||
        !repeat_long((struct span){s->text.data + now->from, len}, at)) {
        return false;
    }
    *at += now->from;
    return true;
}

/* Goes through the bytes of a line and its line break; the line may prove to end earlier. */
static void check_bytes(struct state *s, struct current *now)
{
    size_t to = now->to, at;
    for (size_t i = now->from; i < now->to + now->has_next && !s->result.stop; i++) {
        enum marker marker = marker_may_begin(&s->markers, s->text.data[i])
                                 ? marker_at(&s->markers, i)
                                 : MARKER_NONE;
        if (marker == MARKER_IS) {
            to = before_blanks(s, now->from, i);
            cut(s, TRIM_TALK);
            break;
        }
        if (marker == MARKER_MAYBE && !s->final) {
            to = i; /* if it is one, nothing behind it counts */
            break;
        }
        if (right_feed(&s->right, s->text.data, i, &at)) {
            to = at < to ? at : to;
            cut(s, TRIM_RIGHT);
        } else if (repeat_byte(&s->repeat, s->text.data, i, &at) ||
                   is_long_repeat(s, now, i, &at)) {
            to = at < to ? at : to;
            now->torso = !torso_is_whole((struct span){s->text.data + now->from, to - now->from});
            cut(s, TRIM_REPEATS);
        }
    }
    if (s->result.stop) {
        now->closed = true;
        now->has_next = false;
    }
    if (s->result.why != TRIM_RIGHT && (!now->has_next || s->right.one_line)) {
        to = right_remains(&s->right, to, now->closed);
    }
    now->to = to;
}

static void describe(const struct state *s, struct current *now)
{
    struct span text = span_skip(s->text, now->from);
    text.len = now->to - now->from;
    now->line =
        (struct line){now->is_first ? s->context->around.line : (struct span){NULL, 0}, text};
    now->trimmed = span_rtrim(span_ltrim(text));
    now->indent = line_indent(&s->context->indent, now->line);
}

static enum verdict check_blank(struct state *s, const struct current *now)
{
    /* The end of the typed line is no blank line. */
    if (now->has_next && !(now->is_first && is_typed(s))) {
        s->blanks++;
        s->lines++;
    }
    return s->blanks >= 2 && (s->blanks > 2 || s->result.shown > 0) ? cut(s, TRIM_BLANK) : SHOW;
}

static enum verdict check_text(struct state *s, const struct current *now)
{
    s->lines++;
    if (s->context->max_lines > 0 && s->lines > s->context->max_lines) {
        return cut(s, TRIM_LINES);
    }
    enum verdict verdict = check_scope(s, now);
    if (verdict == SHOW) {
        verdict = check_below(s, now);
    }
    if (verdict == SHOW) {
        verdict = check_repetition(s, now);
    }
    return verdict;
}

/* White space at the end of an answer stays only where text of the user's follows it. */
static size_t shown_end(const struct state *s, const struct current *now)
{
    if (s->right.one_line && !now->closed) {
        /* A token may come, and blanks before it go. */
        size_t end = right_remains(&s->right, before_blanks(s, now->from, now->to), true);
        bool any = end > now->from &&
                   !span_is_blank((struct span){s->text.data + now->from, end - now->from});
        return any ? end : s->result.shown;
    }
    if (s->right.one_line || (s->right.kind != RIGHT_NONE && now->closed && !now->has_next)) {
        return now->to;
    }
    return now->from + span_rtrim(now->line.generated).len;
}

/* ---- all ----------------------------------------------------------------------- */

static void state_init(struct state *s, const struct trim_context *c, struct span answer,
                       bool final)
{
    s->context = c;
    s->below = (struct span){NULL, 0};
    s->text = (struct span){answer.data, utf8_whole(answer.data, answer.len)};
    s->final = final;
    s->result = (struct trim){.why = TRIM_NOTHING};
    s->lines = s->blanks = s->last = s->before = 0;
    s->in_scope = false;
    right_init(&s->right, &c->around, c->language);
    size_t at = 0;
    span_next_line(c->around.after, &at);
    while (span_is_blank(s->below) && at < c->around.after.len) {
        s->below = span_next_line(c->around.after, &at);
    }
    repeat_init(&s->repeat, c->around.before);
    lexer_answer_init(&s->lexer, c->language, &c->around, s->text);
    markers_init(&s->markers, c, s->text, &s->lexer);
}

static enum verdict check_line(struct state *s, struct current *now)
{
    enum verdict talk = check_talk(s, now);
    if (talk != SHOW) {
        return talk;
    }
    check_bytes(s, now);
    describe(s, now);
    if (now->trimmed.len > 0) {
        enum verdict verdict = check_text(s, now);
        if (verdict == PASS) {
            return s->result.stop ? CUT : SHOW; /* nothing comes behind a stop */
        }
        if (verdict != SHOW) {
            return verdict;
        }
        s->blanks = 0;
        s->result.shown = now->torso ? s->result.shown : shown_end(s, now);
    } else {
        if (check_blank(s, now) != SHOW) {
            return CUT;
        }
        /* The line break before a bracket that is there already. */
        if (s->result.shown > 0 && s->right.kind != RIGHT_NONE && now->closed && !now->has_next &&
            s->result.why != TRIM_TALK && s->result.why != TRIM_REPEATS) {
            s->result.shown = now->to;
        }
    }
    if (now->has_next && s->right.one_line) {
        return cut(s, TRIM_LINE);
    }
    if (now->has_next && s->context->max_lines > 0 && s->lines >= s->context->max_lines) {
        return cut(s, TRIM_LINES);
    }
    return s->result.stop ? CUT : SHOW;
}

/* The limit has ended the answer within its last line. */
static void cut_last_line(struct state *s)
{
    if (s->result.shown <= s->last) {
        return;
    }
    if (s->before > 0) {
        s->result.shown = s->before;
        s->result.why = TRIM_TORSO;
        return;
    }
    struct span line = {s->text.data + s->last, s->text.len - s->last};
    size_t end = s->last + torso_tokens(line);
    if (s->text.len - end <= RIGHT_MAX) {
        end = right_remains(&s->right, end, true);
    }
    bool any =
        end > s->last && !span_is_blank((struct span){s->text.data + s->last, end - s->last});
    end = any ? end : 0;
    s->result.shown = end < s->result.shown ? end : s->result.shown;
    s->result.cut = any;
}

struct trim trim_answer(const struct trim_context *c, struct span answer, enum trim_end end)
{
    struct state s;
    bool final = end != TRIM_STREAMS;
    state_init(&s, c, answer, final);
    enum verdict verdict = SHOW;
    size_t at = 0;
    while (verdict == SHOW && at <= s.text.len) {
        struct current now = {.from = at, .to = at, .is_first = at == 0};
        now.to += span_next_line(s.text, &at).len;
        now.has_next = now.to < s.text.len;
        now.closed = now.has_next || final;
        s.last = now.from;
        s.before = s.result.shown;
        verdict = check_line(&s, &now);
    }
    if (end == TRIM_CUT && verdict == SHOW) {
        cut_last_line(&s);
    }
    if (final && verdict == SHOW && s.result.shown == 0) {
        s.result.why = TRIM_BLANK;
    }
    return s.result;
}
