/* Code of a page, the text of a <pre>, as a block in fences. Pure. */
#ifndef HUM_LISTING_H
#define HUM_LISTING_H

#include "base/buf.h"
#include "base/span.h"

#include <stdbool.h>

struct flow;
struct tag;

struct listing {
    bool open;
    struct buf text;
    struct buf language;
};

void listing_init(struct listing *l, size_t cap);
void listing_finish(struct listing *l);

void listing_begin(struct listing *l, const struct tag *tag);

/* A tag within it may have the language as one of its classes. */
void listing_tag(struct listing *l, const struct tag *tag);

void listing_text(struct listing *l, struct span text);

/* What follows begins a line, if it does not. */
void listing_break(struct listing *l);

/* Writes the block. */
void listing_end(struct listing *l, struct flow *flow);

#endif
