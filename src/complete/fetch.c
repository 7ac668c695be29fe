#include "complete/fetch.h"

#include "base/ending.h"
#include "base/log.h"
#include "base/utf8.h"
#include "complete/backend.h"
#include "complete/blank.h"
#include "complete/supply.h"
#include "complete/trim/reindent.h"
#include "complete/trim/trim.h"
#include "job/job.h"
#include "job/registry.h"
#include "server/dialect.h"
#include "server/generation.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Alternatives are sampled, the first answer is not. */
#define ALTERNATIVE_TEMPERATURE 0.8

/* A first line is judged by its tokens, a long one by so many. */
#define JUDGED_TOKENS 12

/* With each piece all text so far is examined again. So many bytes for each token that was
 * requested are enough for answers of 4096 tokens; beyond, the server keeps to no limit. */
#define EXAMINED_PER_TOKEN ((size_t)16 << 10)

/* Servers and templates add tokens of their own, which are few beside a prompt of so many bytes. */
#define MEASURED_BYTES 1024

struct fetch {
    struct job job; /* first: a fetch is one */
    struct supply *supply;
    struct generation *generation;
    struct around_text around;
    struct trim_context context; /* views of around */
    struct utf8 utf8;
    struct buf piece;    /* scratch: one event's text as a buffer of Neovim may have it */
    struct buf preamble; /* what came, until it is known how much of it is not to be inserted */
    bool preamble_over;
    struct reindent reindent; /* once it is over */
    struct buf placed;        /* scratch: what comes out of that */
    size_t arrived;           /* bytes of text */
    size_t examined;          /* bytes, see EXAMINED_PER_TOKEN */
    struct answer *answer;
    const struct fetch_callbacks *callbacks;
    void *ctx;
    size_t read_bytes; /* of the prompt, see window_read */
    size_t prompt_bytes;
    int64_t prompt_tokens; /* -1: not known */
    uint64_t started_ms;
    bool first_came;
    bool judged; /* the server's confidence in the first line is known and enough */
    bool doubtful;
};

static void fetch_free(struct fetch *f)
{
    registry_remove(f->supply->env.jobs, &f->job);
    around_text_finish(&f->around);
    buf_finish(&f->piece);
    buf_finish(&f->preamble);
    buf_finish(&f->placed);
    reindent_finish(&f->reindent);
    free(f);
}

/* ---- the answer ---------------------------------------------------------------- */

/* An answer whose first line the model itself thinks unlikely is held back whole. */
static void judge(struct fetch *f, bool final)
{
    const struct answer *answer = f->answer;
    double least = f->supply->backend->min_confidence;
    if (f->judged || least <= 0) {
        f->judged = true;
        return;
    }
    bool enough = final || answer->logprobs >= JUDGED_TOKENS ||
                  memchr(answer->text.data, '\n', answer->text.len) != NULL;
    if (!enough) {
        return;
    }
    f->judged = true;
    f->doubtful =
        answer->logprobs > 0 && exp(answer->logprob_sum / (double)answer->logprobs) < least;
}

/* Returns whether the model should be stopped. */
static bool examine(struct fetch *f, enum trim_end end)
{
    struct answer *answer = f->answer;
    if (answer->text.len == 0) {
        return false;
    }
    judge(f, end != TRIM_STREAMS);
    f->examined += answer->text.len;
    struct trim trim =
        trim_answer(&f->context, (struct span){answer->text.data, answer->text.len}, end);
    answer->cut = trim.cut;
    answer->shown = f->judged && !f->doubtful ? trim.shown : 0;
    return trim.stop || f->doubtful;
}

/* The answer grows by this text as the file has it: so it is cached, shown and typed along. */
static bool place(struct fetch *f, const char *text, size_t len, bool final)
{
    buf_clear(&f->placed);
    reindent_feed(&f->reindent, (struct span){text, len}, final, &f->placed);
    return cache_extend(f->supply->cache, f->answer, f->placed.data, f->placed.len) != 0;
}

/* Returns whether the answer has no room for more. */
static bool extend(struct fetch *f, const char *text, size_t len, bool final)
{
    if (f->preamble_over) {
        return place(f, text, len, false);
    }
    buf_add(&f->preamble, text, len);
    bool full = f->preamble.error != 0;
    f->examined += f->preamble.len;
    const struct span begun = {f->preamble.data, f->preamble.len};
    size_t drop = trim_preamble(&f->context, begun, final || full);
    if (drop == TRIM_WAIT) {
        return false;
    }
    f->preamble_over = true;
    size_t blank = trim_blank(&f->context, begun, true); /* it is typed, and no indentation more */
    reindent_init(&f->reindent, &f->context, (struct span){begun.data + blank, drop - blank});
    return place(f, f->preamble.data + drop, f->preamble.len - drop, false) || full;
}

