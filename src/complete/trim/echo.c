#include "complete/trim/echo.h"

#include "text/line.h"

#include <string.h>

#define ECHO_MIN 8      /* bytes of a typed line: shorter ones may well be said twice */
#define WORD_ECHO_MIN 3 /* of a typed word, likewise */

/* No language has one of these twice in a row. */
static const char *const keywords[] = {
    "else",      "try",       "type",       "async",     "module",    "int",      "float",
    "double",    "bool",      "boolean",    "void",      "char",      "auto",     "return",
    "const",     "let",       "var",        "val",       "def",       "function", "func",
    "fn",        "fun",       "local",      "import",    "export",    "from",     "if",
    "elif",      "elsif",     "elseif",     "unless",    "for",       "foreach",  "while",
    "until",     "switch",    "match",      "case",      "throw",     "raise",    "struct",
    "enum",      "union",     "class",      "interface", "trait",     "impl",     "package",
    "namespace", "using",     "public",     "private",   "protected", "static",   "final",
    "extern",    "typedef",   "assert",     "select",    "where",     "and",      "or",
    "in",        "as",        "insert",     "update",    "delete",    "create",   "goto",
    "then",      "extends",   "implements", "printf",    "print",     "mut",      "pub",
    "mod",       "use",       "lambda",     "except",    "finally",   "catch",    "with",
    "global",    "nonlocal",  "override",   "abstract",  "virtual",   "template", "typename",
    "inline",    "constexpr", "join",       "order",     "group",     "values"};

/* How many bytes both begin with. */
static size_t common(struct span a, struct span b, bool nocase)
{
    size_t n = 0;
    while (n < a.len && n < b.len &&
           (a.data[n] == b.data[n] || (nocase && to_lower(a.data[n]) == to_lower(b.data[n])))) {
        n++;
    }
    return n;
}

static bool is_keyword(struct span word, bool nocase)
{
    for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++) {
        struct span keyword = span_of(keywords[i]);
        if (word.len == keyword.len && common(word, keyword, nocase) == word.len) {
            return true;
        }
    }
    return false;
}

static bool opens_bracket_or_angle(char c)
{
    return is_opening_bracket(c) || c == '<';
}

/* Two words or more before any bracket: no expression can hold itself so, unlike "max(" in
 * max(max(a, b), c). A keyword before, or '=' behind, makes short ones so, too. */
static bool is_line(struct span typed, bool nocase)
{
    bool is_short = typed.len < ECHO_MIN && !is_keyword(span_first_word(typed), nocase) &&
                    typed.len > 0 && typed.data[typed.len - 1] != '=';
    for (size_t i = 0; i < typed.len && !opens_bracket_or_angle(typed.data[i]); i++) {
        if (is_blank(typed.data[i])) {
            return !is_short;
        }
    }
    return false;
}

/* Whether what follows the echo may be something else: not "= " of "== ", nor, behind a word that
 * is over, the rest of a longer one. */
static bool is_apart(struct span typed, bool is_over, struct span rest)
{
    char last = typed.data[typed.len - 1];
    if (rest.len == 0) {
        return true;
    }
    return last == '=' ? strchr("=>~", rest.data[0]) == NULL
                       : !is_over || !is_word(last) || !is_word(rest.data[0]);
}

static struct span skip_space(struct span s)
{
    while (s.len > 0 && is_space(s.data[0])) {
        s = span_skip(s, 1);
    }
    return s;
}

/* ---- the line ------------------------------------------------------------------ */

static size_t skip_typed(const struct trim_context *c, struct span typed, struct span text,
                         bool final)
{
    struct span line = c->around.line, from = span_ltrim(text);
    bool nocase = c->language->nocase;
    bool is_over = typed.data + typed.len < line.data + line.len;
    if (!is_line(typed, nocase)) {
        return 0;
    }
    size_t n = common(from, typed, nocase);
    struct span rest = span_skip(from, n), trimmed = span_ltrim(rest);
    bool is_open = n < typed.len || is_over || typed.data[n - 1] == '=';
    if (trimmed.len == 0 && is_open && !final) {
        return TRIM_WAIT;
    }
    if (n < typed.len || !is_apart(typed, is_over, rest)) {
        return 0;
    }
    return text.len - (is_over ? trimmed.len : rest.len);
}

/* The typed line, or, behind what closes the block before, the rest of it. */
static size_t skip_line(const struct trim_context *c, struct span text, bool final)
{
    struct span typed = span_rtrim(span_ltrim(c->around.line)), rest = typed;
    while (rest.len > 1 && (is_closing_bracket(rest.data[0]) || is_blank(rest.data[0]))) {
        rest = span_skip(rest, 1);
    }
    size_t n = skip_typed(c, typed, text, final);
    return n == 0 && rest.len < typed.len ? skip_typed(c, rest, text, final) : n;
}

