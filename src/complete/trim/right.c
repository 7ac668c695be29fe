#include "complete/trim/right.h"

#include "text/line.h"

#include <string.h>

static long count(struct span s, char c)
{
    long n = 0;
    for (size_t i = 0; i < s.len; i++) {
        n += s.data[i] == c;
    }
    return n;
}

static long unescaped(struct span s, char quote)
{
    long n = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (s.data[i] == '\\') {
            i++;
        } else {
            n += s.data[i] == quote;
        }
    }
    return n;
}

/* For Knuth, Morris and Pratt's search. */
static void learn(struct right *r)
{
    size_t n = 0;
    r->back[0] = 0;
    r->back[1] = 0;
    for (size_t i = 1; i < r->text.len; i++) {
        while (n > 0 && r->text.data[i] != r->text.data[n]) {
            n = r->back[n];
        }
        n += r->text.data[i] == r->text.data[n];
        r->back[i + 1] = (uint16_t)n;
    }
}

static long nesting(char c)
{
    return is_opening_bracket(c) - is_closing_bracket(c);
}

static bool has_words(struct span s)
{
    return line_weight(line_of(s)) > 0;
}

static void init_bracket(struct right *r, struct span line)
{
    r->kind = RIGHT_BRACKET;
    r->closer = r->text.data[0];
    r->opener = r->closer == ')' ? '(' : r->closer == ']' ? '[' : '{';
    /* f(g(|) lacks one bracket, which is the answer's business; f(g(|)) lacks none. */
    r->open = count(line, r->opener) - count(line, r->closer) - count(r->text, r->closer) +
              count(r->text, r->opener);
    r->open = r->open > 0 ? r->open : 0;
    r->in_string = unescaped(line, '"') % 2 == 1;
    r->one_line = has_words(r->text);
}

/* ---- brackets of types and tags ------------------------------------------------ */

static bool is_number(struct span word)
{
    return word.len > 0 && word.data[0] >= '0' && word.data[0] <= '9';
}

static bool ends_with(struct span s, const char *end)
{
    size_t len = strlen(end);
    return s.len >= len && memcmp(s.data + s.len - len, end, len) == 0;
}

/* Whether '<' at that byte opens a list of types or a tag; the cursor may stand behind it. */
static bool opens_angle(struct span s, size_t i)
{
    struct span before = {s.data, i};
    char next = i + 1 < s.len ? s.data[i + 1] : 'T';
    bool may_open = !is_blank(next) && next != '=' && next != '<' && next != '-';
    return may_open && !ends_with(before, "<") && !ends_with(before, "operator") &&
           !is_number(span_last_word(before));
}

/* Not that of "->", "=>", ">=" and "a > b". */
static bool closes_angle(struct span s, size_t i)
{
    char before = i > 0 ? s.data[i - 1] : '(';
    char next = i + 1 < s.len ? s.data[i + 1] : '\0';
    bool compares = i > 0 && (next == '=' || (is_blank(before) && is_blank(next)));
    return before != '-' && before != '=' && !compares;
}

static long count_angles(struct span s)
{
    long open = 0;
    for (size_t i = 0; i < s.len; i++) {
        open += s.data[i] == '<' && opens_angle(s, i);
        open -= s.data[i] == '>' && closes_angle(s, i);
    }
    return open;
}

/* Returns false if no such bracket is open left of the cursor. */
static bool init_angle(struct right *r, struct span line)
{
    long open = count_angles(line);
    if (open <= 0) {
        return false;
    }
    r->kind = RIGHT_ANGLE;
    r->open = open + count_angles(r->text);
    r->open = r->open > 0 ? r->open : 0;
    r->in_string = unescaped(line, '"') % 2 == 1;
    r->one_line = has_words(r->text);
    return true;
}

static bool ends_at_angle(struct right *r, const char *text, size_t i)
{
    char c = text[i], before = i > 0 ? text[i - 1] : '\0';
    bool opened = r->opened;
    r->opened = false;
    if (c == '"' && before != '\\') {
        r->in_string = !r->in_string;
    }
    if (r->in_string) {
        return false;
    }
    r->nested += nesting(c);
    if (opened && (is_blank(c) || c == '=' || c == '<' || c == '-')) {
        r->open--; /* it was no bracket */
    }
    if (r->nested > 0) {
        return false;
    }
    if (c == '<' && before != '<') {
        r->open++;
        r->opened = true;
    }
    return c == '>' && before != '-' && before != '=' && r->open-- == 0;
}

/* ---- any text ------------------------------------------------------------------ */

static void init_text(struct right *r, bool loose)
{
    size_t len = 0;
    r->kind = RIGHT_TEXT;
    r->loose = loose;
    r->apart = loose && is_blank(r->text.data[0]);
    for (size_t i = 0; loose && i < r->text.len && len < RIGHT_MAX; i++) {
        if (!is_blank(r->text.data[i])) {
            r->folded[len++] = to_lower(r->text.data[i]);
        }
    }
    r->text = loose ? (struct span){r->folded, len} : r->text;
    r->text.len = r->text.len < RIGHT_MAX ? r->text.len : RIGHT_MAX;
    learn(r);
    r->marks[0] = (struct right_mark){0, 0, 0};
}

