#include "server/body.h"

#include "proto.h"
#include "server/json.h"
#include "server/learned.h"
#include "server/message.h"

#include <stdlib.h>
#include <string.h>

void body_fail(struct body *b, const char *why)
{
    if (b->out->error == 0) {
        b->why = why;
        buf_fail(b->out, HUM_ESPEC);
    }
}

/* Whether the map names the key, be it with nil. */
static bool names(const struct value *map, const struct value *key)
{
    for (size_t i = 0; map != NULL && i < map->as.map.count; i++) {
        const struct value *other = &map->as.map.pairs[i].key;
        if (other->as.string.len == key->as.string.len &&
            memcmp(other->as.string.data, key->as.string.data, key->as.string.len) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_refused(const struct body *b, const struct value *key)
{
    if (b->learned == NULL || b->nested) {
        return false;
    }
    char *name = value_strdup(key);
    bool refused = name != NULL && learned_avoids(b->learned, name);
    free(name);
    return refused;
}

/* What a request is about is the business of the one who makes it: options, which a chat file by
 * somebody else may bring, say how to answer. */
static bool is_protected(const struct body *b, const struct value *map, const struct value *key)
{
    static const char *const names_of[] = {"model",        "messages",    "stream", "system",
                                           "tools",        "tool_choice", "prompt", "input_prefix",
                                           "input_suffix", "input_extra", "raw",    "suffix"};
    bool protected = false;
    for (size_t i = 0; i < sizeof names_of / sizeof *names_of; i++) {
        protected = protected || value_is_string(key, names_of[i]);
    }
    return protected && !b->nested && map == b->maps[BODY_OPTIONS];
}

/* Begins a field unless one of the maps has its own, or the model refuses it. */
static bool begin_field(struct body *b, const struct value *key, const struct value *const maps[],
                        size_t count)
{
    if (is_refused(b, key)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (names(maps[i], key) && !is_protected(b, maps[i], key)) {
            return false;
        }
    }
    if (b->out->error != 0) {
        return false;
    }
    if (b->started) {
        buf_add(b->out, ",", 1);
    }
    b->started = true;
    json_write_string(b->out, key->as.string.data, key->as.string.len);
    buf_add(b->out, ":", 1);
    return b->out->error == 0;
}

bool body_key(struct body *b, const char *key)
{
    struct value name = value_text(key);
    return begin_field(b, &name, b->maps, BODY_MAPS);
}

void body_value(struct body *b, const char *key, const struct value *v)
{
    if (v != NULL && body_key(b, key)) {
        json_write(b->out, v);
    }
}

/* Whether the map names the limit of tokens, under either name. */
static bool names_limit(const struct value *map)
{
    const struct value key = value_text("max_tokens"), other = value_text("max_completion_tokens");
    return names(map, &key) || names(map, &other);
}

/* The limit of tokens has two names, of which a server may refuse one, and a limit itself. Returns
 * whether it goes out: once, the last of them. later: the maps behind this one. */
static bool change_limit(const struct body *b, const struct value *const later[], size_t count,
                         const struct value *map, struct value_pair *member)
{
    const bool old = value_is_string(&member->key, "max_tokens");
    const struct value other = value_text(old ? "max_completion_tokens" : "max_tokens");
    if (b->nested || (!old && !value_is_string(&member->key, "max_completion_tokens"))) {
        return true;
    }
    for (size_t i = 0; i < count; i++) {
        if (names_limit(later[i])) {
            return false;
        }
    }
    const char *name = learned_limit_name(b->learned, old ? "max_tokens" : "max_completion_tokens");
    if (name == NULL || (old && names(map, &other))) {
        return false;
    }
    member->key = value_text(name);
    if (member->value.type == VALUE_INT) {
        member->value.as.integer = learned_limit(b->learned, member->value.as.integer);
    }
    return true;
}

static void write_members(struct body *b, const struct value *const maps[], size_t count,
                          body_change change)
{
    for (size_t m = 0; m < count; m++) {
        const struct value *const *later = maps + m + 1;
        for (size_t i = 0; maps[m] != NULL && i < maps[m]->as.map.count && b->out->error == 0;
             i++) {
            struct value_pair member = maps[m]->as.map.pairs[i];
            bool wanted = !is_protected(b, maps[m], &member.key) &&
                          change(&maps[m]->as.map.pairs[i], &member.value) &&
                          change_limit(b, later, count - m - 1, maps[m], &member);
            if (wanted && begin_field(b, &member.key, later, count - m - 1)) {
                json_write(b->out, &member.value);
            }
        }
    }
}

void body_object(struct body *b, const struct value *const maps[], size_t count, body_change change)
{
    bool started = b->started, nested = b->nested;
    buf_add(b->out, "{", 1);
    b->started = false;
    b->nested = true;
    write_members(b, maps, count, change);
    b->started = started;
    b->nested = nested;
    buf_add(b->out, "}", 1);
}

/* ---- requests ------------------------------------------------------------------ */

const struct value *body_map(struct body *b, const struct value *map)
{
    if (map == NULL || (map->type == VALUE_ARRAY && map->as.array.count == 0)) {
        return NULL;
    }
    if (map->type == VALUE_MAP) {
        return map;
    }
    body_fail(b, "request: options and extra must be tables of named fields");
    return NULL;
}

void body_begin(struct body *b, struct buf *out, const struct value *spec,
                const struct learned *learned, bool merge_options)
{
    const struct value *model = value_get(spec, "model");
    *b = (struct body){.out = out, .learned = learned};
    if (merge_options) {
        b->maps[BODY_OPTIONS] = body_map(b, value_get(spec, "options"));
    }
    b->maps[BODY_EXTRA] = body_map(b, value_get(spec, "extra"));
    if (model == NULL || model->type != VALUE_STRING || model->as.string.len == 0) {
        body_fail(b, "request.model must be a name");
    }
    const char *why = messages_unsendable(value_get(spec, "messages"));
    if (why != NULL) {
        body_fail(b, why);
    }
    if (b->out->error == 0) {
        buf_add(out, "{", 1);
    }
    body_value(b, "model", model);
}

/* The answer is read as a stream, whatever the user's maps say. */
static bool leave_stream_out(const struct value_pair *member, struct value *v)
{
    return v->type != VALUE_NIL && !value_is_string(&member->key, "stream");
}

int body_end(struct body *b, const char **why)
{
    write_members(b, b->maps, BODY_MAPS, leave_stream_out);
    buf_printf(b->out, "%s\"stream\":%s}", b->started ? "," : "",
               learned_avoids(b->learned, "stream:") ? "false" : "true");
    if (b->out->error == HUM_ESPEC) {
        *why =
            b->why != NULL ? b->why : "request: nested too deeply, or a number that is not finite";
    }
    return b->out->error;
}
