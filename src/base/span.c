#include "base/span.h"

#include <string.h>

bool span_is_blank(struct span s)
{
    return span_ltrim(s).len == 0;
}

struct span span_ltrim(struct span s)
{
    size_t n = 0;
    while (n < s.len && is_blank(s.data[n])) {
        n++;
    }
    return span_skip(s, n);
}

struct span span_rtrim(struct span s)
{
    while (s.len > 0 && is_blank(s.data[s.len - 1])) {
        s.len--;
    }
    return s;
}

bool span_has(struct span s, struct span part)
{
    return s.len >= part.len &&
           (part.len == 0 || memmem(s.data, s.len, part.data, part.len) != NULL);
}

const char *span_find_last(struct span s, char c)
{
    while (s.len > 0 && s.data[s.len - 1] != c) {
        s.len--;
    }
    return s.len > 0 ? s.data + s.len - 1 : NULL;
}

struct span span_first_word(struct span s)
{
    size_t n = 0;
    while (n < s.len && is_word(s.data[n])) {
        n++;
    }
    return (struct span){s.data, n};
}

struct span span_last_word(struct span s)
{
    size_t from = s.len;
    while (from > 0 && is_word(s.data[from - 1])) {
        from--;
    }
    return span_skip(s, from);
}

struct span span_next_word(const char **list)
{
    if (*list == NULL) {
        return (struct span){NULL, 0};
    }
    *list += strspn(*list, " ");
    struct span word = {*list, strcspn(*list, " ")};
    *list += word.len;
    return word;
}

bool span_is_among(struct span s, const char *list)
{
    struct span word = span_next_word(&list);
    while (word.len > 0 && (word.len != s.len || memcmp(word.data, s.data, s.len) != 0)) {
        word = span_next_word(&list);
    }
    return word.len > 0;
}

struct span span_next_line(struct span s, size_t *at)
{
    size_t from = *at;
    if (from >= s.len) {
        *at = s.len + 1;
        return (struct span){NULL, 0};
    }
    const char *end = memchr(s.data + from, '\n', s.len - from);
    size_t to = end != NULL ? (size_t)(end - s.data) : s.len;
    *at = to + 1;
    return (struct span){s.data + from, to - from};
}

struct span span_last_line(struct span *s)
{
    size_t end = s->len;
    while (end > 0 && is_space(s->data[end - 1])) {
        end--;
    }
    size_t from = end;
    while (from > 0 && s->data[from - 1] != '\n') {
        from--;
    }
    s->len = from;
    return end > from ? (struct span){s->data + from, end - from} : (struct span){NULL, 0};
}
