#include "job/page.h"

#include "base/buf.h"
#include "base/cause.h"
#include "base/failure.h"
#include "base/fields.h"
#include "base/span.h"
#include "base/utf8.h"
#include "base/wipe.h"
#include "nvim/event.h"
#include "nvim/wire.h"
#include "proto.h"
#include "server/http.h"
#include "server/location.h"
#include "text/charset.h"
#include "text/html.h"
#include "text/media.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define REDIRECTS_MAX 8

#define ACCEPT                                                                                     \
    "text/html,application/xhtml+xml,text/markdown;q=0.9,text/plain;q=0.9,application/json;q=0.8," \
    "text/*;q=0.7,*/*;q=0.1"

struct page {
    struct job job; /* first: a page is one */
    struct job_env env;
    char *asked, *url;
    struct way way;
    char *proxy, *no_proxy, *ca; /* of the way */
    bool allow_redirects;
    int redirects;
    struct transfer *transfer; /* NULL once it has ended */
    char *type;                /* the Content-Type of the last answer, or NULL */
    struct buf body;
    bool cut; /* there was more of the body */

    uv_timer_t timer;
    long timeout_ms, idle_timeout_ms;
    uint64_t began_ms, heard_ms;

    uv_work_t work; /* reads the body, in a thread of its own ... */
    bool reading;   /* ... now */
    bool html;
    bool unknown_charset;
    char charset[CHARSET_NAME + 1];
    struct buf text, title;

    bool over;
    bool closed; /* the timer's handle */
};

static void free_page(struct page *p)
{
    buf_finish(&p->body);
    buf_finish(&p->text);
    buf_finish(&p->title);
    wipe_text(p->asked);
    wipe_text(p->url);
    wipe_text(p->proxy);
    free(p->no_proxy);
    free(p->ca);
    free(p->type);
    free(p);
}

/* The last of the two that it waits for frees it. */
static void on_timer_closed(uv_handle_t *handle)
{
    struct page *p = handle->data;
    p->closed = true;
    if (!p->reading) {
        free_page(p);
    }
}

static void drop(struct job *j)
{
    struct page *p = (struct page *)j;
    p->over = true;
    if (p->transfer != NULL) {
        http_cancel(p->transfer);
        p->transfer = NULL;
    }
    uv_close((uv_handle_t *)&p->timer, on_timer_closed);
}

/* ---- the ending ---------------------------------------------------------------- */

static void end(struct page *p)
{
    p->env.on_end(p->env.ctx, &p->job);
    drop(&p->job);
}

static void add_field(struct buf *out, const char *name, const char *text)
{
    wire_cstr(out, name);
    wire_cstr(out, text);
}

/* In words of its own: there is no endpoint. */
static void fail(struct page *p, enum hum_error code, long status, const char *message,
                 const char *hint)
{
    struct buf *out = event_begin(p->env.rpc, EVENT_ERROR, p->job.id);
    wire_map(out, 4);
    add_field(out, "code", failure_code(code));
    add_field(out, "message", message);
    add_field(out, "hint", hint);
    wire_cstr(out, "status");
    wire_int(out, status);
    end(p);
}

/* "URL what". */
static void fail_url(struct page *p, enum hum_error code, const char *what, const char *hint)
{
    struct buf message;
    buf_init_secret(&message, SIZE_MAX);
    buf_printf(&message, "%s %s", p->url, what);
    fail(p, code, 0, message.data, hint);
    buf_finish(&message);
}

static const char *hint_of(enum cause_kind kind)
{
    if (kind >= CAUSE_PROXY_NAME) {
        return "Correct the proxy (HTTP_PROXY, HTTPS_PROXY), or except the host in NO_PROXY.";
    }
    if (kind >= CAUSE_UNTRUSTED && kind <= CAUSE_CA_FILE) {
        return "If you trust it, set the variable SSL_CERT_FILE to the certificate of its "
               "authority "
               "(:help hum-tls).";
    }
    return "Check the address, and this machine's network.";
}

static void fail_unreached(struct page *p, const struct http_result *result)
{
    struct buf message;
    buf_init_secret(&message, SIZE_MAX);
    buf_printf(&message, "cannot reach %s: ", p->url);
    if (result->cause.kind != CAUSE_UNKNOWN) {
        cause_add(&result->cause, "", p->url, &message);
    } else {
        buf_add_str(&message, result->why != NULL ? result->why : "no details given");
    }
    fail(p, result->error, 0, message.data, hint_of(result->cause.kind));
    buf_finish(&message);
}

