#include "complete/trim/scope.h"

#include "text/line.h"
#include "text/syntax.h"

#include <string.h>

#define LINES_ABOVE 2000 /* that are looked at */

/* ---- lines above --------------------------------------------------------------- */

/* Blocks that are a part of a function; all others are taken to define something. */
static bool is_control(struct span trimmed)
{
    static const char words[] =
        "if elif elsif elseif else unless while until for foreach do switch case default "
        "when match try except catch finally rescue ensure with loop begin select repeat "
        "using lock unsafe synchronized then";
    while (trimmed.len > 0 && (is_closing_bracket(trimmed.data[0]) || is_blank(trimmed.data[0]))) {
        trimmed = span_skip(trimmed, 1);
    }
    struct span word = span_first_word(trimmed);
    if (span_equals(word, "async")) {
        word = span_first_word(span_ltrim(span_skip(trimmed, word.len)));
    }
    return span_is_among(word, words);
}

static bool is_comment(const struct language *language, struct span trimmed)
{
    const char *words = language->comments;
    if (trimmed.data[0] == '#' && (words == NULL || words[0] != '#')) {
        return true; /* for a preprocessor: it stands anywhere */
    }
    for (struct span word; (word = span_next_word(&words)).len > 0;) {
        if (span_starts(trimmed, word)) {
            return true;
        }
    }
    return false;
}

/* "if x:" also where nothing is known of the language. */
static bool is_head(const struct language *language, struct span trimmed)
{
    return trimmed.data[trimmed.len - 1] == ':' && syntax_may_end_by_indent(language);
}

/* What the block that it opens is a value of: an argument, a table, a function in a call. */
static bool is_expression(const struct language *language, struct span trimmed)
{
    size_t last = trimmed.len - 1, open = 0, closed = 0;
    for (size_t i = 0; i < trimmed.len; i++) {
        open += trimmed.data[i] == '(';
        closed += trimmed.data[i] == ')';
    }
    if (open > closed || trimmed.data[last] == '[') {
        return true;
    }
    struct span before = span_rtrim((struct span){trimmed.data, last});
    bool value = before.len > 0 && strchr("=:,[", before.data[before.len - 1]) != NULL;
    return trimmed.data[last] == '{' && (language->by_indent || value);
}

/* It begins a block, and not only an expression. */
static bool opens(const struct language *language, struct span trimmed)
{
    enum syntax_tail tail = syntax_tail_of(language, trimmed);
    return !is_expression(language, trimmed) &&
           (tail == TAIL_OPENS || tail == TAIL_MAY_OPEN || is_head(language, trimmed));
}

/* Of a brace that stands alone the line above says what it opens. */
static struct span head_of(struct span trimmed, struct span before)
{
    struct span above = span_last_line(&before);
    return span_equals(trimmed, "{") && above.len > 0 ? span_rtrim(span_ltrim(above)) : trimmed;
}

/* Keys of YAML all look alike: those of the second level are what a file is made of, services
 * and jobs. */
static void define_by_level(struct scope *s, bool item)
{
    bool second = s->block_count >= 2 && !item;
    s->defined = s->block_count > 0;
    s->definition = s->defined ? s->blocks[s->block_count - (second ? 2 : 1)] : 0;
}

/* Lines above that are less deep than all between them and the cursor. */
static void look_above(struct scope *s)
{
    const struct language *language = s->context->language;
    struct span before = s->context->around.before;
    size_t limit = s->base;
    s->by_indent = language->by_indent;
    bool keys = language->by_indent && language->words && !language->recipes, item = false;
    for (size_t n = 0; limit > 0 && n < LINES_ABOVE && s->block_count < SCOPE_DEPTH; n++) {
        struct span line = span_last_line(&before), trimmed = span_rtrim(span_ltrim(line));
        if (line.len == 0) {
            break;
        }
        size_t column = line_indent(&s->context->indent, line_of(line));
        if (column >= limit || is_comment(language, trimmed)) {
            continue;
        }
        limit = column;
        item = s->block_count == 0 || column > 0 ? trimmed.data[0] == '-' : item;
        s->blocks[s->block_count++] = column;
        s->by_indent = s->by_indent || is_head(language, trimmed);
        bool control = is_control(head_of(trimmed, before));
        if (s->context->defined) {
            control = column > s->context->definition;
        }
        if (!keys && !control && (s->context->defined || opens(language, trimmed) || column == 0)) {
            s->defined = true;
            s->definition = column;
            return;
        }
    }
    if (keys) {
        define_by_level(s, item);
    }
}

/* ---- lines below --------------------------------------------------------------- */

/* Whether a line below closes a block of that indentation. The scope only goes outwards, so
 * the search goes on where it was: each line is compared once. */
