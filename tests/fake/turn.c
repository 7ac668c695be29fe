#include "reply.h"

#include "models.h"

#include <string.h>

/* Whether as many earlier replies of the same model as can be are not yet done. */
static bool must_wait(const struct reply *r)
{
    size_t ahead = 0, slots = r->conn->server->script.slots;
    for (const struct reply *e = r->conn->server->replies; e != r; e = e->next) {
        ahead += r->queue != NULL && e->queue != NULL && strcmp(e->queue, r->queue) == 0;
    }
    return slots && ahead >= slots;
}

/* A model in use is not loaded again with other options. */
static bool in_use(const struct reply *r)
{
    for (const struct reply *e = r->conn->server->replies; e != NULL; e = e->next) {
        if (e->running && e->loads && strcmp(e->model, r->model) == 0) {
            return true;
        }
    }
    return false;
}

/* An event about the model that the request needs. */
static void note_model(const struct reply *r, const char *event)
{
    struct conn *c = r->conn;
    struct buf more;
    buf_init(&more, SIZE_MAX / 2);
    buf_printf(&more, "\"request\":%u,\"model\":", c->request);
    quote(&more, r->model, strlen(r->model), QUOTE_PLAIN);
    journal_add(&c->server->journal, event, more.data);
    buf_finish(&more);
}

static void run(struct reply *r)
{
    struct server *server = r->conn->server;
    if (r->loads) {
        models_loaded(server, r->model, r->settings);
    }
    struct shape_state *state = &r->stream.state;
    r->running = true;
    r->stream.begun = uv_hrtime();
    if (r->needs_load && state->load_ns == 0) {
        state->load_ns = r->stream.begun - r->stream.asked;
    }
    reply_begin(r);
}

static void look(struct server *server);

static void on_loaded(void *ctx)
{
    struct reply *r = ctx;
    struct server *server = r->conn->server;
    server->loading = NULL;
    note_model(r, "load_done");
    run(r);
    look(server);
}

/* Loads are done one after the other. */
static void load(struct reply *r, uint64_t time)
{
    struct server *server = r->conn->server;
    r->needs_load = true;
    if (server->loading != NULL || in_use(r)) {
        return;
    }
    server->loading = r;
    r->stream.state.load_ns = time;
    models_unload(server, r->model);
    note_model(r, "load_start");
    pace_at(&server->pace, &r->load, uv_hrtime() + time, on_loaded, r);
}

/* Lets those go on whose turn has come. */
static void look(struct server *server)
{
    for (struct reply *r = server->replies; r != NULL; r = r->next) {
        if (r->running || r == server->loading || must_wait(r)) {
            continue;
        }
        uint64_t time = r->loads ? models_load_time(server, r->model, r->settings) : 0;
        if (time) {
            load(r, time);
        } else {
            run(r);
        }
    }
}

void turn_ask(struct reply *r)
{
    struct server *server = r->conn->server;
    struct reply **at = &server->replies;
    while (*at != NULL) {
        at = &(*at)->next;
    }
    *at = r;
    r->stream.asked = uv_hrtime();
    if (must_wait(r)) {
        journal_addf(&server->journal, "queued", "\"request\":%u", r->conn->request);
    }
    look(server);
}

void turn_leave(struct reply *r)
{
    struct server *server = r->conn->server;
    pace_cancel(&server->pace, &r->load);
    for (struct reply **at = &server->replies; *at != NULL; at = &(*at)->next) {
        if (*at == r) {
            *at = r->next;
            break;
        }
    }
    if (server->loading == r) {
        server->loading = NULL;
        note_model(r, "load_abort");
    }
    if (r->unload && r->running && !in_use(r)) {
        models_unload(server, r->model);
    }
    look(server);
}
