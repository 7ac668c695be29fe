#include "nvim/event.h"

#include "base/buf.h"
#include "base/explain.h"
#include "base/log.h"
#include "base/mask.h"
#include "nvim/rpc.h"
#include "nvim/wire.h"
#include "proto.h"

struct buf *event_begin(struct rpc *rpc, const char *name, int64_t id)
{
    struct buf *out = rpc_notify(rpc, "nvim_exec_lua", 2);
    wire_cstr(out, LUA_ON_EVENT);
    wire_array(out, 3);
    wire_cstr(out, name);
    wire_int(out, id);
    return out;
}

void event_failure(struct buf *out, const struct failure *f)
{
    struct buf message, hint;
    buf_init_secret(&message, SIZE_MAX);
    buf_init_secret(&hint, SIZE_MAX);
    explain_failure(f, &message, &hint);
    /* Whole, as no screen may have room for that. */
    log_write(f->quiet ? LOG_DEBUG : LOG_WARN, "%s: %s, status %ld: %s | %s", f->endpoint,
              failure_code(f->code), f->status, message.len > 0 ? message.data : "",
              hint.len > 0 ? hint.data : "");

    wire_cstr(out, "code");
    wire_cstr(out, failure_code(f->code));
    wire_cstr(out, "message");
    wire_str(out, message.data, message.len);
    wire_cstr(out, "hint");
    wire_str(out, hint.data, hint.len);
    wire_cstr(out, "status");
    wire_int(out, f->status);
    buf_finish(&message);
    buf_finish(&hint);
}

void event_ending(struct buf *out, const struct ending_facts *ending, char *const *secrets)
{
    struct buf reason, message, hint;
    buf_init_secret(&reason, SIZE_MAX);
    buf_init_secret(&message, SIZE_MAX);
    buf_init_secret(&hint, SIZE_MAX);
    buf_add_str(&reason, ending->reason);
    ending_explain(ending, &message, &hint);
    mask_text(&reason, secrets);
    mask_text(&message, secrets);
    mask_text(&hint, secrets);
    if (message.len > 0) {
        log_write(LOG_WARN, "a reply ended: %s | %s", message.data, hint.len > 0 ? hint.data : "");
    }
    wire_cstr(out, "reason");
    wire_str(out, reason.data, reason.len);
    wire_cstr(out, "ending");
    wire_cstr(out, ending_name(ending_kind(ending)));
    wire_cstr(out, "message");
    wire_str(out, message.data, message.len);
    wire_cstr(out, "hint");
    wire_str(out, hint.data, hint.len);
    buf_finish(&reason);
    buf_finish(&message);
    buf_finish(&hint);
}

void event_learned(struct rpc *rpc, int64_t id, const char *endpoint, const char *told,
                   char *const *secrets)
{
    struct buf message;
    buf_init_secret(&message, SIZE_MAX);
    buf_add_str(&message, told);
    mask_text(&message, secrets);
    struct buf *out = event_begin(rpc, EVENT_LEARNED, id);
    wire_map(out, 2);
    wire_cstr(out, "endpoint");
    wire_cstr(out, endpoint);
    wire_cstr(out, "message");
    wire_str(out, message.data, message.len);
    buf_finish(&message);
}

void event_error(struct rpc *rpc, int64_t id, const struct failure *f)
{
    struct buf *out = event_begin(rpc, EVENT_ERROR, id);
    wire_map(out, EVENT_FAILURE_FIELDS);
    event_failure(out, f);
}
