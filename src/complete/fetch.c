#include "complete/fetch.h"

#include "base/log.h"
#include "base/utf8.h"
#include "complete/backend.h"
#include "complete/pace.h"
#include "complete/ring.h"
#include "complete/trim/trim.h"
#include "server/dialect.h"
#include "server/generation.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Alternatives are sampled, the first answer is not. */
#define ALTERNATIVE_TEMPERATURE 0.8

/* A first line is judged by its tokens, a long one by so many. */
#define JUDGED_TOKENS 12

/* With each piece all text so far is looked at again. So many bytes for each token that was
 * asked for are enough for answers of 4096 tokens; beyond, the server keeps to no limit. */
#define LOOKED_PER_TOKEN ((size_t)16 << 10)

/* Servers and templates add tokens of their own, which are few beside a prompt of so many bytes. */
#define TELLING_BYTES 1024

struct fetch {
    struct fetch_env env;
    struct generation *generation;
    struct gap gap;
    struct trim_place place; /* views of gap */
    struct utf8 utf8;
    struct buf piece; /* scratch: one event's text as a buffer of Neovim may have it */
    struct buf lead;  /* what came, until it is known how much of it is not to be inserted */
    bool led;
    size_t looked; /* bytes that were looked at, see LOOKED_PER_TOKEN */
    struct answer *answer;
    const struct fetch_callbacks *callbacks;
    void *ctx;
    size_t prompt_bytes;
    int64_t prompt_tokens; /* -1: not told */
    uint64_t started_ms;
    bool first_came;
    bool judged; /* the server's confidence in the first line is known and enough */
    bool doubtful;
};

void gap_init(struct gap *g)
{
    buf_init(&g->before, SIZE_MAX);
    buf_init(&g->line, SIZE_MAX);
    buf_init(&g->after, SIZE_MAX);
    buf_add(&g->before, "", 0);
    buf_add(&g->line, "", 0);
    buf_add(&g->after, "", 0);
}

void gap_finish(struct gap *g)
{
    buf_finish(&g->before);
    buf_finish(&g->line);
    buf_finish(&g->after);
}

void gap_type(struct gap *g, const char *text, size_t len)
{
    const char *end = text;
    for (size_t i = 0; i < len; i++) {
        end = text[i] == '\n' ? text + i + 1 : end;
    }
    if (end > text) {
        buf_add(&g->before, g->line.data, g->line.len);
        buf_add(&g->before, text, (size_t)(end - text));
        buf_clear(&g->line);
    }
    buf_add(&g->line, end, len - (size_t)(end - text));
}

static void fetch_free(struct fetch *a)
{
    gap_finish(&a->gap);
    buf_finish(&a->piece);
    buf_finish(&a->lead);
    free(a);
}

/* ---- the answer ---------------------------------------------------------------- */

/* An answer whose first line the model itself thinks unlikely is held back whole. */
static void judge(struct fetch *a, bool final)
{
    const struct answer *answer = a->answer;
    double least = a->env.backend->min_confidence;
    if (a->judged || least <= 0) {
        a->judged = true;
        return;
    }
    bool enough = final || answer->logprobs >= JUDGED_TOKENS ||
                  memchr(answer->text.data, '\n', answer->text.len) != NULL;
    if (!enough) {
        return;
    }
    a->judged = true;
    a->doubtful =
        answer->logprobs > 0 && exp(answer->logprob_sum / (double)answer->logprobs) < least;
}

/* Returns whether the model should be stopped. */
static bool look(struct fetch *a, bool final)
{
    struct answer *answer = a->answer;
    if (answer->text.len == 0) {
        return false;
    }
    judge(a, final);
    a->looked += answer->text.len;
    struct trim trim = trim_answer(&a->place, answer->text.data, answer->text.len, final);
    answer->shown = a->judged && !a->doubtful ? trim.shown : 0;
    return trim.stop || a->doubtful;
}

/* Returns whether the answer takes no more. */
static bool extend(struct fetch *a, const char *text, size_t len, bool final)
{
    if (a->led) {
        return cache_extend(a->env.cache, a->answer, text, len) != 0;
    }
    bool full = buf_add(&a->lead, text, len) != 0;
    a->looked += a->lead.len;
    size_t drop = trim_preamble(&a->place, a->lead.data, a->lead.len, final || full);
    if (drop == TRIM_WAIT) {
        return false;
    }
    a->led = true;
    return cache_extend(a->env.cache, a->answer, a->lead.data + drop, a->lead.len - drop) != 0 ||
           full;
}

static void finish(struct fetch *a)
{
    a->generation = NULL;
    if (a->lead.len > 0 && !a->led) {
        extend(a, "", 0, true);
    }
    look(a, true);
    cache_cut(a->env.cache, a->answer, a->answer->shown);
    cache_complete(a->env.cache, a->answer);
    a->callbacks->on_end(a->ctx, NULL);
    fetch_free(a);
}

static void note_first(struct fetch *a)
{
    if (!a->first_came) {
        a->first_came = true;
        pace_answered(a->env.pace, (double)(uv_now(a->env.loop) - a->started_ms));
    }
}

/* Whole characters, and none that a line of code does not have: Neovim's lines end without
 * CR, whatever the file's do. */
