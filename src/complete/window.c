#include "complete/window.h"

#include "base/value.h"
#include "server/fill.h"

#include <math.h>
#include <string.h>

/* What is used of a server that has not been measured, in tokens. */
#define UNMEASURED_TEXT 3072
#define UNMEASURED_RING 1024

/* A prompt of so many tokens is of use to every model, and stays unless it is very slow to read. */
#define USUAL (1536 + 1024)

/* A prompt of which the server knows nothing is to be read within so many seconds, the usual one
 * within so many. */
#define SECONDS 3
#define USUAL_SECONDS 10

/* The text's part of all, as in USUAL. */
#define TEXT_SHARE 0.6

/* Less is of no use. */
#define LEAST 256

/* Fewer tokens are read in no time beside what else a request takes. */
#define MEASURED_TOKENS 256

/* What changes less stays as it is. */
#define STEP 1.25

void window_init(struct window *w)
{
    *w = (struct window){.speed = 0};
    buf_init(&w->last, SIZE_MAX);
}

void window_finish(struct window *w)
{
    buf_finish(&w->last);
}

void window_forget(struct window *w)
{
    w->speed = 0;
    buf_clear(&w->last);
}

/* Tokens of a prompt that the server reads in time. */
static double fitting(double speed)
{
    double usual = speed * USUAL_SECONDS < USUAL ? speed * USUAL_SECONDS : USUAL;
    return speed * SECONDS > usual ? speed * SECONDS : usual;
}

static size_t within(double tokens, size_t most)
{
    tokens = tokens > LEAST ? tokens : LEAST;
    return tokens < (double)most ? (size_t)tokens : most;
}

static size_t text_now(const struct window *w)
{
    double tokens = w->speed > 0 ? fitting(w->speed) * TEXT_SHARE : UNMEASURED_TEXT;
    return w->text_bound.adapts ? within(tokens, w->text_bound.most) : w->text_bound.most;
}

static size_t ring_now(const struct window *w)
{
    double tokens = w->speed > 0 ? fitting(w->speed) * (1 - TEXT_SHARE) : UNMEASURED_RING;
    return w->ring_bound.adapts ? within(tokens, w->ring_bound.most) : w->ring_bound.most;
}

bool window_bound(struct window *w, const struct value *spec)
{
    int64_t text = value_int(value_get(spec, "window_tokens"), -1);
    int64_t ring = value_int(value_get(spec, "ring_tokens"), -1);
    if (text < 0 || ring < 0) {
        return false;
    }
    w->text_bound = (struct window_bound){
        .most = (size_t)text < WINDOW_MAX ? (size_t)text : WINDOW_MAX,
        .adapts = value_bool(value_get(spec, "window_adapts"), false),
    };
    w->ring_bound = (struct window_bound){
        .most = (size_t)ring < WINDOW_MAX ? (size_t)ring : WINDOW_MAX,
        .adapts = value_bool(value_get(spec, "ring_adapts"), false),
    };
    w->text = text_now(w);
    w->ring = ring_now(w);
    return true;
}

/* ---- how fast a server reads --------------------------------------------------- */

static void add(struct buf *out, struct span s)
{
    buf_add(out, s.data, s.len);
}

size_t window_read(struct window *w, const struct fill *fill)
{
    struct buf prompt;
    buf_init(&prompt, SIZE_MAX);
    for (size_t i = 0; i < fill->chunk_count; i++) {
        buf_add(&prompt, fill->chunks[i]->text, fill->chunks[i]->len);
    }
    add(&prompt, fill->around.before);
    add(&prompt, fill->around.after);
    add(&prompt, fill->around.line);
    size_t same = 0;
    while (same < prompt.len && same < w->last.len && prompt.data[same] == w->last.data[same]) {
        same++;
    }
    size_t read = prompt.len - same;
    buf_finish(&w->last);
    w->last = prompt;
    return read;
}

static bool is_step(size_t from, size_t to)
{
    double one = (double)from, other = (double)to;
    return from != to && (other >= one * STEP || one >= other * STEP);
}

bool window_measured(struct window *w, size_t tokens, double ms)
{
    if (tokens < MEASURED_TOKENS) {
        return false;
    }
    double speed = (double)tokens * 1000 / (ms > 1 ? ms : 1);
    /* One that was busy, or knew the prompt from before, misleads: what comes next mends that. */
    w->speed = w->speed > 0 ? sqrt(w->speed * speed) : speed;
    size_t text = text_now(w), ring = ring_now(w);
    bool text_steps = is_step(w->text, text), ring_steps = is_step(w->ring, ring);
    w->text = text_steps ? text : w->text;
    w->ring = ring_steps ? ring : w->ring;
    return text_steps || ring_steps;
}
