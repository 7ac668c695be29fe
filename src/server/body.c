#include "server/body.h"

#include "base/span.h"
#include "proto.h"
#include "server/fill.h"
#include "server/json.h"
#include "server/learned.h"
#include "server/prefill.h"

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

/* ---- messages ------------------------------------------------------------------ */

bool body_is_part(const struct value *part, const char *type)
{
    return value_is_string(value_get(part, "type"), type);
}

static bool has_string(const struct value *part, const char *field)
{
    const struct value *v = value_get(part, field);
    return v != NULL && v->type == VALUE_STRING;
}

bool body_is_image(const struct value *part)
{
    return body_is_part(part, "image") && has_string(part, "data");
}

/* "image/png": it stands in a URL, and in front of what is called so. */
static bool is_media(const struct value *media)
{
    static const char image[] = "image/";
    const size_t n = sizeof image - 1;
    if (media == NULL || media->type != VALUE_STRING || media->as.string.len <= n ||
        memcmp(media->as.string.data, image, n) != 0) {
        return false;
    }
    size_t i = n;
    while (i < media->as.string.len &&
           (is_key(media->as.string.data[i]) || media->as.string.data[i] == '+' ||
            media->as.string.data[i] == '.')) {
        i++;
    }
    return i == media->as.string.len;
}

static const char *judge_image(const struct value *part)
{
    if (!is_media(value_get(part, "media"))) {
        return "request.messages: an image needs its media, such as \"image/png\"";
    }
    return has_string(part, "path") || body_is_image(part)
               ? NULL
               : "request.messages: an image needs a path, a string";
}

/* What is wrong with a part, a static text, or NULL. */
static const char *judge_part(const struct value *part)
{
    static const struct {
        const char *type, *why;
    } later[] = {
        {"call", "request.messages: a tool call cannot be sent to a model yet"},
        {"result", "request.messages: a tool result cannot be sent to a model yet"},
        {"note", "request.messages: a note cannot be sent to a model yet"},
    };
    if (body_is_part(part, "text") || body_is_part(part, "thinking")) {
        return has_string(part, "text") ? NULL : "request.messages: a part needs a text, a string";
    }
    if (body_is_part(part, "kept")) {
        return has_string(part, "path") ? NULL : "request.messages: a kept part needs a path";
    }
    if (body_is_part(part, "image")) {
        return judge_image(part);
    }
    if (body_is_part(part, "redacted")) {
        return has_string(part, "data") ? NULL : "request.messages: a redacted part needs its data";
    }
    for (size_t i = 0; i < sizeof later / sizeof *later; i++) {
        if (body_is_part(part, later[i].type)) {
            return later[i].why;
        }
    }
    return "request.messages: a part is of a type that hum does not know";
}

static const char *judge_message(const struct value *message)
{
    const struct value *role = value_get(message, "role"), *parts = value_get(message, "parts");
    const char *why = NULL;
    if (!value_is_string(role, "user") && !value_is_string(role, "assistant") &&
        !value_is_string(role, "system")) {
        return "request.messages: a role is \"user\", \"assistant\" or \"system\"";
    }
    if (parts == NULL || parts->type != VALUE_ARRAY || parts->as.array.count == 0) {
        return "request.messages: each needs parts, a list";
    }
    for (size_t i = 0; i < parts->as.array.count && why == NULL; i++) {
        const struct value *part = &parts->as.array.items[i];
        why = judge_part(part);
        if (why == NULL && body_is_part(part, "image") && !value_is_string(role, "user")) {
            why = "request.messages: an image can only be in a message of the user";
        }
    }
    return why;
}

const char *body_wrong(const struct value *messages)
{
    const char *why = NULL;
    if (messages == NULL || messages->type != VALUE_ARRAY || messages->as.array.count == 0) {
        return "request.messages must be a list with at least one message";
    }
    for (size_t i = 0; i < messages->as.array.count && why == NULL; i++) {
        why = judge_message(&messages->as.array.items[i]);
    }
    return why;
}

/* Of these nothing may be left when a body is made. */
static bool is_unread(const struct value *part)
{
    return body_is_part(part, "kept") || (body_is_part(part, "image") && !body_is_image(part));
}

