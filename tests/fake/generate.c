#include "generate.h"

#include "demo.h"
#include "head.h"
#include "models.h"
#include "quote.h"
#include "reply.h"
#include "validate.h"

#include <stdlib.h>
#include <string.h>

bool generate_is(enum route r)
{
    return r == ROUTE_CHAT || r == ROUTE_GENERATE || r == ROUTE_V1_CHAT ||
           r == ROUTE_V1_COMPLETIONS;
}

static const char *string(const cJSON *object, const char *name)
{
    const cJSON *v = cJSON_GetObjectItem(object, name);
    return cJSON_IsString(v) ? v->valuestring : "";
}

const char *generate_model(const cJSON *body)
{
    return string(body, "model");
}

/* The text of a message; OpenAI's may be a list of parts. */
static const char *message_text(const cJSON *message)
{
    const cJSON *content = cJSON_GetObjectItem(message, "content"), *part;
    const char *text = cJSON_IsString(content) ? content->valuestring : "";
    cJSON_ArrayForEach(part, content)
    {
        text = *string(part, "text") ? string(part, "text") : text;
    }
    return text;
}

const char *generate_last_text(const cJSON *body)
{
    const cJSON *messages = cJSON_GetObjectItem(body, "messages");
    int count = cJSON_IsArray(messages) ? cJSON_GetArraySize(messages) : 0;
    return count ? message_text(cJSON_GetArrayItem(messages, count - 1)) : string(body, "prompt");
}

/* Four bytes to a token is near enough. */
static size_t prompt_tokens(const cJSON *body)
{
    size_t bytes = strlen(string(body, "prompt"));
    const cJSON *message;
    cJSON_ArrayForEach(message, cJSON_GetObjectItem(body, "messages"))
    {
        bytes += strlen(message_text(message)) + 16;
    }
    return bytes / 4 + 1;
}

static const struct shape *shape_of(const struct context *x)
{
    switch (x->route) {
    case ROUTE_CHAT:
        return &shape_ollama_chat;
    case ROUTE_GENERATE:
        return &shape_ollama_generate;
    case ROUTE_V1_CHAT:
        return x->llama ? &shape_llama_chat : &shape_compat_chat;
    case ROUTE_V1_COMPLETIONS:
        return x->llama ? &shape_llama_completion : &shape_compat_completion;
    default:
        return NULL;
    }
}

static bool is_native(enum route r)
{
    return r == ROUTE_CHAT || r == ROUTE_GENERATE;
}

static bool wants_thinking(const struct context *x)
{
    const cJSON *kwargs = cJSON_GetObjectItem(x->body, "chat_template_kwargs");
    if (is_native(x->route)) {
        return !cJSON_IsFalse(cJSON_GetObjectItem(x->body, "think"));
    }
    return !cJSON_IsFalse(cJSON_GetObjectItem(kwargs, "enable_thinking")) &&
           strcmp(string(x->body, "reasoning_effort"), "none") != 0;
}

void generate_reply(struct context *x, const cJSON *answer)
{
    const cJSON *stream = cJSON_GetObjectItem(x->body, "stream");
    const cJSON *usage = cJSON_GetObjectItem(x->body, "stream_options");
    struct reply_spec spec = {
        .shape = shape_of(x),
        .model = x->model,
        .queue = x->conn->server->script.serial && generate_is(x->route) ? x->model : NULL,
        .settings = is_native(x->route) ? models_settings(x->body) : NULL,
        .stream = is_native(x->route) ? !cJSON_IsFalse(stream) : cJSON_IsTrue(stream),
        .llama = x->llama,
        .think = wants_thinking(x),
        .usage = cJSON_IsTrue(cJSON_GetObjectItem(usage, "include_usage")),
        .raw = cJSON_IsTrue(cJSON_GetObjectItem(x->body, "raw")),
        .prompt_tokens = prompt_tokens(x->body),
    };
    reply_start(x->conn, answer, &spec);
}

