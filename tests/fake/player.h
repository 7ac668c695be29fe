/* Plays one answer on its connection. What is sent comes from a source, piece by piece;
 * here, and nowhere else, pieces are framed, paced, cut and reset. */
#ifndef FAKE_PLAYER_H
#define FAKE_PLAYER_H

#include "head.h"

enum piece_type {
    PIECE_BYTES, /* a part of the body, as an HTTP chunk of its own */
    PIECE_HALF,  /* a chunk of which half is sent, then the connection is closed */
    PIECE_PAUSE, /* nothing for ns */
    PIECE_BEAT,  /* nothing until ns after the moment that was waited for last: rates hold */
    PIECE_STALL, /* nothing more, for ever */
    PIECE_CLOSE, /* the connection is closed */
    PIECE_RESET, /* the same with RST */
    PIECE_END,   /* the body ends as its framing wants it */
};

struct piece {
    enum piece_type type;
    const char *data; /* of the source; until the next piece is asked for */
    size_t len;
    size_t tokens; /* that are in it: their moment is noted */
    bool whole;    /* there are no other bytes: the head may tell their number */
    uint64_t ns;
};

/* Where pieces come from; the first member of what knows more. *out is zeroed. */
struct source {
    void (*next)(struct source *s, struct piece *out);
};

struct player {
    /* Set by the owner before player_start. */
    struct conn *conn;
    struct source *source;
    struct head head;
    bool raw;           /* the pieces are all there is: no head, no framing; then a close */
    bool early;         /* the head goes before the first silence */
    size_t chunk_bytes; /* longer pieces become several chunks; 0: no limit */

    uint64_t first_token; /* when it was written, or 0 */
    struct pace_timer timer;
    uint64_t due;
    size_t tokens; /* appended, not yet noted */
    bool headed, chunked, stalled;
};

/* Begins at that moment. When all is sent the connection is told, which may free the player. */
void player_start(struct player *p, uint64_t when);
void player_drained(struct player *p); /* bytes that waited are out */
void player_stop(struct player *p);

#endif
