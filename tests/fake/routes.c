#include "routes.h"

#include "control.h"
#include "demo.h"
#include "head.h"
#include "models.h"
#include "quote.h"
#include "reply.h"
#include "validate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum route {
    ROUTE_NONE,
    ROUTE_ROOT,
    ROUTE_VERSION,
    ROUTE_TAGS,
    ROUTE_PS,
    ROUTE_SHOW,
    ROUTE_CHAT,
    ROUTE_GENERATE,
    ROUTE_V1_MODELS,
    ROUTE_V1_CHAT,
    ROUTE_V1_COMPLETIONS,
    ROUTE_HEALTH,
};

static const struct {
    const char *path;
    const char *methods;
    enum route route;
} routes[] = {
    {"/", " GET HEAD ", ROUTE_ROOT},
    {"/api/version", " GET HEAD ", ROUTE_VERSION},
    {"/api/tags", " GET HEAD ", ROUTE_TAGS},
    {"/api/ps", " GET ", ROUTE_PS},
    {"/api/show", " POST ", ROUTE_SHOW},
    {"/api/chat", " POST ", ROUTE_CHAT},
    {"/api/generate", " POST ", ROUTE_GENERATE},
    {"/v1/models", " GET ", ROUTE_V1_MODELS},
    {"/v1/chat/completions", " POST ", ROUTE_V1_CHAT},
    {"/v1/completions", " POST ", ROUTE_V1_COMPLETIONS},
    {"/health", " GET ", ROUTE_HEALTH},
};

/* One request on its way to an answer. */
struct context {
    struct conn *conn;
    const struct request *request;
    enum route route;
    bool llama; /* the path belongs to llama-server here */
    cJSON *body;
    struct buf why; /* what is wrong with the body */
    const char *model;
};

static bool is_generating(enum route r)
{
    return r == ROUTE_CHAT || r == ROUTE_GENERATE || r == ROUTE_V1_CHAT ||
           r == ROUTE_V1_COMPLETIONS;
}

static bool is_llama(const struct server *s, const char *path)
{
    if (s->script.server == SERVER_BOTH)
        return strncmp(path, "/v1/", 4) == 0 || strcmp(path, "/health") == 0;
    return s->script.server == SERVER_LLAMA;
}

/* -1: no such path; else the index. */
static int find_path(const char *path)
{
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
        if (strcmp(routes[i].path, path) == 0)
            return (int)i;
    }
    return -1;
}

static bool takes_method(int i, const char *method)
{
    char padded[32];
    snprintf(padded, sizeof padded, " %.20s ", method);
    return strstr(routes[i].methods, padded) != NULL;
}

void routes_unexpected(struct conn *c, const char *why)
{
    struct buf more;
    buf_init(&more, SIZE_MAX / 2);
    buf_printf(&more, "\"request\":%u,\"why\":", c->request);
    quote(&more, why, strlen(why), QUOTE_PLAIN);
    journal_add(&c->server->journal, "unexpected", more.data);
    buf_clear(&more);
    buf_printf(&more, "fake server: unexpected request: %s", why);
    head_error(c, false, 500, more.data);
    buf_finish(&more);
}

static void log_request(const struct context *x)
{
    struct conn *c = x->conn;
    const struct request *r = x->request;
    struct buf more;
    buf_init(&more, SIZE_MAX / 2);
    buf_printf(&more,
               "\"request\":%u,\"conn\":%u,\"nth\":%u,\"method\":\"%s\",\"path\":", c->request,
               c->number, c->requests, r->method);
    quote(&more, r->path, strlen(r->path), QUOTE_PLAIN);
    buf_add_str(&more, ",\"query\":");
    quote(&more, r->query, strlen(r->query), QUOTE_PLAIN);
    buf_add_str(&more, ",\"headers\":{");
    for (size_t i = 0; i < r->header_count; i++) {
        buf_add_str(&more, i ? "," : "");
        quote(&more, r->headers[i].name, strlen(r->headers[i].name), QUOTE_PLAIN);
        buf_add_str(&more, ":");
        quote(&more, r->headers[i].value, strlen(r->headers[i].value), QUOTE_PLAIN);
    }
    buf_add_str(&more, "}");
    if (r->body.len) {
        buf_add_str(&more, ",\"body\":");
        quote(&more, r->body.data, r->body.len, QUOTE_PLAIN);
    }
    journal_add(&c->server->journal, "request", more.data);
    buf_finish(&more);
}

