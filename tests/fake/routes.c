#include "routes.h"

#include "control.h"
#include "fill.h"
#include "head.h"
#include "live.h"
#include "models.h"
#include "quote.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static void root(struct context *x)
{
    head_text(x->conn, 200, "Ollama is running");
}

static void version(struct context *x)
{
    const char *text = x->conn->server->script.version;
    struct buf out;
    buf_init(&out, SIZE_MAX / 2);
    buf_add_str(&out, "{\"version\":");
    quote(&out, text, strlen(text), QUOTE_GO);
    buf_add_str(&out, "}");
    head_json(x->conn, 200, out.data);
    buf_finish(&out);
}

static void health(struct context *x)
{
    struct head head = {
        .status = 200,
        .type = "application/json; charset=utf-8",
        .length = 15,
        .llama = true,
    };
    head_answer(x->conn, &head, "{\"status\":\"ok\"}", 15);
}

/* Those without an answer of their own are for generations. */
static const struct {
    const char *path;
    const char *methods;
    enum route route;
    void (*answer)(struct context *x);
} routes[] = {
    {"/", " GET HEAD ", ROUTE_OTHER, root},
    {"/api/version", " GET HEAD ", ROUTE_OTHER, version},
    {"/api/tags", " GET HEAD ", ROUTE_OTHER, models_tags},
    {"/api/ps", " GET ", ROUTE_OTHER, models_ps},
    {"/api/show", " POST ", ROUTE_OTHER, models_show},
    {"/api/chat", " POST ", ROUTE_CHAT, NULL},
    {"/api/generate", " POST ", ROUTE_GENERATE, NULL},
    {"/v1/models", " GET ", ROUTE_OTHER, models_list},
    {"/v1/chat/completions", " POST ", ROUTE_V1_CHAT, NULL},
    {"/v1/completions", " POST ", ROUTE_V1_COMPLETIONS, NULL},
    {"/v1/messages", " POST ", ROUTE_MESSAGES, NULL},
    {"/infill", " POST ", ROUTE_INFILL, NULL},
    {"/props", " GET ", ROUTE_OTHER, models_props},
    {"/health", " GET ", ROUTE_OTHER, health},
};

/* Below /v1 are paths of both servers. */
static bool only_llama(const char *path)
{
    return strcmp(path, "/infill") == 0 || strcmp(path, "/props") == 0 ||
           strcmp(path, "/health") == 0;
}

static bool is_llama(const struct server *s, const char *path)
{
    if (s->script.server == SERVER_BOTH) {
        return strncmp(path, "/v1/", 4) == 0 || only_llama(path);
    }
    return s->script.server == SERVER_LLAMA;
}

