#include "gather/content.h"

#include "text/estimate.h"

#include <string.h>

uint64_t content_lines(struct span s)
{
    uint64_t count = s.len > 0 && s.data[s.len - 1] != '\n';
    const char *end = s.data + s.len;
    for (const char *at = s.data; at < end && (at = memchr(at, '\n', (size_t)(end - at))) != NULL;
         at++) {
        count++;
    }
    return count;
}

uint64_t content_fence(struct span s)
{
    uint64_t longest = 0;
    const char *end = s.data + s.len;
    for (const char *at = s.data; at < end && (at = memchr(at, '`', (size_t)(end - at))) != NULL;) {
        const char *from = at;
        while (at < end && *at == '`') {
            at++;
        }
        uint64_t run = (uint64_t)(at - from);
        longest = run > longest ? run : longest;
    }
    return longest;
}

void content_measure(struct content *c, struct span s)
{
    c->bytes = s.len;
    c->lines = content_lines(s);
    c->tokens = estimate(s.data, s.len);
}

bool content_cut(struct span *s, uint64_t first, uint64_t last)
{
    uint64_t number = 0;
    const char *at = s->data, *end = s->data + s->len, *from = NULL;
    while (at < end && (last == 0 || number < last)) {
        number++;
        from = number == first ? at : from;
        const char *next = memchr(at, '\n', (size_t)(end - at));
        at = next != NULL ? next + 1 : end;
    }
    bool there = from != NULL && number >= last;
    if (there) {
        *s = (struct span){from, (size_t)(at - from)};
    }
    return there;
}

void content_extrapolate(struct content *c, uint64_t bytes)
{
    double times = c->bytes > 0 ? (double)bytes / (double)c->bytes : 0;
    c->lines = (uint64_t)((double)c->lines * times);
    c->tokens = (uint64_t)((double)c->tokens * times);
    c->bytes = bytes;
}
