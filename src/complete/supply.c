#include "complete/supply.h"

#include "base/buf.h"
#include "base/failure.h"
#include "base/log.h"
#include "complete/backend.h"
#include "complete/cache.h"
#include "complete/prompt.h"
#include "complete/ring.h"
#include "job/registry.h"
#include "nvim/event.h"
#include "nvim/wire.h"
#include "proto.h"
#include "server/dialect.h"
#include "server/generation.h"

/* Code has 3 to 4 bytes for each token; the first measurements say better. */
#define BYTES_PER_TOKEN 3.0

/* What is shown of text that is less dense than before comes up by this part each time. */
#define LEARNED 0.125

/* Denser text, in bytes per token, does not exist; nor does one like that, but for blanks. */
#define LEAST_BYTES 1.0
#define MOST_BYTES 5.0

/* Of the ring while no backend says it, so that what is collected early is kept; more than any
 * backend allows. */
#define RING_BYTES ((size_t)1 << 20)

/* Without a fetch for so long, the server has likely lost its state of our prompts. */
#define COLD_MS (15 * 1000)

static uint64_t now(const struct supply *s)
{
    return uv_now(s->env.loop);
}

/* ---- the model ----------------------------------------------------------------- */

void supply_tell_loading(const struct supply *s)
{
    if (s->watched) {
        struct buf *out = event_begin(s->env.rpc, EVENT_LOADING, 0);
        wire_map(out, 1);
        wire_cstr(out, "loading");
        wire_bool(out, s->loading.generation != NULL);
    }
}

static void on_load_event(void *ctx, const struct dialect_event *event)
{
    (void)ctx;
    (void)event;
}

static void on_load_end(void *ctx, const struct failure *failure, const struct ending_facts *ending)
{
    (void)ending;
    struct supply *s = ctx;
    s->loading.generation = NULL;
    registry_remove(s->env.jobs, &s->loading.job);
    supply_tell_loading(s);
    if (failure != NULL) {
        supply_failed(s, failure);
        return;
    }
    s->loaded_ms = now(s);
    s->on_ready(s->ctx);
}

static void on_load_learned(void *ctx, const char *told)
{
    supply_learned(ctx, told);
}

static const struct generation_callbacks load_callbacks = {
    .on_event = on_load_event, .on_end = on_load_end, .on_learned = on_load_learned};

static void stop_loading(struct supply *s)
{
    if (s->loading.generation != NULL) {
        generation_stop(s->loading.generation);
        s->loading.generation = NULL;
        registry_remove(s->env.jobs, &s->loading.job);
        supply_tell_loading(s);
    }
}

/* What waits for the model goes on waiting, until the next key. */
static void on_stop(struct job *j, bool discard)
{
    (void)discard;
    stop_loading(((struct supply_load *)j)->supply);
}

static void on_free(struct job *j)
{
    stop_loading(((struct supply_load *)j)->supply);
}

void supply_describe(const struct supply *s, struct job_info *info)
{
    info->endpoint = s->backend->endpoint.name;
    info->model = s->backend->model[0] != '\0' ? s->backend->model : NULL;
}

static void describe(const struct job *j, struct job_info *info)
{
    info->state = JOB_LOADING;
    supply_describe(((const struct supply_load *)j)->supply, info);
}

static const struct job_ops load_ops = {
    .kind = SUPPLY_KIND, .stop = on_stop, .free = on_free, .describe = describe};

static bool is_loaded(const struct supply *s)
{
    return !s->backend->load ||
           (s->loaded_ms > 0 && (int64_t)(now(s) - s->loaded_ms) < s->backend->kept_ms);
}

/* A server that loads a model for a request gives the load up with the request; so the model
 * is loaded by one of its own, which no key cancels, and nothing is fetched before. */
static void load(struct supply *s)
{
    if (s->loading.generation != NULL || supply_closed(s) > 0) {
        return;
    }
    const char *why = NULL;
    struct fill fill = backend_fill(s->backend);
    fill.load = true;
    s->counts.warmed++;
    struct generation *g = supply_start(s, &fill, &load_callbacks, s, &why);
    if (g == NULL) {
        const struct failure f = endpoint_failure(&s->backend->endpoint, HUM_ESPEC, why);
        supply_failed(s, &f);
        return;
    }
    const struct job job = {.ops = &load_ops, .started_ns = uv_hrtime()};
    s->loading = (struct supply_load){job, s, g};
    registry_add_own(s->env.jobs, &s->loading.job);
    supply_tell_loading(s);
}

void supply_warm(struct supply *s)
{
    if (!is_loaded(s) && !supply_yields(s)) {
        load(s);
    }
}

/* ---- whether and when ---------------------------------------------------------- */

bool supply_yields(const struct supply *s)
{
    const struct backend *backend = s->backend;
    return !backend->during_chat &&
           registry_uses(s->env.jobs, backend->endpoint.url, backend->model);
}

uint64_t supply_closed(const struct supply *s)
{
    return pace_closed(&s->pace, now(s));
}

bool supply_may_fetch(struct supply *s)
{
    if (supply_yields(s)) {
        return false;
    }
    if (!is_loaded(s)) {
        load(s);
        return false;
    }
    return true;
}

struct generation *supply_start(struct supply *s, const struct fill *fill,
                                const struct generation_callbacks *callbacks, void *ctx,
                                const char **why)
{
    const struct generation_env env = {s->env.loop, s->env.http(s->env.ctx)};
    return backend_start(s->backend, &env, fill, callbacks, ctx, why);
}

/* ---- what becomes of it -------------------------------------------------------- */

