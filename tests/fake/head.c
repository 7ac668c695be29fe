#include "head.h"

#include "quote.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

enum { GO_WHOLE_BODY = 2048 }; /* Go's server buffers so much before it must go chunked */

static const char *status_text(int status)
{
    static const struct {
        int status;
        const char *text;
    } known[] = {
        {200, "OK"},
        {301, "Moved Permanently"},
        {307, "Temporary Redirect"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {413, "Request Entity Too Large"},
        {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"},
        {501, "Not Implemented"},
        {502, "Bad Gateway"},
        {503, "Service Unavailable"},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (known[i].status == status) {
            return known[i].text;
        }
    }
    return "Status";
}

static void add_date(struct buf *out)
{
    char date[64];
    time_t now = time(NULL);
    struct tm tm;
    gmtime_r(&now, &tm);
    strftime(date, sizeof date, "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &tm);
    buf_add_str(out, date);
}

static void add_extra(struct buf *out, const struct head *head)
{
    const cJSON *item;
    if (head->type != NULL && cJSON_GetObjectItem(head->extra, "Content-Type") == NULL) {
        buf_printf(out, "Content-Type: %s\r\n", head->type);
    }
    cJSON_ArrayForEach(item, head->extra)
    {
        if (cJSON_IsString(item)) {
            buf_printf(out, "%s: %s\r\n", item->string, item->valuestring);
        }
    }
}

static void add_length(struct buf *out, const struct head *head, bool chunked)
{
    if (chunked) {
        buf_add_str(out, "Transfer-Encoding: chunked\r\n");
    } else if (head->length >= 0) {
        buf_printf(out, "Content-Length: %" PRId64 "\r\n", head->length);
    }
}

static void go_head(struct buf *out, const struct head *head, const struct request *r, bool chunked)
{
    buf_printf(out, "HTTP/1.%d %d %s\r\n", r->minor, head->status, status_text(head->status));
    add_extra(out, head);
    add_date(out);
    if (!chunked) {
        add_length(out, head, false);
    }
    if (head->close && r->minor == 1) {
        buf_add_str(out, "Connection: close\r\n");
    }
    if (chunked) {
        add_length(out, head, true);
    }
}

static void llama_head(struct buf *out, const struct head *head, bool chunked)
{
    buf_printf(out, "HTTP/1.1 %d %s\r\nServer: llama.cpp\r\nAccess-Control-Allow-Origin: \r\n",
               head->status, status_text(head->status));
    if (head->stream) {
        buf_add_str(out, "X-Accel-Buffering: no\r\n");
    }
    add_extra(out, head);
    add_length(out, head, chunked);
    buf_add_str(out, head->close ? "Connection: close\r\n" : "Keep-Alive: timeout=5, max=100\r\n");
}

static bool has_body(const struct request *r)
{
    return r->method == NULL || strcmp(r->method, "HEAD") != 0;
}

void head_write(struct conn *c, struct head *head, bool *chunked)
{
    const struct request *r = &c->parser.request;
    *chunked = head->length < 0 && (head->llama || r->minor >= 1) && has_body(r);
    /* A 1.0 client cannot tell the end of a body without a length but by the close. */
    head->close = head->close || !r->keep_alive || (head->length < 0 && !*chunked);
    if (head->llama) {
        llama_head(&c->out, head, *chunked);
    } else {
        go_head(&c->out, head, r, *chunked);
    }
    buf_add_str(&c->out, "\r\n");
}

void head_body(struct conn *c, bool chunked, const char *data, size_t len)
{
    static const char hex[] = "0123456789abcdef";
    char size[20];
    size_t at = sizeof size;
    if (!has_body(&c->parser.request)) {
        return;
    }
    if (!chunked) {
        conn_write(c, data, len);
        return;
    }
    size[--at] = '\n';
    size[--at] = '\r';
    for (size_t n = len; n != 0; n /= 16) {
        size[--at] = hex[n % 16];
    }
    conn_write(c, size + at, sizeof size - at);
    conn_write(c, data, len);
    conn_write(c, "\r\n", 2);
}

int64_t head_length(bool llama, size_t len)
{
    return !llama && len > GO_WHOLE_BODY ? -1 : (int64_t)len;
}

void head_answer(struct conn *c, const struct head *head, const char *body, size_t len)
{
    struct head h = *head;
    bool chunked;
    head_write(c, &h, &chunked);
    if (len != 0) {
        head_body(c, chunked, body, len);
    }
    if (chunked) {
        conn_write(c, "0\r\n\r\n", 5);
    }
    conn_answered(c, h.close ? CONN_CLOSE : CONN_KEEP);
}

void head_json(struct conn *c, int status, const char *json)
{
    size_t len = strlen(json);
    struct head head = {
        .status = status,
        .type = "application/json; charset=utf-8",
        .length = head_length(false, len),
    };
    head_answer(c, &head, json, len);
}

void head_text(struct conn *c, int status, const char *text)
{
    struct head head = {
        .status = status,
        .type = status == 200 ? "text/plain; charset=utf-8" : "text/plain",
        .length = (int64_t)strlen(text),
    };
    head_answer(c, &head, text, strlen(text));
}

static const char *error_type(int status)
{
    switch (status) {
    case 400:
        return "invalid_request_error";
    case 401:
        return "authentication_error";
    case 404:
        return "not_found_error";
    case 501:
        return "not_supported_error";
    case 503:
        return "unavailable_error";
    default:
        return "server_error";
    }
}

/* An error as the paths below /v1 or, with llama unset, Ollama's own report it. */
void head_error(struct conn *c, bool llama, int status, const char *message)
{
    head_refuse(c, llama, status != 400, status, message);
}

void head_refuse(struct conn *c, bool llama, bool handler, int status, const char *message)
{
    struct buf body;
    buf_init(&body, SIZE_MAX / 2);
    struct head head = {.status = status, .type = "application/json; charset=utf-8"};
    if (llama) {
        bool late = status == 400 || status == 500 || status == 501; /* from a handler */
        buf_add_str(&body, "{\"error\":{");
        if (late) {
            buf_printf(&body, "\"code\":%d,", status);
        }
        buf_add_str(&body, "\"message\":");
        quote(&body, message, strlen(message), QUOTE_PLAIN);
        buf_printf(&body, ",\"type\":\"%s\"", error_type(status));
        if (!late) {
            buf_printf(&body, ",\"code\":%d", status);
        }
        buf_add_str(&body, "}}");
        head.llama = head.close = true;
    } else if (strncmp(c->parser.request.path, "/v1/", 4) == 0) {
        /* What the middleware turns into OpenAI's form ends with a newline. */
        buf_add_str(&body, "{\"error\":{\"message\":");
        quote(&body, message, strlen(message), QUOTE_GO);
        buf_printf(&body, ",\"type\":\"%s\",\"param\":null,\"code\":null}}%s",
                   status >= 500 ? "api_error" : error_type(status), handler ? "\n" : "");
        head.type = handler ? "application/json" : head.type;
    } else {
        buf_add_str(&body, "{\"error\":");
        quote(&body, message, strlen(message), QUOTE_GO);
        buf_add_str(&body, "}");
    }
    head.length = head_length(llama, body.len);
    head_answer(c, &head, body.data, body.len);
    buf_finish(&body);
}

/* What Go's server says before any handler is asked. */
void head_bad_request(struct conn *c)
{
    int status = c->parser.status;
    buf_printf(&c->out,
               "HTTP/1.1 %d %s\r\nContent-Type: text/plain; charset=utf-8\r\n"
               "Connection: close\r\n\r\n%d %s%s",
               status, status_text(status), status, status_text(status), c->parser.why);
    journal_addf(&c->server->journal, "bad_request", "\"status\":%d", status);
    conn_answered(c, CONN_LINGER);
}
