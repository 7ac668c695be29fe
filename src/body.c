#include "body.h"

#include "json.h"
#include "proto.h"

#include <string.h>

void body_fail(struct body *b, const char *why)
{
    if (b->err) {
        return;
    }
    b->err = HUM_ESPEC;
    b->why = why;
}

static void note(struct body *b, int err)
{
    if (err == HUM_ESPEC) {
        body_fail(b, "request: nested too deeply, or a number that is not finite");
    } else if (!b->err) {
        b->err = err;
    }
}

/* Whether the map names the key, be it with nil. */
static bool names(const struct value *map, const struct value *key)
{
    for (size_t i = 0; map && i < map->as.map.count; i++) {
        const struct value *other = &map->as.map.pairs[i].key;

        if (other->as.string.len == key->as.string.len &&
            memcmp(other->as.string.data, key->as.string.data, key->as.string.len) == 0) {
            return true;
        }
    }
    return false;
}

/* Begins a field unless a map from the given one on has its own. */
static bool begin_field(struct body *b, const struct value *key, size_t map)
{
    for (; map < BODY_MAPS; map++) {
        if (names(b->maps[map], key)) {
            return false;
        }
    }
    if (b->err) {
        return false;
    }
    if (b->started) {
        note(b, buf_add(b->out, ",", 1));
    }
    b->started = true;
    note(b, json_write_string(b->out, key->as.string.data, key->as.string.len));
    note(b, buf_add(b->out, ":", 1));
    return !b->err;
}

bool body_key(struct body *b, const char *key)
{
    struct value name = value_text(key);

    return begin_field(b, &name, 0);
}

void body_value(struct body *b, const char *key, const struct value *v)
{
    if (v && body_key(b, key)) {
        note(b, json_write(b->out, v));
    }
}

void body_object(struct body *b, const struct value *map, body_change change)
{
    bool started = false;

    note(b, buf_add(b->out, "{", 1));
    for (size_t i = 0; i < map->as.map.count && !b->err; i++) {
        const struct value_pair *member = &map->as.map.pairs[i];
        struct value v = member->value;

        if (!change(member, &v)) {
            continue;
        }
        if (started) {
            note(b, buf_add(b->out, ",", 1));
        }
        started = true;
        note(b, json_write(b->out, &member->key));
        note(b, buf_add(b->out, ":", 1));
        note(b, json_write(b->out, &v));
    }
    note(b, buf_add(b->out, "}", 1));
}

static void check_message(struct body *b, const struct value *message)
{
    const struct value *role = value_get(message, "role");
    const struct value *content = value_get(message, "content");

    if (!role || role->type != VALUE_STRING || role->as.string.len == 0) {
        body_fail(b, "request.messages: each needs a role, a string");
    } else if (!content && !value_get(message, "tool_calls")) {
        body_fail(b, "request.messages: each needs a content");
    } else if (content && content->type != VALUE_STRING && content->type != VALUE_ARRAY) {
        body_fail(b, "request.messages: content must be a string");
    }
}

static void write_messages(struct body *b, const struct value *messages, body_change change)
{
    if (!messages || messages->type != VALUE_ARRAY || messages->as.array.count == 0) {
        body_fail(b, "request.messages must be a list with at least one message");
        return;
    }
    for (size_t i = 0; i < messages->as.array.count; i++) {
        check_message(b, &messages->as.array.items[i]);
    }
    if (!body_key(b, "messages")) {
        return;
    }
    for (size_t i = 0; i < messages->as.array.count && !b->err; i++) {
        note(b, buf_add(b->out, i > 0 ? "," : "[", 1));
        body_object(b, &messages->as.array.items[i], change);
    }
    note(b, buf_add(b->out, "]", 1));
}

const struct value *body_map(struct body *b, const struct value *spec, const char *key)
{
    const struct value *map = value_get(spec, key);

    if (!map || (map->type == VALUE_ARRAY && map->as.array.count == 0)) {
        return NULL;
    }
    if (map->type == VALUE_MAP) {
        return map;
    }
    body_fail(b, "request: options and extra must be tables of named fields");
    return NULL;
}

void body_begin(struct body *b, struct buf *out, const struct value *spec, bool merge_options,
                body_change change)
{
    const struct value *model = value_get(spec, "model");

    *b = (struct body){.out = out};
    if (merge_options) {
        b->maps[0] = body_map(b, spec, "options");
    }
    b->maps[1] = body_map(b, spec, "extra");
    if (!model || model->type != VALUE_STRING || model->as.string.len == 0) {
        body_fail(b, "request.model must be a name");
    }
    if (!b->err) {
        note(b, buf_add(out, "{", 1));
    }
    body_value(b, "model", model);
    write_messages(b, value_get(spec, "messages"), change);
}

int body_end(struct body *b, const char **why)
{
    for (size_t m = 0; m < BODY_MAPS; m++) {
        const struct value *map = b->maps[m];

        for (size_t i = 0; map && i < map->as.map.count && !b->err; i++) {
            const struct value_pair *pair = &map->as.map.pairs[i];

            if (pair->value.type == VALUE_NIL || value_is_string(&pair->key, "stream")) {
                continue;
            }
            if (begin_field(b, &pair->key, m + 1)) {
                note(b, json_write(b->out, &pair->value));
            }
        }
    }
    /* The answer is read as a stream, whatever the user's maps say. */
    if (!b->err) {
        note(b, buf_add_str(b->out, ",\"stream\":true}"));
    }
    if (b->err == HUM_ESPEC) {
        *why = b->why;
    }
    return b->err;
}
