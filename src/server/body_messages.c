#include "server/body_messages.h"

#include "server/body.h"
#include "server/json.h"
#include "server/learned.h"
#include "server/message.h"
#include "server/prefill.h"

/* A signature is worth something only to the service that made it. */
static bool is_joined(const struct value *part, const char *type)
{
    return message_part_is(part, type) && value_get(part, "signature") == NULL;
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
        has = has || message_part_is_image(&parts->as.array.items[i]);
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
        } else if (message_part_is_image(part)) {
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
        if (message_part_is_image(&parts->as.array.items[i])) {
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
