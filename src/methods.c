#include "methods.h"

#include "base/buf.h"
#include "base/log.h"
#include "complete/engine.h"
#include "complete/supply.h"
#include "job/apply.h"
#include "job/chat.h"
#include "job/edit.h"
#include "job/gather.h"
#include "job/inspect.h"
#include "job/job.h"
#include "job/page.h"
#include "job/query.h"
#include "job/registry.h"
#include "nvim/event.h"
#include "nvim/rpc.h"
#include "nvim/wire.h"
#include "proto.h"
#include "server/endpoint.h"
#include "server/http.h"
#include "server/learned.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct methods {
    uv_loop_t *loop;
    struct rpc *rpc;
    struct engine *engine;
    struct http *http; /* NULL before the first request: its libraries take milliseconds */
    struct registry jobs;
    struct inspections inspections;
    void (*on_closed)(void *ctx);
    void *ctx;
};

/* ---- what runs ----------------------------------------------------------------- */

static struct http *http(void *ctx)
{
    struct methods *m = ctx;
    if (m->http == NULL) {
        m->http = http_new(m->loop);
    }
    return m->http;
}

/* A job that keeps a model busy has begun or ended. */
static void on_change(struct methods *m, const struct job *j)
{
    if (j->ops->uses != NULL) {
        engine_on_chat(m->engine);
    }
}

static void on_job_end(void *ctx, struct job *j)
{
    struct methods *m = ctx;
    registry_remove(&m->jobs, j);
    on_change(m, j);
}

/* Whether a call cannot run: for the reason `why`, or, if that is NULL, one found here. Each id
 * that Lua gave gets an ending: then it is here. */
static bool refuse(struct methods *m, int64_t id, const char *why)
{
    if (registry_find(&m->jobs, id) != NULL) {
        log_write(LOG_ERROR, "rpc: id %lld is in use, the second call is ignored", (long long)id);
        return true; /* an ending would be taken for the first one's */
    }
    if (why == NULL && id < 0) {
        why = "its id is below 0, where the helper's own are";
    } else if (why == NULL && registry_is_full(&m->jobs)) {
        why = "too many requests run already";
    }
    if (why != NULL) {
        const struct failure f = endpoint_failure(NULL, HUM_ESPEC, why);
        event_error(m->rpc, id, &f);
    }
    return why != NULL;
}

/* ---- notifications ------------------------------------------------------------- */

static void do_hello(struct methods *m, const struct value *params)
{
    const struct value *hello = value_item(params, 0);
    char *file = value_strdup(value_get(hello, "log_file"));
    char *level = value_strdup(value_get(hello, "log_level"));
    if (file != NULL && log_open(file, log_level_named(level, LOG_INFO)) != 0) {
        log_write(LOG_WARN, "the log file %s cannot be opened", file);
    }
    free(file);
    free(level);
    log_write(LOG_INFO, "hum " HUM_VERSION " started");

    struct buf *out = event_begin(m->rpc, EVENT_READY, 0);
    wire_map(out, 2);
    wire_cstr(out, "version");
    wire_cstr(out, HUM_VERSION);
    wire_cstr(out, "protocol");
    wire_int(out, HUM_PROTOCOL);
}

typedef struct job *(*job_start)(const struct job_env *env, int64_t id, const struct value *spec);

/* What asks no server does not load libcurl for it. */
static void start_here(struct methods *m, const struct value *params, job_start start_job)
{
    int64_t id = value_int(value_item(params, 0), 0);
    if (refuse(m, id, NULL)) {
        return;
    }
    const struct job_env env = {m->loop, m->http, m->rpc, &m->inspections, on_job_end, m};
    struct job *j = start_job(&env, id, value_item(params, 1));
    if (j != NULL) {
        registry_add(&m->jobs, j);
        on_change(m, j);
    }
}

