/* One request to a model, from its body to its single ending: bytes from http through a stream to
 * events. Keeps the limits of time, says what went wrong and how it ended, and sends a request
 * again whose server is busy, or whose model refuses a field of it, if its maker wants that. What
 * becomes of the events is the business of the jobs and complete/fetch. */
#ifndef HUM_GENERATION_H
#define HUM_GENERATION_H

#include "base/ending.h"
#include "server/dialect.h"
#include "server/endpoint.h"

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

struct generation;
struct http;
struct learned;
struct trace;

/* Read during the call; what it points to must outlive the generation. */
struct generation_env {
    uv_loop_t *loop;
    struct http *http;
};

struct generation_request {
    const struct endpoint *endpoint; /* must live until the ending */
    const struct dialect *dialect;   /* reads the answer; mostly the endpoint's own */
    enum endpoint_at at;
    const char *path;
    const char *model; /* named in failures; must live until the ending */
    const char *body;
    size_t body_len;
    bool splits;         /* its text may hold thoughts: they are told apart, see split.h */
    bool unthinking;     /* the model is told not to think: none is expected, nor learned from it */
    bool goes_on;        /* the text goes on with one */
    bool revises;        /* if fields of the body are refused, it is sent again without them */
    struct trace *trace; /* all that goes over the wire is kept there, or NULL; must live as g */
};

struct generation_callbacks {
    /* Text, thinking, tool calls and stats, as they come. */
    void (*on_event)(void *ctx, const struct dialect_event *event);
    /* The ending, exactly once unless generation_stop came first. failure is NULL when the
     * answer is complete; then ending says how. The generation is gone with it. */
    void (*on_end)(void *ctx, const struct failure *failure, const struct ending_facts *ending);

    /* Those who want a refused request to be sent again have body, unless the request revises; the
     * others may be NULL. */

    /* Appends the body as it is to be sent now, by what is known of the model. Returns 0, or an
     * error: then the refusal is the ending. Only before on_event was called. */
    int (*body)(void *ctx, const struct learned *learned, struct buf *out);
    /* It is sent again in so many milliseconds, because of this failure. Without this callback a
     * server that is busy is not asked again. */
    void (*on_wait)(void *ctx, int64_t ms, const struct failure *failure);
    /* Something was learned of the model or the endpoint, a sentence; the request is sent again at
     * once, or has just been answered. */
    void (*on_learned)(void *ctx, const char *told);
};

/* No callback runs before it returns. Returns NULL if the URL cannot be used. */
struct generation *generation_start(const struct generation_env *env,
                                    const struct generation_request *request,
                                    const struct generation_callbacks *callbacks, void *ctx);

/* What is held back of the text, since it may become a tag, is given now: the generation is about
 * to be stopped. */
void generation_flush(struct generation *g);

/* Closes the connection now, which tells the server to stop. No callback follows. May be
 * called from on_event, on_wait and on_learned. */
void generation_stop(struct generation *g);

/* While paused the server is not read from, and its silence is not held against it. */
void generation_pause(struct generation *g, bool paused);

#endif
