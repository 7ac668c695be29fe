#include "server/foreign.h"

#include "server/calls.h"
#include "server/readers.h"

#include <string.h>

static bool is_anthropic(const cJSON *object)
{
    static const char *const types[] = {"message", "content_block"};
    const cJSON *type = json_get(object, "type");
    for (size_t i = 0; cJSON_IsString(type) && i < sizeof types / sizeof *types; i++) {
        if (strncmp(type->valuestring, types[i], strlen(types[i])) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_ollama(const cJSON *object)
{
    return cJSON_IsObject(json_get(object, "message")) || json_get(object, "done") != NULL ||
           json_get(object, "response") != NULL;
}

/* An error whose object stands by itself: its event, its code or its type say so. */
static bool is_error(const struct emit *e, const cJSON *object)
{
    static const char *const codes[] = {"code", "status", "status_code", "statusCode"};
    const cJSON *type = json_get(object, "type");
    if (emit_is_error(e) ||
        (cJSON_IsString(type) && strcasestr(type->valuestring, "error") != NULL)) {
        return true;
    }
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        int64_t code = json_count(json_get(object, codes[i]));
        if (code >= 400 && code < 600) {
            return true;
        }
    }
    return false;
}

/* What an object is called by: the first of its members that has a value, "" if none does. */
static const char *name_of(const cJSON *object)
{
    const cJSON *member = object->child;
    while (member != NULL && (cJSON_IsNull(member) || cJSON_IsFalse(member))) {
        member = member->next;
    }
    return member != NULL ? member->string : "";
}

/* Words of an object that nobody knows: a status, or why nothing follows. */
static void read_unknown(const struct emit *e, const cJSON *object)
{
    if (is_error(e, object)) {
        emit_error(e, object);
    } else {
        emit_words_of(e, object);
        emit_unread(e, name_of(object));
    }
}

void foreign_read(const struct emit *e, const cJSON *object)
{
    bool openai = json_get(object, "choices") != NULL, ollama = is_ollama(object);
    if (!openai && !ollama && !is_anthropic(object)) {
        read_unknown(e, object);
        return;
    }
    if (!e->state->foreign) {
        emit_unread(e, openai   ? "records of the dialect 'openai'"
                       : ollama ? "records of the dialect 'ollama'"
                                : "records of the dialect 'anthropic'");
    }
    e->state->foreign = true;
    (openai ? openai_read : ollama ? ollama_read : anthropic_read)(e, object);
}

void foreign_end(const struct emit *e)
{
    if (e->state->own != NULL) {
        anthropic_finish(e);
    } else if (e->state->foreign || e->state->finished) {
        calls_flush(&e->state->calls, e);
        emit_done(e);
    }
}

void foreign_no_end(struct dialect_state *st, dialect_on_event on_event, void *ctx)
{
    struct emit e = {.state = st, .on_event = on_event, .ctx = ctx};
    if (st->finished) {
        foreign_end(&e);
    }
}
