/* The parts of a reply on their way into a chat, where lines "<think>" and "</think>" open and
 * close thinking, and lines such as "## » You" and "## > You" are headings: such a line of the
 * model's own gets a backslash, and one more if it has some, as lua/hum/chat/text/block.lua reads
 * it. A heading is one outside fences; in thinking a closing tag is one wherever it stands, in text
 * either tag, outside fences. Only what may become such a line is held back. */
#ifndef HUM_TAGS_H
#define HUM_TAGS_H

#include "base/buf.h"
#include "base/fence.h"

#include <stdbool.h>

struct tags {
    bool thinking;      /* the part */
    struct buf held;    /* the beginning of a line that may be one */
    bool inside;        /* a line that is none */
    struct fence fence; /* of what was written */
};

void tags_init(struct tags *t);
void tags_finish(struct tags *t);

/* A part begins, at the beginning of a line. */
void tags_begin(struct tags *t, bool thinking);

/* Text goes on behind what was written before: its fence, and whether that ends inside a line. */
void tags_resume(struct tags *t, const struct fence *fence, bool inside);

/* Appends to out what is certain. */
void tags_feed(struct tags *t, const char *text, size_t len, struct buf *out);

/* The part that is going on is the other one, from its beginning; it holds no tags so far. */
void tags_turn(struct tags *t, bool thinking, struct buf *out);

/* The part is over: what is held goes out. */
void tags_end(struct tags *t, struct buf *out);

#endif
