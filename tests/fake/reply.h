/* One scripted reply: waits its turn and for its model, then plays its answer. */
#ifndef FAKE_REPLY_H
#define FAKE_REPLY_H

#include "pieces.h"
#include "stream.h"

/* What the request asks of its reply. */
struct reply_spec {
    const struct shape *shape; /* NULL: only answers as they stand */
    const char *model;         /* as the request names it */
    const char *queue;         /* model to queue for, or NULL */
    char *settings;            /* load options; the reply takes it over; or NULL */
    bool stream;
    bool llama; /* head and errors in llama-server's way */
    bool think; /* thinking tokens are sent */
    bool usage;
    bool raw;
    bool unload; /* the model goes behind this reply */
    int probs;   /* top_logprobs that were asked for; -1: no probabilities at all */
    size_t prompt_bytes;

    /* Of a request to fill in; else NULL. */
    const struct buf *prompt;
    const cJSON *request;
    struct limit limit;
};

struct reply {
    struct conn *conn;
    struct reply *next; /* in the server's list */
    struct answer answer;
    struct player player;
    struct stream stream; /* one of these is its source */
    struct fixed fixed;
    struct listed listed;
    char *model;
    char *queue;
    char *settings;
    char *stopping_word;
    cJSON *request;       /* as far as it is needed for the records; or NULL */
    struct tokens prompt; /* to fill in; or none */
    bool loads;           /* its model must be loaded */
    bool unload;          /* the model goes behind it */
    bool needs_load;      /* it waits, or waited, for that */
    bool running;         /* its turn in the queue has come, the model is loaded */
    struct pace_timer load;
};

/* Answers the request of c with src. Errors in src (a file that is not there) are
 * answered with status 500 and an "unexpected" event. */
void reply_start(struct conn *c, const cJSON *src, const struct reply_spec *spec);

void reply_drained(struct reply *r);
void reply_free(struct reply *r); /* also aborts */

/* "queued", "loading" (the model), "waiting" (no byte was sent) or "streaming". */
const char *reply_phase(const struct reply *r);

/* turn.c: the reply is put into the server's list and begins (reply_begin) when its turn
 * has come and its model is loaded; leaving lets the next one begin. */
void turn_ask(struct reply *r);
void turn_leave(struct reply *r);
void reply_begin(struct reply *r);

#endif