/* Ollama's check against pages in a browser: only names that cannot be rebound. */
static bool allowed_host(const struct request *r)
{
    static const char *const good[] = {"localhost", "127.0.0.1", "[::1]", "0.0.0.0", ""};
    static const char *const ends[] = {".localhost", ".local", ".internal"};
    const char *host = request_header(r, "host");
    if (request_header(r, "origin"))
        return false;
    if (!host)
        return true;
    size_t len = *host == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":");
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        if (strlen(good[i]) == len && strncasecmp(host, good[i], len) == 0)
            return true;
    }
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        size_t n = strlen(ends[i]);
        if (len > n && strncasecmp(host + len - n, ends[i], n) == 0)
            return true;
    }
    return false;
}

static bool has_key(const struct context *x)
{
    const char *key = x->conn->server->script.key;
    const char *given = request_header(x->request, "authorization");
    return !key || (given && strncasecmp(given, "Bearer ", 7) == 0 && strcmp(given + 7, key) == 0);
}

/* A doubled or trailing slash is redirected to the path that was meant. */
static bool redirect_slash(struct context *x)
{
    char clean[256];
    size_t n = 0;
    for (const char *p = x->request->path; *p && n < sizeof clean - 1; p++) {
        if (*p != '/' || n == 0 || clean[n - 1] != '/')
            clean[n++] = *p;
    }
    while (n > 1 && clean[n - 1] == '/')
        n--;
    clean[n] = '\0';
    if (strcmp(clean, x->request->path) == 0 || find_path(clean) < 0)
        return false;
    bool get = strcmp(x->request->method, "GET") == 0;
    char body[400];
    snprintf(body, sizeof body, "<a href=\"%s\">Moved Permanently</a>.\n\n", clean);
    cJSON *extra = cJSON_CreateObject();
    cJSON_AddStringToObject(extra, "Location", clean);
    struct head head = {
        .status = get ? 301 : 307,
        .type = get ? "text/html; charset=utf-8" : NULL,
        .extra = extra,
        .length = get ? (int64_t)strlen(body) : 0,
    };
    head_answer(x->conn, &head, body, get ? strlen(body) : 0);
    cJSON_Delete(extra);
    return true;
}

static void not_found(struct context *x, int known)
{
    if (x->llama) {
        head_error(x->conn, true, 404, "File Not Found");
        return;
    }
    if (known < 0 && redirect_slash(x))
        return;
    head_text(x->conn, known < 0 ? 404 : 405,
              known < 0 ? "404 page not found" : "405 method not allowed");
}

static const char *string(const cJSON *object, const char *name)
{
    const cJSON *v = cJSON_GetObjectItem(object, name);
    return cJSON_IsString(v) ? v->valuestring : "";
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

static const char *last_text(const cJSON *body)
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
    if (is_native(x->route))
        return !cJSON_IsFalse(cJSON_GetObjectItem(x->body, "think"));
    return !cJSON_IsFalse(cJSON_GetObjectItem(kwargs, "enable_thinking")) &&
           strcmp(string(x->body, "reasoning_effort"), "none") != 0;
}