static void start(struct methods *m, const struct value *params, job_start start_job)
{
    if (http(m) != NULL) {
        start_here(m, params, start_job);
    } else {
        refuse(m, value_int(value_item(params, 0), 0), http_trouble());
    }
}

static void do_chat(struct methods *m, const struct value *params)
{
    start(m, params, chat_start);
}

static void do_generate(struct methods *m, const struct value *params)
{
    start(m, params, generate_start);
}

static void do_edit(struct methods *m, const struct value *params)
{
    start(m, params, edit_start);
}

static void do_query(struct methods *m, const struct value *params)
{
    start(m, params, query_start);
}

static void do_fetch(struct methods *m, const struct value *params)
{
    start(m, params, page_start);
}

static void do_gather(struct methods *m, const struct value *params)
{
    start_here(m, params, gather_start);
}

static void do_piece(struct methods *m, const struct value *params)
{
    struct job *j = registry_find(&m->jobs, value_int(value_item(params, 0), 0));
    gather_piece(j, value_int(value_item(params, 1), 0), value_item(params, 2));
}

/* An id that has just ended is no error: the two messages crossed on the way. */
static void do_stop(struct methods *m, const struct value *params)
{
    struct job *j = registry_find(&m->jobs, value_int(value_item(params, 0), 0));
    if (j != NULL) {
        j->ops->stop(j, value_bool(value_item(params, 1), false));
    }
}

static void do_join(struct methods *m, const struct value *params)
{
    struct job *j = registry_find(&m->jobs, value_int(value_item(params, 0), 0));
    if (j != NULL && j->ops->join != NULL) {
        j->ops->join(j, value_bool(value_item(params, 1), false));
    }
}

static void do_jobs(struct methods *m, const struct value *params)
{
    struct buf *out = event_begin(m->rpc, EVENT_JOBS, value_int(value_item(params, 0), 0));
    wire_map(out, 1);
    wire_cstr(out, "jobs");
    registry_pack(&m->jobs, uv_hrtime(), out);
}

/* What was asked last: a job that runs may have begun before one that has ended, by their ids. */
static void do_inspect(struct methods *m, const struct value *params)
{
    char *const *secrets = NULL;
    int64_t buf = value_int(value_get(value_item(params, 1), "buf"), 0);
    const struct inspection *live = registry_inspection(&m->jobs, buf, &secrets);
    const struct inspection *last = inspections_find(&m->inspections, buf);
    if (live != NULL && (last == NULL || inspection_id(live) > inspection_id(last))) {
        last = live;
    } else {
        secrets = NULL;
    }
    struct buf *out = event_begin(m->rpc, EVENT_INSPECTION, value_int(value_item(params, 0), 0));
    wire_map(out, last != NULL);
    if (last != NULL) {
        wire_cstr(out, "last");
        inspection_pack(last, uv_now(m->loop), secrets, out);
    }
}

static void do_forget(struct methods *m, const struct value *params)
{
    (void)m;
    char *endpoint = value_strdup(value_get(value_item(params, 0), "endpoint"));
    learned_forget(endpoint);
    free(endpoint);
}

/* Both are answered at once. */
static void do_blocks(struct methods *m, const struct value *params)
{
    apply_blocks(m->rpc, value_int(value_item(params, 0), 0), value_item(params, 1));
}

static void do_apply(struct methods *m, const struct value *params)
{
    apply_files(m->rpc, value_int(value_item(params, 0), 0), value_item(params, 1));
}

static void do_warm(struct methods *m, const struct value *params)
{
    (void)params;
    http(m); /* a failure is told with the request */
}

static bool has(const struct value *text, const char *words)
{
    return memmem(text->as.string.data, text->as.string.len, words, strlen(words)) != NULL;
}

static bool is_of_an_edit(const struct value *text)
{
    static const char *const files[] = LUA_EDIT_FILES;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        if (has(text, files[i])) {
            return true;
        }
    }
    return false;
}

/* Neovim reports a notification that failed, but not which: [type, message]. Errors of
 * Lua that makes no edits are ours to mend, and say nothing about them. */