static bool is_closed_below(struct scope *s, size_t indent)
{
    bool any = false;
    while (s->below.len > 0) {
        size_t at = 0;
        struct span line = span_next_line(s->below, &at);
        struct span trimmed = span_ltrim(line);
        size_t column = line_indent(&s->context->indent, line_of(line));
        if (trimmed.len > 0 && column <= indent) {
            return column == indent && line_closes(trimmed);
        }
        any = any || trimmed.len > 0;
        s->below = span_skip(s->below, at < s->below.len ? at : s->below.len);
    }
    /* The line that closes it may be beyond what the caller has given. */
    return any;
}

static void look_below(struct scope *s)
{
    size_t at = 0;
    struct span after = s->context->around.after, line = {NULL, 0};
    span_next_line(after, &at);
    s->below = span_skip(after, at < after.len ? at : after.len);
    for (at = 0; span_is_blank(line) && at < s->below.len;) {
        line = span_next_line(s->below, &at);
    }
    s->has_floor = !span_is_blank(line);
    s->floor = line_indent(&s->context->indent, line_of(line));
    struct scope other = *s;
    s->unfinished = s->defined && !is_closed_below(&other, s->definition);
}

void scope_init(struct scope *s, const struct trim_context *context, size_t base, bool own)
{
    *s = (struct scope){.context = context, .base = base, .own = own};
    look_above(s);
    look_below(s);
}

/* ---- lines of the answer ------------------------------------------------------- */

static bool is_block(const struct scope *s, size_t column)
{
    for (size_t i = 0; i < s->block_count; i++) {
        if (s->blocks[i] == column) {
            return true;
        }
    }
    return false;
}

static bool is_beyond_definition(const struct scope *s, size_t indent)
{
    return s->defined && indent <= s->definition;
}

/* A definition or what stands in front of one. */
static bool defines(struct span trimmed)
{
    static const char words[] = "def class async proc func type method template from import";
    return trimmed.data[0] == '@' || span_is_among(span_first_word(trimmed), words);
}

/* A line that is less deep than the block, where blocks end so. */
static enum scope_verdict leave_by_indent(struct scope *s, const struct scope_line *line)
{
    if (is_beyond_definition(s, line->indent) || (s->has_floor && line->indent <= s->floor) ||
        !is_block(s, line->indent)) {
        return SCOPE_OUT;
    }
    if (!s->defined && (line->apart || defines(line->trimmed))) {
        return SCOPE_OUT;
    }
    s->base = line->indent;
    s->deeper = false;
    return SCOPE_IN;
}

/* "else" of a block that the answer is about to finish. */
static bool goes_on(struct span trimmed)
{
    static const char words[] =
        "else elseif elsif elif rescue ensure catch finally case default when";
    return span_is_among(span_first_word(trimmed), words);
}

/* The same where lines say so. */
static enum scope_verdict leave_by_closing(struct scope *s, const struct scope_line *line,
                                           bool closes)
{
    bool more = s->unfinished && !is_beyond_definition(s, line->indent);
    if ((!closes && !(more && goes_on(line->trimmed))) || is_closed_below(s, line->indent)) {
        return SCOPE_OUT;
    }
    s->base = line->indent;
    s->left = !more;
    s->deeper = false;
    return SCOPE_IN;
}

/* Its first word, or what stands there instead, may become another. */
static bool is_begun(const struct scope *s, const struct scope_line *line)
{
    struct span trimmed = line->trimmed;
    bool word = span_first_word(trimmed).len == trimmed.len;
    if (line->indent >= s->base || is_closing_bracket(trimmed.data[0]) ||
        (is_word(trimmed.data[0]) && is_beyond_definition(s, line->indent))) {
        return false;
    }
    return word || trimmed.len < 3;
}

enum scope_verdict scope_follow(struct scope *s, const struct scope_line *line)
{
    bool closes = line_closes(line->trimmed);
    if (line->indent > s->base) {
        s->deeper = true;
        return SCOPE_IN;
    }
    if (!line->closed && (line_may_close(line->trimmed) || is_begun(s, line))) {
        return SCOPE_MAYBE;
    }
    if (line->indent < s->base && is_comment(s->context->language, line->trimmed) &&
        s->block_count > 0) {
        return SCOPE_PASS;
    }
    if (line->indent < s->base) {
        return s->by_indent && !closes ? leave_by_indent(s, line)
                                       : leave_by_closing(s, line, closes);
    }
    /* Behind a finished block and a blank line something else begins. In the middle of a
     * function that belongs to it, at top level or behind the block of the cursor's own line
     * it does not. */
    bool done = s->deeper && line->apart && (s->base == 0 || s->own);
    return !closes && (s->left || done) ? SCOPE_OUT : SCOPE_IN;
}
