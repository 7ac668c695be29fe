#include "server/endpoint.h"

#include "base/buf.h"
#include "base/fields.h"
#include "base/hash.h"
#include "base/wipe.h"
#include "server/dialect.h"
#include "server/proxy.h"
#include "server/retry.h"
#include "server/secrets.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

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
    buf_init_secret(&line, SIZE_MAX);
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
        wipe_text(text);
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
    const char *name = e->key_header != NULL ? e->key_header : d->key.name;
    const char *prefix = e->key_header != NULL ? "" : d->key.prefix;
    if (e->key != NULL && !has_header(e, name) && !has_header(e, "Authorization")) {
        add_header(e, name, prefix, e->key);
    }
}

/* A key that the user puts into a header of his own is one, too. */
static void note_own_key(struct endpoint *e)
{
    static const char *const names[] = {"Authorization", "x-api-key", "api-key"};
    for (size_t i = 0; i < sizeof names / sizeof *names && e->key_from == NULL; i++) {
        if (has_header(e, names[i])) {
            struct buf from;
            buf_init(&from, SIZE_MAX);
            buf_printf(&from, "headers.%s", names[i]);
            e->key_from = from.data;
        }
    }
}

/* ---- what no text may repeat --------------------------------------------------- */

/* Values of parameters need not be among them: mask_text finds those by their names. */
static void note_secrets(struct endpoint *e)
{
    struct secrets secrets = {0};
    if (e->key != NULL) {
        secrets_add(&secrets, e->key);
    }
    for (char **line = e->headers; *line != NULL; line++) {
        secrets_add_header(&secrets, *line);
    }
    const struct proxy proxy = proxy_for(e->url, e->proxy, e->no_proxy);
    if (proxy.url != NULL) {
        secrets_add_proxy(&secrets, proxy.url);
    }
    e->secrets = secrets.texts;
}

static uint64_t hash_endpoint(const struct endpoint *e, const struct value *spec)
{
    char *configured = value_strdup_or(value_get(spec, "configured"), "");
    const char *const texts[] = {e->name,    e->url,    e->chat_url, e->fill_url,
                                 e->root,    e->query,  e->key,      e->dialect->name,
                                 configured, e->socket, e->proxy};
    uint64_t hash = HASH_START;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        hash = hash_text(hash, texts[i] != NULL ? texts[i] : "");
    }
    for (char **line = e->headers; *line != NULL; line++) {
        hash = hash_text(hash, *line);
    }
    free(configured);
    return hash;
}

/* ---- the spec ------------------------------------------------------------------ */

/* What may be absent, and is no text otherwise. */
static char *optional_text(struct fields *f, const char *name, const char *why)
{
    const struct value *v = value_get(f->map, name);
    char *text = value_strdup(v);
    bool absent = v == NULL || v->type == VALUE_NIL;
    if (f->why == NULL && !absent && !is_header_text(text)) {
        f->why = why;
    }
    return text;
}

static void cut_slashes(char *url)
{
    for (size_t len = url != NULL ? strlen(url) : 0; len > 0 && url[len - 1] == '/'; len--) {
        url[len - 1] = '\0';
    }
}

static void read_address(struct endpoint *e, struct fields *f)
{
    e->url = fields_text(f, FIELD("endpoint", "url"));
    e->url_from = optional_text(f, FIELD("endpoint", "url_from"));
    e->root = optional_text(f, FIELD("endpoint", "root"));
    e->as_written = optional_text(f, FIELD("endpoint", "as_written"));
    e->chat_url = optional_text(f, FIELD("endpoint", "chat_url"));
    e->fill_url = optional_text(f, FIELD("endpoint", "fill_url"));
    e->query = optional_text(f, FIELD("endpoint", "query"));
    e->socket = optional_text(f, FIELD("endpoint", "socket"));
    cut_slashes(e->url);
    cut_slashes(e->root);
    cut_slashes(e->as_written);
}