static void fail_status(struct page *p, long status)
{
    char what[60];
    struct buf message;
    snprintf(what, sizeof what, "returned HTTP %ld%s", status,
             status == 404   ? ": there is no such page"
             : status == 401 ? ": it wants a login"
             : status == 403 ? ": it does not let hum read that"
             : status == 429 ? ": it has been asked too often"
                             : "");
    buf_init_secret(&message, SIZE_MAX);
    buf_printf(&message, "%s %s", p->url, what);
    fail(p, HUM_EHTTP, status, message.data,
         status == 404 || status == 410
             ? "Correct the address."
             : "Open it in a browser, copy what matters, and refer to it "
               "by #clipboard.");
    buf_finish(&message);
}

static void send_result(struct page *p)
{
    bool titled = p->title.len > 0;
    struct buf *out = event_begin(p->env.rpc, EVENT_RESULT, p->job.id);
    wire_map(out, 6u + titled);
    add_field(out, "url", p->url);
    add_field(out, "asked", p->asked);
    add_field(out, "media", p->html ? "text/html" : p->type != NULL ? p->type : "text/plain");
    wire_cstr(out, "text");
    wire_str(out, p->text.data, p->text.len);
    wire_cstr(out, "bytes");
    wire_int(out, (int64_t)p->body.len);
    wire_cstr(out, "cut");
    wire_bool(out, p->cut || p->text.error != 0);
    if (titled) {
        wire_cstr(out, "title");
        wire_str(out, p->title.data, p->title.len);
    }
    end(p);
}

/* ---- reading, in a thread ------------------------------------------------------ */

static void work(uv_work_t *work)
{
    struct page *p = work->data;
    struct buf utf8;
    buf_init(&utf8, 3 * p->body.len + 16);
    p->unknown_charset =
        !charset_convert(p->charset, (struct span){p->body.data, p->body.len}, &utf8);
    if (!p->unknown_charset && p->html) {
        html_text((struct span){utf8.data, utf8.len}, &p->text, &p->title);
    } else if (!p->unknown_charset) {
        buf_add(&p->text, utf8.data, utf8.len);
    }
    buf_finish(&utf8);
}

static void fail_charset(struct page *p)
{
    struct buf message;
    buf_init_secret(&message, SIZE_MAX);
    buf_printf(&message, "%s is in a character encoding that is not known, \"%s\"", p->url,
               p->charset);
    fail(p, HUM_EBAD, 0, message.data,
         "Open it in a browser, copy what matters, and refer to it by #clipboard.");
    buf_finish(&message);
}

static void on_worked(uv_work_t *work, int status)
{
    struct page *p = work->data;
    (void)status;
    p->reading = false;
    if (p->closed) {
        free_page(p);
    } else if (p->over) {
        return; /* the timer's end frees it */
    } else if (p->unknown_charset) {
        fail_charset(p);
    } else if (p->text.len == 0) {
        fail_url(p, HUM_EBAD, "has no text that can be read: it may be made by scripts",
                 "Open it in a browser, copy what matters, and refer to it by #clipboard.");
    } else {
        send_result(p);
    }
}

/* What is refused as soon as it shows what it is. Returns whether it was. */
static bool refuse(struct page *p)
{
    enum media media = media_of(p->type, (struct span){p->body.data, p->body.len});
    char what[160];
    if (media == MEDIA_PDF) {
        fail_url(p, HUM_EBAD, "is a PDF", "Download it, and refer to the file: #file:NAME.pdf");
    } else if (media == MEDIA_OTHER) {
        snprintf(what, sizeof what, "is not a page of text: the server calls it \"%.60s\"",
                 p->type != NULL ? p->type : "");
        fail_url(p, HUM_EBAD, p->type != NULL ? what : "is not a page of text",
                 "Refer to a page of text; an image as a file, by #image:NAME");
    }
    return media == MEDIA_PDF || media == MEDIA_OTHER;
}

static void note_url(struct page *p, const char *url)
{
    char *last = xstrdup(url);
    wipe_text(p->url);
    p->url = last;
}

/* The body is here. */
static void read_body(struct page *p)
{
    const struct span body = {p->body.data, p->body.len};
    if (refuse(p)) {
        return;
    }
    uv_timer_stop(&p->timer);
    p->html = media_of(p->type, body) == MEDIA_HTML;
    charset_of(p->type, body, p->html, p->charset);
    p->reading = true;
    p->work.data = p;
    uv_queue_work(p->env.loop, &p->work, work, on_worked);
}

