#include "job/reply_take.h"

#include "nvim/event.h"
#include "nvim/wire.h"
#include "proto.h"
#include "server/dialect.h"
#include "server/learned.h"

/* Not before it is sent: it takes a millisecond for each megabyte. */
void reply_drop_request(struct reply *r)
{
    if (r->request != NULL) {
        overflow_measure(&r->overflow, r->request);
        value_free(r->request);
        r->request = NULL;
    }
}

static void tell_part(struct reply *r, enum part part)
{
    struct buf *out = event_begin(r->env.rpc, EVENT_PART, r->job.id);
    wire_map(out, r->sent_first ? 1 : 2);
    wire_cstr(out, "part");
    wire_cstr(out, part == PART_THINKING ? "thinking" : "text");
    if (!r->sent_first) {
        wire_cstr(out, "ttft_ms");
        wire_float(out, stats_ms(&r->stats, r->stats.first_ns));
    }
    r->sent_first = true;
}

void reply_notice(struct reply *r, int notice)
{
    if (notice == NOTICE_THINKING || notice == NOTICE_TEXT) {
        tell_part(r, (enum part)notice);
        return;
    }
    struct buf *out = event_begin(r->env.rpc, EVENT_RETHOUGHT, r->job.id);
    wire_map(out, 1);
    wire_cstr(out, "part");
    wire_cstr(out, notice == NOTICE_WAS_THOUGHT ? "thinking" : "text");
}

/* Right before the first of it: a refusal may have changed how the model was told to go on. */
static void begin_text(struct reply *r)
{
    if (r->request != NULL) {
        if (r->ops->first != NULL) {
            const struct learned known = learned_of(&r->endpoint, r->model);
            r->ops->first(r, &known);
        }
        reply_drop_request(r);
    }
}

static void begin_piece(struct reply *r, size_t len)
{
    stats_piece(&r->stats, len, uv_hrtime());
    begin_text(r);
}

static void add_text(struct reply *r, enum part part, const struct dialect_event *event)
{
    begin_piece(r, event->len);
    r->ops->add(r, part, event->text, event->len);
}

/* For who waits in front of it. */
static void send_progress(struct reply *r, const struct dialect_event *event)
{
    if (!r->ops->tells_progress) {
        return;
    }
    struct buf *out = event_begin(r->env.rpc, EVENT_PROGRESS, r->job.id);
    wire_map(out, 2);
    wire_cstr(out, "read");
    wire_int(out, event->read);
    wire_cstr(out, "total");
    wire_int(out, event->total);
}

void reply_take(struct reply *r, const struct dialect_event *event)
{
    switch (event->type) {
    case DIALECT_TEXT:
        add_text(r, PART_TEXT, event);
        break;
    case DIALECT_THINKING:
        add_text(r, PART_THINKING, event);
        break;
    case DIALECT_TOOL_CALL:
        begin_piece(r, event->len);
        r->ops->call(r, event->text, event->len);
        break;
    case DIALECT_STATS:
        stats_add(&r->stats, &event->stats);
        break;
    case DIALECT_THOUGHT:
        if (r->ops->thought != NULL) {
            r->ops->thought(r, event);
        }
        break;
    case DIALECT_WAS_THOUGHT:
        r->ops->turn(r, PART_THINKING);
        break;
    case DIALECT_WAS_TEXT:
        r->ops->turn(r, PART_TEXT);
        break;
    case DIALECT_PROGRESS:
        send_progress(r, event);
        break;
    case DIALECT_TICK:
    case DIALECT_STRAY:
    case DIALECT_UNREAD:
    case DIALECT_ERROR: /* the generation ends with these */
    case DIALECT_ODD:
    case DIALECT_DONE:
        break;
    }
}