/* Where the bracket closes that the text begins with, or its length. */
static size_t find_close(struct span text)
{
    long depth = 0;
    for (size_t i = 0; i < text.len && text.data[i] != '\n'; i++) {
        depth += is_opening_bracket(text.data[i]) - is_closing_bracket(text.data[i]);
        if (depth == 0) {
            return i;
        }
    }
    return text.len;
}

/* "foo(" in front of ");", answered by "foo(x);": the whole statement. Its end tells it from a call
 * in a call. */
static size_t skip_call(const struct trim_context *c, struct span text, bool final)
{
    struct span line = c->around.line, from = span_ltrim(text);
    size_t at = 0;
    struct span right = span_rtrim(span_next_line(c->around.after, &at));
    if (line.len < 2 || line.data[line.len - 1] != '(' || right.len < 2 || right.data[0] != ')') {
        return 0;
    }
    struct span word = span_last_word((struct span){line.data, line.len - 1});
    struct span call = span_skip(line, line.len - 1 - word.len);
    size_t n = common(from, call, false);
    if (word.len == 0 || n < call.len) {
        return word.len > 0 && n == from.len && !final ? TRIM_WAIT : 0;
    }
    struct span rest = span_skip(from, word.len);
    size_t close = find_close(rest), end = 0;
    struct span said = span_next_line(span_skip(rest, close), &end);
    bool is_over = final || end <= rest.len - close;
    if (!is_over && (close == rest.len || span_starts(right, said))) {
        return TRIM_WAIT;
    }
    return close < rest.len && span_starts(said, right) ? text.len - rest.len + 1 : 0;
}

/* ---- words --------------------------------------------------------------------- */

/* "ret", answered by "return". */
static size_t skip_word(const struct trim_context *c, struct span text, bool final)
{
    struct span word = span_last_word(c->around.line);
    bool is_short = word.len < WORD_ECHO_MIN;
    if (word.len == 0 || (is_short && !is_keyword(word, c->language->nocase))) {
        return 0;
    }
    size_t n = common(text, word, c->language->nocase);
    if (n < word.len) {
        return text.len > 0 && n == text.len && !final ? TRIM_WAIT : 0;
    }
    if (!is_short) {
        return word.len;
    }
    if (text.len == n) {
        return final ? n : TRIM_WAIT;
    }
    return is_word(text.data[n]) ? 0 : n;
}

/* The word that a line ends with, be it a directive such as "#include". */
static struct span last_keyword(struct span line, bool nocase)
{
    struct span word = span_last_word(line);
    size_t before = line.len - word.len;
    if (word.len >= WORD_ECHO_MIN && before > 0 && strchr("#@", line.data[before - 1]) != NULL) {
        return span_skip(line, before - 1);
    }
    return is_keyword(word, nocase) ? word : (struct span){NULL, 0};
}

/* "return ", answered by "return x". */
static size_t skip_keyword(const struct trim_context *c, struct span text, bool final)
{
    struct span line = c->around.line, from = skip_space(text);
    bool nocase = c->language->nocase;
    struct span word = last_keyword(span_rtrim(line), nocase);
    bool is_behind = line.len > 0 && is_blank(line.data[line.len - 1]);
    if (!is_behind || c->language->prose || word.len == 0) {
        return 0;
    }
    size_t n = common(from, word, nocase);
    struct span rest = span_skip(from, n);
    if (rest.len == 0 && !final) {
        return TRIM_WAIT;
    }
    if (n < word.len || (rest.len > 0 && strchr(" \t\n;(", rest.data[0]) == NULL)) {
        return 0;
    }
    struct span left = span_ltrim(rest);
    return left.len == 0 && !final ? TRIM_WAIT : text.len - left.len;
}

/* One blank between words, not two. */
static size_t skip_blank(struct span line, struct span text, bool final)
{
    if (!is_blank(line.data[line.len - 1]) || text.len == 0 || text.data[0] != ' ') {
        return 0;
    }
    if (text.len == 1) {
        return final ? 0 : TRIM_WAIT;
    }
    return !is_space(text.data[1]);
}

size_t echo_at_start(const struct trim_context *c, struct span text, bool final)
{
    size_t n = skip_line(c, text, final);
    if (n == 0) {
        n = skip_call(c, text, final);
    }
    if (n == 0) {
        n = skip_word(c, text, final);
    }
    if (n == 0) {
        n = skip_keyword(c, text, final);
    }
    return n == 0 ? skip_blank(c->around.line, text, final) : n;
}
