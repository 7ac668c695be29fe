/* Thinking on its way into a chat, where a line "</think>" would end it: such a line of the
 * thinking itself gets a backslash, and one more if it has some, as lua/hum/chat/text/block.lua
 * reads it. Only what may become such a line is held back. */
#ifndef HUM_TAGS_H
#define HUM_TAGS_H

#include "base/buf.h"

#include <stdbool.h>

struct tags {
    struct buf held; /* the beginning of a line that may be a tag */
    bool inside;     /* a line that is none */
};

void tags_init(struct tags *t);
void tags_finish(struct tags *t);

/* Appends to out what is certain. */
void tags_feed(struct tags *t, const char *text, size_t len, struct buf *out);

/* The thinking is over: what is held goes out, and the next one begins with a line. */
void tags_end(struct tags *t, struct buf *out);

#endif
