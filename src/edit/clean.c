#include "edit/clean.h"

#include "base/buf.h"
#include "proto.h"

#include <stdlib.h>

struct clean {
    struct clean_context context;
    struct buf line; /* that grows */
    bool begun, fenced, closed;
    size_t given;
    enum clean_fault fault;
};

struct clean *clean_new(const struct clean_context *context)
{
    struct clean *c = xcalloc(1, sizeof *c);
    c->context = *context;
    buf_init(&c->line, LIMIT_MESSAGE);
    return c;
}

void clean_free(struct clean *c)
{
    if (c != NULL) {
        buf_finish(&c->line);
        free(c);
    }
}

static struct span growing(const struct clean *c)
{
    return (struct span){c->line.data, c->line.len};
}

static void take_line(struct clean *c, struct text *out)
{
    struct span line = span_rtrim(growing(c));
    bool is_fence = span_starts_with(span_ltrim(line), "```");
    if (!c->begun && is_fence) {
        c->fenced = true;
    } else if (c->fenced && is_fence) {
        c->closed = true;
    } else if (!c->closed) {
        text_add(out, line);
        c->given++;
    }
    c->begun = true;
    buf_clear(&c->line);
}

void clean_feed(struct clean *c, struct span bytes, struct text *out)
{
    size_t at = 0;
    while (at < bytes.len) {
        struct span line = span_next_line(bytes, &at);
        buf_add(&c->line, line.data, line.len);
        if (at <= bytes.len) {
            take_line(c, out);
        }
    }
}

void clean_end(struct clean *c, bool cut, struct text *out)
{
    if (c->line.len > 0 && !cut) {
        take_line(c, out);
    }
    if (c->given == 0 && !cut) {
        c->fault = CLEAN_EMPTY;
    }
}

struct span clean_tail(const struct clean *c)
{
    bool is_code = !c->closed && !span_starts_with(span_ltrim(growing(c)), "`");
    return is_code ? growing(c) : (struct span){NULL, 0};
}

enum clean_fault clean_fault(const struct clean *c)
{
    return c->fault;
}

bool clean_is_complete(const struct clean *c)
{
    return c->closed;
}

bool clean_is_shrunk(const struct clean *c)
{
    (void)c;
    return false;
}
