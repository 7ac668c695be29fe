#include "text/listing.h"

#include "text/flow.h"
#include "text/tag.h"

#include <stdint.h>

/* No language has a longer name. */
#define LANGUAGE 30

void listing_init(struct listing *l, size_t cap)
{
    l->open = false;
    buf_init(&l->text, cap);
    buf_init(&l->language, SIZE_MAX);
}

void listing_finish(struct listing *l)
{
    buf_finish(&l->text);
    buf_finish(&l->language);
}

/* As far as it is one: it stands behind the fence. */
static void add_language(struct buf *out, struct span language)
{
    for (size_t i = 0; i < language.len && i < LANGUAGE; i++) {
        char c = language.data[i];
        if (!is_key(c) && c != '+' && c != '#' && c != '.') {
            return;
        }
        buf_add(out, &c, 1);
    }
}

void listing_tag(struct listing *l, const struct tag *tag)
{
    struct span language;
    if (!tag->closes && l->language.len == 0 &&
        (tag_has_word(tag, "class", "language-", &language) ||
         tag_has_word(tag, "class", "lang-", &language))) {
        add_language(&l->language, language);
    }
}

void listing_begin(struct listing *l, const struct tag *tag)
{
    l->open = true;
    buf_clear(&l->text);
    buf_clear(&l->language);
    listing_tag(l, tag);
}

void listing_text(struct listing *l, struct span text)
{
    buf_add(&l->text, text.data, text.len);
}

void listing_break(struct listing *l)
{
    if (l->text.len > 0 && l->text.data[l->text.len - 1] != '\n') {
        buf_add(&l->text, "\n", 1);
    }
}

/* Without blank lines around it. */
static struct span code_of(const struct listing *l)
{
    struct span code = {l->text.data, l->text.len};
    size_t blank = 0;
    for (size_t i = 0; i < code.len && is_space(code.data[i]); i++) {
        blank = code.data[i] == '\n' ? i + 1 : blank;
    }
    code = span_skip(code, blank);
    while (code.len > 0 && is_space(code.data[code.len - 1])) {
        code.len--;
    }
    return code;
}

/* More backticks than follow each other in the text. */
static void add_mark(struct buf *line, struct span text)
{
    size_t longest = 2, run = 0;
    for (size_t i = 0; i < text.len; i++) {
        run = text.data[i] == '`' ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    for (size_t i = 0; i <= longest; i++) {
        buf_add(line, "`", 1);
    }
}

void listing_end(struct listing *l, struct flow *flow)
{
    struct span code = code_of(l);
    struct buf mark;
    bool any = l->open && code.len > 0;
    l->open = false;
    if (!any) {
        return;
    }
    buf_init(&mark, SIZE_MAX);
    add_mark(&mark, code);
    size_t ticks = mark.len;
    buf_add(&mark, l->language.data, l->language.len);
    flow_break(flow, 2, NULL);
    flow_line(flow, (struct span){mark.data, mark.len});
    for (size_t at = 0; at <= code.len;) {
        flow_line(flow, span_rtrim(span_next_line(code, &at)));
    }
    flow_line(flow, (struct span){mark.data, ticks});
    flow_break(flow, 2, NULL);
    buf_finish(&mark);
}
