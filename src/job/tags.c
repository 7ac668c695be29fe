#include "job/tags.h"

#include "base/span.h"

#include <string.h>

/* No tag has so many backslashes and blanks, and no heading so long a name. */
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

void tags_resume(struct tags *t, const struct fence *fence, bool inside)
{
    tags_begin(t, false);
    t->fence = *fence;
    t->inside = inside;
}

/* What is held: no line of that kind; it may become one; it is one if the line ends here; it is
 * one, whatever follows. */
enum match { MATCH_NONE, MATCH_BEGUN, MATCH_WHOLE, MATCH_CERTAIN };

/* What is held of a line, without the backslashes before it. */
static struct span bare(const struct buf *held)
{
    struct span rest = {held->data, held->len};
    while (rest.len > 0 && *rest.data == '\\') {
        rest = span_skip(rest, 1);
    }
    return rest;
}

/* As "%s" of Lua has them. */
static bool is_gap(char c)
{
    return is_blank(c) || c == '\v' || c == '\f';
}

static bool is_all_gap(struct span s)
{
    while (s.len > 0 && is_gap(*s.data)) {
        s = span_skip(s, 1);
    }
    return s.len == 0;
}

/* Whether it begins with the words, or what is there of it does. */
static enum match match_begin(struct span rest, const char *words)
{
    if (span_starts_with(rest, words)) {
        return MATCH_WHOLE;
    }
    return span_starts(span_of(words), rest) ? MATCH_BEGUN : MATCH_NONE;
}

/* Nothing but these words, with blanks behind. */
static enum match match_words(struct span rest, const char *words)
{
    enum match found = match_begin(rest, words);
    bool more = found == MATCH_WHOLE && !is_all_gap(span_skip(rest, strlen(words)));
    return more ? MATCH_NONE : found;
}

/* "< model": a single word. */
static enum match match_model(struct span rest)
{
    enum match found = match_begin(rest, "< ");
    size_t end = 2;
    if (found != MATCH_WHOLE || rest.len == 2) {
        return found == MATCH_NONE ? MATCH_NONE : MATCH_BEGUN;
    }
    while (end < rest.len && !is_gap(rest.data[end])) {
        end++;
    }
    return end > 2 && is_all_gap(span_skip(rest, end)) ? MATCH_WHOLE : MATCH_NONE;
}

/* U+00BB, U+00AB, U+00A7 alone, or with a blank behind. */
static enum match match_sign(struct span rest)
{
    if (rest.len >= 2 && memchr("\xbb\xab\xa7", rest.data[1], 3) == NULL) {
        return MATCH_NONE;
    }
    if (rest.len < 3) {
        return rest.len < 2 ? MATCH_BEGUN : MATCH_WHOLE;
    }
    return is_gap(rest.data[2]) ? MATCH_CERTAIN : MATCH_NONE;
}

static enum match match_heading(struct span rest)
{
    static const char hashes[] = "## ";
    enum match found = match_begin(rest, hashes);
    if (found != MATCH_WHOLE || rest.len == sizeof hashes - 1) {
        return found == MATCH_NONE ? MATCH_NONE : MATCH_BEGUN;
    }
    const struct span sign = span_skip(rest, sizeof hashes - 1);
    switch (*sign.data) {
    case '\xc2':
        return match_sign(sign);
    case '>':
        return match_words(sign, "> You");
    case '<':
        return match_model(sign);
    default:
        return MATCH_NONE;
    }
}

/* A tag that opens is none in thinking, but the part may turn before the line ends. */
static enum match match(const struct tags *t)
{
    const struct span rest = bare(&t->held);
    if (rest.len == 0) {
        return MATCH_BEGUN;
    }
    if (rest.data[0] == '#') {
        return fence_is_open(&t->fence) ? MATCH_NONE : match_heading(rest);
    }
    bool closes = rest.len > 1 && rest.data[1] == '/';
    return match_words(rest, closes ? "</think>" : "<think>");
}

/* Whether a line with that match gets a backslash. */
static bool is_taken(const struct tags *t, enum match match)
{
    const struct span rest = bare(&t->held);
    bool opens = rest.len > 1 && rest.data[0] == '<' && rest.data[1] != '/';
    return match == MATCH_CERTAIN || (match == MATCH_WHOLE && !(t->thinking && opens));
}

static void write(struct tags *t, const char *text, size_t len, struct buf *out)
{
    fence_feed(&t->fence, text, len);
    buf_add(out, text, len);
}

/* What is held goes out, as its match has it. */
static void give(struct tags *t, enum match match, struct buf *out)
{
    if (t->held.len > 0) {
        write(t, "\\", is_taken(t, match), out);
        write(t, t->held.data, t->held.len, out);
        buf_clear(&t->held);
    }
}

static void add_byte(struct tags *t, char c, struct buf *out)
{
    if (c == '\n') {
        give(t, match(t), out);
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
    enum match now = t->held.len == HELD_MAX ? MATCH_NONE : match(t);
    if (now == MATCH_NONE || now == MATCH_CERTAIN) {
        t->inside = true;
        give(t, now, out);
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
    give(t, match(t), out);
    t->inside = false;
}