void right_init(struct right *r, const struct around *around, const struct language *language)
{
    size_t at = 0;
    r->kind = RIGHT_NONE;
    r->one_line = false;
    r->escaped = r->in_string = r->opened = r->loose = r->apart = false;
    r->matched = r->fed = r->seen = 0;
    r->nested = 0;
    r->whole = false;
    r->text = span_rtrim(span_next_line(around->after, &at));
    if (r->text.len == 0) {
        return;
    }
    char first = r->text.data[0];
    if (is_closing_bracket(first)) {
        init_bracket(r, around->line);
        return;
    }
    if (first == '>' && (language->generics || language->markup) && init_angle(r, around->line)) {
        return;
    }
    bool raw = span_starts_with(r->text, "\"\"\"") || span_starts_with(r->text, "'''");
    if (!raw && (first == '"' || first == '\'' || first == '`') &&
        unescaped(around->line, first) % 2 == 1) {
        r->kind = RIGHT_QUOTE;
        r->closer = first;
        r->one_line = first != '`';
        return;
    }
    r->one_line = !raw && !span_starts_with(r->text, "</");
    init_text(r, language->nocase);
}

static bool ends_at_bracket(struct right *r, char c)
{
    if (r->escaped) {
        r->escaped = false;
    } else if (r->in_string && c == '\\') {
        r->escaped = true;
    } else if (c == '"') {
        r->in_string = !r->in_string;
    } else if (c == '\n') {
        r->in_string = false;
    } else if (!r->in_string && c == r->opener) {
        r->open++;
    } else if (!r->in_string && c == r->closer) {
        return r->open-- == 0;
    }
    return false;
}

static bool ends_at_quote(struct right *r, char c)
{
    bool is_end = !r->escaped && c == r->closer;
    r->escaped = !r->escaped && c == '\\';
    return is_end;
}

static struct right_mark *mark_of(struct right *r, size_t n)
{
    return &r->marks[n % (RIGHT_MAX + 1)];
}

/* Whether the text can begin at that byte of the answer: not in the middle of a word, and,
 * if it begins with punctuation, not between brackets of the answer's own. */
static bool can_begin(struct right *r, const char *text, size_t at)
{
    if (is_word(r->text.data[0])) {
        return at == 0 || !is_word(text[at - 1]);
    }
    return mark_of(r, at)->depth <= 0;
}

/* Where the last n bytes that count begin. */
static size_t begin_of(const struct right *r, size_t n)
{
    return r->at[(r->fed - n) % (RIGHT_MAX + 1)];
}

/* How many bytes of the text end the first i + 1 bytes of the answer, those of case n at most: with
 * blanks between them they may begin before what is remembered. */
static size_t remembered(const struct right *r, size_t i, size_t n)
{
    while (n > 0 && n <= RIGHT_MAX && i + 1 - begin_of(r, n) > RIGHT_MAX) {
        n = r->back[n];
    }
    return n;
}

static size_t match(struct right *r, char c)
{
    size_t n = r->matched;
    while (n > 0 && (n == r->text.len || r->text.data[n] != c)) {
        n = r->back[n];
    }
    return n + (r->text.data[n] == c);
}

static bool ends_at_text(struct right *r, const char *text, size_t i, size_t *cut)
{
    struct right_mark mark = {.depth = mark_of(r, i)->depth + nesting(text[i])};
    /* The whole text has come, and its last word is over. */
    if (r->whole && !is_word(text[i])) {
        *cut = mark_of(r, i)->clean;
        return true;
    }
    if (!r->loose || !is_blank(text[i])) {
        r->at[r->fed++ % (RIGHT_MAX + 1)] = i;
        r->matched = match(r, r->loose ? to_lower(text[i]) : text[i]);
    }
    size_t n = remembered(r, i, r->matched);
    r->matched = n;
    if (r->apart && is_blank(text[i])) {
        mark.held = mark_of(r, i)->held;
        mark.clean = mark_of(r, i)->clean;
        *mark_of(r, i + 1) = mark;
        return false;
    }
    mark.held = n > 0 ? mark_of(r, begin_of(r, n))->held : i + 1;
    bool whole = n == r->text.len;
    r->whole = whole && can_begin(r, text, begin_of(r, n));
    /* get_count| in front of count|: the whole text may begin inside a word. */
    while (n > 0 && !can_begin(r, text, begin_of(r, n)) && !(whole && is_word(r->text.data[0]))) {
        n = r->back[n];
        whole = false;
    }
    /* Only the end of an answer can be a part of the text: of many lines none is its end. */
    if (!r->one_line && !r->whole) {
        n = 0;
    }
    mark.clean = n > 0 ? mark_of(r, begin_of(r, n))->clean : i + 1;
    *mark_of(r, i + 1) = mark;
    if (r->whole && !is_word(r->text.data[r->text.len - 1])) {
        *cut = mark.clean;
        return true;
    }
    return false;
}

bool right_feed(struct right *r, const char *text, size_t i, size_t *cut)
{
    *cut = i;
    r->seen = i + 1;
    switch (r->kind) {
    case RIGHT_BRACKET:
        return ends_at_bracket(r, text[i]);
    case RIGHT_ANGLE:
        return ends_at_angle(r, text, i);
    case RIGHT_QUOTE:
        return ends_at_quote(r, text[i]);
    case RIGHT_TEXT:
        return ends_at_text(r, text, i, cut);
    case RIGHT_NONE:
        break;
    }
    return false;
}

size_t right_remains(const struct right *r, size_t n, bool closed)
{
    if (r->kind != RIGHT_TEXT || n + RIGHT_MAX < r->seen) {
        return n;
    }
    const struct right_mark *mark = &r->marks[n % (RIGHT_MAX + 1)];
    return closed ? mark->clean : mark->held;
}
