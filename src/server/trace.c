#include "server/trace.h"

#include "base/mask.h"
#include "base/words.h"
#include "server/secrets.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

const char *trace_end_name(enum trace_end end)
{
    static const char *const names[] = {
        [TRACE_OPEN] = "open",   [TRACE_WHOLE] = "whole",   [TRACE_CUT] = "cut",
        [TRACE_RESET] = "reset", [TRACE_CLOSED] = "closed", [TRACE_NONE] = "none",
    };
    return names[end];
}

/* ---- a part of many bytes ------------------------------------------------------ */

static void bytes_init(struct trace_bytes *b, size_t first)
{
    buf_init_secret(&b->first, first);
    buf_init_secret(&b->last, (size_t)2 * TRACE_LAST);
    b->total = b->hidden = 0;
}

static void bytes_finish(struct trace_bytes *b)
{
    buf_finish(&b->first);
    buf_finish(&b->last);
}

static size_t add_what_fits(struct buf *b, const char *data, size_t len)
{
    size_t room = b->cap - b->len, n = len < room ? len : room;
    buf_add(b, data, n);
    return n;
}

/* No more than is kept of the end. */
static void bytes_settle(struct trace_bytes *b)
{
    if (b->last.len > TRACE_LAST) {
        buf_drop(&b->last, b->last.len - TRACE_LAST);
    }
}

static void bytes_add(struct trace_bytes *b, const char *data, size_t len)
{
    b->total += len;
    size_t n = add_what_fits(&b->first, data, len);
    data += n;
    len -= n;
    if (len > TRACE_LAST) {
        data += len - TRACE_LAST;
        len = TRACE_LAST;
    }
    if (len > b->last.cap - b->last.len) {
        bytes_settle(b); /* every 16 kB once: the price of a copy */
    }
    add_what_fits(&b->last, data, len);
}