static void do_error_event(struct methods *m, const struct value *params)
{
    const struct value *text = value_item(params, 1);
    if (text == NULL || text->type != VALUE_STRING) {
        return;
    }
    log_write(LOG_WARN, "Neovim refused a notification: %.*s", (int)text->as.string.len,
              text->as.string.data);
    if (has(text, "Keyboard interrupt")) {
        /* A CTRL-C met one of our calls, and is gone as a key: type it again. */
        wire_cstr(rpc_notify(m->rpc, "nvim_input", 1), "<C-c>");
    }
    bool is_lua = has(text, "Error executing lua") || has(text, "Lua:");
    if (is_lua && !is_of_an_edit(text)) {
        return;
    }
    registry_suspect(&m->jobs);
}

/* ---- requests ------------------------------------------------------------------ */

static void answer_poll(struct methods *m, uint32_t id, const struct value *params)
{
    (void)params;
    wire_cstr(rpc_respond(m->rpc, id), "ok");
}

static void answer_info(struct methods *m, uint32_t id, const struct value *params)
{
    (void)params;
    struct buf *out = rpc_respond(m->rpc, id);
    wire_map(out, 5);
    wire_cstr(out, "complete");
    engine_info(m->engine, out);
    wire_cstr(out, "version");
    wire_cstr(out, HUM_VERSION);
    wire_cstr(out, "protocol");
    wire_int(out, HUM_PROTOCOL);
    wire_cstr(out, "pid");
    wire_int(out, getpid());
    wire_cstr(out, "running");
    wire_int(out, (int64_t)m->jobs.count);
}

static void answer_mirror(struct methods *m, uint32_t id, const struct value *params)
{
    engine_mirror(m->engine, params, rpc_respond(m->rpc, id));
}

/* The one thing offered through Neovim's remote-plugin mechanism: a function that
 * answers what "info" does. Its calls arrive as "<path of the file>:function:HumInfo". */
#define SPEC_FUNCTION "HumInfo"

static void answer_specs(struct methods *m, uint32_t id, const struct value *params)
{
    (void)params;
    struct buf *out = rpc_respond(m->rpc, id);
    wire_array(out, 1);
    wire_map(out, 4);
    wire_cstr(out, "type");
    wire_cstr(out, "function");
    wire_cstr(out, "name");
    wire_cstr(out, SPEC_FUNCTION);
    wire_cstr(out, "sync");
    wire_int(out, 1);
    wire_cstr(out, "opts");
    wire_map(out, 0);
}

/* ---- the tables ---------------------------------------------------------------- */

static const struct {
    const char *name;
    void (*run)(struct methods *m, const struct value *params);
} notifications[] = {
    {METHOD_HELLO, do_hello},
    {METHOD_CHAT, do_chat},
    {METHOD_GENERATE, do_generate},
    {METHOD_EDIT, do_edit},
    {METHOD_STOP, do_stop},
    {METHOD_JOIN, do_join},
    {METHOD_QUERY, do_query},
    {METHOD_FETCH, do_fetch},
    {METHOD_JOBS, do_jobs},
    {METHOD_WARM, do_warm},
    {METHOD_INSPECT, do_inspect},
    {METHOD_FORGET, do_forget},
    {METHOD_BLOCKS, do_blocks},
    {METHOD_APPLY, do_apply},
    {METHOD_GATHER, do_gather},
    {METHOD_PIECE, do_piece},
    {"nvim_error_event", do_error_event},
};

static const struct {
    const char *name; /* a leading ":" matches the end of a remote plugin's method name */
    void (*answer)(struct methods *m, uint32_t id, const struct value *params);
} requests[] = {
    {METHOD_INFO, answer_info},
    {METHOD_MIRROR, answer_mirror},
    {METHOD_POLL, answer_poll},
    {METHOD_SPECS, answer_specs},
    {":function:" SPEC_FUNCTION, answer_info},
};

