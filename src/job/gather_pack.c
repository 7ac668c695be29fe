#include "job/gather_pack.h"

#include "base/buf.h"
#include "gather/item.h"
#include "nvim/wire.h"

/* A map of which the number of pairs is known at its end. */
struct map {
    struct buf pairs;
    uint32_t count;
};

static void put(struct map *m, const char *key)
{
    wire_cstr(&m->pairs, key);
    m->count++;
}

static void put_int(struct map *m, const char *key, uint64_t n)
{
    put(m, key);
    wire_int(&m->pairs, (int64_t)n);
}

/* Nothing for NULL or "". */
static void put_text(struct map *m, const char *key, const char *text)
{
    if (text != NULL && text[0] != '\0') {
        put(m, key);
        wire_cstr(&m->pairs, text);
    }
}

static void put_buf(struct map *m, const char *key, const struct buf *b)
{
    if (b->len > 0) {
        put(m, key);
        wire_str(&m->pairs, b->data, b->len);
    }
}

static void put_true(struct map *m, const char *key, bool is_true)
{
    if (is_true) {
        put(m, key);
        wire_bool(&m->pairs, true);
    }
}

static void begin(struct map *m)
{
    *m = (struct map){.count = 0};
    buf_init(&m->pairs, SIZE_MAX);
}

static void end(struct map *m, struct buf *out)
{
    wire_map(out, m->count);
    if (m->pairs.len > 0) {
        buf_add(out, m->pairs.data, m->pairs.len);
    }
    buf_finish(&m->pairs);
}

static void put_content(struct map *m, const struct content *c)
{
    put_text(m, "kept", c->kept);
    put_int(m, "bytes", c->bytes);
    put_int(m, "lines", c->lines);
    put_int(m, "tokens", c->tokens);
}

static void put_diff(struct map *m, const struct result *r)
{
    struct map diff;
    begin(&diff);
    put_content(&diff, &r->diff);
    put_buf(&diff, "text", &r->diff_text);
    put_int(&diff, "added", r->changed.added);
    put_int(&diff, "removed", r->changed.removed);
    put(m, "diff");
    end(&diff, &m->pairs);
}

static void put_outline(struct map *m, const struct result *r)
{
    struct map outline;
    begin(&outline);
    put_content(&outline, &r->outline);
    put(m, "outline");
    end(&outline, &m->pairs);
}

static void put_names(struct map *m, const struct names *n)
{
    put(m, "names");
    wire_array(&m->pairs, (uint32_t)n->count);
    for (size_t i = 0; i < n->count; i++) {
        wire_cstr(&m->pairs, n->items[i]);
    }
    put_int(m, "more", n->more);
    put_int(m, "ignored", n->ignored);
    put_true(m, "about", n->cut);
}

static const char *kind_of(const struct result *r)
{
    if (r->is_image) {
        return "image";
    }
    return r->is_pdf ? "pdf" : "text";
}

void gather_pack(const struct item *item, const struct result *r, struct buf *out)
{
    struct map m;
    begin(&m);
    put_text(&m, "state", item_state_name(r->state));
    put_buf(&m, "why", &r->why);
    put_text(&m, "path", item->path);
    put_text(&m, "real", r->real);
    put_text(&m, "kind", kind_of(r));
    put_content(&m, &r->all);
    put_int(&m, "fence", r->fence);
    put_text(&m, "encoding", r->encoding);
    put_buf(&m, "head", &r->head);
    put_true(&m, "about", r->about);
    put_true(&m, "same", r->same);
    if (r->total > 0) {
        put_int(&m, "total", r->total);
    }
    put_text(&m, "media", r->image.media);
    if (r->is_image) {
        put_int(&m, "width", r->image.width);
        put_int(&m, "height", r->image.height);
    }
    if (r->has_diff) {
        put_diff(&m, r);
    }
    if (r->has_outline) {
        put_outline(&m, r);
    }
    if (r->has_names) {
        put_names(&m, &r->names);
    }
    end(&m, out);
}
