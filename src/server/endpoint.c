#include "server/endpoint.h"

#include "base/buf.h"
#include "base/fields.h"
#include "server/dialect.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A line break in a header would let a value add headers of its own. */
static bool is_header_text(const char *s)
{
    return s != NULL && strpbrk(s, "\r\n") == NULL;
}

/* One line of e's headers; there is room for it. */
static void add_header(struct endpoint *e, const char *name, const char *prefix, const char *text)
{
    size_t count = 0;
    while (e->headers[count] != NULL) {
        count++;
    }
    struct buf line;
    buf_init(&line, SIZE_MAX);
    /* curl drops "Name:"; "Name;" is its form of an empty header */
    buf_printf(&line, text[0] != '\0' ? "%s: %s%s" : "%s;%s%s", name, prefix, text);
    e->headers[count] = line.data;
}

static int read_headers(struct endpoint *e, const struct value *map, const char **why)
{
    size_t count = map != NULL && map->type == VALUE_MAP ? map->as.map.count : 0;
    e->headers = xcalloc(count + DIALECT_HEADERS + 1 + 1, sizeof *e->headers);
    for (size_t i = 0; i < count && *why == NULL; i++) {
        char *name = value_strdup(&map->as.map.pairs[i].key);
        char *text = value_strdup(&map->as.map.pairs[i].value);
        if (is_header_text(name) && is_header_text(text)) {
            add_header(e, name, "", text);
        } else {
            *why = "endpoint.headers: names and values must be strings without line breaks";
        }
        free(name);
        free(text);
    }
    return *why == NULL ? 0 : HUM_ESPEC;
}

static bool has_header(const struct endpoint *e, const char *name)
{
    size_t len = strlen(name);
    for (char **line = e->headers; *line != NULL; line++) {
        if (strncasecmp(*line, name, len) == 0 && strchr(":;", (*line)[len]) != NULL) {
            return true;
        }
    }
    return false;
}

/* What the dialect sends with every request, and the key. A user's header wins; one that brings
 * a key of its own, in whatever way, is the only key that is sent: two would be refused. */
static void add_own_headers(struct endpoint *e)
{
    const struct dialect *d = e->dialect;
    for (const struct dialect_header *h = d->headers; h->name != NULL; h++) {
        if (!has_header(e, h->name)) {
            add_header(e, h->name, "", h->text);
        }
    }
    if (e->key != NULL && !has_header(e, d->key.name) && !has_header(e, "Authorization")) {
        add_header(e, d->key.name, d->key.prefix, e->key);
    }
}

int endpoint_init(struct endpoint *e, const struct value *spec, const char **why)
{
    struct fields f = {.map = spec};
    memset(e, 0, sizeof *e);
    e->name = fields_text(&f, FIELD("endpoint", "name"));
    e->url = fields_text(&f, FIELD("endpoint", "url"));
    e->connect_timeout_ms = fields_ms(&f, FIELD("endpoint", "connect_timeout"));
    e->first_timeout_ms = fields_ms(&f, FIELD("endpoint", "first_timeout"));
    e->idle_timeout_ms = fields_ms(&f, FIELD("endpoint", "idle_timeout"));
    e->key = value_strdup(value_get(spec, "key"));

    char *dialect = value_strdup(value_get(spec, "dialect"));
    e->dialect = dialect != NULL ? dialect_find(dialect) : NULL;
    free(dialect);

    *why = f.why;
    if (*why == NULL && e->dialect == NULL) {
        *why = dialect_names_why();
    } else if (*why == NULL && value_get(spec, "key") != NULL && !is_header_text(e->key)) {
        *why = "endpoint.key must be a string without line breaks";
    }
    if (*why != NULL || e->dialect == NULL) {
        return HUM_ESPEC;
    }
    for (size_t len = strlen(e->url); len > 0 && e->url[len - 1] == '/'; len--) {
        e->url[len - 1] = '\0';
    }
    if (read_headers(e, value_get(spec, "headers"), why) != 0) {
        return HUM_ESPEC;
    }
    add_own_headers(e);
    return 0;
}

static void wipe(char *secret)
{
    for (volatile char *c = secret; c != NULL && *c != '\0'; c++) {
        *c = '\0';
    }
}

void endpoint_finish(struct endpoint *e)
{
    for (char **line = e->headers; line != NULL && *line != NULL; line++) {
        wipe(*line);
        free(*line);
    }
    wipe(e->key);
    free(e->headers);
    free(e->key);
    free(e->url);
    free(e->name);
    memset(e, 0, sizeof *e);
}

struct transfer *endpoint_start(const struct endpoint *e, struct http *http,
                                const struct endpoint_request *request,
                                const struct http_callbacks *callbacks, void *ctx)
{
    struct buf url;
    buf_init(&url, SIZE_MAX);
    buf_printf(&url, "%s%s", e->url, request->path);
    const struct http_request http_request = {
        .method = request->method,
        .url = url.data,
        .accept = request->accept,
        .headers = e->headers,
        .body = request->body,
        .body_len = request->body_len,
        .connect_timeout_ms = e->connect_timeout_ms,
    };
    struct transfer *t = http_start(http, &http_request, callbacks, ctx);
    buf_finish(&url);
    return t;
}

struct failure endpoint_failure(const struct endpoint *e, enum hum_error code, const char *text)
{
    return (struct failure){
        .code = code,
        .endpoint = e != NULL && e->name != NULL ? e->name : "?",
        .url = e != NULL && e->url != NULL ? e->url : "?",
        .dialect = e != NULL && e->dialect != NULL ? e->dialect->name : "?",
        .words = e != NULL && e->dialect != NULL ? e->dialect->words : NULL,
        .text = text,
    };
}

struct failure endpoint_result_failure(const struct endpoint *e, const struct http_result *result,
                                       const char *text)
{
    bool answered = result->error == 0;
    struct failure f = endpoint_failure(e, answered ? HUM_EHTTP : (enum hum_error)result->error,
                                        answered ? text : result->why);
    f.status = result->status;
    f.location = result->location;
    f.retry_after_s = result->retry_after_s;
    f.wait = WAIT_CONNECT;
    f.waited_ms = e->connect_timeout_ms;
    return f;
}
