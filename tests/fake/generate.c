#include "generate.h"

#include "fill.h"
#include "head.h"
#include "models.h"
#include "quote.h"
#include "routes.h"

#include <stdlib.h>
#include <string.h>

bool generate_is(enum route r)
{
    return r >= ROUTE_CHAT;
}

const char *generate_model(const cJSON *body)
{
    return field_text(body, "model", "");
}

const char *generate_message_text(const cJSON *message)
{
    const cJSON *content = field_get(message, "content"), *part;
    const char *text = cJSON_IsString(content) ? content->valuestring : "";
    cJSON_ArrayForEach(part, content)
    {
        text = *field_text(part, "text", "") ? field_text(part, "text", "") : text;
    }
    return text;
}

static const cJSON *last_message(const cJSON *body)
{
    const cJSON *messages = field_get(body, "messages");
    int count = cJSON_IsArray(messages) ? cJSON_GetArraySize(messages) : 0;
    return count ? cJSON_GetArrayItem(messages, count - 1) : NULL;
}

const char *generate_last_text(const cJSON *body)
{
    const cJSON *last = last_message(body);
    return last != NULL ? generate_message_text(last) : field_text(body, "prompt", "");
}

const char *generate_begun(const cJSON *body)
{
    const cJSON *last = last_message(body);
    bool assistant = strcmp(field_text(last, "role", ""), "assistant") == 0;
    return assistant ? generate_message_text(last) : NULL;
}

/* What of the answer's text is not said yet. */
static cJSON *go_on(const cJSON *answer, const char *begun)
{
    cJSON *copy = cJSON_Duplicate(answer, true);
    const char *rest = field_text(answer, "text", "") + strlen(begun);
    cJSON_ReplaceItemInObjectCaseSensitive(copy, "text", cJSON_CreateString(rest));
    return copy;
}

void generate_reply(struct context *x, const cJSON *answer)
{
    struct reply_spec spec = spec_of(x);
    const char *begun = generate_begun(x->body);
    char why[WHY_SIZE];
    cJSON *continued = NULL;
    if (field_get(answer, "continue") != NULL) {
        continued = fill_continue(x->conn->server, x->fill, answer, why);
        if (continued == NULL) {
            free(spec.settings);
            routes_unexpected(x->conn, why);
            return;
        }
    } else if (script_goes_on(answer, begun)) {
        continued = go_on(answer, begun);
        spec.think = false;
    }
    reply_start(x->conn, continued != NULL ? continued : answer, &spec);
    cJSON_Delete(continued);
}

bool generate_loads(const struct context *x)
{
    const cJSON *messages = field_get(x->body, "messages");
    return x->body != NULL &&
           ((x->route == ROUTE_CHAT && cJSON_GetArraySize(messages) == 0) ||
            (x->route == ROUTE_GENERATE && *field_text(x->body, "prompt", "") == '\0'));
}

static void load_body(const struct context *x, struct buf *out)
{
    buf_add_str(out, "{\"model\":");
    quote(out, x->model, strlen(x->model), QUOTE_GO);
    buf_add_str(out, ",\"created_at\":\"");
    figure_now(out);
    buf_printf(out, "\",%s,\"done\":true,\"done_reason\":\"%s\"}",
               x->route == ROUTE_CHAT ? "\"message\":{\"role\":\"assistant\",\"content\":\"\"}"
                                      : "\"response\":\"\"",
               spec_unloads(x->body) ? "unload" : "load");
}

/* Loads or unloads; answer is NULL or says when and with what faults. The waiting is left to
 * a reply, so that a client that goes away ends the load. */
