#include "text/syntax.h"

#include "text/line.h"

#include <string.h>

void syntax_init(struct syntax *s, const struct language *language)
{
    *s = (struct syntax){.language = language};
}

static void enter(struct syntax *s, enum syntax_in in, struct span close)
{
    size_t len = close.len < SYNTAX_WORD ? close.len : SYNTAX_WORD;
    memcpy(s->close, close.data, len);
    s->close[len] = '\0';
    s->in = in;
    s->line = false;
}

/* ---- what begins at a byte ----------------------------------------------------- */

/* Bytes of what opens a comment of lines there, 0: none. */
static size_t comment_opens(struct syntax *s, struct span at)
{
    const char *blocks = s->language->blocks;
    for (struct span open; (open = span_next_word(&blocks)).len > 0;) {
        struct span close = span_next_word(&blocks);
        if (span_starts(at, open)) {
            enter(s, open.data[0] == '[' ? SYNTAX_STRING : SYNTAX_COMMENT, close);
            return open.len;
        }
    }
    return 0;
}

static bool is_comment(const struct language *language, struct span line, size_t i)
{
    const char *comments = language->comments;
    for (struct span word; (word = span_next_word(&comments)).len > 0;) {
        bool alone = word.len > 1 || i == 0 || is_blank(line.data[i - 1]);
        if (alone && span_starts(span_skip(line, i), word)) {
            return true;
        }
    }
    return false;
}

/* "[[" and "[==[" of Lua. */
static size_t long_bracket_opens(struct syntax *s, struct span at)
{
    size_t n = 1;
    if (s->language->blocks == NULL || !span_starts_with(span_of(s->language->blocks), "--[[") ||
        at.data[0] != '[') {
        return 0;
    }
    while (n < at.len && n < SYNTAX_WORD - 2 && at.data[n] == '=') {
        n++;
    }
    if (n == at.len || at.data[n] != '[') {
        return 0;
    }
    enter(s, SYNTAX_STRING, (struct span){at.data, n + 1});
    s->close[0] = s->close[n] = ']';
    return n + 1;
}

/* "<<EOF", "<<-'EOF'", "<<~SQL". */
static size_t document_opens(const struct syntax *s, struct span at, struct span *word)
{
    size_t n = 2;
    if (s->language->comments == NULL || !span_starts_with(at, "<<")) {
        return 0;
    }
    while (n < at.len && strchr("<-~", at.data[n]) != NULL && at.data[n] != '\0') {
        n++;
    }
    bool quoted = n < at.len && (at.data[n] == '"' || at.data[n] == '\'');
    *word = span_first_word(span_skip(at, n + quoted));
    bool named =
        word->len > 0 && word->len <= SYNTAX_WORD && word->data[0] >= 'A' && word->data[0] <= 'Z';
    return named ? n + quoted + word->len : 0;
}

/* In code, too: as in a shell. So each quote is looked for in vain once in a line. */
static bool is_escaped_quote(struct span at)
{
    return at.len > 1 && at.data[0] == '\\' && at.data[1] != '\0' &&
           strchr("\"'`", at.data[1]) != NULL;
}

/* Whether a quote that no other one follows in its line may begin a string of several lines: not one
 * in a word ("don't") or in quotes itself. */
static bool may_have_lines(const struct language *language, struct span line, size_t i)
{
    char before = i > 0 ? line.data[i - 1] : ' ';
    if (!language->long_strings) {
        return false;
    }
    return line.data[i] == '\'' ? is_blank(before) || before == '=' || before == '('
                                : strchr("'\\?$", before) == NULL;
}

/* The string that begins there; 0: none. One that may not have several lines ends in its line, or
 * is none. */
static size_t string_at(struct syntax *s, struct span line, size_t i)
{
    const char *strings = s->language->strings;
    struct span at = span_skip(line, i);
    for (struct span quote; (quote = span_next_word(&strings)).len > 0;) {
        if (!span_starts(at, quote)) {
            continue;
        }
        for (size_t n = quote.len; n + quote.len <= at.len; n++) {
            if (at.data[n] == '\\') {
                n++;
            } else if (memcmp(at.data + n, quote.data, quote.len) == 0) {
                return n + quote.len;
            }
        }
        bool ticks = quote.data[0] == '`' && s->language->comments != NULL &&
                     span_starts_with(span_of(s->language->comments), "//");
        if (quote.len == 3 || ticks || may_have_lines(s->language, line, i)) {
            bool alone = quote.len == 3 && span_is_blank((struct span){line.data, i});
            enter(s, alone ? SYNTAX_DOC : SYNTAX_STRING, quote);
            return at.len;
        }
        return 0;
    }
    return 0;
}

/* ---- a line -------------------------------------------------------------------- */

/* How many bytes of the line belong to what began in a line above. */
static size_t leave(struct syntax *s, struct span line)
{
    size_t len = strlen(s->close);
    if (s->line) {
        s->in = span_equals(span_ltrim(span_rtrim(line)), s->close) ? SYNTAX_CODE : s->in;
        return line.len;
    }
    for (size_t i = 0; i + len <= line.len; i++) {
        if (s->close[0] == '"' && line.data[i] == '\\') {
            i++;
        } else if (memcmp(line.data + i, s->close, len) == 0) {
            s->in = SYNTAX_CODE;
            return i + len;
        }
    }
    return line.len;
}

static void note_bracket(struct syntax_line *l, char c, size_t at)
{
    if (is_opening_bracket(c) && l->open_count < SYNTAX_BRACKETS) {
        l->open[l->open_count++] = at;
    } else if (is_closing_bracket(c)) {
        l->closed += l->open_count == 0;
        l->open_count -= l->open_count > 0;
    }
}