static void read_way(struct endpoint *e, struct fields *f)
{
    struct fields tls = {.map = value_get(f->map, "tls")};
    e->ca = optional_text(&tls, FIELD("endpoint.tls", "ca"));
    e->client_cert = optional_text(&tls, FIELD("endpoint.tls", "client_cert"));
    e->client_key = optional_text(&tls, FIELD("endpoint.tls", "client_key"));
    e->insecure = value_bool(value_get(tls.map, "insecure"), false);
    e->proxy = optional_text(f, FIELD("endpoint", "proxy"));
    e->no_proxy = optional_text(f, FIELD("endpoint", "no_proxy"));
    f->why = f->why != NULL ? f->why : tls.why;
}

/* The strings of a list, NULL-terminated. */
static char **read_texts(const struct value *list)
{
    size_t count = list != NULL && list->type == VALUE_ARRAY ? list->as.array.count : 0, kept = 0;
    char **texts = xcalloc(count + 1, sizeof *texts);
    for (size_t i = 0; i < count; i++) {
        texts[kept] = value_strdup(&list->as.array.items[i]);
        kept += texts[kept] != NULL;
    }
    return texts;
}

static void read_quirks(struct endpoint_quirks *q, struct fields *f)
{
    struct fields quirks = {.map = value_get(f->map, "quirks")};
    q->refuses = read_texts(value_get(quirks.map, "refuses"));
    q->limit = optional_text(&quirks, FIELD("endpoint.quirks", "limit"));
    q->think = optional_text(&quirks, FIELD("endpoint.quirks", "think"));
    q->thoughts = optional_text(&quirks, FIELD("endpoint.quirks", "thoughts"));
    q->prefill = optional_text(&quirks, FIELD("endpoint.quirks", "prefill"));
    q->progress = optional_text(&quirks, FIELD("endpoint.quirks", "progress"));
    f->why = f->why != NULL ? f->why : quirks.why;
}

static void read_names(struct endpoint *e, struct fields *f)
{
    e->name = fields_text(f, FIELD("endpoint", "name"));
    e->title = optional_text(f, FIELD("endpoint", "title"));
    e->key_header = optional_text(f, FIELD("endpoint", "key_header"));
    e->key_variable = optional_text(f, FIELD("endpoint", "key_variable"));
    e->key = value_strdup(value_get(f->map, "key"));
    e->key_from =
        e->key != NULL ? value_strdup_or(value_get(f->map, "key_from"), "the configuration") : NULL;
}

/* ---- life ---------------------------------------------------------------------- */

int endpoint_init(struct endpoint *e, const struct value *spec, const char **why)
{
    struct fields f = {.map = spec};
    memset(e, 0, sizeof *e);
    read_names(e, &f);
    read_address(e, &f);
    read_way(e, &f);
    read_quirks(&e->quirks, &f);
    e->connect_timeout_ms = fields_ms(&f, FIELD("endpoint", "connect_timeout"));
    e->first_timeout_ms = fields_ms(&f, FIELD("endpoint", "first_timeout"));
    e->idle_timeout_ms = fields_ms(&f, FIELD("endpoint", "idle_timeout"));

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
    if (read_headers(e, value_get(spec, "headers"), why) != 0) {
        return HUM_ESPEC;
    }
    note_own_key(e);
    add_own_headers(e);
    note_secrets(e);
    e->hash = hash_endpoint(e, spec);
    return 0;
}

void endpoint_finish(struct endpoint *e)
{
    char *const texts[] = {
        e->name,         e->title,           e->url,
        e->root,         e->as_written,      e->chat_url,
        e->fill_url,     e->query,           e->socket,
        e->key_from,     e->key_header,      e->key_variable,
        e->ca,           e->client_cert,     e->client_key,
        e->proxy,        e->no_proxy,        e->quirks.limit,
        e->quirks.think, e->quirks.thoughts, e->key,
        e->url_from,     e->quirks.prefill,  e->quirks.progress,
    };
    wipe_texts(e->headers);
    wipe_texts(e->secrets);
    wipe_texts(e->quirks.refuses);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        wipe_text(texts[i]);
    }
    memset(e, 0, sizeof *e);
}