/* ---- the answer ---------------------------------------------------------------- */

static bool start_transfer(struct page *p);

/* Where it leads to is as allowed as if it had been written so, but that a page of the web does not
 * lead into the user's own network. */
static void redirect(struct page *p, const char *location)
{
    struct buf what;
    const char *why = NULL;
    buf_init_secret(&what, SIZE_MAX);
    if (location == NULL || !location_is_http(location)) {
        why = "redirects to what is no page of the web";
    } else if (p->redirects++ >= REDIRECTS_MAX) {
        why = "redirects again and again";
    } else if (location_has_login(location)) {
        why = "redirects to an address with a login in it";
    } else if (!location_is_same_host(p->url, location)) {
        bool inside = location_is_private(location) && !location_is_private(p->url);
        if (inside || !p->allow_redirects) {
            buf_printf(&what, "redirects to another host%s: %s",
                       inside ? ", of your own network" : "", location);
            why = what.data;
        }
    }
    if (why != NULL) {
        fail_url(p, HUM_EHTTP, why,
                 what.len > 0 ? "Refer to that address, if you want it." : "Correct the address.");
    } else {
        note_url(p, location);
        buf_clear(&p->body);
        if (!start_transfer(p)) {
            fail_url(p, HUM_ESPEC, "is not an address that can be used", "Correct the address.");
        }
    }
    buf_finish(&what);
}

static void on_http_end(void *ctx, const struct http_result *result)
{
    struct page *p = ctx;
    p->transfer = NULL;
    note_url(p, result->url);
    if (result->error != 0 && result->status == 0) {
        fail_unreached(p, result);
    } else if (result->status >= 300 && result->status < 400) {
        redirect(p, result->location);
    } else if (!http_is_success(result->status)) {
        fail_status(p, result->status);
    } else if (result->error != 0 && p->body.len == 0) {
        fail_unreached(p, result);
    } else {
        p->cut = p->cut || result->error != 0; /* what came of it is a page still */
        read_body(p);
    }
}

static int on_body(void *ctx, long status, const char *data, size_t len)
{
    struct page *p = ctx;
    size_t room = p->body.cap - p->body.len;
    bool first = p->body.len == 0;
    p->heard_ms = uv_now(p->env.loop);
    if (!http_is_success(status)) {
        return 0;
    }
    buf_add(&p->body, data, len < room ? len : room);
    struct transfer *t = p->transfer;
    p->transfer = NULL;
    if (first) {
        note_url(p, http_url(t));
    }
    if (first && refuse(p)) {
        return HUM_EBAD;
    }
    if (len > room) {
        p->cut = true;
        read_body(p);
        return HUM_ETOOBIG; /* which ends the transfer */
    }
    p->transfer = t;
    return 0;
}

/* Of the last of several answers the last header counts. */
static void on_head(void *ctx, const char *line, size_t len)
{
    static const char name[] = "content-type:";
    struct page *p = ctx;
    p->heard_ms = uv_now(p->env.loop);
    if (len > 5 && memcmp(line, "HTTP/", 5) == 0) {
        free(p->type);
        p->type = NULL;
    } else if (len > sizeof name && strncasecmp(line, name, sizeof name - 1) == 0) {
        struct buf type;
        buf_init(&type, 1000);
        utf8_line(line + sizeof name - 1, len - sizeof name + 1, 200, &type);
        free(p->type);
        p->type = xstrdup(type.data != NULL ? type.data : "");
        buf_finish(&type);
    }
}

static const struct http_callbacks http_callbacks = {
    .on_body = on_body, .on_end = on_http_end, .on_head = on_head};

static void on_timer(uv_timer_t *timer);

/* When the nearer one of both limits may be over. */
static void watch(struct page *p, uint64_t now)
{
    uint64_t whole = p->began_ms + (uint64_t)p->timeout_ms;
    uint64_t idle = p->heard_ms + (uint64_t)p->idle_timeout_ms, next = 0;
    if (p->timeout_ms > 0) {
        next = whole;
    }
    if (p->idle_timeout_ms > 0 && (next == 0 || idle < next)) {
        next = idle;
    }
    if (next > 0) {
        uv_timer_start(&p->timer, on_timer, next > now ? next - now : 0, 0);
    }
}