/* A request without a prompt only loads or unloads. */
static bool only_loads(struct context *x)
{
    const cJSON *messages = cJSON_GetObjectItem(x->body, "messages");
    const cJSON *keep = cJSON_GetObjectItem(x->body, "keep_alive");
    bool unload = (cJSON_IsNumber(keep) && keep->valuedouble == 0) ||
                  (cJSON_IsString(keep) && strcmp(keep->valuestring, "0") == 0);
    bool chat = x->route == ROUTE_CHAT;
    if (!is_native(x->route) ||
        (chat ? cJSON_GetArraySize(messages) > 0 : *string(x->body, "prompt") != '\0')) {
        return false;
    }
    struct server *s = x->conn->server;
    struct buf out;
    buf_init(&out, SIZE_MAX / 2);
    buf_add_str(&out, "{\"model\":");
    quote(&out, x->model, strlen(x->model), QUOTE_GO);
    buf_add_str(&out, ",\"created_at\":\"");
    shape_created_at(&out);
    buf_printf(&out, "\",%s,\"done\":true,\"done_reason\":\"%s\"}",
               chat ? "\"message\":{\"role\":\"assistant\",\"content\":\"\"}" : "\"response\":\"\"",
               unload ? "unload" : "load");
    char *settings = models_settings(x->body);
    uint64_t wait = unload ? 0 : models_load_time(s, x->model, settings);
    if (unload) {
        models_unload(s, x->model);
    }
    /* The waiting is left to a reply, so that a client that goes away ends the load. */
    cJSON *answer = cJSON_CreateObject();
    cJSON_AddNumberToObject(answer, "status", 200);
    cJSON_AddStringToObject(answer, "body", out.data);
    struct reply_spec spec = {.model = x->model, .settings = settings};
    if (unload || !wait) {
        if (!unload) {
            models_loaded(s, x->model, settings);
        }
        head_json(x->conn, 200, out.data);
        free(settings);
    } else {
        reply_start(x->conn, answer, &spec);
    }
    cJSON_Delete(answer);
    buf_finish(&out);
    return true;
}

/* What Ollama refuses because of the model. */
static int judge_model(const struct context *x, bool scripted, struct buf *why)
{
    const cJSON *model = script_model(&x->conn->server->script, x->model);
    const cJSON *think = cJSON_GetObjectItem(x->body, "think");
    if (scripted || x->llama) {
        return 0;
    }
    if (!model) {
        buf_printf(why, "model '%s' not found", x->model);
        return 404;
    }
    if (x->route == ROUTE_GENERATE && *string(x->body, "suffix") && !script_can(model, "insert")) {
        buf_printf(why, "registry.ollama.ai/library/%s%s does not support insert", x->model,
                   strchr(x->model, ':') ? "" : ":latest");
        return 400;
    }
    if ((cJSON_IsTrue(think) || cJSON_IsString(think)) && !script_can(model, "thinking")) {
        buf_printf(why, "\"%s\" does not support thinking", x->model);
        return 400;
    }
    if (cJSON_GetArraySize(cJSON_GetObjectItem(x->body, "tools")) && !script_can(model, "tools")) {
        buf_printf(why, "registry.ollama.ai/library/%s%s does not support tools", x->model,
                   strchr(x->model, ':') ? "" : ":latest");
        return 400;
    }
    return 0;
}

/* Whether the chat holds a reply already. */
static bool was_answered(const cJSON *body)
{
    const cJSON *message;
    cJSON_ArrayForEach(message, cJSON_GetObjectItem(body, "messages"))
    {
        if (strcmp(string(message, "role"), "assistant") == 0) {
            return true;
        }
    }
    return false;
}

/* What nothing was said about is answered shortly, or with the demo's texts. */
static cJSON *usual_answer(struct context *x)
{
    if (x->conn->server->demo) {
        return demo_answer(generate_last_text(x->body), !was_answered(x->body));
    }
    cJSON *answer = cJSON_CreateObject();
    cJSON_AddStringToObject(answer, "text", "Hello from the fake server.");
    if (script_can(script_model(&x->conn->server->script, x->model), "thinking")) {
        cJSON_AddStringToObject(answer, "thinking", "The user wants an answer.");
    }
    return answer;
}

void generate_answer(struct context *x, const cJSON *answer, bool scripted)
{
    struct buf *why = &x->why;
    int status = 0;
    if (!x->body) {
        status = 400;
    } else if (is_native(x->route)) {
        status = validate_ollama(x->body, x->route == ROUTE_CHAT, why);
    } else {
        status = validate_openai(x->body, x->route == ROUTE_V1_CHAT, x->llama, why);
    }
    if (!status) {
        status = judge_model(x, scripted, why);
    }
    if (status) {
        head_error(x->conn, x->llama, status, why->len ? why->data : "");
        return;
    }
    if (!scripted && only_loads(x)) {
        return;
    }
    cJSON *usual = answer ? NULL : usual_answer(x);
    generate_reply(x, answer ? answer : usual);
    cJSON_Delete(usual);
}