/* Bytes from there on that are no code: of a string or comment of lines; 0: code. */
static size_t pass_over(struct syntax *s, struct span line, size_t i)
{
    size_t n = comment_opens(s, span_skip(line, i));
    n = n > 0 ? n : long_bracket_opens(s, span_skip(line, i));
    return n > 0 ? n + leave(s, span_skip(line, i + n)) : 0;
}

struct syntax_line syntax_follow(struct syntax *s, struct span line)
{
    struct syntax_line l = {.code = {line.data, 0}};
    struct span document = {NULL, 0};
    size_t i = s->in != SYNTAX_CODE ? leave(s, line) : 0, end = 0;
    while (i < line.len) {
        /* Most bytes are blanks, or in the middle of a word. */
        bool plain =
            is_blank(line.data[i]) || (i > 0 && is_word(line.data[i]) && is_word(line.data[i - 1]));
        if (plain) {
            end = is_blank(line.data[i]) ? end : i + 1;
            i++;
            continue;
        }
        if (is_comment(s->language, line, i)) {
            break;
        }
        size_t n = is_escaped_quote(span_skip(line, i)) ? 2 : pass_over(s, line, i);
        bool comment = n > 0 && line.data[i] != '[';
        n = n > 0 ? n : document_opens(s, span_skip(line, i), &document);
        n = n > 0 ? n : string_at(s, line, i);
        if (n == 0) {
            note_bracket(&l, line.data[i], i);
            n = 1;
        }
        i += n;
        end = comment ? end : i;
    }
    if (document.len > 0 && s->in == SYNTAX_CODE) {
        enter(s, SYNTAX_STRING, document);
        s->line = true;
    }
    l.code.len = end < line.len ? end : line.len;
    l.code = span_ltrim(span_rtrim(l.code));
    return l;
}

/* ---- what follows -------------------------------------------------------------- */

/* "function(a, b)" at the end, of Lua and Vim. */
static bool ends_with_function(struct span code)
{
    static const char word[] = "function";
    const size_t len = sizeof word - 1;
    size_t open = code.len;
    while (open > 0 && code.data[open - 1] != '(') {
        open--;
    }
    bool is_it = open > len && code.data[code.len - 1] == ')';
    return is_it && memcmp(code.data + open - 1 - len, word, len) == 0;
}

static enum syntax_tail tail_by_words(const struct language *language, struct span code)
{
    static const char tails[] = "then do else begin try repeat finally loop";
    static const char heads[] =
        "if elif elsif elseif unless while until for foreach switch def class module function "
        "case when rescue ensure catch struct let in where with rec quote macro augroup local";
    static const char heads_of_brackets[] = "if else for while foreach elseif switch";
    static const char python[] =
        "def class if elif else for while try except finally with async match case";
    static const char ends[] = "end fi done esac endif";
    struct span first = span_first_word(code), last = span_last_word(code);
    char end = code.data[code.len - 1];
    bool brackets = language->comments != NULL && strchr(language->comments, '#') == NULL &&
                    span_starts_with(span_of(language->comments), "//");
    if (end == ':') {
        return span_is_among(first, python) ? TAIL_OPENS : TAIL_MAY_OPEN;
    }
    if (span_is_among(last, tails) || ends_with_function(code)) {
        return TAIL_OPENS;
    }
    if (end == ';' || end == '}' || span_is_among(last, ends)) {
        return TAIL_ENDS;
    }
    if (brackets) {
        return end == ')' && span_is_among(first, heads_of_brackets) ? TAIL_MAY_OPEN : TAIL_ENDS;
    }
    return span_is_among(first, heads) ? TAIL_MAY_OPEN : TAIL_ENDS;
}

bool syntax_may_end_by_indent(const struct language *language)
{
    const char *comments = language->comments != NULL ? language->comments : "";
    return language->by_indent || strchr(comments, '#') != NULL;
}

enum syntax_tail syntax_tail_of(const struct language *language, struct span code)
{
    if (code.len == 0) {
        return TAIL_ENDS;
    }
    char last = code.data[code.len - 1];
    struct span first = span_first_word(code);
    bool label = span_equals(first, "case") || span_equals(first, "default");
    if (is_opening_bracket(last) || (last == ':' && label)) {
        return TAIL_OPENS;
    }
    if (last == ':' && syntax_may_end_by_indent(language)) {
        return tail_by_words(language, code);
    }
    if (last != '\0' && strchr("=\\+-*/&|<>?.,~^%:", last) != NULL) {
        return TAIL_CONTINUES;
    }
    return tail_by_words(language, code);
}

/* ---- a text's beginning -------------------------------------------------------- */

size_t syntax_within(const struct language *language, struct span text)
{
    struct span quote = span_of("\"\"\""), above = {NULL, 0};
    if (!language->by_indent || language->strings == NULL ||
        !span_starts_with(span_of(language->strings), "\"\"\"")) {
        return 0;
    }
    for (size_t at = 0; at < text.len;) {
        struct span line = span_rtrim(span_ltrim(span_next_line(text, &at)));
        if (span_has(line, quote)) {
            struct span left = {line.data, line.len - quote.len};
            bool ends = memcmp(left.data + left.len, quote.data, quote.len) == 0;
            bool opens = above.len == 0 || above.data[above.len - 1] == ':';
            bool code = left.len > 0 && strchr("=(,[{rfbu\"", left.data[left.len - 1]) != NULL;
            bool closes = ends && !span_has(left, quote) && !code && (left.len > 0 || !opens);
            return closes && at < text.len ? at : 0;
        }
        above = line.len > 0 ? line : above;
    }
    return 0;
}