/* ---- requests ------------------------------------------------------------------ */

/* The whole address for that, NULL if it is made of a base and a path. */
static const char *whole_url(const struct endpoint *e, enum endpoint_at at)
{
    return at == AT_CHAT ? e->chat_url : at == AT_FILL ? e->fill_url : NULL;
}

bool endpoint_has_other(const struct endpoint *e, enum endpoint_at at)
{
    return e->as_written != NULL && at != AT_ROOT && whole_url(e, at) == NULL;
}

void endpoint_url(const struct endpoint *e, const struct endpoint_request *request, struct buf *out)
{
    enum endpoint_at at = request->at;
    const char *whole = whole_url(e, at);
    const char *base = at == AT_ROOT && e->root != NULL               ? e->root
                       : request->as_written && e->as_written != NULL ? e->as_written
                                                                      : e->url;
    size_t begin = out->len;
    if (whole != NULL) {
        buf_add_str(out, whole);
    } else {
        buf_printf(out, "%s%s", base, request->path);
    }
    if (e->query != NULL && e->query[0] != '\0') {
        bool more = out->len > begin && memchr(out->data + begin, '?', out->len - begin) != NULL;
        buf_printf(out, "%s%s", more ? "&" : "?", e->query);
    }
}

static struct way way_of(const struct endpoint *e)
{
    return (struct way){
        .socket = e->socket,
        .ca = e->ca,
        .client_cert = e->client_cert,
        .client_key = e->client_key,
        .insecure = e->insecure,
        .proxy = e->proxy,
        .no_proxy = e->no_proxy,
        .connect_timeout_ms = e->connect_timeout_ms,
    };
}

struct transfer *endpoint_start(const struct endpoint *e, struct http *http,
                                const struct endpoint_request *request,
                                const struct http_callbacks *callbacks, void *ctx)
{
    struct buf url;
    buf_init_secret(&url, SIZE_MAX);
    endpoint_url(e, request, &url);
    const struct http_request http_request = {
        .method = request->method,
        .url = url.data,
        .accept = request->accept,
        .headers = e->headers,
        .body = request->body,
        .body_len = request->body_len,
        .way = way_of(e),
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
        .url_from = e != NULL ? e->url_from : NULL,
        .socket = e != NULL ? e->socket : NULL,
        .dialect = e != NULL && e->dialect != NULL ? e->dialect->name : "?",
        .words = e != NULL && e->dialect != NULL ? e->dialect->words : NULL,
        .text = text,
        .secrets = e != NULL ? e->secrets : NULL,
        .key = e != NULL ? e->key_from : NULL,
        .key_variable = e != NULL ? e->key_variable : NULL,
    };
}

struct failure endpoint_result_failure(const struct endpoint *e, const struct http_result *result,
                                       const char *body, const char *text)
{
    /* An error status says more than how its body ended. */
    bool answered =
        result->error == HUM_OK || (result->status > 0 && !http_is_success(result->status));
    struct failure f =
        endpoint_failure(e, answered ? HUM_EHTTP : result->error, answered ? text : result->why);
    f.cause = result->cause;
    f.cause.kind = answered ? CAUSE_UNKNOWN : result->cause.kind;
    f.status = result->status;
    f.location = result->location;
    const struct retry_answer answer = {
        .status = result->status,
        .after = result->retry_after,
        .after_ms = result->retry_after_ms,
        .body = body,
        .text = text,
    };
    f.url = result->url;
    f.money = retry_is_money(&answer);
    int64_t wait_ms = retry_asked_ms(&answer, time(NULL));
    f.retry_after_s = wait_ms > 0 ? (long)((wait_ms + 999) / 1000) : 0;
    f.wait = WAIT_CONNECT;
    f.waited_ms = e->connect_timeout_ms;
    return f;
}