static void on_timer(uv_timer_t *timer)
{
    struct page *p = timer->data;
    uint64_t now = uv_now(p->env.loop);
    bool whole = p->timeout_ms > 0 && now - p->began_ms >= (uint64_t)p->timeout_ms;
    bool idle = p->idle_timeout_ms > 0 && now - p->heard_ms >= (uint64_t)p->idle_timeout_ms;
    char what[100];
    if (!whole && !idle) {
        watch(p, now);
        return;
    }
    if (whole) {
        snprintf(what, sizeof what, "was not read within %g s", (double)p->timeout_ms / 1000);
    } else {
        snprintf(what, sizeof what, "sent nothing for %g s", (double)p->idle_timeout_ms / 1000);
    }
    fail_url(p, HUM_ETIMEOUT, what, "Try again, or raise reference.fetch.timeout.");
}

/* ---- life ---------------------------------------------------------------------- */

static bool start_transfer(struct page *p)
{
    const struct http_request request = {
        .method = "GET", .url = p->url, .way = p->way, .accept = ACCEPT};
    p->heard_ms = uv_now(p->env.loop);
    p->transfer = http_start(p->env.http, &request, &http_callbacks, p);
    return p->transfer != NULL;
}

static const char *judge_url(const char *url)
{
    if (!location_is_http(url) || location_host(url).len == 0) {
        return "is not an address of the web: it begins with http:// or https://";
    }
    return location_has_login(url) ? "has a login in it, which would be sent to the model, too"
                                   : NULL;
}

static const char *read_spec(struct page *p, const struct value *spec)
{
    struct fields f = {.map = spec};
    p->asked = fields_text(&f, FIELD("fetch", "url"));
    p->url = p->asked != NULL ? xstrdup(p->asked) : NULL;
    buf_init(&p->body, fields_size(&f, LIMIT_QUERY_BODY, FIELD("fetch", "largest")));
    p->timeout_ms = fields_ms(&f, FIELD("fetch", "timeout"));
    p->idle_timeout_ms = fields_ms(&f, FIELD("fetch", "idle_timeout"));
    p->way.connect_timeout_ms = fields_ms(&f, FIELD("fetch", "connect_timeout"));
    p->allow_redirects = value_bool(value_get(spec, "allow_redirects"), true);
    p->way.proxy = p->proxy = value_strdup(value_get(spec, "proxy"));
    p->way.no_proxy = p->no_proxy = value_strdup(value_get(spec, "no_proxy"));
    p->way.ca = p->ca = value_strdup(value_get(spec, "ca"));
    buf_init(&p->text, LIMIT_QUERY_BODY);
    buf_init(&p->title, 1000);
    return f.why;
}

static void stop(struct job *j, bool discard)
{
    struct page *p = (struct page *)j;
    (void)discard;
    wire_map(event_begin(p->env.rpc, EVENT_CANCELLED, j->id), 0);
    end(p);
}

static void describe(const struct job *j, struct job_info *info)
{
    const struct page *p = (const struct page *)j;
    info->state = p->reading ? JOB_ENDING : p->body.len > 0 ? JOB_READING : JOB_WAITING;
    info->endpoint = p->url;
    info->bytes = p->body.len;
}

static const struct job_ops page_ops = {
    .kind = "fetch",
    .stop = stop,
    .free = drop,
    .describe = describe,
};

/* What is wrong is told before it is a job. */
static void fail_early(struct page *p, const char *why)
{
    struct buf message;
    buf_init_secret(&message, SIZE_MAX);
    buf_printf(&message, "%s %s", p->url != NULL ? p->url : "the page", why);
    struct buf *out = event_begin(p->env.rpc, EVENT_ERROR, p->job.id);
    wire_map(out, 4);
    add_field(out, "code", failure_code(HUM_ESPEC));
    add_field(out, "message", message.data);
    add_field(out, "hint", "Correct the address.");
    wire_cstr(out, "status");
    wire_int(out, 0);
    buf_finish(&message);
    drop(&p->job);
}

struct job *page_start(const struct job_env *env, int64_t id, const struct value *spec)
{
    struct page *p = xcalloc(1, sizeof *p);
    p->job = (struct job){.ops = &page_ops, .id = id, .started_ns = uv_hrtime()};
    p->env = *env;
    uv_timer_init(env->loop, &p->timer);
    p->timer.data = p;
    uv_update_time(env->loop);
    p->began_ms = uv_now(env->loop);
    const char *why = read_spec(p, spec);
    why = why == NULL ? judge_url(p->url) : why;
    if (why == NULL && !start_transfer(p)) {
        why = "is not an address that can be used";
    }
    if (why != NULL) {
        fail_early(p, why);
        return NULL;
    }
    watch(p, p->began_ms);
    return &p->job;
}