static void load(struct context *x, const cJSON *answer)
{
    bool unload = spec_unloads(x->body);
    struct buf body;
    buf_init(&body, SIZE_MAX / 2);
    load_body(x, &body);
    cJSON *own = answer != NULL ? cJSON_Duplicate(answer, true) : cJSON_CreateObject();
    cJSON_AddNumberToObject(own, "status", 200);
    cJSON_AddStringToObject(own, "body", body.data);
    cJSON_AddStringToObject(own, "content_type", "application/json; charset=utf-8");
    struct reply_spec spec = {
        .model = x->model,
        .settings = unload ? NULL : models_settings(x->body),
    };
    if (unload) {
        models_unload(x->conn->server, x->model);
    }
    reply_start(x->conn, own, &spec);
    cJSON_Delete(own);
    buf_finish(&body);
}

static int cannot(const struct context *x, const char *what, struct buf *why)
{
    buf_printf(why, "registry.ollama.ai/library/%s%s does not support %s", x->model,
               strchr(x->model, ':') ? "" : ":latest", what);
    return 400;
}

/* What the servers refuse because of the model. */
static int judge_model(const struct context *x, const cJSON *answer, bool scripted, struct buf *why)
{
    const struct script *script = &x->conn->server->script;
    const cJSON *model = script_model(script, x->model);
    const cJSON *think = field_get(x->body, "think");
    bool fills = x->route == ROUTE_GENERATE ||
                 (x->route == ROUTE_V1_COMPLETIONS && !fill_ignores_suffix(script));
    struct fim fim;
    if (answer_is_fixed(answer)) {
        return 0;
    }
    if (x->route == ROUTE_INFILL && !fim_of(script, model, &fim)) {
        buf_add_str(why, "Infill is not supported by this model: prefix token is missing. "
                         "suffix token is missing. middle token is missing. ");
        return 501;
    }
    if (x->llama) {
        return 0;
    }
    if (fills && model != NULL && *field_text(x->body, "suffix", "") &&
        !script_can(model, "insert")) {
        return cannot(x, "insert", why);
    }
    if (scripted) {
        return 0;
    }
    if (model == NULL) {
        buf_printf(why, "model '%s' not found", x->model);
        return 404;
    }
    if ((cJSON_IsTrue(think) || cJSON_IsString(think)) && !script_can(model, "thinking")) {
        buf_printf(why, "\"%s\" does not support thinking", x->model);
        return 400;
    }
    if (cJSON_GetArraySize(field_get(x->body, "tools")) && !script_can(model, "tools")) {
        return cannot(x, "tools", why);
    }
    return 0;
}

/* What nothing was said about is answered shortly. */
static cJSON *usual_answer(struct context *x)
{
    cJSON *answer = cJSON_CreateObject();
    cJSON_AddStringToObject(answer, "text", "Hello from the fake server.");
    if (script_can(script_model(&x->conn->server->script, x->model), "thinking")) {
        cJSON_AddStringToObject(answer, "thinking", "The user wants an answer.");
    }
    return answer;
}

static int validate(struct context *x, struct buf *why)
{
    if (x->body == NULL) {
        return 400;
    }
    if (x->route == ROUTE_INFILL) {
        return validate_infill(x->body, why);
    }
    if (x->route == ROUTE_MESSAGES) {
        return validate_messages(x->body, why);
    }
    return spec_native(x->route)
               ? validate_ollama(x->body, x->route == ROUTE_CHAT, why)
               : validate_openai(x->body, x->route == ROUTE_V1_CHAT, x->llama, why);
}

void generate_answer(struct context *x, const cJSON *answer, bool scripted)
{
    struct buf *why = &x->why;
    /* llama-server looks at the model first. */
    int status = x->body != NULL && x->llama ? judge_model(x, answer, scripted, why) : 0;
    bool judged = status != 0;
    status = status ? status : validate(x, why);
    if (!status && !x->llama) {
        status = judge_model(x, answer, scripted, why);
        judged = status != 0;
    }
    if (status) {
        head_refuse(x->conn, x->llama, judged, status, why->len ? why->data : "");
        return;
    }
    if (x->loads && !answer_is_fixed(answer)) {
        load(x, answer);
        return;
    }
    cJSON *usual = answer != NULL ? NULL : usual_answer(x);
    generate_reply(x, answer != NULL ? answer : usual);
    cJSON_Delete(usual);
}