bool supply_is_cold(const struct supply *s, int64_t buf)
{
    return s->fetched_for != buf || now(s) - s->fetched_ms > COLD_MS;
}

void supply_fetched(struct supply *s, int64_t buf)
{
    s->counts.requests++;
    s->fetched_for = buf;
    s->fetched_ms = now(s);
}

void supply_measured(struct supply *s, size_t bytes, size_t tokens)
{
    double measured = (double)bytes / (double)tokens;
    if (measured < LEAST_BYTES) {
        return;
    }
    measured = measured < MOST_BYTES ? measured : MOST_BYTES;
    double more = s->bytes_per_token + (measured - s->bytes_per_token) * LEARNED;
    s->bytes_per_token = measured < s->bytes_per_token ? measured : more;
}

static void resize_ring(struct supply *s)
{
    ring_resize(s->ring, s->window.ring * (size_t)BYTES_PER_TOKEN);
}

void supply_bound(struct supply *s, const struct value *spec)
{
    if (s->backend != NULL && window_bound(&s->window, spec)) {
        resize_ring(s);
    }
}

size_t supply_text_bytes(const struct supply *s)
{
    return (size_t)((double)s->window.text * s->bytes_per_token);
}

void supply_edits(struct supply *s, void (*close)(void *ctx), void *ctx)
{
    if (s->editing != NULL && s->editing != ctx) {
        s->close_edits(s->editing);
    }
    s->close_edits = close;
    s->editing = ctx;
}

void supply_edits_end(struct supply *s, const void *ctx)
{
    if (s->editing == ctx && s->editing != NULL) {
        s->close_edits(s->editing);
        s->editing = NULL;
    }
}

/* Of a file; buf_finish is due. */
static struct buf diff_name(const char *name)
{
    struct buf diff;
    buf_init(&diff, SIZE_MAX);
    buf_printf(&diff, "%s.diff", name);
    return diff;
}

void supply_add_edits(struct supply *s, const char *name, struct span diff)
{
    struct buf as = diff_name(name);
    extras_add(&s->edits, as.data, diff.data, diff.len);
    buf_finish(&as);
}

void supply_disown(struct supply *s, const char *name)
{
    struct buf as = diff_name(name);
    ring_forget(s->ring, name);
    extras_forget(&s->edits, as.data);
    buf_finish(&as);
}

/* By now the server knows what it has loaded. */
static void tell_answered(struct supply *s)
{
    if (!s->told) {
        s->told = true;
        wire_map(event_begin(s->env.rpc, EVENT_ANSWERED, 0), 0);
    }
}

void supply_first(struct supply *s, size_t bytes, double ms)
{
    tell_answered(s);
    if (window_measured(&s->window, (size_t)((double)bytes / s->bytes_per_token), ms)) {
        log_write(LOG_INFO, "window: %zu tokens, ring: %zu, at %.0f tokens/s", s->window.text,
                  s->window.ring, s->window.speed);
        resize_ring(s);
    }
}

void supply_answered(struct supply *s)
{
    s->counts.done++;
    s->loaded_ms = now(s);
    pace_open(&s->pace);
}

void supply_learned(const struct supply *s, const char *told)
{
    const struct endpoint *e = &s->backend->endpoint;
    event_learned(s->env.rpc, 0, e->name, told, e->secrets);
}

void supply_failed(struct supply *s, const struct failure *failure)
{
    double retry_ms = failure->retry_after_s > 0 ? (double)failure->retry_after_s * 1000 : -1;
    pace_failed(&s->pace, now(s), retry_ms);
    struct failure f = *failure;
    f.of = OF_FILL;
    struct buf *out = event_begin(s->env.rpc, EVENT_BACKEND_ERROR, 0);
    wire_map(out, EVENT_FAILURE_FIELDS);
    event_failure(out, &f);
}

/* ---- life ---------------------------------------------------------------------- */

static void drop_backend(struct supply *s)
{
    stop_loading(s);
    s->loaded_ms = 0;
    s->told = false;
    backend_free(s->backend);
    s->backend = NULL;
}

void supply_set_backend(struct supply *s, const struct value *spec)
{
    drop_backend(s);
    if (spec != NULL && spec->type == VALUE_MAP) {
        const char *why = NULL;
        s->backend = backend_new(spec, &why);
        if (s->backend == NULL) {
            const struct failure f = endpoint_failure(NULL, HUM_ESPEC, why);
            supply_failed(s, &f);
        }
    }
    const struct backend *backend = s->backend;
    window_forget(&s->window);
    supply_bound(s, spec);
    s->bytes_per_token = BYTES_PER_TOKEN;
    pace_init(&s->pace, backend != NULL ? (double)backend->debounce_ms : -1);
    cache_resize(s->cache, backend != NULL ? backend->cache_bytes : 0);
    if (backend != NULL) {
        log_write(LOG_INFO, "backend: %s by %s at %s, model %s", backend->dialect->fill->path,
                  backend->endpoint.name, backend->endpoint.url, backend->model);
    }
}

void supply_init(struct supply *s, const struct supply_env *env, void (*on_ready)(void *ctx),
                 void *ctx)
{
    *s = (struct supply){.env = *env, .on_ready = on_ready, .ctx = ctx};
    s->cache = cache_new(0);
    s->ring = ring_new(PROMPT_CHUNKS, RING_BYTES);
    window_init(&s->window);
    supply_set_backend(s, NULL);
}

void supply_finish(struct supply *s)
{
    drop_backend(s);
    cache_free(s->cache);
    ring_free(s->ring);
    window_finish(&s->window);
    extras_finish(&s->edits);
}
