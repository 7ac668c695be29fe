/* The parts of a reply on their way into a chat, where lines "<think>" and "</think>" open and
 * close thinking: such a line of the model's own gets a backslash, and one more if it has some, as
 * lua/hum/chat/text/block.lua reads it. In thinking that is a closing line, wherever it stands; in
 * text either, outside fences. Only what may become such a line is held back. */
#ifndef HUM_TAGS_H
#define HUM_TAGS_H

#include "base/buf.h"
#include "base/fence.h"

#include <stdbool.h>

struct tags {
    bool thinking;      /* the part */
    struct buf held;    /* the beginning of a line that may be a tag */
    bool inside;        /* a line that is none */
    struct fence fence; /* of what was written */
};

void tags_init(struct tags *t);
void tags_finish(struct tags *t);

/* A part begins, at the beginning of a line. */
void tags_begin(struct tags *t, bool thinking);

/* Appends to out what is certain. */
void tags_feed(struct tags *t, const char *text, size_t len, struct buf *out);

/* The part that is going on is the other one, from its beginning; it holds no tags so far. */
void tags_turn(struct tags *t, bool thinking, struct buf *out);

/* The part is over: what is held goes out. */
void tags_end(struct tags *t, struct buf *out);

#endif
