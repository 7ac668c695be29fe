/* How much of a prompt there is: tokens of the text around the cursor and of chunks from elsewhere.
 * The bounds come from the context that the server has loaded
 * (lua/hum/complete/backend/window.lua); what adapts also depends on how fast the server reads
 * prompts, which is measured here. Pure: times are given. */
#ifndef HUM_WINDOW_H
#define HUM_WINDOW_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fill;
struct value;

/* A bound of what the configuration allows, so that nothing overflows. */
#define WINDOW_MAX ((size_t)1 << 20)

/* In tokens. */
struct window_bound {
    size_t most;
    bool adapts; /* else it is as the user says */
};

/* The owner embeds it. */
struct window {
    struct window_bound text_bound, ring_bound;
    size_t text;     /* around the cursor, at most, now */
    size_t ring;     /* in chunks */
    double speed;    /* tokens a second that the server reads, 0: not known */
    struct buf last; /* the prompt before, as window_read sees it */
};

void window_init(struct window *w);
void window_finish(struct window *w);

/* From {window_tokens, ring_tokens, window_adapts?, ring_adapts?}: text and ring become what they
 * may be at the speed that is known. False if that says nothing: all stays. */
bool window_bound(struct window *w, const struct value *spec);

/* Another server: how fast it is is not known. */
void window_forget(struct window *w);

/* Of the prompt that is about to be sent, how many bytes are not where they were in the prompt
 * before: the server has to read these, unless it keeps more than one prompt. */
size_t window_read(struct window *w, const struct fill *fill);

/* The first token came so many milliseconds after a request with so many tokens to be read. Few of
 * them say nothing. True if text or ring is another now: only by a quarter at least, for a prompt
 * that begins elsewhere has to be read anew. */
bool window_measured(struct window *w, size_t tokens, double ms);

#endif
