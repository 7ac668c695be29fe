#include "job/seam.h"

#include "base/span.h"
#include "job/lead.h"

#include <stdint.h>
#include <string.h>

/* Nobody says more again before it is certain. */
#define HELD_MAX (OVERLAP_MAX + 2 * LEAD_MAX)

void seam_init(struct seam *s)
{
    *s = (struct seam){.open = false};
    overlap_init(&s->overlap);
    buf_init(&s->held, SIZE_MAX);
}

void seam_finish(struct seam *s)
{
    overlap_finish(&s->overlap);
    buf_finish(&s->held);
}

void seam_open(struct seam *s, const char *text, size_t len)
{
    overlap_open(&s->overlap, text, len);
    fence_init(&s->fence);
    fence_feed(&s->fence, text, len);
    seam_reopen(s);
}

void seam_reopen(struct seam *s)
{
    s->open = s->overlap.len > 0;
    buf_clear(&s->held);
}

void seam_tell(struct seam *s, bool asked, bool trimmed)
{
    overlap_tell(&s->overlap, asked);
    s->trimmed = trimmed;
}

/* ---- judgement ----------------------------------------------------------------- */

/* So much of what came does not belong; this belongs in its place. */
struct verdict {
    size_t drop;
    const char *gap;
};

static bool is_one_of(char c, const char *set)
{
    return c != '\0' && strchr(set, c) != NULL;
}

static char last_of(const struct seam *s)
{
    return s->overlap.there[s->overlap.len - 1];
}

/* Begins a character of scripts without blanks between words: those from U+3000 on. */
static bool is_dense(char c)
{
    return (unsigned char)c >= 0xE3;
}

static bool is_letter(char c)
{
    return is_word(c) && !(c >= '0' && c <= '9') && c != '_';
}

/* What has to stand between the text and an answer that begins with c, right after it. */
static const char *gap_before(const struct seam *s, char c, bool fresh)
{
    char last = last_of(s);
    bool capital = c >= 'A' && c <= 'Z';
    if (is_space(last)) {
        return "";
    }
    if (fence_is_open(&s->fence)) {
        return c == s->fence.mark || fresh ? "\n" : "";
    }
    if (last == '|' && c == '|') {
        return "\n";
    }
    bool parted = (is_one_of(last, ".!?") && capital) || (is_one_of(last, ",;") && is_letter(c)) ||
                  (fresh && is_word(last) && (is_word(c) || is_one_of(c, "\"'`(*")));
    return parted && !is_dense(c) ? " " : "";
}

/* An answer that says nothing of the text again. What introduces it goes where the text stops in
 * the middle of something. */
static struct verdict judge_new(const struct seam *s, struct span a, const struct lead *lead)
{
    char last = last_of(s);
    bool inside = !is_one_of(last, ".!?:\n") || fence_is_open(&s->fence);
    size_t at = lead->space;
    bool fresh = (lead->said && inside) || lead->fenced;
    if (fresh) {
        at = lead->starts[lead->count - 1 - (lead->quote != '\0')];
    }
    if (at == a.len) {
        return (struct verdict){0, ""};
    }
    if (at == 0 || fresh) {
        return (struct verdict){at, gap_before(s, a.data[at], fresh)};
    }
    if (is_blank(last)) {
        return (struct verdict){at, ""};
    }
    bool breaks = memchr(a.data, '\n', at) != NULL && inside && !fence_is_open(&s->fence);
    if (breaks && is_letter(a.data[at])) {
        return (struct verdict){at, is_dense(a.data[at]) ? "" : " "};
    }
    return (struct verdict){0, ""};
}

/* What came begins with white space again that is there, but was not given. */
static size_t count_space_again(const struct seam *s, struct span a)
{
    const struct span there = {s->overlap.there, s->overlap.len};
    size_t from = there.len, n = 0;
    while (from > 0 && is_space(there.data[from - 1])) {
        from--;
    }
    while (n < a.len && from + n < there.len && a.data[n] == there.data[from + n]) {
        n++;
    }
    return n;
}

/* Words that were quoted in the request may come with their quotes. Returns whether that is known. */
static bool drop_quote(struct span a, char quote, bool final, struct verdict *v)
{
    if (v->drop == a.len) {
        return final;
    }
    v->drop += a.data[v->drop] == quote;
    return true;
}

/* Whether the text is said again from a start on. */
static enum known find_again(const struct seam *s, struct span a, size_t start, bool final,
                             size_t *len)
{
    return overlap_find(&s->overlap, span_skip(a, start), start == 0, final, len);
}

/* Whether it is certain what belongs of what came. */
static bool judge(const struct seam *s, bool final, struct verdict *v)
{
    const struct span a = {s->held.data, s->held.len};
    const struct lead_from from = {s->overlap.asked, s->fence.mark};
    struct lead lead;
    size_t len = 0;
    bool later = lead_read(&from, a, final, &lead) == KNOWN_LATER;
    for (size_t i = 0; i < lead.count; i++) {
        enum known found = find_again(s, a, lead.starts[i], final, &len);
        if (found == KNOWN_YES) {
            *v = (struct verdict){lead.starts[i] + len, ""};
            bool quoted = lead.quote != '\0' && i + 1 == lead.count;
            return !quoted || drop_quote(a, lead.quote, final, v);
        }
        later = later || found == KNOWN_LATER;
    }
    if (later) {
        return false;
    }
    *v = s->overlap.asked ? judge_new(s, a, &lead)
         : s->trimmed     ? (struct verdict){count_space_again(s, a), ""}
                          : (struct verdict){0, ""};
    return true;
}

/* ---- the stream ---------------------------------------------------------------- */

static void settle(struct seam *s, bool final, struct buf *out)
{
    struct verdict v;
    if (s->held.len > 0 && judge(s, final || s->held.len >= HELD_MAX, &v)) {
        buf_add_str(out, v.gap);
        buf_add(out, s->held.data + v.drop, s->held.len - v.drop);
        s->open = false;
        buf_clear(&s->held);
    }
}

void seam_feed(struct seam *s, const char *text, size_t len, struct buf *out)
{
    size_t at = 0;
    for (; at < len && s->open; at++) { /* one by one: pieces must not matter */
        buf_add(&s->held, text + at, 1);
        settle(s, false, out);
    }
    if (at < len) {
        buf_add(out, text + at, len - at);
    }
}

/* Whether all that came may be the text again, begun, or what introduces it. */
static bool may_be_again(const struct seam *s)
{
    const struct span a = {s->held.data, s->held.len};
    const struct lead_from from = {s->overlap.asked, s->fence.mark};
    struct lead lead;
    size_t len = 0;
    bool again = false;
    lead_read(&from, a, false, &lead);
    for (size_t i = 0; i < lead.count && !again; i++) {
        again = find_again(s, a, lead.starts[i], false, &len) == KNOWN_LATER;
    }
    return again;
}

void seam_break(struct seam *s)
{
    if (s->held.len > 0 && may_be_again(s)) {
        buf_clear(&s->held);
    }
}

void seam_end(struct seam *s, struct buf *out)
{
    settle(s, true, out);
}
