#include "complete/trim/lexer.h"

#include "text/syntax.h"

void lexer_init(struct lexer *l, const struct language *language)
{
    *l = (struct lexer){.language = language};
}

/* '#' inside a word, as in $#, is none. */
static bool may_comment(struct span mark, const char *begin, const char *at)
{
    return mark.data[0] != '#' || at == begin || is_space(at[-1]) || at[-1] == ';';
}

static size_t enter(struct lexer *l, enum lexer_in in, struct span mark, struct span end)
{
    l->in = in;
    l->end = end;
    return mark.len;
}

/* How many bytes of code the rest begins with; a string or comment may begin behind them. */
static size_t feed_code(struct lexer *l, struct span rest, const char *begin)
{
    const struct language *language = l->language;
    const char *blocks = language->blocks, *comments = language->comments,
               *strings = language->strings;
    for (struct span open; (open = span_next_word(&blocks)).len > 0;) {
        struct span close = span_next_word(&blocks);
        if (span_starts(rest, open)) {
            return enter(l, IN_COMMENT, open, close);
        }
    }
    for (struct span mark; (mark = span_next_word(&comments)).len > 0;) {
        if (span_starts(rest, mark) && may_comment(mark, begin, rest.data)) {
            return enter(l, IN_COMMENT, mark, span_of("\n"));
        }
    }
    for (struct span quote; (quote = span_next_word(&strings)).len > 0;) {
        if (span_starts(rest, quote)) {
            return enter(l, IN_STRING, quote, quote);
        }
    }
    return 1;
}

/* Only long quotes and ticks go on behind a line, and in some languages all. */
static bool ends_with_line(const struct lexer *l)
{
    return l->end.len == 1 && l->end.data[0] != '`' && !l->language->long_strings;
}

static size_t feed_string(struct lexer *l, struct span rest)
{
    if (rest.data[0] == '\\' && rest.len > 1) {
        return 2;
    }
    if (span_starts(rest, l->end)) {
        l->in = IN_CODE;
        return l->end.len;
    }
    if (rest.data[0] == '\n' && ends_with_line(l)) {
        l->in = IN_CODE;
    }
    return 1;
}

static size_t feed_comment(struct lexer *l, struct span rest)
{
    if (!span_starts(rest, l->end)) {
        return 1;
    }
    l->in = IN_CODE;
    return l->end.len;
}

/* Letters and blanks begin none. */
static bool is_plain(char c)
{
    return is_word(c) || c == ' ' || c == '\n';
}

void lexer_feed(struct lexer *l, struct span text)
{
    const char *begin = text.data;
    while (text.len > 0) {
        size_t n = 1;
        switch (l->in) {
        case IN_CODE:
            n = is_plain(text.data[0]) ? 1 : feed_code(l, text, begin);
            break;
        case IN_STRING:
            n = feed_string(l, text);
            break;
        case IN_COMMENT:
            n = feed_comment(l, text);
            break;
        }
        text = span_skip(text, n < text.len ? n : text.len);
    }
}

void lexer_answer_init(struct lexer_answer *a, const struct language *language,
                       const struct around *around, struct span text)
{
    lexer_init(&a->lexer, language);
    a->around = around;
    a->text = text;
    a->at = 0;
    a->begun = false;
}

enum lexer_in lexer_answer_at(struct lexer_answer *a, size_t i)
{
    if (!a->begun) {
        struct span before = a->around->before;
        lexer_feed(&a->lexer, span_skip(before, syntax_within(a->lexer.language, before)));
        lexer_feed(&a->lexer, a->around->line);
        a->begun = true;
    }
    if (i > a->at) {
        lexer_feed(&a->lexer, (struct span){a->text.data + a->at, i - a->at});
        a->at = i;
    }
    return a->lexer.in;
}