static void clean(struct fetch *a, const char *text, size_t len)
{
    size_t kept = 0;
    buf_clear(&a->piece);
    utf8_feed(&a->utf8, text, len, &a->piece);
    for (size_t i = 0; i < a->piece.len; i++) {
        char c = a->piece.data[i];
        if (c != '\r' && c != '\0') {
            a->piece.data[kept++] = c;
        }
    }
    a->piece.len = kept;
}

static void add_text(struct fetch *a, const struct dialect_event *event)
{
    struct answer *answer = a->answer;
    size_t shown = answer->shown;
    clean(a, event->text, event->len);
    bool full = a->piece.len > 0 && extend(a, a->piece.data, a->piece.len, false);
    answer->logprob_sum += event->logprob_sum;
    answer->logprobs += event->logprobs;
    bool enough = look(a, false) || full;
    if (enough || a->looked > LOOKED_PER_TOKEN * (size_t)a->env.backend->max_tokens) {
        generation_stop(a->generation);
        finish(a);
    } else if (answer->shown != shown) {
        a->callbacks->on_grow(a->ctx);
    }
}

static void on_event(void *ctx, const struct dialect_event *event)
{
    struct fetch *a = ctx;
    if (event->type == DIALECT_STATS) {
        a->prompt_tokens = event->stats.prompt_tokens;
        log_write(LOG_DEBUG, "ask: %lld prompt tokens, %lld of them cached",
                  (long long)event->stats.prompt_tokens, (long long)event->stats.cached_tokens);
        return;
    }
    note_first(a);
    if (event->type == DIALECT_TEXT) {
        add_text(a, event);
    }
}

static void on_generation_end(void *ctx, const struct failure *failure, const char *reason)
{
    (void)reason;
    struct fetch *a = ctx;
    if (failure == NULL) {
        note_first(a);
        finish(a);
        return;
    }
    cache_drop(a->env.cache, a->answer);
    a->answer = NULL;
    a->callbacks->on_end(a->ctx, failure);
    fetch_free(a);
}

static const struct generation_callbacks generation_callbacks = {on_event, on_generation_end};

/* ---- the question -------------------------------------------------------------- */

static struct fill fill_of(const struct backend *backend, const struct fetch_request *q)
{
    struct fill fill = backend_fill(backend);
    fill.path = q->path;
    fill.comment = q->comment;
    fill.before = q->gap.before.data;
    fill.before_len = q->gap.before.len;
    fill.line = q->gap.line.data;
    fill.line_len = q->gap.line.len;
    fill.after = q->gap.after.data;
    fill.after_len = q->gap.after.len;
    fill.chunks = q->chunks;
    fill.chunk_count = q->chunk_count;
    if (q->variant > 0) {
        fill.temperature = ALTERNATIVE_TEMPERATURE;
        fill.seed = q->variant;
    }
    return fill;
}

struct fetch *fetch_start(const struct fetch_env *env, struct fetch_request *q,
                          const struct fetch_callbacks *callbacks, void *ctx, const char **why)
{
    const struct fill fill = fill_of(env->backend, q);
    struct fetch *a = xcalloc(1, sizeof *a);
    a->env = *env;
    a->callbacks = callbacks;
    a->ctx = ctx;
    a->prompt_tokens = -1;
    a->started_ms = uv_now(env->loop);
    a->prompt_bytes = q->gap.before.len + q->gap.line.len + q->gap.after.len;
    for (size_t i = 0; i < q->chunk_count; i++) {
        a->prompt_bytes += q->chunks[i]->len;
    }
    a->generation =
        backend_start(env->backend, &fill, env->loop, env->http, &generation_callbacks, a, why);
    a->gap = q->gap;
    a->place = (struct trim_place){
        .before = a->gap.before.data,
        .before_len = a->gap.before.len,
        .line = a->gap.line.data,
        .line_len = a->gap.line.len,
        .after = a->gap.after.data,
        .after_len = a->gap.after.len,
        .max_lines = env->backend->max_lines,
        .prose = q->prose,
    };
    utf8_init(&a->utf8);
    buf_init(&a->piece, SIZE_MAX); /* a record's text, which has its cap */
    buf_init(&a->lead, CACHE_TEXT);
    if (a->generation == NULL) {
        fetch_free(a);
        return NULL;
    }
    a->answer = cache_add(env->cache, q->place, q->variant);
    return a;
}

/* How much of what is shown ends with its line, without the last line's end. */
static size_t whole_lines(const struct answer *answer)
{
    size_t len = answer->shown;
    while (len > 0 && answer->text.data[len - 1] != '\n') {
        len--;
    }
    return len > 0 ? len - 1 : 0;
}

void fetch_stop(struct fetch *a)
{
    generation_stop(a->generation);
    size_t kept = whole_lines(a->answer);
    if (kept > 0) {
        cache_cut(a->env.cache, a->answer, kept);
        cache_complete(a->env.cache, a->answer);
    } else {
        cache_drop(a->env.cache, a->answer);
    }
    fetch_free(a);
}

bool fetch_has_begun(const struct fetch *a)
{
    return a->first_came;
}

struct answer *fetch_answer(const struct fetch *a)
{
    return a->answer;
}

bool fetch_prompt(const struct fetch *a, size_t *bytes, size_t *tokens)
{
    *bytes = a->prompt_bytes;
    *tokens = a->prompt_tokens > 0 ? (size_t)a->prompt_tokens : 0;
    return a->prompt_tokens > 0 && a->prompt_bytes >= TELLING_BYTES;
}
