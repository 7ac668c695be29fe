#include "fill.h"
#include "models.h"

#include <stdlib.h>
#include <string.h>

bool spec_native(enum route r)
{
    return r == ROUTE_CHAT || r == ROUTE_GENERATE;
}

bool spec_unloads(const cJSON *body)
{
    const cJSON *keep = field_get(body, "keep_alive");
    return (cJSON_IsNumber(keep) && keep->valuedouble == 0) ||
           (cJSON_IsString(keep) && strtod(keep->valuestring, NULL) == 0);
}

static size_t prompt_bytes(const cJSON *body)
{
    size_t bytes = strlen(field_text(body, "prompt", ""));
    const cJSON *message;
    cJSON_ArrayForEach(message, field_get(body, "messages"))
    {
        bytes += strlen(generate_message_text(message)) + 16;
    }
    return bytes;
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
    case ROUTE_MESSAGES:
        return &shape_messages;
    case ROUTE_INFILL:
        return &shape_llama_infill;
    default:
        return NULL;
    }
}

static bool wants_thinking(const struct context *x)
{
    const cJSON *kwargs = field_get(x->body, "chat_template_kwargs");
    if (x->route == ROUTE_INFILL) {
        return false;
    }
    if (spec_native(x->route)) {
        return !cJSON_IsFalse(field_get(x->body, "think"));
    }
    if (x->route == ROUTE_MESSAGES) {
        return strcmp(field_text(field_get(x->body, "thinking"), "type", ""), "disabled") != 0;
    }
    return !cJSON_IsFalse(field_get(kwargs, "enable_thinking")) &&
           strcmp(field_text(x->body, "reasoning_effort", ""), "none") != 0;
}

/* Ollama takes 0 for no limit, llama-server says one token all the same. */
static struct limit limit_of(const struct context *x)
{
    const cJSON *from = x->route == ROUTE_GENERATE ? field_get(x->body, "options") : x->body;
    const cJSON *most = field_get(from, spec_native(x->route) ? "num_predict" : "max_tokens");
    if (x->llama && field_get(from, "n_predict") != NULL) {
        most = field_get(from, "n_predict");
    }
    double n = cJSON_IsNumber(most) ? most->valuedouble : -1;
    n = x->llama && n == 0 ? 1 : n;
    return (struct limit){
        .tokens = n > 0 ? (size_t)n : SIZE_MAX,
        .stop = field_get(from, "stop"),
    };
}

/* How many top_logprobs are wanted, -1 for no probabilities at all. */
static int probs_of(const struct context *x)
{
    const cJSON *asked = field_get(x->body, "logprobs");
    const cJSON *top = field_get(x->body, "top_logprobs");
    if (spec_native(x->route)) {
        return !cJSON_IsTrue(asked) ? -1 : cJSON_IsNumber(top) ? top->valueint : 0;
    }
    if (x->llama && cJSON_IsNumber(field_get(x->body, "n_probs"))) {
        asked = field_get(x->body, "n_probs");
    }
    return cJSON_IsNumber(asked) && asked->valueint > 0 ? asked->valueint : -1;
}

struct reply_spec spec_of(const struct context *x)
{
    const cJSON *stream = field_get(x->body, "stream");
    const cJSON *usage = field_get(x->body, "stream_options");
    return (struct reply_spec){
        .shape = shape_of(x),
        .model = x->model,
        .queue = generate_is(x->route) ? x->model : NULL,
        .settings = spec_native(x->route) ? models_settings(x->body) : NULL,
        .stream = spec_native(x->route) ? !cJSON_IsFalse(stream) : cJSON_IsTrue(stream),
        .llama = x->llama,
        .think = wants_thinking(x),
        .usage = cJSON_IsTrue(field_get(usage, "include_usage")),
        .raw = cJSON_IsTrue(field_get(x->body, "raw")),
        .unload = spec_native(x->route) && spec_unloads(x->body),
        .probs = probs_of(x),
        .prompt_bytes = prompt_bytes(x->body),
        .prompt = x->fill != NULL ? &x->fill->prompt : NULL,
        .request = x->body,
        .limit = limit_of(x),
    };
}
