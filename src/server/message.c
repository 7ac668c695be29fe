#include "server/message.h"

#include "base/span.h"
#include "base/value.h"

#include <stddef.h>
#include <string.h>

bool message_part_is(const struct value *part, const char *type)
{
    return value_is_string(value_get(part, "type"), type);
}

static bool has_string(const struct value *part, const char *field)
{
    const struct value *v = value_get(part, field);
    return v != NULL && v->type == VALUE_STRING;
}

bool message_part_is_image(const struct value *part)
{
    return message_part_is(part, "image") && has_string(part, "data");
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
    return has_string(part, "path") || message_part_is_image(part)
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
    if (message_part_is(part, "text") || message_part_is(part, "thinking")) {
        return has_string(part, "text") ? NULL : "request.messages: a part needs a text, a string";
    }
    if (message_part_is(part, "kept")) {
        return has_string(part, "path") ? NULL : "request.messages: a kept part needs a path";
    }
    if (message_part_is(part, "image")) {
        return judge_image(part);
    }
    if (message_part_is(part, "redacted")) {
        return has_string(part, "data") ? NULL : "request.messages: a redacted part needs its data";
    }
    for (size_t i = 0; i < sizeof later / sizeof *later; i++) {
        if (message_part_is(part, later[i].type)) {
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
        if (why == NULL && message_part_is(part, "image") && !value_is_string(role, "user")) {
            why = "request.messages: an image can only be in a message of the user";
        }
    }
    return why;
}

const char *messages_wrong(const struct value *messages)
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
    return message_part_is(part, "kept") ||
           (message_part_is(part, "image") && !message_part_is_image(part));
}

const char *messages_unsendable(const struct value *messages)
{
    const char *why = messages_wrong(messages);
    const struct value *message, *part;
    for (size_t i = 0; why == NULL && (message = value_item(messages, i)) != NULL; i++) {
        const struct value *parts = value_get(message, "parts");
        for (size_t k = 0; (part = value_item(parts, k)) != NULL; k++) {
            why = is_unread(part) ? "request.messages: a file in it was not read" : why;
        }
    }
    return why;
}