static void check_messages(struct body *b, const struct value *messages)
{
    const char *why = body_wrong(messages);
    const struct value *message, *part;
    for (size_t i = 0; why == NULL && (message = value_item(messages, i)) != NULL; i++) {
        const struct value *parts = value_get(message, "parts");
        for (size_t k = 0; (part = value_item(parts, k)) != NULL; k++) {
            why = is_unread(part) ? "request.messages: a file in it was not read" : why;
        }
    }
    if (why != NULL) {
        body_fail(b, why);
    }
}

/* A signature is worth something only to the service that made it. */
static bool is_joined(const struct value *part, const char *type)
{
    return body_is_part(part, type) && value_get(part, "signature") == NULL;
}

/* Appends the texts of the parts of that type. */
static void join(const struct value *parts, const char *type, struct buf *text)
{
    for (size_t i = 0; i < parts->as.array.count; i++) {
        const struct value *part = &parts->as.array.items[i];
        if (is_joined(part, type)) {
            const struct value *piece = value_get(part, "text");
            buf_add(text, piece->as.string.data, piece->as.string.len);
        }
    }
}

void body_text(const struct value *message, struct buf *text)
{
    join(value_get(message, "parts"), "text", text);
}

static void begin_message(struct body *b, const struct value *role)
{
    buf_add_str(b->out, b->out->data[b->out->len - 1] == '[' ? "{\"role\":" : ",{\"role\":");
    json_write(b->out, role);
    buf_add_str(b->out, ",\"content\":");
}

static void write_thoughts(struct body *b, const struct value *parts, struct buf *text)
{
    const char *field = learned_thoughts(b->learned);
    buf_clear(text);
    join(parts, "thinking", text);
    if (field != NULL && text->len > 0) {
        buf_printf(b->out, ",\"%s\":", field);
        json_write_string(b->out, text->data, text->len);
    }
}

/* ---- images -------------------------------------------------------------------- */

static bool has_images(const struct value *parts)
{
    bool has = false;
    for (size_t i = 0; i < parts->as.array.count; i++) {
        has = has || body_is_image(&parts->as.array.items[i]);
    }
    return has;
}

/* Base64 has nothing that JSON escapes. */
static void write_base64(struct body *b, const struct value *part)
{
    const struct value *data = value_get(part, "data");
    buf_add(b->out, data->as.string.data, data->as.string.len);
}

static void write_image(struct body *b, const struct value *part)
{
    const struct value *media = value_get(part, "media");
    buf_add_str(b->out, "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:");
    buf_add(b->out, media->as.string.data, media->as.string.len);
    buf_add_str(b->out, ";base64,");
    write_base64(b, part);
    buf_add_str(b->out, "\"}}");
}

static void write_words(struct body *b, struct buf *text)
{
    if (text->len > 0) {
        buf_add_str(b->out, "{\"type\":\"text\",\"text\":");
        json_write_string(b->out, text->data, text->len);
        buf_add_str(b->out, "}");
        buf_clear(text);
    }
}

/* The content as a list, in the order of the parts; texts between two images are one. text: what it
 * begins with. */
static void write_list(struct body *b, const struct value *parts, struct buf *text)
{
    const char *comma = "[";
    for (size_t i = 0; i < parts->as.array.count; i++) {
        const struct value *part = &parts->as.array.items[i];
        if (is_joined(part, "text")) {
            const struct value *piece = value_get(part, "text");
            buf_add(text, piece->as.string.data, piece->as.string.len);
        } else if (body_is_image(part)) {
            buf_add_str(b->out, comma);
            comma = ",";
            if (text->len > 0) {
                write_words(b, text);
                buf_add_str(b->out, comma);
            }
            write_image(b, part);
        }
    }
    if (text->len > 0) {
        buf_add_str(b->out, comma);
        write_words(b, text);
    }
    buf_add_str(b->out, "]");
}

