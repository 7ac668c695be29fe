/* One request to a model, from its body to its single ending: bytes from http through
 * frame and dialect to events. Keeps the limits of time, and says what went wrong. What
 * becomes of the events is the business of job/chat and complete/fetch. */
#ifndef HUM_GENERATION_H
#define HUM_GENERATION_H

#include "server/dialect.h"
#include "server/endpoint.h"

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

struct generation;
struct http;

/* Read during the call; what it points to must outlive the generation. */
struct generation_env {
    uv_loop_t *loop;
    struct http *http;
};

struct generation_request {
    const struct endpoint *endpoint; /* must live until the ending */
    const struct dialect *dialect;   /* reads the answer; mostly the endpoint's own */
    const char *path;
    const char *body;
    size_t body_len;
    const char *model; /* named in failures; must live until the ending */
};

struct generation_callbacks {
    /* Text, thinking, tool calls and stats, as they come. */
    void (*on_event)(void *ctx, const struct dialect_event *event);
    /* The ending, exactly once unless generation_stop came first. failure is NULL when the
     * answer is complete, for the server's reason. The generation is gone with it. */
    void (*on_end)(void *ctx, const struct failure *failure, const char *reason);
};

/* No callback runs before it returns. Returns NULL if the URL cannot be used. */
struct generation *generation_start(const struct generation_env *env,
                                    const struct generation_request *request,
                                    const struct generation_callbacks *callbacks, void *ctx);

/* Closes the connection now, which tells the server to stop. No callback follows. May be
 * called from on_event. */
void generation_stop(struct generation *g);

/* While paused the server is not read from, and its silence is not held against it. */
void generation_pause(struct generation *g, bool paused);

#endif
