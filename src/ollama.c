/* Ollama's /api/chat: one JSON object for each line. The last has "done":true with the
 * figures, and may still hold text. A failure is a line {"error":...}, at any place;
 * a clean end without either is a stream cut off. */
#include "body.h"
#include "dialect.h"
#include "emit.h"

#include <string.h>

/* The OpenAI dialect has its own name for a message's thinking. */
static bool change_message(const struct value_pair *member, struct value *v)
{
    return v->type != VALUE_NIL && !value_is_string(&member->key, "reasoning_content");
}

/* Ollama wants "stop" as an array, and answers a string with status 500. */
static bool change_option(const struct value_pair *member, struct value *v)
{
    if (v->type == VALUE_STRING && value_is_string(&member->key, "stop")) {
        v->type = VALUE_ARRAY;
        v->as.array.items = &member->value;
        v->as.array.count = 1;
    }
    return v->type != VALUE_NIL;
}

static int chat_body(const struct value *spec, struct buf *out, const char **why)
{
    struct body b;
    const struct value *think = value_get(spec, "think"), *options;

    body_begin(&b, out, spec, false, change_message);
    if (think && think->type != VALUE_BOOL && think->type != VALUE_STRING) {
        body_fail(&b, "request.think must be a boolean or a string");
    }
    options = body_map(&b, spec, "options");
    if (options && body_key(&b, "options")) {
        body_object(&b, options, change_option);
    }
    body_value(&b, "think", think);
    body_value(&b, "keep_alive", value_get(spec, "keep_alive"));
    body_value(&b, "format", value_get(spec, "format"));
    body_value(&b, "tools", value_get(spec, "tools"));
    return body_end(&b, why);
}

static int give_calls(const struct emit *e, const cJSON *calls)
{
    int err = 0;

    if (calls && !cJSON_IsArray(calls)) {
        return emit_odd(e);
    }
    for (const cJSON *call = calls ? calls->child : NULL; call && !err; call = call->next) {
        const cJSON *function = json_get(call, "function");
        const cJSON *name = json_get(function, "name"), *id = json_get(call, "id");
        const cJSON *arguments = json_get(function, "arguments");
        char *json = arguments ? cJSON_PrintUnformatted(arguments) : NULL;

        if (!cJSON_IsString(name) || (arguments && !json)) {
            err = emit_odd(e);
        } else {
            err = emit_call(e, cJSON_IsString(id) ? id->valuestring : NULL, name->valuestring,
                            json ? json : "{}", json ? strlen(json) : 2);
        }
        cJSON_free(json);
    }
    return err;
}

static int give_message(const struct emit *e, const cJSON *message)
{
    int err;

    if (!message) {
        return 0;
    }
    if (!cJSON_IsObject(message)) {
        return emit_odd(e);
    }
    err = emit_text(e, DIALECT_THINKING, json_get(message, "thinking"));
    if (!err) {
        err = emit_text(e, DIALECT_TEXT, json_get(message, "content"));
    }
    return err ? err : give_calls(e, json_get(message, "tool_calls"));
}

/* Figures that are zero are absent. Durations are in ns. */
static int give_done(const struct emit *e, const cJSON *root)
{
    const cJSON *reason = json_get(root, "done_reason");
    struct dialect_stats stats = {
        .prompt_tokens = json_count(json_get(root, "prompt_eval_count")),
        .cached_tokens = -1,
        .tokens = json_count(json_get(root, "eval_count")),
        .prompt_ns = json_count(json_get(root, "prompt_eval_duration")),
        .eval_ns = json_count(json_get(root, "eval_duration")),
        .load_ns = json_count(json_get(root, "load_duration")),
        .total_ns = json_count(json_get(root, "total_duration")),
    };
    int err = emit_stats(e, &stats);

    return err ? err : emit_done(e, cJSON_IsString(reason) ? reason->valuestring : "");
}

static int give_record(const struct emit *e, const cJSON *root)
{
    const cJSON *error = emit_find_error(root);
    int err;

    if (!cJSON_IsObject(root)) {
        return emit_odd(e);
    }
    err = give_message(e, json_get(root, "message"));
    if (err) {
        return err;
    }
    if (error) {
        return emit_error(e, error);
    }
    return cJSON_IsTrue(json_get(root, "done")) ? give_done(e, root) : 0;
}

static int record(struct dialect_state *st, char *record, size_t len, dialect_on_event on_event,
                  void *ctx)
{
    struct emit e = {st, on_event, ctx, record, len};
    cJSON *root;
    int err;

    if (st->done) {
        return 0;
    }
    root = json_parse(record, len);
    err = give_record(&e, root);
    cJSON_Delete(root);
    return err;
}

static int end(struct dialect_state *st, dialect_on_event on_event, void *ctx)
{
    (void)st;
    (void)on_event;
    (void)ctx;
    return 0;
}

const struct dialect dialect_ollama = {
    .name = "ollama",
    .frame = FRAME_LINES,
    .accept = "application/x-ndjson",
    .chat_path = "/api/chat",
    .chat_body = chat_body,
    .record = record,
    .end = end,
};