/* Beside the content. */
static void write_apart(struct body *b, const struct value *parts)
{
    const char *open = ",\"images\":[\"";
    for (size_t i = 0; i < parts->as.array.count; i++) {
        if (body_is_image(&parts->as.array.items[i])) {
            buf_add_str(b->out, open);
            open = ",\"";
            write_base64(b, &parts->as.array.items[i]);
            buf_add_str(b->out, "\"");
        }
    }
    buf_add_str(b->out, "]");
}

static void write_content(struct body *b, const struct value *parts, struct buf *text)
{
    bool images = has_images(parts);
    if (images && !b->images_apart) {
        write_list(b, parts, text);
        return;
    }
    join(parts, "text", text);
    json_write_string(b->out, text->data, text->len);
    if (images) {
        write_apart(b, parts);
    }
}

/* ---- a message ----------------------------------------------------------------- */

/* text: what the content begins with, and room for it; member: what it has besides. */
static void write_message(struct body *b, const struct value *message, struct buf *text,
                          const char *member)
{
    const struct value *parts = value_get(message, "parts"), *role = value_get(message, "role");
    const struct value developer = value_text("developer");
    bool renamed = value_is_string(role, "system") && learned_avoids(b->learned, "role:system");
    begin_message(b, renamed ? &developer : role);
    write_content(b, parts, text);
    if (value_is_string(role, "assistant")) {
        write_thoughts(b, parts, text);
        buf_add_str(b->out, member);
    }
    buf_add(b->out, "}", 1);
}

/* Not a message of its own: its words go in front of the user's first. */
static bool is_lead(const struct body *b, const struct value *message)
{
    return value_is_string(value_get(message, "role"), "system") &&
           learned_avoids(b->learned, "role:system") &&
           learned_avoids(b->learned, "role:developer");
}

/* What the system said goes on as the user's message, with its own words behind it. */
static void write_messages(struct body *b, const struct value *messages, struct buf *lead,
                           struct buf *text, const char *member)
{
    const struct value user = value_text("user");
    size_t last = messages->as.array.count - 1;
    for (size_t i = 0; i < messages->as.array.count && b->out->error == 0; i++) {
        const struct value *message = &messages->as.array.items[i];
        buf_clear(text);
        if (is_lead(b, message)) {
            join(value_get(message, "parts"), "text", lead);
            buf_add_str(lead, "\n\n");
            continue;
        }
        if (value_is_string(value_get(message, "role"), "user") && lead->len > 0) {
            buf_add(text, lead->data, lead->len);
            buf_clear(lead);
        }
        write_message(b, message, text, i == last ? member : "");
    }
    if (lead->len > 0 && b->out->error == 0) { /* nobody asked behind it */
        begin_message(b, &user);
        json_write_string(b->out, lead->data, lead->len - 2);
        buf_add(b->out, "}", 1);
    }
}

static void write_ask(struct body *b, const struct value *ask)
{
    const struct value user = value_text("user");
    begin_message(b, &user);
    json_write_string(b->out, ask->as.string.data, ask->as.string.len);
    buf_add(b->out, "}", 1);
}

static void write_prefill(struct body *b, enum prefill way)
{
    const struct value yes = value_true(), no = {.type = VALUE_BOOL};
    if (way == PREFILL_FIELDS) {
        body_value(b, "continue_final_message", &yes);
        body_value(b, "add_generation_prompt", &no);
    }
}

void body_messages(struct body *b, const struct value *spec)
{
    enum prefill way = prefill_of(spec, b->learned);
    if (!body_key(b, "messages")) {
        return;
    }
    struct buf lead, text;
    buf_init(&lead, SIZE_MAX);
    buf_init(&text, SIZE_MAX);
    buf_add(b->out, "[", 1);
    write_messages(b, value_get(spec, "messages"), &lead, &text, prefill_member(way));
    if (way == PREFILL_ASKED) {
        write_ask(b, value_get(spec, "ask"));
    }
    buf_add(b->out, "]", 1);
    buf_finish(&lead);
    buf_finish(&text);
    write_prefill(b, way);
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
    check_messages(b, value_get(spec, "messages"));
    if (b->out->error == 0) {
        buf_add(out, "{", 1);
    }
    body_value(b, "model", model);
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
