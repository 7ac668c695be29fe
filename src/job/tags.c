#include "job/tags.h"

#include <string.h>

static const char tag[] = "</think>";

/* No line with a tag has so many backslashes and blanks. */
#define HELD_MAX 200

void tags_init(struct tags *t)
{
    *t = (struct tags){.inside = false};
    buf_init(&t->held, HELD_MAX);
}

void tags_finish(struct tags *t)
{
    buf_finish(&t->held);
}

enum match { MATCH_NONE, MATCH_BEGUN, MATCH_TAG };

/* Whether what is held is a tag, with backslashes before it and blanks behind, or may become one. */
static enum match match(const struct buf *held)
{
    size_t at = 0, n = 0;
    while (at < held->len && held->data[at] == '\\') {
        at++;
    }
    while (at < held->len && n < sizeof tag - 1 && held->data[at] == tag[n]) {
        at++;
        n++;
    }
    if (n < sizeof tag - 1) {
        return at == held->len ? MATCH_BEGUN : MATCH_NONE;
    }
    while (at < held->len && strchr(" \t\r\v\f", held->data[at]) != NULL) {
        at++;
    }
    return at == held->len ? MATCH_TAG : MATCH_NONE;
}

/* What is held is all of a line, or no tag. */
static void give(struct tags *t, struct buf *out)
{
    if (t->held.len > 0) {
        buf_add(out, "\\", match(&t->held) == MATCH_TAG);
        buf_add(out, t->held.data, t->held.len);
        buf_clear(&t->held);
    }
}

static void add_byte(struct tags *t, char c, struct buf *out)
{
    if (c == '\n') {
        give(t, out);
        buf_add(out, &c, 1);
        t->inside = false;
        return;
    }
    buf_add(t->inside ? out : &t->held, &c, 1);
    if (!t->inside && (t->held.len == HELD_MAX || match(&t->held) == MATCH_NONE)) {
        t->inside = true;
        buf_add(out, t->held.data, t->held.len);
        buf_clear(&t->held);
    }
}

void tags_feed(struct tags *t, const char *text, size_t len, struct buf *out)
{
    for (size_t at = 0; at < len;) {
        const char *end = t->inside ? memchr(text + at, '\n', len - at) : text + at;
        size_t plain = end != NULL ? (size_t)(end - text) - at : len - at;
        buf_add(out, text + at, plain);
        at += plain;
        if (at < len) {
            add_byte(t, text[at++], out);
        }
    }
}

void tags_end(struct tags *t, struct buf *out)
{
    give(t, out);
    t->inside = false;
}
