/* What an answer begins with and is not to be inserted: trim_preamble. */
#include "complete/trim/line.h"
#include "complete/trim/trim.h"

#include <string.h>

#define ECHO_MIN 8      /* bytes of a typed line: shorter ones may well be said twice */
#define WORD_ECHO_MIN 3 /* of a typed word, likewise */
#define NEWLINES_MAX 3  /* behind more, trim_answer may be left with nothing */

static bool is_in(struct span s, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (span_equals(s, words[i])) {
            return true;
        }
    }
    return false;
}

/* Whether s is nothing but a true beginning of whole. */
static bool is_begun(struct span s, struct span whole)
{
    return s.len < whole.len && span_starts(whole, s);
}

/* How many bytes of white space s begins with, and how many line breaks are among them. */
static size_t white_space(struct span s, size_t *newlines)
{
    size_t n = 0;
    size_t count = 0;
    while (n < s.len && is_space(s.data[n])) {
        count += s.data[n++] == '\n';
    }
    if (newlines != NULL) {
        *newlines = count;
    }
    return n;
}

/* ---- words of a chat model ----------------------------------------------------- */

/* Bytes up to and with the line that opens a fence; 0: none so far. */
static size_t fence_end(struct span text)
{
    size_t at = 0;
    while (at < text.len) {
        struct span line = span_next_line(text, &at);
        if (span_starts_with(span_ltrim(line), "```") && at <= text.len) {
            return at;
        }
    }
    return 0;
}

/* How an answer to the user begins; no line of code does. */
static size_t skip_talk(struct span text, bool may_greet, bool final)
{
    static const char *const greetings[] = {"Here is ",     "Here's ",     "Here are ", "Sure,",
                                            "Sure!",        "Certainly",   "Of course", "The code ",
                                            "The missing ", "To complete "};
    struct span from = may_greet ? span_skip(text, white_space(text, NULL)) : text;
    bool talks = span_starts_with(from, "```");
    bool may_talk = is_begun(from, span_of("```"));
    for (size_t i = 0; may_greet && i < sizeof greetings / sizeof *greetings; i++) {
        struct span greeting = span_of(greetings[i]);
        talks = talks || span_starts(from, greeting);
        may_talk = may_talk || is_begun(from, greeting);
    }
    if (!talks) {
        return may_talk && !final ? TRIM_WAIT : 0;
    }
    size_t end = fence_end(text);
    if (end > 0) {
        return end;
    }
    return final ? text.len : TRIM_WAIT;
}

/* ---- indentation --------------------------------------------------------------- */

/* Whether what follows that line is deeper than it: a block, or a statement not finished. */
static bool opens(struct span line)
{
    static const char *const tails[] = {"then", "do", "else", "begin", "of", "try", "and", "or"};
    static const char *const heads[] = {"if",     "for",      "while", "else",   "elseif",
                                        "switch", "function", "local", "foreach"};
    line = span_ltrim(span_rtrim(line));
    if (line.len == 0) {
        return false;
    }
    char last = line.data[line.len - 1];
    if (last != '\0' && strchr("{[(:=\\+-*/&|<>?.", last) != NULL) {
        return true;
    }
    if (is_in(span_last_word(line), tails, sizeof tails / sizeof *tails)) {
        return true;
    }
    return last == ')' && is_in(span_first_word(line), heads, sizeof heads / sizeof *heads);
}

/* Whether a bracket of that line stays open and something stands behind it: what follows may
 * be aligned with that. */
static bool aligns(struct span line)
{
    long depth = 0;
    line = span_rtrim(line);
    for (size_t i = 0; i + 1 < line.len; i++) {
        char c = line.data[i];
        depth += is_opening_bracket(c);
        depth -= is_closing_bracket(c);
    }
    return depth > 0;
}

/* Whether the cursor stands where a line has to begin, so that white space that the answer
 * begins with is the indentation once more. */
