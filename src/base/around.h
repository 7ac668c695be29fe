/* The text around the cursor: what prompts show, what the cache knows a position by, and what
 * an answer of the model has to fit into. */
#ifndef HUM_AROUND_H
#define HUM_AROUND_H

#include "base/buf.h"
#include "base/span.h"

#include <stddef.h>

/* Views of a text whose lines end with '\n'. For around_left before and line must be one text in
 * memory, as in a view of around_text. */
struct around {
    struct span before; /* whole lines above the cursor's, up to and with the last '\n' */
    struct span line;   /* the cursor's line, left of the cursor */
    struct span after;  /* from the cursor on: the rest of its line, '\n', the lines below */
};

/* All that stands left of the cursor: before and line, with data even if it is empty. */
static inline struct span around_left(const struct around *a)
{
    return (struct span){a->before.data, a->before.len + a->line.len};
}

/* Whether a text stands in it, in one of its parts. */
static inline bool around_has(const struct around *a, struct span text)
{
    return span_has(a->before, text) || span_has(a->line, text) || span_has(a->after, text);
}

/* Owns such a text. */
struct around_text {
    struct buf left;
    struct buf after;
};

void around_text_init(struct around_text *t);
void around_text_finish(struct around_text *t);

/* The cursor moves behind this text, as if it had been typed. text may be NULL if len is 0. */
void around_text_type(struct around_text *t, const char *text, size_t len);

/* Valid until t changes. */
struct around around_text_view(const struct around_text *t);

/* The same as if the last bytes left of the cursor, so many, had no line ends: line has all of
 * them. */
struct around around_text_ahead(const struct around_text *t, size_t bytes);

#endif
