#include "control.h"

#include "fill.h"
#include "head.h"
#include "live.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WAIT_MS = 10000 };

/* The value of that name in a query, copied into room; false if it is not there. */
static bool query(const struct conn *c, const char *name, char *room, size_t size)
{
    const char *at = c->parser.request.query;
    size_t n = strlen(name);
    while (*at) {
        size_t len = strcspn(at, "&");
        if (len > n && strncmp(at, name, n) == 0 && at[n] == '=') {
            snprintf(room, size, "%.*s", (int)(len - n - 1), at + n + 1);
            return true;
        }
        at += len + (at[len] == '&');
    }
    return false;
}

static unsigned long number(const struct conn *c, const char *name, unsigned long otherwise)
{
    char room[32];
    return query(c, name, room, sizeof room) ? strtoul(room, NULL, 10) : otherwise;
}

static void answer_lines(struct conn *c, struct buf *lines)
{
    struct head head = {
        .status = 200,
        .type = "application/x-ndjson",
        .length = (int64_t)lines->len,
    };
    head_answer(c, &head, lines->len ? lines->data : "", lines->len);
    buf_finish(lines);
}

static void load_script(struct conn *c)
{
    char why[WHY_SIZE];
    const struct buf *body = &c->parser.request.body;
    if (script_load(&c->server->script, body->len ? body->data : "", body->len, why)) {
        fill_forget(c->server);
        head_json(c, 200, "{\"ok\":true}");
    } else {
        head_error(c, false, 400, why);
    }
}

static void show_log(struct conn *c)
{
    const struct journal *j = &c->server->journal;
    char event[32] = "";
    bool only = query(c, "event", event, sizeof event);
    struct buf out;
    buf_init(&out, SIZE_MAX / 2);
    for (size_t i = 0; i < j->count; i++) {
        const struct entry *e = &j->entries[i];
        if (!only || strcmp(e->event, event) == 0) {
            buf_printf(&out, "%s\n", e->json);
        }
    }
    answer_lines(c, &out);
}

static void show_times(struct conn *c)
{
    unsigned request = (unsigned)number(c, "request", 0);
    const struct journal *j = &c->server->journal;
    const struct token_times *t = request > 0 ? journal_times(j, request) : j->times;
    struct token_times none = {.request = request};
    struct buf out;
    buf_init(&out, SIZE_MAX / 2);
    buf_add_str(&out, "{");
    journal_print_times(t != NULL ? t : &none, &out);
    buf_add_str(&out, "}");
    head_json(c, 200, out.data);
    buf_finish(&out);
}

static void show_state(struct conn *c)
{
    const struct server *s = c->server;
    unsigned open = 0, active = 0;
    for (const struct conn *o = s->conns; o != NULL; o = o->next) {
        open += o->number != 0;
        active += o->request && o->state != CONN_IDLE;
    }
    struct buf json;
    buf_init(&json, SIZE_MAX / 2);
    buf_printf(&json,
               "{\"connections\":%u,\"open\":%u,\"requests\":%u,\"active\":%u,"
               "\"tokens\":%" PRIu64 ",\"ns\":%" PRIu64 ",\"began\":%" PRIu64
               ",\"filling\":%u,\"active_max\":",
               s->next_conn, open, s->next_request, active, s->journal.tokens, uv_hrtime(),
               s->began, live_filling(s));
    live_print(s, &json);
    buf_add_str(&json, "}");
    head_json(c, 200, json.data);
    buf_finish(&json);
}

/* The event a long poll waits for, or NULL. */
static const char *polled(struct conn *c, char room[64])
{
    const struct journal *j = &c->server->journal;
    if (strcmp(c->poll_event, "token") == 0) {
        snprintf(room, 64, "{\"event\":\"token\",\"tokens\":%" PRIu64 "}", j->tokens);
        return j->tokens >= c->poll_n ? room : NULL;
    }
    const struct entry *e = journal_find(j, c->poll_event, c->poll_n);
    return e != NULL ? e->json : NULL;
}

static void answer_poll(void *ctx)
{
    struct conn *c = ctx;
    char room[64];
    const char *json = polled(c, room);
    if (json != NULL) {
        char *copy = xstrdup(json);
        c->poll_event[0] = '\0';
        head_json(c, 200, copy);
        free(copy);
        return;
    }
    c->poll_event[0] = '\0';
    head_json(c, 408, "{\"error\":\"the event did not come in time\"}");
}

static void start_poll(struct conn *c)
{
    char room[64];
    uint64_t timeout = number(c, "timeout_ms", WAIT_MS);
    if (!query(c, "event", c->poll_event, sizeof c->poll_event)) {
        head_error(c, false, 400, "which event?");
        return;
    }
    c->poll_n = (unsigned)number(c, "n", 1);
    uint64_t wait = polled(c, room) ? 0 : timeout * 1000000;
    pace_at(&c->server->pace, &c->poll, uv_hrtime() + wait, answer_poll, c);
}

void control_changed(void *ctx)
{
    struct server *s = ctx;
    char room[64];
    /* Answered from the loop: this may be the middle of another answer. */
    for (struct conn *c = s->conns; c != NULL; c = c->next) {
        if (c->poll_event[0] && polled(c, room)) {
            pace_at(&s->pace, &c->poll, uv_hrtime(), answer_poll, c);
        }
    }
}

void control_request(struct conn *c)
{
    static const struct {
        const char *method;
        const char *path;
        void (*answer)(struct conn *c);
    } routes[] = {
        {"POST", "/_fake/script", load_script}, {"GET", "/_fake/log", show_log},
        {"GET", "/_fake/tokens", show_times},   {"GET", "/_fake/state", show_state},
        {"GET", "/_fake/wait", start_poll},
    };
    const struct request *r = &c->parser.request;
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
        if (strcmp(r->path, routes[i].path) == 0 && strcmp(r->method, routes[i].method) == 0) {
            routes[i].answer(c);
            return;
        }
    }
    if (strcmp(r->path, "/_fake/reset") == 0) {
        journal_reset(&c->server->journal);
        live_reset(c->server);
        head_json(c, 200, "{\"ok\":true}");
        return;
    }
    head_error(c, false, 404, "no such control route");
}
