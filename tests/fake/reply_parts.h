/* What the modules that make one reply share: reply.c (its life and its moments), turn.c
 * (when it may begin), payload.c (records to chunks), fault.c (what goes wrong) and finish.c
 * (its end). */
#ifndef FAKE_REPLY_PARTS_H
#define FAKE_REPLY_PARTS_H

#include "reply.h"
#include "slots.h"

struct reply {
    struct conn *conn;
    struct reply *next; /* in the server's list */
    struct answer answer;
    const struct shape *shape;
    struct shape_state state;
    struct pace_timer timer;
    char *queue;
    char *settings;
    char *model;
    char *stopping_word;
    cJSON *request;       /* as far as it is needed for the records; or NULL */
    struct tokens prompt; /* to fill in; or none */
    struct slot *slot;    /* that remembers it, or NULL */
    bool stream, llama;
    bool loads;      /* its model must be loaded */
    bool unload;     /* the model goes behind it */
    bool needs_load; /* it waits, or waited, for that */
    bool running;    /* its turn in the queue has come, the model is loaded */
    bool headed;     /* the head was appended */
    bool chunked;
    bool stalled;
    uint64_t asked;       /* when the request came */
    uint64_t begun;       /* when its turn came */
    uint64_t first_token; /* when the first token was sent, or 0 */
    uint64_t due;         /* of the next token or the end */
    size_t sent;          /* tokens */
    size_t next_fault;
    struct buf payload;  /* records for the next HTTP chunk */
    size_t records;      /* in payload */
    size_t payload_sent; /* body bytes before payload, for chunk_at */
};

size_t reply_thinking(const struct reply *r); /* how many thinking tokens are sent */
size_t reply_tokens(const struct reply *r);   /* how many tokens at all */
bool reply_streams(const struct reply *r);    /* the tokens are streamed */

/* turn.c: the reply is put into the server's list and begins (reply_begin) when its turn
 * has come and its model is loaded; leaving lets the next one begin. */
void turn_ask(struct reply *r);
void turn_leave(struct reply *r);
void reply_begin(struct reply *r);

/* payload.c: records are appended to r->payload. payload_record says that one is
 * complete, payload_write sends what is there; both write the head first. */
void payload_head(struct reply *r);
void payload_record(struct reply *r);
void payload_write(struct reply *r);

/* fault.c: how many tokens are sent before the next fault; SIZE_MAX: none is left.
 * fault_do_due does those whose place has come: true if the reply goes on, false if it
 * stalls or is over. */
size_t fault_place(const struct reply *r);
bool fault_do_due(struct reply *r);
void fault_stall(struct reply *r);

/* finish.c: the ways a reply ends. Nothing may touch r behind them. */
void finish_body(struct reply *r, enum conn_end end); /* as far as it has come */
void finish_stream(struct reply *r);                  /* with the final record */
void finish_at_once(struct reply *r);                 /* all of it, not streamed */

#endif