/* -1: no such path; else the index. */
static int find_path(const char *path)
{
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
        if (strcmp(routes[i].path, path) == 0) {
            return (int)i;
        }
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

static void not_found(struct context *x, int known)
{
    if (x->llama) {
        head_error(x->conn, true, 404, "File Not Found");
        return;
    }
    head_text(x->conn, known < 0 ? 404 : 405,
              known < 0 ? "404 page not found" : "405 method not allowed");
}

static bool offered(const struct context *x)
{
    const struct script *script = &x->conn->server->script;
    const char *path = x->request->path;
    if (strcmp(path, "/v1/messages") == 0 || script->only_messages) {
        return strcmp(path, "/v1/messages") == 0;
    }
    switch (script->server) {
    case SERVER_LLAMA:
        return strncmp(path, "/v1/", 4) == 0 || only_llama(path);
    case SERVER_OLLAMA:
        return strcmp(path, "/infill") != 0 && strcmp(path, "/props") != 0;
    default:
        return true;
    }
}

/* What the script says is said, whatever the request is. */
static void play(struct context *x, const cJSON *answer)
{
    if (answer == NULL) {
        routes_unexpected(x->conn, "no answer fits");
    } else {
        generate_reply(x, answer);
    }
}

static void dispatch(struct context *x)
{
    struct conn *c = x->conn;
    const struct script *script = &c->server->script;
    char why[WHY_SIZE] = "";
    struct script_query query = {
        .request = x->request,
        .body = x->body,
        .model = x->model,
        .last_text = x->fill != NULL ? fill_prompt(x->fill) : generate_last_text(x->body),
        .begun = generate_begun(x->body),
        .generates = generate_is(x->route),
        .loads = x->loads,
    };
    const cJSON *answer = script_answer(&c->server->script, &query);
    bool scripted = answer != NULL && answer != field_get(script->root, "default");
    if (!fill_expected(x->fill, answer, why)) {
        routes_unexpected(c, why);
    } else if (script->played && generate_is(x->route) && !x->loads) {
        play(x, answer);
    } else if (generate_is(x->route)) {
        generate_answer(x, answer, scripted);
    } else if (answer != NULL) {
        generate_reply(x, answer);
    } else if (x->route == ROUTE_NONE) {
        not_found(x, offered(x) ? find_path(x->request->path) : -1);
    } else {
        routes[find_path(x->request->path)].answer(x);
    }
}

static void add_quoted(struct buf *out, const char *text)
{
    quote(out, text, strlen(text), QUOTE_PLAIN);
}

static void add_fill(const struct context *x, struct buf *out)
{
    const struct fill *f = x->fill;
    buf_printf(out,
               ",\"fill\":{\"prefix_bytes\":%zu,\"suffix_bytes\":%zu,\"prompt_bytes\":%zu,"
               "\"shared\":%zu}",
               f->before.len, f->after.len, f->prompt.len,
               fill_shared(f, x->conn->server, x->model));
}

/* A request came. */
static void note_request(const struct context *x)
{
    struct conn *c = x->conn;
    const struct request *r = x->request;
    c->server->began = c->began;
    struct buf more;
    buf_init(&more, SIZE_MAX / 2);
    buf_printf(&more,
               "\"request\":%u,\"conn\":%u,\"nth\":%u,\"method\":\"%s\",\"path\":", c->request,
               c->number, c->requests, r->method);
    add_quoted(&more, r->path);
    buf_add_str(&more, ",\"query\":");
    add_quoted(&more, r->query);
    buf_add_str(&more, ",\"headers\":{");
    for (size_t i = 0; i < r->header_count; i++) {
        buf_add_str(&more, i ? "," : "");
        add_quoted(&more, r->headers[i].name);
        buf_add_str(&more, ":");
        add_quoted(&more, r->headers[i].value);
    }
    buf_add_str(&more, "}");
    if (x->fill != NULL) {
        add_fill(x, &more);
    }
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
    if (request_header(r, "origin") != NULL) {
        return false;
    }
    if (host == NULL) {
        return true;
    }
    size_t len = *host == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":");
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        if (strlen(good[i]) == len && strncasecmp(host, good[i], len) == 0) {
            return true;
        }
    }
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        size_t n = strlen(ends[i]);
        if (len > n && strncasecmp(host + len - n, ends[i], n) == 0) {
            return true;
        }
    }
    return false;
}

static bool has_key(const struct context *x)
{
    const char *key = x->conn->server->script.key;
    const char *given = request_header(x->request, "authorization");
    const char *other = request_header(x->request, "x-api-key"); /* llama-server takes both */
    return key == NULL || (x->llama && other != NULL && strcmp(other, key) == 0) ||
           (given != NULL && strncasecmp(given, "Bearer ", 7) == 0 && strcmp(given + 7, key) == 0);
}

/* False: the request has been refused. */
static bool admit(struct context *x)
{
    const struct server *s = x->conn->server;
    if (s->script.check_host && !x->llama && !allowed_host(x->request)) {
        struct head head = {.status = 403};
        head_answer(x->conn, &head, "", 0);
        return false;
    }
    if (has_key(x)) {
        return true;
    }
    if (x->llama) {
        head_error(x->conn, true, 401, "Invalid API Key");
    } else {
        head_json(x->conn, 401,
                  "{\"error\":\"unauthorized\",\"signin_url\":"
                  "\"https://ollama.com/connect?name=fake\\u0026key=fake\"}");
    }
    return false;
}

/* llama-server has one model, whatever a request calls it. */
static const char *model_of(const struct context *x)
{
    const struct script *s = &x->conn->server->script;
    const char *model = generate_model(x->body);
    const cJSON *first = script_models(s)->child;
    bool any = x->route == ROUTE_INFILL && script_model(s, model) == NULL;
    return x->llama && first != NULL && (any || !*model) ? field_get(first, "name")->valuestring
                                                         : model;
}

/* What the request is; then it is noted, and answered. */
static void read_request(struct context *x)
{
    struct fill fill;
    int known = find_path(x->request->path);
    x->llama = is_llama(x->conn->server, x->request->path);
    if (known >= 0 && takes_method(known, x->request->method) && offered(x)) {
        x->route = routes[known].route;
    }
    x->body = validate_json(&x->request->body, x->llama, &x->why);
    x->model = model_of(x);
    x->loads = generate_loads(x);
    x->fill = fill_read(&fill, x) ? &fill : NULL;
    note_request(x);
    if (generate_is(x->route) && !x->loads) {
        live_began(x->conn, x->fill != NULL);
    }
    if (admit(x)) {
        dispatch(x);
    }
    if (x->fill != NULL) {
        fill_finish(&fill);
        x->fill = NULL;
    }
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
    buf_init(&x.why, SIZE_MAX / 2);
    read_request(&x);
    cJSON_Delete(x.body);
    buf_finish(&x.why);
}
