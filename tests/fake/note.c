#include "note.h"

#include "fill.h"
#include "quote.h"

#include <string.h>

static void add_quoted(struct buf *out, const char *text)
{
    quote(out, text, strlen(text), QUOTE_PLAIN);
}

static void add_fill(const struct context *x, const struct fill *f, struct buf *out)
{
    buf_printf(out,
               ",\"fill\":{\"prefix_bytes\":%zu,\"suffix_bytes\":%zu,\"prompt_bytes\":%zu,"
               "\"shared\":%zu}",
               f->before.len, f->after.len, f->prompt.len,
               slots_shared(&x->conn->server->memory, x->model, &f->prompt));
}

void note_request(const struct context *x, const struct fill *f)
{
    struct conn *c = x->conn;
    const struct request *r = x->request;
    struct buf more;
    buf_init(&more, SIZE_MAX / 2);
    buf_printf(&more,
               "\"request\":%u,\"conn\":%u,\"nth\":%u,\"method\":\"%s\",\"path\":", c->request,
               c->number, c->requests, r->method);
    add_quoted(&more, r->path);
    buf_add_str(&more, ",\"query\":");
    add_quoted(&more, r->query);
    buf_add_str(&more, ",\"headers\":{");
    for (size_t i = 0; i < r->header_count; i++) {
        buf_add_str(&more, i ? "," : "");
        add_quoted(&more, r->headers[i].name);
        buf_add_str(&more, ":");
        add_quoted(&more, r->headers[i].value);
    }
    buf_add_str(&more, "}");
    if (f) {
        add_fill(x, f, &more);
    }
    if (r->body.len) {
        buf_add_str(&more, ",\"body\":");
        quote(&more, r->body.data, r->body.len, QUOTE_PLAIN);
    }
    journal_add(&c->server->journal, "request", more.data);
    buf_finish(&more);
}

void note_model(struct conn *c, const char *event, const char *model)
{
    struct buf more;
    buf_init(&more, SIZE_MAX / 2);
    buf_printf(&more, "\"request\":%u,\"model\":", c->request);
    add_quoted(&more, model);
    journal_add(&c->server->journal, event, more.data);
    buf_finish(&more);
}
