/* One connection: requests come in and are answered one after the other, bytes go out
 * in the pieces that were asked for. */
#ifndef FAKE_CONN_H
#define FAKE_CONN_H

#include "request.h"
#include "server.h"

/* What happens when all bytes of an answer are out. */
enum conn_end {
    CONN_KEEP,
    CONN_CLOSE,
    CONN_RESET,
    CONN_LINGER, /* closed when the client has done so too, lest it lose the answer */
};

enum conn_state { CONN_IDLE, CONN_ANSWERING, CONN_ANSWERED };

struct conn {
    uv_tcp_t tcp;
    struct server *server;
    struct conn *next;
    struct request_parser parser;
    unsigned number; /* 0 until the first request that is no control request */
    unsigned requests;
    unsigned request; /* number of the request being answered, 0 for control requests */
    uint64_t began;   /* when the first bytes of the request being read were there */
    enum conn_state state;
    enum conn_end end;
    bool generates; /* the request is for a generation, */
    bool fills;     /* to fill in; see live.h */
    bool closing;
    bool proceeding;
    bool lingering;

    struct buf out;    /* not yet taken up */
    struct buf flying; /* being written; must not move meanwhile */
    size_t at;         /* bytes of flying that are out */
    size_t wire;       /* bytes of this answer that are out */
    uv_write_t write;
    uv_shutdown_t shutdown;
    bool writing;
    struct pace_timer linger;
    size_t split; /* bytes of one write at most; 0: no limit */

    struct reply *reply;

    /* A long poll of the control routes: the nth event of that name. */
    struct pace_timer poll;
    char poll_event[32];
    unsigned poll_n;
};

void conn_accept(struct server *server);
void conn_close_all(struct server *server);

/* Appended bytes go out with conn_flush. conn_pending tells whether some are still here;
 * when they are gone later, reply_drained is called. */
void conn_write(struct conn *c, const void *data, size_t len);
void conn_flush(struct conn *c);
bool conn_pending(const struct conn *c);

/* The whole answer was appended. */
void conn_answered(struct conn *c, enum conn_end end);

#endif
