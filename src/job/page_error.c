#include "job/page_error.h"

#include "base/cause.h"
#include "base/failure.h"
#include "nvim/event.h"
#include "nvim/wire.h"
#include "server/http.h"

#include <stdio.h>

static struct page_error new_error(enum hum_error code, const char *hint)
{
    struct page_error e = {.code = code, .hint = hint};
    buf_init_secret(&e.message, SIZE_MAX);
    return e;
}

struct page_error page_error_of(const char *url, enum hum_error code, const char *what,
                                const char *hint)
{
    struct page_error e = new_error(code, hint);
    buf_printf(&e.message, "%s %s", url, what);
    return e;
}

static const char *hint_of(enum cause_kind kind)
{
    if (kind >= CAUSE_PROXY_NAME) {
        return "Correct the proxy (HTTP_PROXY, HTTPS_PROXY), or except the host in NO_PROXY.";
    }
    if (kind >= CAUSE_UNTRUSTED && kind <= CAUSE_CA_FILE) {
        return "If you trust it, set the variable SSL_CERT_FILE to the certificate of its "
               "authority (:help hum-tls).";
    }
    return "Check the address, and this machine's network.";
}

struct page_error page_error_of_transfer(const char *url, const struct http_result *result)
{
    struct page_error e = new_error(result->error, hint_of(result->cause.kind));
    buf_printf(&e.message, "cannot reach %s: ", url);
    if (result->cause.kind != CAUSE_UNKNOWN) {
        cause_add(&result->cause, "", url, &e.message);
    } else {
        buf_add_str(&e.message, result->why != NULL ? result->why : "no details given");
    }
    return e;
}

struct page_error page_error_of_status(const char *url, long status)
{
    struct page_error e = new_error(
        HUM_EHTTP, status == 404 || status == 410 ? "Correct the address." : PAGE_COPY_HINT);
    e.status = status;
    buf_printf(&e.message, "%s returned HTTP %ld%s", url, status,
               status == 404   ? ": there is no such page"
               : status == 401 ? ": it wants a login"
               : status == 403 ? ": it does not let hum read that"
               : status == 429 ? ": it has been asked too often"
                               : "");
    return e;
}

static void add_field(struct buf *out, const char *name, const char *text)
{
    wire_cstr(out, name);
    wire_cstr(out, text);
}

void page_error_send(struct page_error *e, struct rpc *rpc, int64_t id)
{
    struct buf *out = event_begin(rpc, EVENT_ERROR, id);
    wire_map(out, 4);
    add_field(out, "code", failure_code(e->code));
    add_field(out, "message", e->message.data);
    add_field(out, "hint", e->hint);
    wire_cstr(out, "status");
    wire_int(out, e->status);
    buf_finish(&e->message);
}