static void start_reply(struct context *x, const cJSON *answer)
{
    const cJSON *stream = cJSON_GetObjectItem(x->body, "stream");
    const cJSON *usage = cJSON_GetObjectItem(x->body, "stream_options");
    struct reply_spec spec = {
        .shape = shape_of(x),
        .model = x->model,
        .queue = x->conn->server->script.serial && is_generating(x->route) ? x->model : NULL,
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
        (chat ? cJSON_GetArraySize(messages) > 0 : *string(x->body, "prompt") != '\0'))
        return false;
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
    if (unload)
        models_unload(s, x->model);
    /* The waiting is left to a reply, so that a client that goes away ends the load. */
    cJSON *answer = cJSON_CreateObject();
    cJSON_AddNumberToObject(answer, "status", 200);
    cJSON_AddStringToObject(answer, "body", out.data);
    struct reply_spec spec = {.model = x->model, .settings = settings};
    if (unload || !wait) {
        if (!unload)
            models_loaded(s, x->model, settings);
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
    if (scripted || x->llama)
        return 0;
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

/* What nothing was said about is answered shortly, or with the demo's texts. */
static cJSON *usual_answer(struct context *x)
{
    if (x->conn->server->demo)
        return demo_answer(x->conn->server, last_text(x->body));
    cJSON *answer = cJSON_CreateObject();
    cJSON_AddStringToObject(answer, "text", "Hello from the fake server.");
    if (script_can(script_model(&x->conn->server->script, x->model), "thinking"))
        cJSON_AddStringToObject(answer, "thinking", "The user wants an answer.");
    return answer;
}

static void generate(struct context *x, const cJSON *answer, bool scripted)
{
    struct buf *why = &x->why;
    int status = 0;
    if (!x->body)
        status = 400;
    else if (is_native(x->route))
        status = validate_ollama(x->body, x->route == ROUTE_CHAT, why);
    else
        status = validate_openai(x->body, x->route == ROUTE_V1_CHAT, x->llama, why);
    if (!status)
        status = judge_model(x, scripted, why);
    if (status) {
        head_error(x->conn, x->llama, status, why->len ? why->data : "");
        return;
    }
    if (!scripted && only_loads(x))
        return;
    cJSON *usual = answer ? NULL : usual_answer(x);
    start_reply(x, answer ? answer : usual);
    cJSON_Delete(usual);
}

static void builtin(struct context *x)
{
    struct buf out;
    switch (x->route) {
    case ROUTE_ROOT:
        head_text(x->conn, 200, "Ollama is running");
        break;
    case ROUTE_VERSION:
        buf_init(&out, SIZE_MAX / 2);
        buf_add_str(&out, "{\"version\":");
        quote(&out, x->conn->server->script.version, strlen(x->conn->server->script.version),
              QUOTE_GO);
        buf_add_str(&out, "}");
        head_json(x->conn, 200, out.data);
        buf_finish(&out);
        break;
    case ROUTE_TAGS:
        models_tags(x->conn);
        break;
    case ROUTE_PS:
        models_ps(x->conn);
        break;
    case ROUTE_SHOW:
        if (x->body)
            models_show(x->conn, x->body);
        else
            head_error(x->conn, false, 400, x->why.len ? x->why.data : "");
        break;
    case ROUTE_V1_MODELS:
        models_list(x->conn, x->llama);
        break;
    default:
        head_json(x->conn, 200, "{\"status\":\"ok\"}");
        break;
    }
}

/* The answer that the X-Fake header holds or names: *own is to be deleted. */
static const cJSON *inline_answer(struct context *x, cJSON **own, char why[ANSWER_ERROR])
{
    const char *fake = request_header(x->request, "x-fake");
    if (!fake)
        return NULL;
    if (*fake != '{') {
        const cJSON *scenario = script_scenario(&x->conn->server->script, fake);
        if (!scenario)
            snprintf(why, ANSWER_ERROR, "no scenario \"%.100s\"", fake);
        return scenario;
    }
    *own = cJSON_Parse(fake);
    if (!*own)
        snprintf(why, ANSWER_ERROR, "X-Fake is not JSON");
    return *own && answer_check(*own, why) ? *own : NULL;
}

static bool offered(const struct context *x)
{
    const char *path = x->request->path;
    return x->conn->server->script.server != SERVER_LLAMA || strncmp(path, "/v1/", 4) == 0 ||
           strcmp(path, "/health") == 0;
}

static void dispatch(struct context *x)
{
    struct conn *c = x->conn;
    char why[ANSWER_ERROR] = "";
    cJSON *own = NULL;
    int known = find_path(x->request->path);
    if (known >= 0 && takes_method(known, x->request->method) && offered(x))
        x->route = routes[known].route;
    struct script_query query = {
        .request = x->request,
        .body = x->body,
        .model = x->model,
        .last_text = last_text(x->body),
        .generates = is_generating(x->route),
    };
    const cJSON *answer = inline_answer(x, &own, why);
    bool scripted = answer != NULL;
    if (!answer && !*why) {
        answer = script_answer(&c->server->script, &query);
        scripted =
            answer && cJSON_GetObjectItemCaseSensitive(c->server->script.root, "default") != answer;
    }
    if (*why || !script_expected(answer, x->request, x->body, why))
        routes_unexpected(c, why);
    else if (is_generating(x->route))
        generate(x, answer, scripted);
    else if (answer)
        start_reply(x, answer);
    else if (x->route == ROUTE_NONE)
        not_found(x, offered(x) ? known : -1);
    else
        builtin(x);
    cJSON_Delete(own);
}

void routes_request(struct conn *c)
{
    struct server *s = c->server;
    struct context x = {.conn = c, .request = &c->parser.request, .model = ""};
    if (strncmp(x.request->path, "/_fake/", 7) == 0) {
        control_request(c);
        return;
    }
    c->number = c->number ? c->number : ++s->next_conn;
    c->requests++;
    c->request = ++s->next_request;
    log_request(&x);
    x.llama = is_llama(s, x.request->path);
    if (s->script.check_host && !x.llama && !allowed_host(x.request)) {
        struct head head = {.status = 403};
        head_answer(c, &head, "", 0);
        return;
    }
    if (!has_key(&x) && x.llama) {
        head_error(c, true, 401, "Invalid API Key");
        return;
    }
    if (!has_key(&x)) {
        head_json(c, 401,
                  "{\"error\":\"unauthorized\",\"signin_url\":"
                  "\"https://ollama.com/connect?name=fake\\u0026key=fake\"}");
        return;
    }
    buf_init(&x.why, SIZE_MAX / 2);
    x.body = validate_json(&x.request->body, x.llama, &x.why);
    x.model = string(x.body, "model");
    dispatch(&x);
    cJSON_Delete(x.body);
    buf_finish(&x.why);
}