static bool matches(const char *method, const char *name)
{
    size_t len = strlen(method), end = strlen(name);
    return name[0] == ':' ? len >= end && strcmp(method + len - end, name) == 0
                          : strcmp(method, name) == 0;
}

static void on_notification(void *ctx, const char *method, const struct value *params)
{
    struct methods *m = ctx;
    if (engine_handle(m->engine, method, params)) {
        return;
    }
    for (size_t i = 0; i < sizeof notifications / sizeof *notifications; i++) {
        if (matches(method, notifications[i].name)) {
            notifications[i].run(m, params);
            return;
        }
    }
    log_write(LOG_WARN, "rpc: unknown notification %s", method);
}

static void on_request(void *ctx, uint32_t id, const char *method, const struct value *params)
{
    struct methods *m = ctx;
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
        if (matches(method, requests[i].name)) {
            requests[i].answer(m, id, params);
            return;
        }
    }
    log_write(LOG_WARN, "rpc: unknown request %s", method);
    struct buf text;
    buf_init(&text, SIZE_MAX);
    buf_printf(&text, "hum has no method \"%s\" that answers", method);
    rpc_respond_error(m->rpc, id, text.data);
    buf_finish(&text);
}

static bool is_start(const char *method)
{
    return strcmp(method, METHOD_CHAT) == 0 || strcmp(method, METHOD_GENERATE) == 0 ||
           strcmp(method, METHOD_QUERY) == 0 || strcmp(method, METHOD_BLOCKS) == 0 ||
           strcmp(method, METHOD_APPLY) == 0 || strcmp(method, METHOD_EDIT) == 0 ||
           strcmp(method, METHOD_FETCH) == 0 || strcmp(method, METHOD_GATHER) == 0;
}

static void on_too_big(void *ctx, const char *method, int64_t first)
{
    struct methods *m = ctx;
    if (first >= 0 && (is_start(method))) {
        refuse(m, first, "it is longer than hum can read");
    } else {
        engine_on_too_big(m->engine, method, first);
    }
}

static void on_closed(void *ctx, const char *why)
{
    struct methods *m = ctx;
    if (why != NULL) {
        log_write(LOG_ERROR, "rpc: %s", why);
    }
    m->on_closed(m->ctx);
}

static const struct rpc_handlers handlers = {on_request, on_notification, on_too_big, on_closed};

/* Type "msgpack-rpc" makes Neovim close the channel on a response it did not wait for;
 * with any other type it crashes (seen up to 0.12.4). */
static void introduce(struct rpc *rpc)
{
    struct buf *out = rpc_notify(rpc, "nvim_set_client_info", 5);
    wire_cstr(out, "hum");
    wire_map(out, 1);
    wire_cstr(out, "prerelease");
    wire_cstr(out, HUM_VERSION);
    wire_cstr(out, "msgpack-rpc");
    wire_map(out, 0);
    wire_map(out, 1);
    wire_cstr(out, "license");
    wire_cstr(out, "MIT");
}

struct methods *methods_new(uv_loop_t *loop, int in_fd, int out_fd, void (*closed)(void *ctx),
                            void *ctx, const char **why)
{
    struct methods *m = xcalloc(1, sizeof *m);
    m->loop = loop;
    m->on_closed = closed;
    m->ctx = ctx;
    int error = 0;
    m->rpc = rpc_new(loop, in_fd, out_fd, &handlers, m, &error);
    if (m->rpc == NULL) {
        *why = uv_strerror(error);
        free(m);
        return NULL;
    }
    const struct supply_env env = {loop, m->rpc, &m->jobs, http, m};
    m->engine = engine_new(&env);
    introduce(m->rpc);
    return m;
}

void methods_close(struct methods *m)
{
    registry_clear(&m->jobs);
    inspections_clear(&m->inspections);
    engine_free(m->engine);
    if (m->http != NULL) {
        http_close(m->http);
    }
    rpc_close(m->rpc);
    free(m);
}
