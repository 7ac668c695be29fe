/* One scripted reply: waits its turn, sends its tokens at their moments, and does wrong
 * what the script wants done wrong. */
#ifndef FAKE_REPLY_H
#define FAKE_REPLY_H

#include "conn.h"
#include "limit.h"
#include "shape.h"

struct reply_spec {
    const struct shape *shape; /* NULL: only fixed answers (status, replay) */
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
    size_t prompt_tokens;

    /* Of a request to fill in; else NULL. */
    const struct buf *prompt;
    const cJSON *request;
    struct limit limit;
};

/* Answers the request of c with src. Errors in src (a file that is not there) are
 * answered with status 500 and an "unexpected" event. */
void reply_start(struct conn *c, const cJSON *src, const struct reply_spec *spec);

void reply_drained(struct reply *r);
void reply_free(struct reply *r); /* also aborts */

/* "queued", "loading" (the model), "waiting" (no byte was sent) or "streaming". */
const char *reply_phase(const struct reply *r);

#endif
