#include "complete/trim/marker.h"

#include "text/token.h"

#define OWN_MIN 3 /* bytes: shorter stop strings are text as well */

/* ---- the tokens of the prompts in use ------------------------------------------ */

/* Stop strings may be anything; words and line breaks are text. */
static void add_own(struct markers *m, struct span token)
{
    while (token.len > 0 && is_space(token.data[0])) {
        token = span_skip(token, 1);
    }
    while (token.len > 0 && is_space(token.data[token.len - 1])) {
        token.len--;
    }
    if (token.len >= OWN_MIN && !is_word(token.data[0]) && m->own_count < MARKER_OWN) {
        m->own[m->own_count++] = token;
        m->begins[(unsigned char)token.data[0]] = true;
    }
}

/* "<file>%s\n": what stands before the name, and behind it. */
static void add_text(struct markers *m, const char *text)
{
    const char *from = text;
    for (; *text != '\0'; text++) {
        if (text[0] == '%' && (text[1] == 's' || text[1] == 'l')) {
            add_own(m, (struct span){from, (size_t)(text - from)});
            from = ++text + 1;
        }
    }
    add_own(m, span_of(from));
}

void markers_init(struct markers *m, const struct trim_context *c, struct span text,
                  struct lexer_answer *lexer)
{
    *m = (struct markers){.context = c, .text = text, .lexer = lexer};
    m->begins['`'] = true;
    for (const char *b = TOKEN_BEGINNINGS; *b != '\0'; b++) {
        m->begins[(unsigned char)*b] = true;
    }
    for (size_t i = 0; i < c->token_count; i++) {
        add_text(m, c->tokens[i]);
    }
}

static enum marker match_own(const struct markers *m, struct span rest, size_t *len)
{
    enum marker best = MARKER_NONE;
    for (size_t i = 0; i < m->own_count; i++) {
        struct span own = m->own[i];
        if (span_starts(rest, own)) {
            *len = own.len;
            return MARKER_IS;
        }
        best = span_starts(own, rest) ? MARKER_MAYBE : best;
    }
    return best;
}

/* ---- tokens that may be text --------------------------------------------------- */

/* The cursor's line up to byte i of the answer: what the answer has of it, or, in its first
 * line with nothing before i, what is typed. */
static struct span line_up_to(const struct markers *m, size_t i)
{
    size_t from = i;
    while (from > 0 && m->text.data[from - 1] != '\n') {
        from--;
    }
    struct span left = span_rtrim((struct span){m->text.data + from, i - from});
    return left.len == 0 && from == 0 ? span_rtrim(m->context->around.line) : left;
}

static bool ends_with_number(struct span line)
{
    struct span word = span_last_word(line);
    return word.len > 0 && word.data[0] >= '0' && word.data[0] <= '9';
}

/* Behind such a text a type, an operand or an index may follow. */
static bool is_unfinished(struct span line)
{
    return line.len > 0 && strchr(";})\"'", line.data[line.len - 1]) == NULL &&
           !ends_with_number(line);
}

/* <a> and [a] where the language has something of the kind. */
static bool may_be_code(const struct markers *m, size_t i)
{
    const struct language *language = m->context->language;
    struct span line = line_up_to(m, i);
    if (m->text.data[i] == '[') {
        return language->words || is_unfinished(line) ||
               (line.len > 0 && line.data[line.len - 1] == ')');
    }
    if (line.len > 0 && line.data[line.len - 1] == '<') {
        return true; /* <<EOT */
    }
    if (span_starts_with(span_ltrim(line), "#i")) {
        return true; /* #include, #import */
    }
    return (language->generics || language->words) && is_unfinished(line);
}

/* Tags that close stand around, so that others may. */
static bool has_tags(struct span text)
{
    while (text.len > 2) {
        const char *at = memchr(text.data, '<', text.len - 2);
        if (at == NULL) {
            return false;
        }
        if (at[1] == '/' && is_word(at[2])) {
            return true;
        }
        text = span_skip(text, (size_t)(at + 1 - text.data));
    }
    return false;
}

/* "</s>", the most common end, in markup and documents. */
static bool is_struck(const struct markers *m, size_t i)
{
    const struct language *language = m->context->language;
    return (language->prose || language->markup) && span_starts_with(span_skip(m->text, i), "</s>");
}

/* Whether <s> stands before it, or it is quoted. */
static bool is_open(const struct markers *m, size_t i)
{
    const struct around *around = &m->context->around;
    struct span left = {m->text.data, i};
    struct span line = line_up_to(m, i);
    char before = line.len > 0 ? line.data[line.len - 1] : ' ';
    return strchr("`\"'", before) != NULL || span_has(left, span_of("<s")) ||
           span_has(around->before, span_of("<s")) || span_has(around->line, span_of("<s"));
}

static bool may_be_text(struct markers *m, size_t i)
{
    const struct trim_context *c = m->context;
    const struct around *around = &c->around;
    if (is_struck(m, i)) {
        return is_open(m, i);
    }
    if (c->language->prose || c->language->markup || lexer_answer_at(m->lexer, i) != IN_CODE) {
        return true;
    }
    bool closes = i + 1 < m->text.len && m->text.data[i + 1] == '/';
    if (m->text.data[i] == '<' && (has_tags(around->before) || has_tags(around->after))) {
        return true;
    }
    return !closes && may_be_code(m, i);
}

/* What is no code in any language: a word right behind an index, or behind a list of types. */
static bool is_amid(const struct markers *m, size_t i, size_t len)
{
    char before = i > 0 ? m->text.data[i - 1] : ' ', next = m->text.data[i + len];
    return is_name(next) && (m->text.data[i] == '[' || is_name(before));
}

static enum marker match_plain(struct markers *m, size_t i, size_t len)
{
    if (!may_be_text(m, i)) {
        return MARKER_IS;
    }
    if (m->context->language->prose || m->context->language->markup ||
        lexer_answer_at(m->lexer, i) != IN_CODE) {
        return MARKER_NONE;
    }
    if (i + len == m->text.len) {
        return MARKER_MAYBE;
    }
    return is_amid(m, i, len) ? MARKER_IS : MARKER_NONE;
}

/* ---- fences -------------------------------------------------------------------- */

/* What closes the code of a chat model. In strings and comments it is text. */
static enum marker match_fence(struct markers *m, struct span rest, size_t i)
{
    struct span fence = span_of("```");
    if (m->context->language->prose || rest.data[0] != '`') {
        return MARKER_NONE;
    }
    if (!span_starts(rest, fence)) {
        return span_starts(fence, rest) ? MARKER_MAYBE : MARKER_NONE;
    }
    return lexer_answer_at(m->lexer, i) == IN_CODE ? MARKER_IS : MARKER_NONE;
}

/* ---- all ----------------------------------------------------------------------- */

enum marker marker_at(struct markers *m, size_t i)
{
    struct span rest = span_skip(m->text, i);
    const struct trim_context *c = m->context;
    size_t len = 0;
    enum marker own = match_own(m, rest, &len);
    enum token_match token = TOKEN_NONE;
    if (own != MARKER_IS) {
        token = token_at_start(rest, c->tokens, c->token_count, !c->language->bars, &len);
    }
    if (own == MARKER_IS || token >= TOKEN_PLAIN) {
        if (around_has(&c->around, (struct span){rest.data, len})) {
            return MARKER_NONE;
        }
        return token == TOKEN_PLAIN ? match_plain(m, i, len) : MARKER_IS;
    }
    return own == MARKER_MAYBE || token == TOKEN_MAYBE ? MARKER_MAYBE : match_fence(m, rest, i);
}