static void finish(struct fetch *f, enum trim_end end)
{
    f->generation = NULL;
    if (f->preamble.len > 0 && !f->preamble_over) {
        extend(f, "", 0, true);
    }
    if (f->preamble_over) {
        place(f, "", 0, true);
    }
    examine(f, end);
    cache_cut(f->supply->cache, f->answer, f->answer->shown);
    cache_finalize(f->supply->cache, f->answer);
    f->callbacks->on_end(f->ctx, NULL);
    fetch_free(f);
}

static void note_first(struct fetch *f)
{
    if (!f->first_came) {
        double ms = (double)(uv_now(f->supply->env.loop) - f->started_ms);
        f->first_came = true;
        pace_answered(&f->supply->pace, ms);
        supply_first(f->supply, f->read_bytes, ms);
    }
}

/* Whole characters, and none that a line of code does not have: Neovim's lines end without
 * CR, whatever the file's do. */
static void clean(struct fetch *f, const char *text, size_t len)
{
    size_t kept = 0;
    buf_clear(&f->piece);
    utf8_feed(&f->utf8, text, len, &f->piece);
    for (size_t i = 0; i < f->piece.len; i++) {
        char c = f->piece.data[i];
        if (c != '\r' && c != '\0') {
            f->piece.data[kept++] = c;
        }
    }
    f->piece.len = kept;
}

static void add_text(struct fetch *f, const struct dialect_event *event)
{
    struct answer *answer = f->answer;
    size_t shown = answer->shown;
    f->arrived += event->len;
    clean(f, event->text, event->len);
    bool full = f->piece.len > 0 && extend(f, f->piece.data, f->piece.len, false);
    answer->logprob_sum += event->logprob_sum;
    answer->logprobs += event->logprobs;
    bool enough = examine(f, TRIM_STREAMS);
    full = full || f->examined > EXAMINED_PER_TOKEN * (size_t)f->supply->backend->max_tokens;
    if (enough || full) {
        generation_stop(f->generation);
        finish(f, enough ? TRIM_ENDED : TRIM_CUT);
    } else if (answer->shown != shown) {
        f->callbacks->on_grow(f->ctx);
    }
}

static void on_event(void *ctx, const struct dialect_event *event)
{
    struct fetch *f = ctx;
    if (event->type == DIALECT_STATS) {
        f->prompt_tokens = event->stats.prompt_tokens;
        log_write(LOG_DEBUG, "fetch: %lld prompt tokens, %lld of them cached",
                  (long long)event->stats.prompt_tokens, (long long)event->stats.cached_tokens);
        return;
    }
    if (event->type == DIALECT_PROGRESS) {
        return;
    }
    note_first(f);
    if (event->type == DIALECT_TEXT) {
        add_text(f, event);
    }
}

static void on_generation_end(void *ctx, const struct failure *failure,
                              const struct ending_facts *ending)
{
    struct fetch *f = ctx;
    if (failure == NULL) {
        note_first(f);
        finish(f, ending_is_limit(ending->reason) ? TRIM_CUT : TRIM_ENDED);
        return;
    }
    cache_drop(f->supply->cache, f->answer);
    f->answer = NULL;
    f->callbacks->on_end(f->ctx, failure);
    fetch_free(f);
}

static void on_learned(void *ctx, const char *told)
{
    const struct fetch *f = ctx;
    supply_learned(f->supply, told);
}

static const struct generation_callbacks generation_callbacks = {
    .on_event = on_event, .on_end = on_generation_end, .on_learned = on_learned};

/* ---- giving up ----------------------------------------------------------------- */

/* How much of what is shown ends with its line, without the last line's end. */
static size_t whole_lines(const struct answer *answer)
{
    size_t len = answer->shown;
    while (len > 0 && answer->text.data[len - 1] != '\n') {
        len--;
    }
    return len > 0 ? len - 1 : 0;
}

static void keep(struct fetch *f, size_t len)
{
    cache_cut(f->supply->cache, f->answer, len);
    cache_finalize(f->supply->cache, f->answer);
}

void fetch_stop(struct fetch *f)
{
    generation_stop(f->generation);
    size_t kept = whole_lines(f->answer);
    if (kept > 0) {
        keep(f, kept);
    } else {
        cache_drop(f->supply->cache, f->answer);
    }
    fetch_free(f);
}