static bool is_indented(const struct trim_context *c)
{
    struct span before = c->around.before;
    struct span above = span_last_line(&before);
    size_t column = line_indent(&c->indent, line_of(c->around.line));
    size_t wanted = line_indent(&c->indent, line_of(above));
    if (above.len == 0) {
        return true;
    }
    return !aligns(above) && (column != wanted || !opens(above));
}

static size_t skip_indent(const struct trim_context *c, struct span text)
{
    struct span trimmed = span_ltrim(text);
    if (c->around.line.len == 0 || c->language->prose || trimmed.len == 0 ||
        trimmed.data[0] == '\n') {
        return 0;
    }
    return is_indented(c) ? text.len - trimmed.len : 0;
}

/* In an empty line under an empty line there are line breaks enough. */
static size_t skip_newlines(const struct trim_context *c, struct span text)
{
    struct span before = c->around.before;
    bool under_blank = before.len < 2 || before.data[before.len - 2] == '\n';
    size_t n = white_space(text, NULL);
    if (c->around.line.len > 0 || !under_blank) {
        return 0;
    }
    while (n > 0 && text.data[n - 1] != '\n') {
        n--;
    }
    return n;
}

/* In a line without text. */
static size_t skip_white_space(const struct trim_context *c, struct span text, bool final)
{
    size_t newlines, n = white_space(text, &newlines);
    if (newlines > NEWLINES_MAX) {
        return 0;
    }
    if (n == text.len) {
        return final ? 0 : TRIM_WAIT;
    }
    n = skip_newlines(c, text);
    return n + skip_indent(c, span_skip(text, n));
}

/* ---- what is typed ------------------------------------------------------------- */

static bool opens_bracket_or_angle(char c)
{
    return is_opening_bracket(c) || c == '<';
}

/* Two words or more before any bracket: no expression can hold itself so, unlike "max(" in
 * max(max(a, b), c). */
static bool is_echo_of_line(struct span typed)
{
    for (size_t i = 0; i < typed.len && !opens_bracket_or_angle(typed.data[i]); i++) {
        if (is_blank(typed.data[i])) {
            return typed.len >= ECHO_MIN;
        }
    }
    return false;
}

static size_t skip_echo(struct span line, struct span text, bool final)
{
    struct span typed = span_rtrim(span_ltrim(line)), word = span_last_word(line);
    struct span from = span_ltrim(text);
    size_t skipped = text.len - from.len;
    if (is_echo_of_line(typed)) {
        if (span_starts(from, typed)) {
            struct span left = span_skip(from, typed.len), trimmed = span_ltrim(left);
            if (typed.data + typed.len == line.data + line.len) {
                return skipped + typed.len;
            }
            return trimmed.len == 0 && !final ? TRIM_WAIT : text.len - trimmed.len;
        }
        if (!final && is_begun(from, typed)) {
            return TRIM_WAIT;
        }
    }
    if (word.len >= WORD_ECHO_MIN) {
        if (span_starts(text, word)) {
            return word.len;
        }
        if (text.len > 0 && !final && is_begun(text, word)) {
            return TRIM_WAIT;
        }
    }
    /* One blank between words, not two. */
    if (is_blank(line.data[line.len - 1]) && text.len > 0 && text.data[0] == ' ') {
        if (text.len == 1) {
            return final ? 0 : TRIM_WAIT;
        }
        return !is_space(text.data[1]);
    }
    return 0;
}

/* ---- all ----------------------------------------------------------------------- */

size_t trim_preamble(const struct trim_context *c, struct span answer, bool final)
{
    struct span line = c->around.line;
    bool is_typed = span_ltrim(line).len > 0;
    size_t newlines;
    white_space(answer, &newlines);
    size_t talk = 0;
    if (!c->language->prose && newlines <= NEWLINES_MAX) {
        talk = skip_talk(answer, !is_typed, final);
    }
    if (talk == TRIM_WAIT || (talk == answer.len && !final)) {
        return TRIM_WAIT;
    }
    answer = span_skip(answer, talk);
    size_t skip = is_typed ? skip_echo(line, answer, final) : skip_white_space(c, answer, final);
    return skip == TRIM_WAIT ? TRIM_WAIT : talk + skip;
}