static bool same(const struct buf *a, const struct buf *b)
{
    return a->len == b->len && (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

/* ---- what happens -------------------------------------------------------------- */

static struct trace_try *last_of(const struct trace *t)
{
    return t->count > 0 ? &t->tries[t->count - 1] : NULL;
}

/* The last try, while it lasts. */
static struct trace_try *open_of(const struct trace *t)
{
    struct trace_try *one = last_of(t);
    return one != NULL && one->end == TRACE_OPEN ? one : NULL;
}

/* The try before whose body this one repeats. */
static const struct trace_try *with_body(const struct trace *t)
{
    size_t i = t->count;
    while (i > 0 && t->tries[i - 1].same_body) {
        i--;
    }
    return i > 0 ? &t->tries[i - 1] : NULL;
}

static void init_try(struct trace_try *one)
{
    *one = (struct trace_try){.end = TRACE_OPEN};
    buf_init_secret(&one->head, TRACE_HEAD);
    buf_init_secret(&one->answer_head, TRACE_HEAD);
    bytes_init(&one->body, TRACE_REQUEST);
    bytes_init(&one->answer, TRACE_ANSWER);
}

static void finish_try(struct trace_try *one)
{
    buf_finish(&one->head);
    buf_finish(&one->answer_head);
    bytes_finish(&one->body);
    bytes_finish(&one->answer);
    free(one->pieces);
    free(one->why);
}

void trace_finish(struct trace *t)
{
    for (size_t i = 0; i < t->count; i++) {
        finish_try(&t->tries[i]);
    }
    free(t->tries);
    for (size_t i = 0; i < t->image_count; i++) {
        free(t->images[i].words);
        free(t->images[i].first);
    }
    free(t->images);
    *t = (struct trace){0};
}

/* ---- images in a request ------------------------------------------------------- */

/* So much of an image's base64 is shown, and so much tells where it stands. */
#define IMAGE_SHOWN 24
#define IMAGE_FIRST 64

/* They stand within a string of JSON, as a part of it. */
static void make_plain(char *words)
{
    for (char *c = words; *c != '\0'; c++) {
        *c = *c == '"' || *c == '\\' || (unsigned char)*c < 0x20 ? '?' : *c;
    }
}

void trace_image(struct trace *t, const char *name, const char *media, const char *base64,
                 size_t len)
{
    struct buf words;
    if (len <= 2 * IMAGE_FIRST) {
        return;
    }
    size_t padding = (size_t)(base64[len - 1] == '=') + (base64[len - 2] == '=');
    buf_init(&words, SIZE_MAX);
    buf_printf(&words, "... [%s, %s, %zu bytes: left out here] ...", name, media,
               len / 4 * 3 - padding);
    make_plain(words.data);
    t->images = xrealloc(t->images, (t->image_count + 1) * sizeof *t->images);
    t->images[t->image_count++] = (struct trace_image){
        .words = words.data,
        .first = xstrndup(base64, IMAGE_FIRST),
        .len = len,
    };
}

/* Where the base64 of an image stands in a body, or NULL. */
static const char *find_image(const struct trace_image *image, const char *body, size_t len)
{
    const char *at = memmem(body, len, image->first, IMAGE_FIRST);
    size_t left = at != NULL ? len - (size_t)(at - body) : 0;
    return left > image->len && at[image->len] == '"' ? at : NULL;
}

static void add_body(struct trace_bytes *b, const struct trace *t, const char *body, size_t len)
{
    const size_t total = len;
    for (size_t i = 0; i < t->image_count; i++) {
        const struct trace_image *image = &t->images[i];
        const char *at = find_image(image, body, len);
        if (at != NULL) {
            const char *rest = at + image->len - IMAGE_SHOWN;
            bytes_add(b, body, (size_t)(at - body) + IMAGE_SHOWN);
            bytes_add(b, image->words, strlen(image->words));
            len -= (size_t)(rest - body);
            body = rest;
        }
    }
    bytes_add(b, body, len);
    b->hidden = total - b->total;
    b->total = total;
}

void trace_request(struct trace *t, uint64_t ms, const struct buf *head, const char *body,
                   size_t len)
{
    if (t->count == TRACE_TRIES) {
        return;
    }
    struct trace_try one;
    init_try(&one);
    one.sent_ms = ms;
    add_what_fits(&one.head, head->data, head->len);
    add_body(&one.body, t, body, len);
    bytes_settle(&one.body);
    const struct trace_try *before = with_body(t);
    if (before != NULL && before->body.total == len && same(&before->body.first, &one.body.first) &&
        same(&before->body.last, &one.body.last)) {
        one.same_body = true;
        bytes_finish(&one.body);
        bytes_init(&one.body, TRACE_REQUEST);
        one.body.total = len;
    }
    t->tries = xrealloc(t->tries, (t->count + 1) * sizeof *t->tries);
    t->tries[t->count++] = one;
}

void trace_head(struct trace *t, uint64_t ms, const char *line, size_t len)
{
    struct trace_try *one = open_of(t);
    if (one == NULL) {
        return;
    }
    if (one->answer_head.len == 0) {
        one->head_ms = ms;
    }
    add_what_fits(&one->answer_head, line, len);
}

/* The array's room is the next power of two from 16 on. */
static void add_piece(struct trace_try *one, uint64_t ms)
{
    one->reads++;
    size_t n = one->piece_count;
    if (n == TRACE_PIECES) {
        return;
    }
    if (n == 0 || (n >= 16 && (n & (n - 1)) == 0)) {
        one->pieces = xrealloc(one->pieces, (n == 0 ? 16 : 2 * n) * sizeof *one->pieces);
    }
    one->pieces[one->piece_count++] = (struct trace_piece){one->answer.total, ms};
}

void trace_body(struct trace *t, uint64_t ms, const char *data, size_t len)
{
    struct trace_try *one = open_of(t);
    if (one != NULL && len > 0) {
        add_piece(one, ms);
        bytes_add(&one->answer, data, len);
    }
}

void trace_close(struct trace *t, uint64_t ms, enum trace_end end, const char *why)
{
    struct trace_try *one = open_of(t);
    if (one != NULL) {
        one->end = end;
        one->end_ms = ms;
        one->why = why != NULL ? xstrdup(why) : NULL;
        bytes_settle(&one->answer);
    }
}

/* ---- a copy -------------------------------------------------------------------- */

static void copy_bytes(const struct trace_bytes *from, struct trace_bytes *to)
{
    buf_add(&to->first, from->first.data, from->first.len);
    buf_add(&to->last, from->last.data, from->last.len);
    to->total = from->total;
    to->hidden = from->hidden;
    bytes_settle(to);
}

static void copy_try(const struct trace_try *from, struct trace_try *to)
{
    struct trace_try empty;
    init_try(&empty);
    *to = *from;
    to->head = empty.head;
    to->answer_head = empty.answer_head;
    to->body = empty.body;
    to->answer = empty.answer;
    buf_add(&to->head, from->head.data, from->head.len);
    buf_add(&to->answer_head, from->answer_head.data, from->answer_head.len);
    copy_bytes(&from->body, &to->body);
    copy_bytes(&from->answer, &to->answer);
    to->pieces = NULL;
    if (from->piece_count > 0) {
        size_t size = from->piece_count * sizeof *from->pieces;
        to->pieces = memcpy(xmalloc(size), from->pieces, size);
    }
    to->why = from->why != NULL ? xstrdup(from->why) : NULL;
}

void trace_copy(const struct trace *from, struct trace *to)
{
    *to = (struct trace){.count = from->count};
    to->tries = xcalloc(from->count + 1, sizeof *to->tries);
    for (size_t i = 0; i < from->count; i++) {
        copy_try(&from->tries[i], &to->tries[i]);
    }
}

/* ---- without secrets ----------------------------------------------------------- */

/* Of an answer; of a request all may hold one that are not known to hold none. */
static const char *const secret_headers[] = {
    "set-cookie", "set-cookie2", "authorization", "x-api-key", "api-key", "cookie", NULL};

/* A line but for what may be secret in it: of "Authorization: Bearer KEY" the scheme stays. */
static void add_masked(struct buf *out, const char *line, size_t len, size_t colon)
{
    static const char *const with_scheme[] = {"authorization", "proxy-authorization", NULL};
    size_t end = len, secret = colon + 1;
    while (end > secret && (line[end - 1] == '\n' || line[end - 1] == '\r')) {
        end--;
    }
    secret += secret < end && line[secret] == ' ';
    size_t word = secret;
    while (word < end && line[word] != ' ') {
        word++;
    }
    if (word < end && words_is_any(line, colon, with_scheme)) {
        secret = word + 1;
    }
    buf_add(out, line, secret);
    buf_add_str(out, secret < end ? "***" : "");
    buf_add(out, line + end, len - end);
}

static bool sounds_secret(const char *name, size_t len)
{
    static const char *const parts[] = {"key", "token", "secret", "sig", "auth", "pass"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        size_t n = strlen(parts[i]);
        for (size_t at = 0; at + n <= len; at++) {
            if (strncasecmp(name + at, parts[i], n) == 0) {
                return true;
            }
        }
    }
    return false;
}

/* "POST URL": of "?key=1&api-version=2" the value of the first. */
static void add_address(struct buf *out, const char *line, size_t len)
{
    size_t at = 0;
    while (at < len && line[at] != '?') {
        at++;
    }
    buf_add(out, line, at);
    while (at < len) {
        size_t name = at + 1, value = name, end;
        while (value < len && strchr("=&#\n", line[value]) == NULL) {
            value++;
        }
        for (end = value; end < len && strchr("&#\n", line[end]) == NULL; end++) {}
        bool hide = end > value && sounds_secret(line + name, value - name);
        buf_add(out, line + at, (hide ? value : end) - at);
        buf_add_str(out, hide ? "=***" : "");
        at = end;
        if (at < len && line[at] != '&') {
            buf_add(out, line + at, len - at);
            return;
        }
    }
}

static bool hides(const char *line, size_t name, bool answer)
{
    return answer ? words_is_any(line, name, secret_headers) : !secrets_is_public(line, name);
}

/* Values of headers are made unreadable; then what is left is searched for the secrets. */
static void mask_head(struct buf *head, bool answer, char *const *secrets)
{
    struct buf out;
    buf_init_secret(&out, (size_t)2 * TRACE_HEAD);
    for (size_t at = 0; at < head->len;) {
        const char *line = head->data + at;
        const char *end = memchr(line, '\n', head->len - at);
        size_t len = end != NULL ? (size_t)(end - line) + 1 : head->len - at;
        const char *colon = memchr(line, ':', len);
        size_t name = colon != NULL ? (size_t)(colon - line) : len;
        bool first = memchr(line, ' ', name) != NULL; /* "POST URL", "HTTP/1.1 200 OK" */
        if (first && !answer && at == 0) {
            add_address(&out, line, len);
        } else if (colon != NULL && !first && hides(line, name, answer)) {
            add_masked(&out, line, len, name);
        } else {
            buf_add(&out, line, len);
        }
        at += len;
    }
    mask_text(&out, secrets);
    buf_finish(head);
    *head = out;
}

void trace_mask(struct trace *t, char *const *secrets)
{
    for (size_t i = 0; i < t->count; i++) {
        struct trace_try *one = &t->tries[i];
        mask_head(&one->head, false, secrets);
        mask_head(&one->answer_head, true, secrets);
        mask_text(&one->body.first, secrets);
        mask_text(&one->body.last, secrets);
        bytes_settle(&one->answer);
        mask_over(&one->answer.first, secrets);
        mask_over(&one->answer.last, secrets);
    }
}
