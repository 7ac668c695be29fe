#include "complete/trim/right.h"

#include "complete/trim/line.h"

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

void right_init(struct right *r, const struct around *around)
{
    size_t at = 0;
    r->kind = RIGHT_NONE;
    r->one_line = false;
    r->escaped = r->in_string = false;
    r->matched = 0;
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
    bool raw = span_starts_with(r->text, "\"\"\"") || span_starts_with(r->text, "'''");
    if (!raw && (first == '"' || first == '\'' || first == '`') &&
        unescaped(around->line, first) % 2 == 1) {
        r->kind = RIGHT_QUOTE;
        r->closer = first;
        r->one_line = first != '`';
        return;
    }
    r->kind = RIGHT_TEXT;
    r->one_line = !raw && !span_starts_with(r->text, "</");
    r->text.len = r->text.len < RIGHT_MAX ? r->text.len : RIGHT_MAX;
    learn(r);
    r->marks[0] = (struct right_mark){0, 0, 0};
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

static long nesting(char c)
{
    return is_opening_bracket(c) - is_closing_bracket(c);
}

static bool ends_at_text(struct right *r, const char *text, size_t i, size_t *cut)
{
    struct right_mark mark = {.depth = mark_of(r, i)->depth + nesting(text[i])};
    size_t n = r->matched;
    /* The whole text has come, and its last word is over. */
    if (r->whole && !is_word(text[i])) {
        *cut = mark_of(r, i)->clean;
        return true;
    }
    while (n > 0 && (n == r->text.len || r->text.data[n] != text[i])) {
        n = r->back[n];
    }
    n += r->text.data[n] == text[i];
    r->matched = n;
    mark.held = n > 0 ? mark_of(r, i + 1 - n)->held : i + 1;
    bool whole = n == r->text.len;
    r->whole = whole && can_begin(r, text, i + 1 - n);
    /* get_count| in front of count|: the whole text may begin inside a word. */
    while (n > 0 && !can_begin(r, text, i + 1 - n) && !(whole && is_word(r->text.data[0]))) {
        n = r->back[n];
        whole = false;
    }
    /* Only the end of an answer can be a part of the text: of many lines none is its end. */
    if (!r->one_line && !r->whole) {
        n = 0;
    }
    mark.clean = n > 0 ? mark_of(r, i + 1 - n)->clean : i + 1;
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
    switch (r->kind) {
    case RIGHT_BRACKET:
        return ends_at_bracket(r, text[i]);
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
    if (r->kind != RIGHT_TEXT) {
        return n;
    }
    const struct right_mark *mark = &r->marks[n % (RIGHT_MAX + 1)];
    return closed ? mark->clean : mark->held;
}