/* ---- as a job ------------------------------------------------------------------ */

static void on_stop(struct job *j, bool discard)
{
    (void)discard;
    struct fetch *f = (struct fetch *)j;
    generation_stop(f->generation);
    keep(f, whole_lines(f->answer));
    f->callbacks->on_stop(f->ctx);
    if (f->answer->text.len == 0) {
        cache_drop(f->supply->cache, f->answer);
    }
    fetch_free(f);
}

static void on_free(struct job *j)
{
    on_stop(j, true);
}

static void describe(const struct job *j, struct job_info *info)
{
    const struct fetch *f = (const struct fetch *)j;
    info->state = f->arrived > 0 ? JOB_TEXT : JOB_WAITING;
    info->bytes = f->arrived;
    supply_describe(f->supply, info);
}

static const struct job_ops ops = {
    .kind = SUPPLY_KIND, .stop = on_stop, .free = on_free, .describe = describe};

/* ---- the request --------------------------------------------------------------- */

static struct fill fill_of(const struct backend *backend, const struct fetch_request *request,
                           const char *stop[BACKEND_ENDS])
{
    struct fill fill = backend_fill(backend);
    fill.path = request->path;
    fill.comment = request->comment;
    fill.around = around_text_ahead(&request->around, request->ahead);
    fill.stop = stop;
    fill.stop_count = backend_stop(backend, &fill.around, stop);
    fill.chunks = request->chunks;
    fill.chunk_count = request->chunk_count;
    if (request->variant > 0) {
        fill.temperature = ALTERNATIVE_TEMPERATURE;
        fill.seed = request->variant;
    }
    return fill;
}

/* Where the line stands in front of the suffix, models know texts that are cut anywhere. */
static bool leave_out_blank(struct fill *fill)
{
    struct span *line = &fill->around.line;
    bool leaves = fill->tokens != NULL && !fill->tokens->line_before && blank_is_due(*line);
    line->len -= leaves;
    return leaves;
}

static size_t prompt_bytes(const struct fetch_request *request)
{
    size_t bytes = request->around.left.len + request->around.after.len;
    for (size_t i = 0; i < request->chunk_count; i++) {
        bytes += request->chunks[i]->len;
    }
    return bytes;
}

static struct trim_context context_of(const struct fetch *f, const struct fetch_request *request,
                                      bool blank)
{
    const struct backend *backend = f->supply->backend;
    return (struct trim_context){
        .around = around_text_view(&f->around),
        .max_lines = backend->max_lines,
        .blank = blank,
        .language = request->language,
        .indent = request->indent,
        .defined = request->definition >= 0,
        .definition = request->definition >= 0 ? (size_t)request->definition : 0,
        .tokens = backend->spellings,
        .token_count = backend->spelling_count,
    };
}

struct fetch *fetch_start(struct supply *supply, struct fetch_request *request,
                          const struct fetch_callbacks *callbacks, void *ctx, const char **why)
{
    const char *stop[BACKEND_ENDS];
    struct fill fill = fill_of(supply->backend, request, stop);
    bool blank = leave_out_blank(&fill);
    struct fetch *f = xcalloc(1, sizeof *f);
    f->job = (struct job){.ops = &ops, .started_ns = uv_hrtime()};
    f->supply = supply;
    f->callbacks = callbacks;
    f->ctx = ctx;
    f->prompt_tokens = -1;
    f->started_ms = uv_now(supply->env.loop);
    f->prompt_bytes = prompt_bytes(request);
    f->read_bytes = window_read(&supply->window, &fill);
    f->generation = supply_start(supply, &fill, &generation_callbacks, f, why);
    f->around = request->around;
    f->context = context_of(f, request, blank);
    utf8_init(&f->utf8);
    buf_init(&f->piece, SIZE_MAX); /* a record's text, which has its cap */
    buf_init(&f->preamble, CACHE_TEXT);
    buf_init(&f->placed, SIZE_MAX);
    if (f->generation == NULL) {
        fetch_free(f);
        return NULL;
    }
    registry_add_own(supply->env.jobs, &f->job);
    f->answer = cache_add(supply->cache, request->key, request->variant);
    return f;
}

struct answer *fetch_answer(const struct fetch *f)
{
    return f->answer;
}

bool fetch_prompt(const struct fetch *f, size_t *bytes, size_t *tokens)
{
    *bytes = f->prompt_bytes;
    *tokens = f->prompt_tokens > 0 ? (size_t)f->prompt_tokens : 0;
    return f->prompt_tokens > 0 && f->prompt_bytes >= MEASURED_BYTES;
}
