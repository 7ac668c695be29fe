#include "job/gather.h"

#include "base/buf.h"
#include "gather/item.h"
#include "job/gather_pack.h"
#include "job/gather_spec.h"
#include "nvim/event.h"
#include "nvim/wire.h"
#include "proto.h"
#include "server/endpoint.h"

#include <stdlib.h>

/* It has two owners: the registry, until its ending, and the thread, until its work is done. */
struct gather {
    struct job job; /* first: it is one */
    struct job_env env;
    struct gather_spec spec;
    struct result *results;
    size_t done; /* items whose result is there; the thread's while it works */
    int error;   /* likewise */
    uv_work_t work;
    atomic_bool stop;
    bool works; /* the thread has it, or will have it */
    bool ended; /* nobody waits for it any more */
};

static void free_all(struct gather *g)
{
    for (size_t i = 0; i < g->spec.count; i++) {
        result_finish(&g->results[i]);
    }
    free(g->results);
    gather_spec_finish(&g->spec);
    free(g);
}

/* Whoever is last frees it. */
static void let_go(struct gather *g)
{
    g->ended = true;
    atomic_store(&g->stop, true);
    if (g->works) {
        uv_cancel((uv_req_t *)&g->work); /* if it has not begun; on_worked is called all the same */
    } else {
        free_all(g);
    }
}

static void free_gather(struct job *j)
{
    let_go((struct gather *)j);
}

static void end(struct gather *g)
{
    g->env.on_end(g->env.ctx, &g->job);
    let_go(g);
}

static void stop(struct job *j, bool discard)
{
    struct gather *g = (struct gather *)j;
    (void)discard;
    wire_map(event_begin(g->env.rpc, EVENT_CANCELLED, j->id), 0);
    end(g);
}

static void describe(const struct job *j, struct job_info *info)
{
    const struct gather *g = (const struct gather *)j;
    *info = (struct job_info){.state = g->works ? JOB_READING : JOB_WAITING, .endpoint = ""};
}

static const struct job_ops ops = {
    .kind = "gather",
    .stop = stop,
    .free = free_gather,
    .describe = describe,
};

/* ---- on the thread --------------------------------------------------------------------------- */

static void work(uv_work_t *request)
{
    struct gather *g = request->data;
    const struct place place = {g->spec.folder, g->spec.root, g->spec.largest, &g->stop};
    while (g->done < g->spec.count && g->error == 0 && !atomic_load(&g->stop)) {
        g->error = item_gather(&g->spec.items[g->done], &place, &g->results[g->done]);
        g->done++;
    }
}

/* ---- on the loop ----------------------------------------------------------------------------- */

static void send_error(struct gather *g)
{
    struct failure f = endpoint_failure(NULL, HUM_EBAD, NULL);
    const struct buf *why = &g->results[g->done - 1].why;
    struct buf *out = event_begin(g->env.rpc, EVENT_ERROR, g->job.id);
    wire_map(out, 2);
    wire_cstr(out, "code");
    wire_cstr(out, failure_code(f.code));
    wire_cstr(out, "message");
    wire_str(out, why->data, why->len);
}

static void send_result(struct gather *g)
{
    struct buf *out = event_begin(g->env.rpc, EVENT_RESULT, g->job.id);
    wire_map(out, 1);
    wire_cstr(out, "items");
    wire_array(out, (uint32_t)g->spec.count);
    for (size_t i = 0; i < g->spec.count; i++) {
        gather_pack(&g->spec.items[i], &g->results[i], out);
    }
}

static void on_worked(uv_work_t *request, int status)
{
    struct gather *g = request->data;
    (void)status; /* UV_ECANCELED only if it has ended */
    g->works = false;
    if (g->ended) {
        free_all(g);
        return;
    }
    if (g->error != 0) {
        send_error(g);
    } else {
        send_result(g);
    }
    end(g);
}

static void begin_if_complete(struct gather *g)
{
    for (size_t i = 0; i < g->spec.count; i++) {
        if (g->spec.items[i].pieces > 0) {
            return;
        }
    }
    g->works = true;
    uv_queue_work(g->env.loop, &g->work, work, on_worked);
}

void gather_piece(struct job *j, int64_t index, const struct value *text)
{
    struct gather *g = (struct gather *)j;
    if (j == NULL || j->ops != &ops || index < 1 || (uint64_t)index > g->spec.count) {
        return;
    }
    struct item *item = &g->spec.items[index - 1];
    if (item->pieces > 0) {
        item->pieces--;
        if (text != NULL && text->type == VALUE_STRING) {
            buf_add(&item->text, text->as.string.data, text->as.string.len);
        }
        begin_if_complete(g);
    }
}

struct job *gather_start(const struct job_env *env, int64_t id, const struct value *spec)
{
    struct gather *g = xcalloc(1, sizeof *g);
    const char *why = NULL;
    g->job = (struct job){.ops = &ops, .id = id, .started_ns = uv_hrtime()};
    g->env = *env;
    g->work.data = g;
    if (gather_spec_init(&g->spec, spec, &why) != 0) {
        const struct failure f = endpoint_failure(NULL, HUM_ESPEC, why);
        event_error(env->rpc, id, &f);
        gather_spec_finish(&g->spec);
        free(g);
        return NULL;
    }
    g->results = xcalloc(g->spec.count + 1, sizeof *g->results);
    begin_if_complete(g);
    return &g->job;
}
