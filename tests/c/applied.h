/* Applies a unified diff without a head, as strictly as can be: each line must be where it says. */
#ifndef HUM_APPLIED_H
#define HUM_APPLIED_H

#include "base/buf.h"
#include "base/span.h"

#include <stdbool.h>
#include <string.h>

/* The next line with its '\n', if it has one. */
static inline struct span applied_line(struct span *s)
{
    const char *end = s->len > 0 ? memchr(s->data, '\n', s->len) : NULL;
    size_t n = end != NULL ? (size_t)(end - s->data) + 1 : s->len;
    struct span line = {s->data, n};
    *s = (struct span){s->data + n, s->len - n};
    return line;
}

static inline bool applied_is_equal(struct span a, struct span b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

/* A line of the diff without its sign, and without its '\n' if the next line says that there is none. */
static inline struct span applied_body(struct span line, struct span *rest)
{
    static const char no_end[] = "\\ No newline at end of file\n";
    size_t len = sizeof no_end - 1;
    line = (struct span){line.data + 1, line.len - 1};
    if (rest->len >= len && memcmp(rest->data, no_end, len) == 0) {
        applied_line(rest);
        line.len--;
    }
    return line;
}

/* Goes on behind the sign: "12" or "12,3". */
static inline bool applied_range(struct span *s, const char *sign, size_t *first, size_t *count)
{
    size_t *numbers[] = {first, count};
    if (!span_starts(*s, span_of(sign))) {
        return false;
    }
    *s = (struct span){s->data + strlen(sign), s->len - strlen(sign)};
    for (size_t i = 0; i < 2; i++) {
        for (*numbers[i] = 0; s->len > 0 && *s->data >= '0' && *s->data <= '9';
             s->data++, s->len--) {
            *numbers[i] = 10 * *numbers[i] + (size_t)(*s->data - '0');
        }
        if (i == 0 && (s->len == 0 || *s->data != ',')) {
            *count = 1;
            return true;
        }
        s->data += i == 0;
        s->len -= i == 0;
    }
    return true;
}

/* Appends what old becomes to out. */
static inline bool applied(struct span old, struct span diff, struct buf *out)
{
    size_t at = 0, new_at = 0; /* lines gone through */
    while (diff.len > 0) {
        size_t first, count, new_first, new_count, old_seen = 0, new_seen = 0;
        struct span head = applied_line(&diff);
        if (!applied_range(&head, "@@ -", &first, &count) ||
            !applied_range(&head, " +", &new_first, &new_count) ||
            !applied_is_equal(head, span_of(" @@\n"))) {
            return false;
        }
        for (size_t before = count > 0 ? first - 1 : first; at < before; at++, new_at++) {
            struct span line = applied_line(&old);
            if (line.len == 0) {
                return false;
            }
            buf_add(out, line.data, line.len);
        }
        if (new_at != (new_count > 0 ? new_first - 1 : new_first)) {
            return false;
        }
        while (old_seen < count || new_seen < new_count) {
            struct span line = applied_line(&diff);
            char sign = line.len > 0 ? line.data[0] : 0;
            if (sign != ' ' && sign != '-' && sign != '+') {
                return false;
            }
            struct span body = applied_body(line, &diff);
            if (sign != '+' && !applied_is_equal(applied_line(&old), body)) {
                return false;
            }
            if (sign != '-') {
                buf_add(out, body.data, body.len);
            }
            old_seen += sign != '+';
            new_seen += sign != '-';
        }
        at += old_seen;
        new_at += new_seen;
    }
    buf_add(out, old.data, old.len);
    return true;
}

#endif
