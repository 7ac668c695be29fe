#include "job/page.h"

#include "base/buf.h"
#include "base/fields.h"
#include "base/span.h"
#include "base/utf8.h"
#include "base/wipe.h"
#include "job/page_error.h"
#include "job/reading.h"
#include "job/redirect.h"
#include "nvim/event.h"
#include "nvim/wire.h"
#include "proto.h"
#include "server/http.h"
#include "server/location.h"
#include "text/media.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define ACCEPT                                                                                     \
    "text/html,application/xhtml+xml,text/markdown;q=0.9,text/plain;q=0.9,application/json;q=0.8," \
    "text/*;q=0.7,*/*;q=0.1"

struct page {
    struct job job; /* first: a page is one */
    struct job_env env;
    char *asked, *url;
    char *from; /* the page that led to this one, or NULL */
    struct way way;
    char *proxy, *no_proxy, *ca; /* of the way */
    bool allow_redirects;
    int redirects;
    bool outside;              /* a page of the web has led to this one */
    struct transfer *transfer; /* NULL once it has ended */
    char *type;                /* the Content-Type of the last answer, or NULL */
    struct buf body;           /* until it is read */
    size_t bytes;              /* of the body */
    bool cut;                  /* there was more of it */
    struct reading *reading;

    uv_timer_t timer;
    long timeout_ms, idle_timeout_ms;
    uint64_t began_ms, heard_ms;
};

static void on_timer_closed(uv_handle_t *handle)
{
    struct page *p = handle->data;
    buf_finish(&p->body);
    wipe_text(p->asked);
    wipe_text(p->url);
    wipe_text(p->from);
    wipe_text(p->proxy);
    free(p->no_proxy);
    free(p->ca);
    free(p->type);
    free(p);
}

static void drop(struct job *j)
{
    struct page *p = (struct page *)j;
    if (p->transfer != NULL) {
        http_cancel(p->transfer);
        p->transfer = NULL;
    }
    if (p->reading != NULL) {
        reading_cancel(p->reading);
        p->reading = NULL;
    }
    uv_close((uv_handle_t *)&p->timer, on_timer_closed);
}

/* ---- the ending ---------------------------------------------------------------- */

static void end(struct page *p)
{
    p->env.on_end(p->env.ctx, &p->job);
    drop(&p->job);
}

static void fail(struct page *p, struct page_error e)
{
    page_error_send(&e, p->env.rpc, p->job.id);
    end(p);
}

/* "URL what". */
static void fail_url(struct page *p, enum hum_error code, const char *what, const char *hint)
{
    fail(p, page_error_of(p->url, code, what, hint));
}

/* The page that led here is at fault. */
static void fail_inside(struct page *p)
{
    struct buf what;
    buf_init_secret(&what, SIZE_MAX);
    const char *hint = redirect_inside(p->url, &what);
    fail(p, page_error_of(p->from, HUM_EHTTP, what.data, hint));
    buf_finish(&what);
}

static void add_field(struct buf *out, const char *name, const char *text)
{
    wire_cstr(out, name);
    wire_cstr(out, text);
}

static void add_text(struct buf *out, const char *name, struct span text)
{
    wire_cstr(out, name);
    wire_str(out, text.data, text.len);
}

static void send_result(struct page *p, const struct reading_result *r)
{
    bool titled = r->title.len > 0;
    struct buf *out = event_begin(p->env.rpc, EVENT_RESULT, p->job.id);
    wire_map(out, 6u + titled);
    add_field(out, "url", p->url);
    add_field(out, "asked", p->asked);
    add_field(out, "media", r->is_html ? "text/html" : p->type != NULL ? p->type : "text/plain");
    add_text(out, "text", r->text);
    wire_cstr(out, "bytes");
    wire_int(out, (int64_t)p->bytes);
    wire_cstr(out, "cut");
    wire_bool(out, p->cut || r->is_cut);
    if (titled) {
        add_text(out, "title", r->title);
    }
    end(p);
}

static void fail_charset(struct page *p, const char *charset)
{
    char what[100];
    snprintf(what, sizeof what, "is in a character encoding that is not known, \"%s\"", charset);
    fail_url(p, HUM_EBAD, what, PAGE_COPY_HINT);
}

static void on_read(void *ctx, const struct reading_result *result)
{
    struct page *p = ctx;
    p->reading = NULL;
    if (result->unknown != NULL) {
        fail_charset(p, result->unknown);
    } else if (result->text.len == 0) {
        fail_url(p, HUM_EBAD, "has no text that can be read: it may be made by scripts",
                 PAGE_COPY_HINT);
    } else {
        send_result(p, result);
    }
}

/* ---- the answer ---------------------------------------------------------------- */

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

/* The body is here. */
static void read_body(struct page *p)
{
    if (refuse(p)) {
        return;
    }
    uv_timer_stop(&p->timer);
    p->bytes = p->body.len;
    p->reading = reading_start(p->env.loop, &p->body, p->type, on_read, p);
}

static bool start_transfer(struct page *p);

/* Of who has answered; behind a proxy nobody knows but from the address. */
static bool is_inside(const struct page *p, enum network network)
{
    return network == NETWORK_UNKNOWN ? location_is_private(p->url) : network == NETWORK_PRIVATE;
}

static void redirect(struct page *p, const struct http_result *result)
{
    const struct redirect step = {
        .from = p->url,
        .to = result->location,
        .times = ++p->redirects,
        .from_inside = is_inside(p, result->network),
        .to_others = p->allow_redirects,
    };
    struct buf what;
    buf_init_secret(&what, SIZE_MAX);
    const char *hint = redirect_refusal(&step, &what);
    if (hint != NULL) {
        fail_url(p, HUM_EHTTP, what.data, hint);
        buf_finish(&what);
        return;
    }
    p->outside = !step.from_inside;
    wipe_text(p->from);
    p->from = p->url;
    p->url = xstrdup(result->location);
    buf_clear(&p->body);
    if (!start_transfer(p)) {
        fail_url(p, HUM_ESPEC, "is not an address that can be used", "Correct the address.");
    }
}

static void on_http_end(void *ctx, const struct http_result *result)
{
    struct page *p = ctx;
    p->transfer = NULL;
    if (result->kept_out) {
        fail_inside(p);
    } else if (result->error != 0 && result->status == 0) {
        fail(p, page_error_of_transfer(p->url, result));
    } else if (result->status >= 300 && result->status < 400) {
        redirect(p, result);
    } else if (!http_is_success(result->status)) {
        fail(p, page_error_of_status(p->url, result->status));
    } else if (result->error != 0 && p->body.len == 0) {
        fail(p, page_error_of_transfer(p->url, result));
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
        .method = "GET",
        .url = p->url,
        .way = p->way,
        .accept = ACCEPT,
        .keeps_redirects = true,
        .outside = p->outside,
    };
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
    info->state = p->reading != NULL ? JOB_ENDING : p->body.len > 0 ? JOB_READING : JOB_WAITING;
    info->endpoint = p->url;
    info->bytes = p->reading != NULL ? p->bytes : p->body.len;
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
    struct page_error e =
        page_error_of(p->url != NULL ? p->url : "the page", HUM_ESPEC, why, "Correct the address.");
    page_error_send(&e, p->env.rpc, p->job.id);
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
