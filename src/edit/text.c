#include "edit/text.h"

#include "proto.h"

#include <stdlib.h>

/* Small, so that the tests see it grow. */
#define FIRST_ROOM 8

void text_init(struct text *t)
{
    *t = (struct text){0};
    buf_init(&t->bytes, LIMIT_MESSAGE);
}

void text_finish(struct text *t)
{
    buf_finish(&t->bytes);
    free(t->ends);
    *t = (struct text){0};
}

void text_clear(struct text *t)
{
    buf_clear(&t->bytes);
    t->count = 0;
}

void text_add(struct text *t, struct span line)
{
    if (t->bytes.error == HUM_OK && buf_reserve(&t->bytes, line.len + 1) != HUM_OK) {
        buf_fail(&t->bytes, HUM_ETOOBIG);
    }
    if (t->bytes.error != HUM_OK) {
        return;
    }
    buf_add(&t->bytes, line.data, line.len);
    buf_add(&t->bytes, "\n", 1);
    if (t->count == t->room) {
        t->room = t->room > 0 ? 2 * t->room : FIRST_ROOM;
        t->ends = xrealloc(t->ends, t->room * sizeof *t->ends);
    }
    t->ends[t->count++] = t->bytes.len - 1;
}

void text_add_lines(struct text *t, struct span s)
{
    for (size_t at = 0; at < s.len;) {
        text_add(t, span_next_line(s, &at));
    }
}

int text_from_value(struct text *t, const struct value *list)
{
    if (list == NULL) {
        return HUM_OK;
    }
    if (list->type != VALUE_ARRAY) {
        return HUM_ESPEC;
    }
    for (size_t i = 0; i < list->as.array.count; i++) {
        const struct value *line = &list->as.array.items[i];
        if (line->type != VALUE_STRING) {
            return HUM_ESPEC;
        }
        text_add(t, (struct span){line->as.string.data, line->as.string.len});
    }
    return t->bytes.error;
}

static size_t start_of(const struct text *t, size_t i)
{
    return i == 0 ? 0 : t->ends[i - 1] + 1;
}

struct span text_line(const struct text *t, size_t i)
{
    size_t start = start_of(t, i);
    return (struct span){t->bytes.data + start, t->ends[i] - start};
}

struct span text_lines(const struct text *t, size_t first, size_t count)
{
    if (count == 0) {
        return (struct span){0};
    }
    size_t start = start_of(t, first);
    return (struct span){t->bytes.data + start, t->ends[first + count - 1] + 1 - start};
}
