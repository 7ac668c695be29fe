#include "nvim/attached.h"

#include "base/log.h"
#include "nvim/mirror.h"
#include "nvim/rpc.h"
#include "nvim/wire.h"

static void drop_text(struct attached *a)
{
    mirror_free(a->mirror);
    a->mirror = NULL;
}

/* Neovim says true, or false for a buffer that is not loaded; an error for none. */
static void on_attached(void *ctx, const struct value *error, const struct value *result)
{
    struct attached *a = ctx;
    if (error != NULL || !value_bool(result, false)) {
        a->gone = true;
        a->callbacks->on_gone(a->ctx);
    }
}

static void attach(struct attached *a)
{
    struct buf *out = rpc_request(a->rpc, "nvim_buf_attach", 3, on_attached, a);
    wire_int(out, a->buf);
    wire_bool(out, true);
    wire_map(out, 0);
}

/* A request, though its answer says nothing: a notification for a buffer that was wiped out
 * would come back as nvim_error_event, which chats take for theirs. */
static void detach(struct attached *a)
{
    wire_int(rpc_request(a->rpc, "nvim_buf_detach", 1, NULL, NULL), a->buf);
}

void attached_init(struct attached *a, struct rpc *rpc, int64_t buf,
                   const struct attached_callbacks *callbacks, void *ctx)
{
    *a = (struct attached){.rpc = rpc, .buf = buf, .callbacks = callbacks, .ctx = ctx};
    attach(a);
}

void attached_renew(struct attached *a)
{
    drop_text(a);
    detach(a); /* its event attaches again */
}

void attached_finish(struct attached *a)
{
    rpc_forget(a->rpc, a);
    if (!a->gone) {
        detach(a);
    }
    drop_text(a);
}

void attached_lines(struct attached *a, const struct value *params)
{
    if (value_int(value_item(params, 1), -1) < 0) {
        return; /* no tick: a preview, which is taken back without an event */
    }
    int64_t first = value_int(value_item(params, 2), -1);
    int64_t last = value_int(value_item(params, 3), -1);
    const struct value *lines = value_item(params, 4);
    bool whole = first == 0 && last == -1;
    if (whole && a->mirror == NULL) {
        a->mirror = mirror_new();
    }
    if (a->mirror == NULL) {
        return; /* from before an attachment that ended */
    }
    size_t count = lines != NULL && lines->type == VALUE_ARRAY ? lines->as.array.count : 0;
    a->callbacks->on_edit(a->ctx, first, last, count);
    if (mirror_apply(a->mirror, first, last, lines) != 0) {
        log_write(LOG_WARN, "buffer %lld: an edit does not fit, its text is requested again",
                  (long long)a->buf);
        attached_renew(a);
        return;
    }
    if (whole) {
        a->callbacks->on_text(a->ctx);
    }
}

void attached_missed(struct attached *a)
{
    drop_text(a);
}

void attached_detached(struct attached *a)
{
    drop_text(a);
    attach(a);
}
