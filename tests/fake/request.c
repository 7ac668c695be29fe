#include "request.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MAX_HEAD = 64 * 1024 };
enum { HEAD, BODY, READY };

void request_init(struct request_parser *p, size_t max_body)
{
    memset(p, 0, sizeof *p);
    p->max_body = max_body;
    buf_init(&p->in, SIZE_MAX / 2);
    buf_init(&p->request.body, SIZE_MAX / 2);
}

void request_clear(struct request_parser *p)
{
    struct request *r = &p->request;
    for (size_t i = 0; i < r->header_count; i++) {
        free(r->headers[i].name);
        free(r->headers[i].value);
    }
    free(r->headers);
    free(r->method);
    free(r->target);
    free(r->path);
    free(r->query);
    buf_finish(&r->body);
    memset(r, 0, sizeof *r);
    buf_init(&r->body, SIZE_MAX / 2);
    p->state = HEAD;
    p->owes_continue = false;
}

void request_finish(struct request_parser *p)
{
    request_clear(p);
    buf_finish(&p->in);
}

void request_feed(struct request_parser *p, const char *data, size_t len)
{
    buf_add(&p->in, data, len);
}

const char *request_header(const struct request *r, const char *name)
{
    for (size_t i = 0; i < r->header_count; i++) {
        if (strcmp(r->headers[i].name, name) == 0) {
            return r->headers[i].value;
        }
    }
    return NULL;
}

static enum request_result bad(struct request_parser *p, int status, const char *why)
{
    p->status = status;
    p->why = why;
    return REQUEST_BAD;
}

/* Go's server takes the same characters as the standard's token. */
static bool is_token(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (!isalnum((unsigned char)s[i]) && strchr("!#$%&'*+-.^_`|~", s[i]) == NULL) {
            return false;
        }
    }
    return len > 0;
}

/* Where the path of "http://host/path" begins, as a proxy is asked; of other targets, the target. */
static const char *path_of(const char *target)
{
    static const char scheme[] = "http://";
    bool absolute = strncmp(target, scheme, sizeof scheme - 1) == 0;
    return absolute ? target + strcspn(target + sizeof scheme - 1, "/ ") + sizeof scheme - 1
                    : target;
}

static bool read_request_line(struct request *r, const char *line, size_t len)
{
    const char *end = line + len;
    const char *space = memchr(line, ' ', len);
    if (space == NULL || !is_token(line, (size_t)(space - line))) {
        return false;
    }
    const char *target = space + 1;
    const char *second = memchr(target, ' ', (size_t)(end - target));
    if (second == NULL || second == target || end - second != 9) {
        return false;
    }
    if (memcmp(second + 1, "HTTP/1.", 7) != 0 || (second[8] != '0' && second[8] != '1')) {
        return false;
    }
    const char *path = path_of(target);
    if (*path != '/' && *path != '*') {
        return false;
    }
    r->method = xstrndup(line, (size_t)(space - line));
    r->target = xstrndup(target, (size_t)(second - target));
    r->minor = second[8] - '0';
    size_t n = strcspn(path, "? ");
    r->path = xstrndup(path, n);
    r->query =
        path[n] == '?' ? xstrndup(path + n + 1, (size_t)(second - path) - n - 1) : xstrdup("");
    return true;
}

static bool add_header(struct request *r, const char *line, size_t len)
{
    const char *colon = memchr(line, ':', len);
    if (colon == NULL || !is_token(line, (size_t)(colon - line))) {
        return false;
    }
    const char *value = colon + 1, *end = line + len;
    while (value < end && (*value == ' ' || *value == '\t')) {
        value++;
    }
    while (end > value && (end[-1] == ' ' || end[-1] == '\t')) {
        end--;
    }
    for (const char *c = value; c < end; c++) {
        if ((unsigned char)*c < 0x20 && *c != '\t') {
            return false;
        }
    }
    r->headers = xrealloc(r->headers, (r->header_count + 1) * sizeof *r->headers);
    struct header *h = &r->headers[r->header_count++];
    h->name = xstrndup(line, (size_t)(colon - line));
    h->value = xstrndup(value, (size_t)(end - value));
    for (char *c = h->name; *c; c++) {
        *c = (char)tolower((unsigned char)*c);
    }
    return true;
}

