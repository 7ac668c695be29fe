/* What an answer begins with and is not to be inserted: trim_preamble. */
#include "complete/trim/echo.h"
#include "complete/trim/lexer.h"
#include "complete/trim/thoughts.h"
#include "complete/trim/trim.h"
#include "text/line.h"
#include "text/talk.h"

#include <string.h>

#define NEWLINES_MAX 3 /* behind more, trim_answer may be left with nothing */
#define TURNS_MAX 6    /* of thoughts and talk, each a look at all text around; more is no answer */

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

static bool is_in_code(const struct trim_context *c)
{
    struct lexer_answer lexer;
    lexer_answer_init(&lexer, c->language, &c->around, (struct span){NULL, 0});
    return lexer_answer_at(&lexer, 0) == IN_CODE;
}

/* A fence, or words; in strings and comments they are text. */
static enum talk talk_of(const struct trim_context *c, struct span from, bool final)
{
    struct span fence = span_of("```");
    size_t at = 0;
    struct span line = span_next_line(from, &at);
    enum talk talk = span_starts(from, fence)             ? TALK_IS
                     : !final && span_starts(fence, from) ? TALK_MAYBE
                                                          : TALK_NONE;
    bool may_talk = span_is_blank(c->around.line) || !c->language->words;
    if (talk == TALK_NONE && may_talk) {
        talk = talk_at_start(line, final || at <= from.len, !c->language->words);
    }
    return talk == TALK_IS && !is_in_code(c) ? TALK_NONE : talk;
}

/* Behind "Here is the code:" and what is blank: there the code begins, also without a fence. */
static size_t introduction_end(struct span text)
{
    size_t at = 0;
    struct span line = span_rtrim(span_next_line(text, &at));
    bool introduces = (span_starts_with(line, "Here is ") || span_starts_with(line, "Here's ")) &&
                      line.data[line.len - 1] == ':';
    if (!introduces || at >= text.len) {
        return 0;
    }
    size_t end = at + white_space(span_skip(text, at), NULL);
    if (end == text.len) {
        return 0;
    }
    while (text.data[end - 1] != '\n') {
        end--;
    }
    return end;
}

/* What a chat model says before the code: up to the fence that opens it, or thoughts that end.
 * Where there is none it is all of it. */
static size_t skip_talk(const struct trim_context *c, struct span text, bool final)
{
    size_t newlines, from = white_space(text, &newlines);
    if (newlines > NEWLINES_MAX || (from == text.len && final)) {
        return 0;
    }
    enum talk talk = talk_of(c, span_skip(text, from), final);
    if (talk != TALK_IS) {
        return talk == TALK_MAYBE && !final ? TRIM_WAIT : 0;
    }
    size_t end = introduction_end(span_skip(text, from));
    if (end > 0) {
        return from + end;
    }
    size_t fence = fence_end(text);
    struct span before = {text.data, fence > 0 ? fence : text.len};
    end = thoughts_closed(before, final || fence > 0);
    end = end > 0 ? end : fence;
    return end > 0 ? end : final ? text.len : TRIM_WAIT;
}

/* Thoughts and talk, in any order. */
static size_t skip_words(const struct trim_context *c, struct span text, bool final)
{
    size_t at = 0, n = 1, newlines;
    white_space(text, &newlines);
    if (newlines > NEWLINES_MAX) {
        return 0;
    }
    for (size_t turn = 0; turn < TURNS_MAX && n > 0; turn++) {
        struct span rest = span_skip(text, at);
        n = thoughts_at_start(&c->around, rest, final);
        n = n == 0 && !c->language->prose ? skip_talk(c, rest, final) : n;
        if (n == TRIM_WAIT) {
            return TRIM_WAIT;
        }
        at += n;
    }
    if (n > 0) {
        return final ? text.len : TRIM_WAIT;
    }
    return at == text.len && !final ? TRIM_WAIT : at;
}

/* ---- indentation --------------------------------------------------------------- */

/* Whether what follows that line is deeper than it: a block, or a statement not finished. */
static bool opens(struct span line)
{
    static const char tails[] = "then do else begin of try and or";
    static const char heads[] = "if for while else elseif switch function local foreach";
    line = span_ltrim(span_rtrim(line));
    if (line.len == 0) {
        return false;
    }
    char last = line.data[line.len - 1];
    if (last != '\0' && strchr("{[(:=\\+-*/&|<>?.", last) != NULL) {
        return true;
    }
    if (span_is_among(span_last_word(line), tails)) {
        return true;
    }
    return last == ')' && span_is_among(span_first_word(line), heads);
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

/* ---- all ----------------------------------------------------------------------- */

static size_t skip_preamble(const struct trim_context *c, struct span answer, bool final)
{
    size_t words = skip_words(c, answer, final);
    if (words == TRIM_WAIT) {
        return TRIM_WAIT;
    }
    struct span rest = span_skip(answer, words);
    bool is_typed = span_ltrim(c->around.line).len > 0;
    size_t skip = is_typed ? echo_at_start(c, rest, final) : skip_white_space(c, rest, final);
    return skip == TRIM_WAIT ? TRIM_WAIT : words + skip;
}

/* The blank that was not in the prompt. A model may leave it out, or go on with the next line; and
 * what begins with several may have more indentation of its own, or all of it: whatever gives whole
 * steps. */
size_t trim_blank(const struct trim_context *c, struct span answer, bool final)
{
    struct span line = c->around.line;
    size_t count = 0, step = c->indent.step > 0 ? c->indent.step : 1;
    while (count < answer.len && answer.data[count] == ' ') {
        count++;
    }
    if (!c->blank || count == 0) {
        return 0;
    }
    if (count == answer.len && !final) {
        return TRIM_WAIT;
    }
    return span_ltrim(line).len > 0 || count == 1 || (line.len + count - 1) % step == 0;
}

size_t trim_preamble(const struct trim_context *c, struct span answer, bool final)
{
    size_t blank = trim_blank(c, answer, final);
    if (blank == TRIM_WAIT) {
        return TRIM_WAIT;
    }
    struct span rest = span_skip(answer, blank);
    size_t skip = skip_preamble(c, rest, final);
    return skip == TRIM_WAIT ? TRIM_WAIT : blank + skip;
}
