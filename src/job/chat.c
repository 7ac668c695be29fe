#include "job/chat.h"

#include "job/parts.h"
#include "job/reply.h"
#include "nvim/event.h"
#include "nvim/sink.h"
#include "nvim/wire.h"
#include "proto.h"
#include "server/body_messages.h"
#include "server/dialect.h"
#include "server/prefill.h"

#include <stdlib.h>
#include <string.h>

struct chat {
    struct reply reply; /* first: a chat is one */
    struct parts parts;
};

static const struct job_ops chat_ops, generate_ops;

static bool is_chat(const struct chat *c)
{
    return c->reply.job.ops == &chat_ops;
}

/* ---- to the sink --------------------------------------------------------------- */

static void on_text(void *ctx, const char *text, size_t len)
{
    struct chat *c = ctx;
    sink_text(c->reply.sink, text, len);
}

static void on_part(void *ctx, enum part part)
{
    struct chat *c = ctx;
    sink_notice(c->reply.sink, (int)part);
}

static void on_turn(void *ctx, const struct target_turn *turn, enum part part)
{
    struct chat *c = ctx;
    sink_turn(c->reply.sink, turn, part == PART_THINKING ? NOTICE_WAS_THOUGHT : NOTICE_WAS_TEXT);
}

/* Lua puts it before the text that was there. */
static void on_afterthought(void *ctx, const char *text, size_t len)
{
    struct chat *c = ctx;
    struct buf *out = event_begin(c->reply.env.rpc, EVENT_AFTERTHOUGHT, c->reply.job.id);
    wire_map(out, 1);
    wire_cstr(out, "text");
    wire_str(out, text, len);
}

static const struct parts_callbacks parts_callbacks = {
    .on_text = on_text,
    .on_part = on_part,
    .on_turn = on_turn,
    .on_afterthought = on_afterthought,
};

/* ---- as a reply ---------------------------------------------------------------- */

static void first(struct reply *r, const struct learned *known)
{
    struct chat *c = (struct chat *)r;
    bool asked = prefill_of(r->request, known) == PREFILL_ASKED;
    parts_tell(&c->parts, asked, r->endpoint.dialect->chat->trims);
}

static void add(struct reply *r, enum part part, const char *text, size_t len)
{
    parts_add(&((struct chat *)r)->parts, part, text, len);
}

static void turn(struct reply *r, enum part part)
{
    parts_turn(&((struct chat *)r)->parts, part);
}

/* No tools are offered yet, so a call is nothing to act on; it is shown, not dropped. */
static void call(struct reply *r, const char *call, size_t len)
{
    static const char open[] = "\n```json\n", close[] = "\n```\n";
    add(r, PART_TEXT, open, sizeof open - 1);
    add(r, PART_TEXT, call, len);
    add(r, PART_TEXT, close, sizeof close - 1);
}

/* It means nothing to anybody but the service. */
static void thought(struct reply *r, const struct dialect_event *event)
{
    bool readable = event->signature != NULL;
    struct buf *out = event_begin(r->env.rpc, EVENT_THOUGHT, r->job.id);
    wire_map(out, readable ? 2 : 1);
    wire_cstr(out, readable ? "text" : "redacted");
    wire_str(out, event->text, event->len);
    if (readable) {
        wire_cstr(out, "signature");
        wire_cstr(out, event->signature);
    }
}

static void end(struct reply *r, bool whole)
{
    struct chat *c = (struct chat *)r;
    if (!whole) {
        parts_break(&c->parts);
    }
    parts_end(&c->parts);
}

static enum part now(const struct reply *r)
{
    return parts_now(&((const struct chat *)r)->parts);
}

static void finish(struct reply *r)
{
    parts_finish(&((struct chat *)r)->parts);
}

/* ---- the beginning ------------------------------------------------------------- */

/* Where the text goes: to the end of buf, to mark in buf, or, of a job that may do without a
 * buffer, to Lua. */
static int make_target(struct chat *c, const struct value *spec, struct target *target,
                       const char **why)
{
    int64_t buffer = value_int(value_get(spec, "buf"), 0);
    int64_t mark = value_int(value_get(spec, "mark"), 0);
    if (is_chat(c)) {
        *target = target_end(buffer, value_bool(value_get(spec, "join"), false));
    } else if (value_get(spec, "mark") != NULL) {
        *target = target_mark(buffer, mark);
    } else {
        *target = target_event(c->reply.job.id, EVENT_TEXT);
        return 0;
    }
    *why = buffer <= 0 ? "buf is missing" : "mark is not the number of a place";
    return buffer > 0 && (mark > 0 || is_chat(c)) ? 0 : HUM_ESPEC;
}

/* Of a request that goes on with its last message, the assistant's. */
static void go_on(struct chat *c)
{
    const struct value *messages = value_get(c->reply.request, "messages");
    const struct value *last = &messages->as.array.items[messages->as.array.count - 1];
    struct buf text;
    buf_init(&text, SIZE_MAX);
    if (prefill_of(c->reply.request, NULL) != PREFILL_NONE &&
        value_is_string(value_get(last, "role"), "assistant")) {
        body_text(last, &text);
    }
    if (text.len > 0) {
        parts_go_on(&c->parts, text.data, text.len);
        c->reply.goes_on = true;
    }
    buf_finish(&text);
}

static int begin(struct reply *r, const struct value *spec, struct target *target, const char **why)
{
    struct chat *c = (struct chat *)r;
    int error = make_target(c, spec, target, why);
    if (error != 0) {
        return error;
    }
    const struct value *thinking = value_get(value_get(spec, "parts"), "thinking");
    char *open = value_strdup_or(value_get(thinking, "open"), "");
    char *close = value_strdup_or(value_get(thinking, "close"), "");
    const struct parts_form form = {open, close, is_chat(c), target->takes_thoughts};
    parts_init(&c->parts, &form, &parts_callbacks, c);
    free(open);
    free(close);
    if (is_chat(c)) {
        go_on(c);
    }
    return 0;
}

#define REPLY_OPS                                                                               \
    .begin = begin, .first = first, .add = add, .turn = turn, .call = call, .thought = thought, \
    .end = end, .now = now, .finish = finish

static const struct reply_ops chat_reply = {.of = OF_CHAT, .tells_progress = true, REPLY_OPS};
static const struct reply_ops generate_reply = {.of = OF_GENERATE, REPLY_OPS};

/* ---- as a job ------------------------------------------------------------------ */

static void join(struct job *j, bool join)
{
    sink_join(((struct reply *)j)->sink, join);
}

static const struct job_ops chat_ops = {
    .kind = "chat",
    .stop = reply_stop,
    .free = reply_free,
    .describe = reply_describe,
    .join = join,
    .suspect = reply_suspect,
    .uses = reply_uses,
    .inspection = reply_inspection,
};

static const struct job_ops generate_ops = {
    .kind = "generate",
    .stop = reply_stop,
    .free = reply_free,
    .describe = reply_describe,
    .suspect = reply_suspect,
    .uses = reply_uses,
    .inspection = reply_inspection,
};

struct job *chat_start(const struct job_env *env, int64_t id, const struct value *spec)
{
    struct chat *c = xcalloc(1, sizeof *c);
    return reply_start(&c->reply, &chat_ops, &chat_reply, env, id, spec);
}

struct job *generate_start(const struct job_env *env, int64_t id, const struct value *spec)
{
    struct chat *c = xcalloc(1, sizeof *c);
    return reply_start(&c->reply, &generate_ops, &generate_reply, env, id, spec);
}