static bool read_number(const char *s, size_t *out)
{
    size_t len = strspn(s, "0123456789");
    *out = strtoull(s, NULL, 10);
    return len != 0 && len < 16 && s[len] == '\0';
}

/* What the headers say about the body and the connection. */
static enum request_result judge_head(struct request_parser *p)
{
    struct request *r = &p->request;
    const char *connection = request_header(r, "connection");
    const char *coding = request_header(r, "transfer-encoding");
    const char *length = request_header(r, "content-length");
    const char *expect = request_header(r, "expect");
    r->keep_alive = r->minor >= 1;
    if (connection != NULL && strcasecmp(connection, "close") == 0) {
        r->keep_alive = false;
    }
    if (connection != NULL && strcasecmp(connection, "keep-alive") == 0) {
        r->keep_alive = true;
    }
    p->owes_continue = r->minor >= 1 && expect != NULL && strcasecmp(expect, "100-continue") == 0;
    if (r->minor >= 1 && request_header(r, "host") == NULL) {
        return bad(p, 400, ": missing required Host header");
    }
    if (coding != NULL) {
        return bad(p, 501, ": unsupported transfer encoding");
    }
    p->need = 0;
    if (length != NULL && !read_number(length, &p->need)) {
        return bad(p, 400, ": bad Content-Length");
    }
    if (p->need > p->max_body) {
        return bad(p, 413, "");
    }
    p->state = p->need ? BODY : READY;
    return REQUEST_MORE;
}

/* One line of the input from *at, without its end, or false. */
static bool next_line(const struct buf *in, size_t *at, const char **line, size_t *len)
{
    if (*at >= in->len) {
        return false;
    }
    const char *start = in->data + *at;
    const char *end = memchr(start, '\n', in->len - *at);
    if (end == NULL) {
        return false;
    }
    *line = start;
    *len = (size_t)(end - start);
    *at += *len + 1;
    if (*len && start[*len - 1] == '\r') {
        --*len;
    }
    return true;
}

/* The end of the head behind its blank line, or 0. */
static size_t head_length(const struct buf *in)
{
    size_t at = 0, len;
    const char *line;
    bool began = false;
    while (next_line(in, &at, &line, &len)) {
        if (len == 0 && began) {
            return at;
        }
        began = began || len > 0; /* blank lines before a request are passed over */
    }
    return 0;
}

static enum request_result read_head(struct request_parser *p)
{
    size_t end = head_length(&p->in), at = 0, len;
    const char *line;
    if (end > MAX_HEAD || (end == 0 && p->in.len > MAX_HEAD)) {
        return bad(p, 431, "");
    }
    if (end == 0) {
        /* Garbage shows itself in its first line; a client may wait for the answer. */
        bool whole = next_line(&p->in, &at, &line, &len);
        if (whole && len && memchr(line, ' ', len) == NULL) {
            return bad(p, 400, "");
        }
        return REQUEST_MORE;
    }
    bool began = false;
    while (at < end && next_line(&p->in, &at, &line, &len)) {
        if (len == 0) {
            continue;
        }
        if (!began && !read_request_line(&p->request, line, len)) {
            return bad(p, 400, "");
        }
        if (began && !add_header(&p->request, line, len)) {
            return bad(p, 400, "");
        }
        began = true;
    }
    buf_drop(&p->in, end);
    return judge_head(p);
}

static void read_body(struct request_parser *p)
{
    size_t n = p->in.len < p->need ? p->in.len : p->need;
    buf_add(&p->request.body, p->in.data, n);
    buf_drop(&p->in, n);
    p->need -= n;
    if (p->need == 0) {
        p->state = READY;
    }
}

/* Sees whether a request is there, and takes in what can be taken. */
static enum request_result read_more(struct request_parser *p)
{
    enum request_result result = p->state == HEAD ? read_head(p) : REQUEST_MORE;
    if (p->state == BODY) {
        read_body(p);
    }
    return p->state == READY ? REQUEST_READY : result;
}

enum request_result request_next(struct request_parser *p)
{
    enum request_result result = read_more(p);
    if (result == REQUEST_MORE && p->state == BODY && p->owes_continue) {
        p->owes_continue = false;
        return REQUEST_CONTINUE;
    }
    return result;
}
