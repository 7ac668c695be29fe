#include "job/inspect.h"

#include "base/buf.h"
#include "nvim/wire.h"
#include "server/dialect.h"
#include "server/endpoint.h"
#include "server/trace.h"

#include <stdlib.h>

struct inspection {
    struct inspection *older;
    const char *kind;
    int64_t id;
    int64_t buf;
    char *endpoint;
    const char *dialect;
    char *model;
    long first_timeout_ms;
    long idle_timeout_ms;
    uint64_t began_ms;
    struct trace trace;
    const char *ending; /* the event's name, NULL: it runs */
    struct buf fields;  /* the event's data, packed */
};

struct inspection *inspection_new(const struct inspection_facts *facts)
{
    struct inspection *one = xcalloc(1, sizeof *one);
    one->kind = facts->kind;
    one->id = facts->id;
    one->buf = facts->buf;
    one->endpoint = xstrdup(facts->endpoint->name);
    one->dialect = facts->endpoint->dialect->name;
    one->model = xstrdup(facts->model);
    one->first_timeout_ms = facts->endpoint->first_timeout_ms;
    one->idle_timeout_ms = facts->endpoint->idle_timeout_ms;
    one->began_ms = facts->now_ms;
    buf_init(&one->fields, SIZE_MAX);
    return one;
}

void inspection_free(struct inspection *one)
{
    if (one != NULL) {
        trace_finish(&one->trace);
        buf_finish(&one->fields);
        free(one->endpoint);
        free(one->model);
        free(one);
    }
}

struct trace *inspection_trace(struct inspection *one)
{
    return &one->trace;
}

int64_t inspection_id(const struct inspection *one)
{
    return one->id;
}

int64_t inspection_buf(const struct inspection *one)
{
    return one->buf;
}

/* ---- those that are kept ------------------------------------------------------- */

static void drop(struct inspection **at)
{
    struct inspection *one = *at;
    *at = one->older;
    inspection_free(one);
}

/* Of those without a buffer one is kept, too. */
static void make_room(struct inspections *all, int64_t buf)
{
    size_t count = 0;
    for (struct inspection **at = &all->newest; *at != NULL;) {
        if ((*at)->buf == buf || ++count == INSPECT_KEPT) {
            drop(at);
        } else {
            at = &(*at)->older;
        }
    }
}

void inspections_keep(struct inspections *all, struct inspection *one, const char *name,
                      const struct buf *fields, char *const *secrets)
{
    make_room(all, one->buf);
    one->ending = name;
    buf_add(&one->fields, fields->data, fields->len);
    trace_mask(&one->trace, secrets);
    one->older = all->newest;
    all->newest = one;
}

const struct inspection *inspections_find(const struct inspections *all, int64_t buf)
{
    const struct inspection *last = NULL;
    for (const struct inspection *one = all->newest; one != NULL; one = one->older) {
        if ((buf == 0 || one->buf == buf) && (last == NULL || one->id > last->id)) {
            last = one; /* the ids rise; the order is that of the endings */
        }
    }
    return last;
}

void inspections_clear(struct inspections *all)
{
    while (all->newest != NULL) {
        drop(&all->newest);
    }
}

/* ---- for Lua ------------------------------------------------------------------- */

static void pack_text(struct buf *out, const char *name, const char *text)
{
    wire_cstr(out, name);
    wire_cstr(out, text);
}

static void pack_int(struct buf *out, const char *name, int64_t i)
{
    wire_cstr(out, name);
    wire_int(out, i);
}

static void pack_buf(struct buf *out, const char *name, const struct buf *text)
{
    wire_cstr(out, name);
    wire_str(out, text->data, text->len);
}

static void pack_bytes(struct buf *out, const char *name, const struct trace_bytes *bytes)
{
    wire_cstr(out, name);
    wire_map(out, 3 + (bytes->hidden > 0));
    pack_buf(out, "first", &bytes->first);
    pack_buf(out, "last", &bytes->last);
    pack_int(out, "bytes", (int64_t)bytes->total);
    if (bytes->hidden > 0) {
        pack_int(out, "hidden", (int64_t)bytes->hidden);
    }
}

static void pack_pieces(struct buf *out, const struct trace_try *one, uint64_t began_ms)
{
    wire_cstr(out, "pieces");
    wire_array(out, (uint32_t)one->piece_count);
    for (size_t i = 0; i < one->piece_count; i++) {
        wire_array(out, 2);
        wire_int(out, (int64_t)one->pieces[i].at);
        wire_int(out, (int64_t)(one->pieces[i].ms - began_ms));
    }
}

static void pack_try(struct buf *out, const struct trace_try *one, uint64_t began_ms)
{
    bool ended = one->end != TRACE_OPEN, answered = one->answer_head.len > 0;
    wire_map(out, 9u + ended + answered + (one->why != NULL));
    pack_buf(out, "head", &one->head);
    pack_bytes(out, "body", &one->body);
    wire_cstr(out, "same_body");
    wire_bool(out, one->same_body);
    pack_int(out, "sent_ms", (int64_t)(one->sent_ms - began_ms));
    pack_buf(out, "answer_head", &one->answer_head);
    pack_bytes(out, "answer", &one->answer);
    pack_pieces(out, one, began_ms);
    pack_int(out, "reads", (int64_t)one->reads);
    pack_text(out, "end", trace_end_name(one->end));
    if (ended) {
        pack_int(out, "end_ms", (int64_t)(one->end_ms - began_ms));
    }
    if (answered) {
        pack_int(out, "head_ms", (int64_t)(one->head_ms - began_ms));
    }
    if (one->why != NULL) {
        pack_text(out, "why", one->why);
    }
}

static void pack_tries(struct buf *out, const struct trace *trace, uint64_t began_ms)
{
    wire_cstr(out, "tries");
    wire_array(out, (uint32_t)trace->count);
    for (size_t i = 0; i < trace->count; i++) {
        pack_try(out, &trace->tries[i], began_ms);
    }
}

void inspection_pack(const struct inspection *one, uint64_t now_ms, char *const *secrets,
                     struct buf *out)
{
    struct trace masked;
    trace_copy(&one->trace, &masked);
    trace_mask(&masked, secrets);
    wire_map(out, one->ending != NULL ? 12 : 10);
    pack_text(out, "kind", one->kind);
    pack_int(out, "id", one->id);
    pack_int(out, "buf", one->buf);
    pack_text(out, "endpoint", one->endpoint);
    pack_text(out, "dialect", one->dialect);
    pack_text(out, "model", one->model);
    pack_int(out, "first_timeout_ms", one->first_timeout_ms);
    pack_int(out, "idle_timeout_ms", one->idle_timeout_ms);
    pack_int(out, "age_ms", (int64_t)(now_ms - one->began_ms));
    pack_tries(out, &masked, one->began_ms);
    if (one->ending != NULL) {
        pack_text(out, "ending", one->ending);
        wire_cstr(out, "data");
        buf_add(out, one->fields.data, one->fields.len);
    }
    trace_finish(&masked);
}
