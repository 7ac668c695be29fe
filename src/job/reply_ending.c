#include "job/reply_ending.h"

#include "base/log.h"
#include "job/inspect.h"
#include "nvim/event.h"
#include "nvim/sink.h"
#include "nvim/wire.h"
#include "proto.h"

/* A prompt that is too long is told apart from other errors: less of it can be sent then. Accounts
 * have limits, too, and so have addresses: those statuses are about them. */
static void tell_overflow(struct reply *r, struct failure *f)
{
    bool refused = f->code == HUM_EHTTP && f->status >= 400 && f->status != 401 &&
                   f->status != 402 && f->status != 403 && f->status != 404 && f->status != 429;
    if ((refused || f->code == HUM_ESERVER || f->code == HUM_ECUT) && !f->money &&
        toolong_says(f->text, f->body, &f->toolong)) {
        f->code = HUM_EOVERFLOW;
        r->toolong = f->toolong;
    }
}

void reply_tell_failure(struct reply *r, struct failure f)
{
    f.of = r->ops->of;
    tell_overflow(r, &f);
    event_failure(&r->told, &f);
}

/* The pairs of the ending event that such an error has besides. */
static uint32_t pack_overflow(const struct reply *r, struct buf *out)
{
    const struct {
        const char *name;
        int64_t tokens;
    } figures[] = {{"prompt_tokens", r->toolong.prompt}, {"window", r->toolong.window}};
    uint32_t known = 0;
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        if (figures[i].tokens > 0) {
            wire_cstr(out, figures[i].name);
            wire_int(out, figures[i].tokens);
            known++;
        }
    }
    return known;
}

/* The name of the ending event, and how many fields were told for it. */
static const char *ending_event(const struct reply *r, uint32_t *fields)
{
    switch (r->ending) {
    case REPLY_DONE:
        *fields = EVENT_ENDING_FIELDS;
        return EVENT_DONE;
    case REPLY_ERROR:
        *fields = EVENT_FAILURE_FIELDS;
        return EVENT_ERROR;
    case REPLY_CANCELLED:
    case REPLY_RUNS:
    default:
        *fields = 0;
        return EVENT_CANCELLED;
    }
}

void reply_send_ending(struct reply *r)
{
    uint32_t fields;
    const char *name = ending_event(r, &fields);
    struct buf data, own;
    buf_init(&data, SIZE_MAX);
    buf_init(&own, SIZE_MAX);
    uint32_t more = r->sink != NULL && r->ops->tell != NULL ? r->ops->tell(r, &own) : 0;
    more += r->ending == REPLY_ERROR ? pack_overflow(r, &own) : 0;
    wire_map(&data, fields + more + 1);
    if (fields > 0) {
        buf_add(&data, r->told.data, r->told.len);
    }
    if (more > 0) {
        buf_add(&data, own.data, own.len);
    }
    wire_cstr(&data, "stats");
    stats_pack(&r->stats, r->sink != NULL ? sink_stats(r->sink) : NULL, &data);
    struct buf *out = event_begin(r->env.rpc, name, r->job.id);
    buf_add(out, data.data, data.len);
    if (r->inspection != NULL) {
        inspections_keep(r->env.inspections, r->inspection, name, &data, r->endpoint.secrets);
        r->inspection = NULL;
    }
    buf_finish(&data);
    buf_finish(&own);
    log_write(LOG_INFO, "%s %lld: ended, %lld pieces", r->job.ops->kind, (long long)r->job.id,
              (long long)r->stats.pieces);
}
