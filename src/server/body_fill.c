#include "server/body_fill.h"

#include "base/buf.h"
#include "server/fill.h"

#include <stdlib.h>
#include <string.h>

void body_fields_init(struct body_fields *f)
{
    memset(f, 0, sizeof *f);
    f->map = value_pairs(f->pairs, 0);
}

void body_fields_finish(struct body_fields *f)
{
    free(f->stop);
}

static void body_field(struct body_fields *f, const char *key, struct value v)
{
    struct value_pair *pair = &f->pairs[f->map.as.map.count++];
    pair->key = value_text(key);
    pair->value = v;
}

void body_field_array(struct body_fields *f, const char *key, const struct value *items,
                      size_t count)
{
    struct value v = {.type = VALUE_ARRAY};
    v.as.array.items = items;
    v.as.array.count = count;
    body_field(f, key, v);
}

void body_field_bool(struct body_fields *f, const char *key, bool truth)
{
    body_field(f, key, (struct value){.type = VALUE_BOOL, .as.boolean = truth});
}

void body_field_int(struct body_fields *f, const char *key, int64_t number)
{
    body_field(f, key, (struct value){.type = VALUE_INT, .as.integer = number});
}

void body_field_text(struct body_fields *f, const char *key, const char *data, size_t len)
{
    struct value v = {.type = VALUE_STRING};
    v.as.string.data = data;
    v.as.string.len = len;
    body_field(f, key, v);
}

/* A request's stop strings replace, in the server, what else it knows of, so that
 * the fill's alone would put the user's out of force. */
static void add_stop(struct body_fields *f, const struct fill *fill)
{
    const struct value *users = value_get(fill->options, "stop");
    const struct value *items = users;
    size_t more = users != NULL && users->type == VALUE_STRING;
    if (users != NULL && users->type == VALUE_ARRAY) {
        items = users->as.array.items;
        more = users->as.array.count;
    }
    if (fill->stop_count == 0) {
        return;
    }
    f->stop = xcalloc(fill->stop_count + more, sizeof *f->stop);
    for (size_t i = 0; i < fill->stop_count; i++) {
        f->stop[i] = value_text(fill->stop[i]);
    }
    for (size_t i = 0; i < more; i++) {
        f->stop[fill->stop_count + i] = items[i];
    }
    body_field_array(f, "stop", f->stop, fill->stop_count + more);
}

void body_sampling(struct body_fields *f, const struct fill *fill, const char *limit)
{
    body_field_int(f, limit, fill->max_tokens);
    if (fill->temperature >= 0) {
        body_field(f, "temperature",
                   (struct value){.type = VALUE_FLOAT, .as.real = fill->temperature});
    }
    if (fill->seed >= 0) {
        body_field_int(f, "seed", fill->seed);
    }
    add_stop(f, fill);
}

void body_begin_fill(struct body *b, struct buf *out, const struct fill *fill,
                     const struct learned *learned, const struct body_fields *own,
                     bool merge_options)
{
    *b = (struct body){.out = out, .learned = learned};
    if (merge_options) {
        b->maps[BODY_OPTIONS] = body_map(b, fill->options);
    }
    b->maps[BODY_OWN] = &own->map;
    b->maps[BODY_EXTRA] = body_map(b, fill->extra);
    buf_add(out, "{", 1);
    if (fill->model != NULL) {
        const struct value model = value_text(fill->model);
        body_value(b, "model", &model);
    }
}
