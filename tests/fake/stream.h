/* The source of a reply made of tokens: their records at their moments, and between them
 * what the script wants done wrong. */
#ifndef FAKE_STREAM_H
#define FAKE_STREAM_H

#include "player.h"
#include "shape.h"

struct stream {
    struct source source;
    const struct player *player;
    struct shape_state state; /* shape and answer are set by the owner */
    bool whole;               /* in one object, not streamed */
    uint64_t asked, begun;    /* when the request came, and its turn */
    size_t sent;              /* tokens, thinking ones first */

    struct pattern *record;
    struct buf out; /* the piece that is sent */
    size_t next_fault;
    size_t beats; /* intervals until the next piece */
    enum { STREAM_TOKENS, STREAM_LAST, STREAM_END } stage;
};

void stream_init(struct stream *s, const struct player *player);
void stream_finish(struct stream *s);
size_t stream_tokens(const struct stream *s); /* how many at all */

#endif
