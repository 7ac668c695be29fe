#include "job/tags.h"

#include <string.h>

/* No line with a tag has so many backslashes and blanks. */
#define HELD_MAX 200

void tags_init(struct tags *t)
{
    *t = (struct tags){.inside = false};
    buf_init(&t->held, HELD_MAX);
    tags_begin(t, false);
}

void tags_finish(struct tags *t)
{
    buf_finish(&t->held);
}

void tags_begin(struct tags *t, bool thinking)
{
    t->thinking = thinking;
    fence_init(&t->fence);
    buf_clear(&t->held);
    t->inside = false;
}

enum match { MATCH_NONE, MATCH_BEGUN, MATCH_TAG };

/* Whether what is held is a tag, with backslashes before it and blanks behind, or may become one.
 * An opening one is none in thinking, but the part may turn before the line ends. */
static enum match match(const struct tags *t)
{
    const struct buf *held = &t->held;
    size_t at = 0, n = 0;
    while (at < held->len && held->data[at] == '\\') {
        at++;
    }
    bool closes = at + 1 < held->len && held->data[at + 1] == '/';
    const char *tag = closes ? "</think>" : "<think>";
    size_t len = strlen(tag);
    while (at < held->len && n < len && held->data[at] == tag[n]) {
        at++;
        n++;
    }
    if (n < len) {
        return at == held->len ? MATCH_BEGUN : MATCH_NONE;
    }
    while (at < held->len && strchr(" \t\r\v\f", held->data[at]) != NULL) {
        at++;
    }
    return at == held->len ? MATCH_TAG : MATCH_NONE;
}

static void write(struct tags *t, const char *text, size_t len, struct buf *out)
{
    fence_feed(&t->fence, text, len);
    buf_add(out, text, len);
}

/* What is held is all of a line, or no tag. */
static void give(struct tags *t, struct buf *out)
{
    if (t->held.len > 0) {
        bool opens = strchr(t->held.data, '/') == NULL;
        bool tag = match(t) == MATCH_TAG && !(t->thinking && opens);
        write(t, "\\", tag, out);
        write(t, t->held.data, t->held.len, out);
        buf_clear(&t->held);
    }
}

static void add_byte(struct tags *t, char c, struct buf *out)
{
    if (c == '\n') {
        give(t, out);
        write(t, &c, 1, out);
        t->inside = false;
        return;
    }
    if (t->inside || (!t->thinking && fence_is_open(&t->fence))) {
        t->inside = true;
        write(t, &c, 1, out);
        return;
    }
    buf_add(&t->held, &c, 1);
    if (t->held.len == HELD_MAX || match(t) == MATCH_NONE) {
        t->inside = true;
        write(t, t->held.data, t->held.len, out);
        buf_clear(&t->held);
    }
}

void tags_feed(struct tags *t, const char *text, size_t len, struct buf *out)
{
    for (size_t at = 0; at < len;) {
        const char *end = t->inside ? memchr(text + at, '\n', len - at) : text + at;
        size_t plain = end != NULL ? (size_t)(end - text) - at : len - at;
        write(t, text + at, plain, out);
        at += plain;
        if (at < len) {
            add_byte(t, text[at++], out);
        }
    }
}

void tags_turn(struct tags *t, bool thinking, struct buf *out)
{
    char held[HELD_MAX];
    size_t len = t->held.len;
    memcpy(held, len > 0 ? t->held.data : "", len);
    buf_clear(&t->held);
    t->thinking = thinking;
    tags_feed(t, held, len, out);
}

void tags_end(struct tags *t, struct buf *out)
{
    give(t, out);
    t->inside = false;
}
