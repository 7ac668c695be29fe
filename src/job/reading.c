#include "job/reading.h"

#include "base/buf.h"
#include "proto.h"
#include "text/charset.h"
#include "text/html.h"
#include "text/media.h"

#include <stdlib.h>

#define TITLE_MAX 1000

/* The worker's until the work is done, but for what on_end is about. */
struct reading {
    uv_work_t work;
    void (*on_end)(void *ctx, const struct reading_result *result); /* NULL: cancelled */
    void *ctx;

    struct buf body, text, title;
    bool is_html;
    bool is_known; /* the encoding */
    char charset[CHARSET_NAME + 1];
};

static struct span span_of_buf(const struct buf *b)
{
    return (struct span){b->data, b->len};
}

static void work(uv_work_t *work)
{
    struct reading *r = work->data;
    struct buf utf8;
    buf_init(&utf8, 3 * r->body.len + 16);
    r->is_known = charset_convert(r->charset, span_of_buf(&r->body), &utf8);
    if (r->is_known && r->is_html) {
        html_text(span_of_buf(&utf8), &r->text, &r->title);
    } else if (r->is_known) {
        buf_add(&r->text, utf8.data, utf8.len);
    }
    buf_finish(&utf8);
}

static void on_worked(uv_work_t *work, int status)
{
    struct reading *r = work->data;
    (void)status; /* of one that never began nobody hears */
    if (r->on_end != NULL) {
        const struct reading_result result = {
            .unknown = r->is_known ? NULL : r->charset,
            .is_html = r->is_html,
            .is_cut = r->text.error != 0,
            .text = span_of_buf(&r->text),
            .title = span_of_buf(&r->title),
        };
        r->on_end(r->ctx, &result);
    }
    buf_finish(&r->body);
    buf_finish(&r->text);
    buf_finish(&r->title);
    free(r);
}

struct reading *reading_start(uv_loop_t *loop, struct buf *body, const char *type,
                              void (*on_end)(void *ctx, const struct reading_result *result),
                              void *ctx)
{
    struct reading *r = xcalloc(1, sizeof *r);
    r->on_end = on_end;
    r->ctx = ctx;
    r->body = *body;
    buf_init(body, 0);
    buf_init(&r->text, LIMIT_QUERY_BODY);
    buf_init(&r->title, TITLE_MAX);
    r->is_html = media_of(type, span_of_buf(&r->body)) == MEDIA_HTML;
    charset_of(type, span_of_buf(&r->body), r->is_html, r->charset);
    r->work.data = r;
    uv_queue_work(loop, &r->work, work, on_worked);
    return r;
}

void reading_cancel(struct reading *r)
{
    r->on_end = NULL;
    uv_cancel((uv_req_t *)&r->work);
}
