#include "server/http.h"

#include "base/buf.h"
#include "base/wipe.h"
#include "proto.h"
#include "server/curl.h"
#include "server/outside.h"
#include "server/reach.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#define REDIRECTS_MAX 3

/* How long the remaining body of a released transfer is waited for. */
#define LINGER_MS 1000

#define USER_AGENT "hum/" HUM_VERSION

/* One read from the socket may carry hundreds of tokens when the server is fast. */
#define RECEIVE_BUFFER (128L * 1024)

static const struct curl *curl; /* NULL before the first request */
static const char *trouble = "libcurl cannot be initialised";

struct http {
    uv_loop_t *loop;
    CURLM *multi;
    uv_timer_t timer;
    uv_timer_t linger;
    struct transfer *unwanted; /* released or cancelled, not freed yet */
    unsigned waiting;          /* transfers of whose answer nothing has come: they may be sending */
    int open_timers;
    bool in_curl; /* removing a transfer must wait until curl's callback has returned */
};

struct socket {
    uv_poll_t poll;
    curl_socket_t fd;
    struct http *http;
};

struct transfer {
    struct http *http;
    CURL *easy;
    struct reach reach;
    struct outside outside;
    struct curl_slist *headers;
    char *url;
    struct buf body;
    const struct http_callbacks *callbacks;
    void *ctx;
    char why[CURL_ERROR_SIZE];
    int redirects;
    bool keeps_redirects;
    bool waits;     /* counted in http->waiting */
    bool connected; /* curl does not tell in each version */
    bool pause_wanted;
    bool paused;
    bool cancelled; /* inside a curl callback: freed once curl has let go */
    bool released;
    uint64_t linger_until_ms;
    struct transfer *next_unwanted;
};

static void forget_unwanted(struct transfer *t)
{
    struct http *http = t->http;
    for (struct transfer **at = &http->unwanted; *at != NULL; at = &(*at)->next_unwanted) {
        if (*at == t) {
            *at = t->next_unwanted;
            break;
        }
    }
    if (http->unwanted == NULL) {
        uv_timer_stop(&http->linger); /* nothing to wake up for */
    }
}

static void start_waiting(struct transfer *t)
{
    t->http->waiting += !t->waits;
    t->waits = true;
}

static void stop_waiting(struct transfer *t)
{
    t->http->waiting -= t->waits;
    t->waits = false;
}

static void transfer_free(struct transfer *t)
{
    stop_waiting(t);
    forget_unwanted(t);
    curl->multi_remove_handle(t->http->multi, t->easy);
    curl->easy_cleanup(t->easy);
    curl->slist_free_all(t->headers);
    reach_finish(&t->reach);
    buf_finish(&t->body);
    wipe_text(t->url); /* a key may be in its query */
    free(t);
}

/* A part of a URL, to be freed with curl->free, or NULL. */
static char *url_part(const char *url, CURLUPart part)
{
    char *text = NULL;
    CURLU *parsed = curl->url();
    if (parsed != NULL && curl->url_set(parsed, CURLUPART_URL, url, 0) == CURLUE_OK) {
        curl->url_get(parsed, part, &text, CURLU_DEFAULT_PORT);
    }
    curl->url_cleanup(parsed);
    return text;
}

static bool same_part(const char *a, const char *b, CURLUPart part)
{
    char *of_a = url_part(a, part);
    char *of_b = url_part(b, part);
    bool same = of_a != NULL && of_b != NULL && strcasecmp(of_a, of_b) == 0;
    curl->free(of_a);
    curl->free(of_b);
    return same;
}

static bool same_origin(const char *a, const char *b)
{
    return same_part(a, b, CURLUPART_SCHEME) && same_part(a, b, CURLUPART_HOST) &&
           same_part(a, b, CURLUPART_PORT);
}

static void add_unwanted(struct transfer *t)
{
    t->next_unwanted = t->http->unwanted;
    t->http->unwanted = t;
}

/* Inside one of curl's callbacks, which may be that of another transfer. */
static void cancel_later(struct transfer *t)
{
    if (!t->cancelled) {
        t->cancelled = true;
        add_unwanted(t);
    }
}

static size_t on_curl_body(char *data, size_t size, size_t count, void *ctx)
{
    struct transfer *t = ctx;
    size_t len = size * count;
    stop_waiting(t);
    if (t->cancelled) {
        return CURL_WRITEFUNC_ERROR;
    }
    if (t->released) {
        return len;
    }
    if (t->pause_wanted) {
        t->paused = true;
        return CURL_WRITEFUNC_PAUSE;
    }
    long status = 0;
    curl->easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
    if (status >= 300 && status < 400) {
        return len; /* a redirect's own page */
    }
    if (t->callbacks->on_body(t->ctx, status, data, len) != 0) {
        cancel_later(t);
    }
    return t->cancelled ? CURL_WRITEFUNC_ERROR : len;
}

static size_t on_curl_head(char *data, size_t size, size_t count, void *ctx)
{
    struct transfer *t = ctx;
    size_t len = size * count;
    if (!t->cancelled && !t->released) {
        t->callbacks->on_head(t->ctx, data, len);
    }
    return len;
}

static bool follow_redirect(struct transfer *t)
{
    char *location = NULL;
    curl->easy_getinfo(t->easy, CURLINFO_REDIRECT_URL, &location);
    if (location == NULL || t->keeps_redirects || t->redirects >= REDIRECTS_MAX ||
        !same_origin(t->url, location)) {
        return false;
    }
    t->redirects++;
    char *url = xstrdup(location);
    wipe_text(t->url);
    t->url = url;
    curl->multi_remove_handle(t->http->multi, t->easy);
    curl->easy_setopt(t->easy, CURLOPT_URL, t->url);
    start_waiting(t);
    return curl->multi_add_handle(t->http->multi, t->easy) == CURLM_OK;
}

/* Of the last response; the caller frees it. NULL if it is absent. */
static char *copy_header(CURL *easy, const char *name)
{
    struct curl_header *header = NULL;
    bool found = curl->easy_header(easy, name, 0, CURLH_HEADER, -1, &header) == CURLHE_OK;
    return found ? xstrdup(header->value) : NULL;
}

/* Of who has answered. */
static enum network network_of_peer(const struct transfer *t)
{
    char *address = NULL;
    curl->easy_getinfo(t->easy, CURLINFO_PRIMARY_IP, &address);
    return t->reach.proxy == NULL ? network_of_text(address) : NETWORK_UNKNOWN;
}

static void end_transfer(struct transfer *t, CURLcode code)
{
    if (t->cancelled || t->released) {
        transfer_free(t);
        return;
    }
    struct http_result result = {.url = t->url, .network = network_of_peer(t)};
    curl->easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &result.status);
    const struct reach_end end = {
        .code = code,
        .words = t->why[0] != '\0' ? t->why : curl->easy_strerror(code),
        .url = t->url,
        .status = result.status,
        .connected = t->connected,
    };
    result.error = reach_explain(&t->reach, &end, &result.cause, &result.why);
    result.kept_out = result.error != 0 && t->outside.refused;
    if (code == CURLE_OK && result.status >= 300 && result.status < 400) {
        if (follow_redirect(t)) {
            return;
        }
        curl->easy_getinfo(t->easy, CURLINFO_REDIRECT_URL, &result.location);
    }
    char *retry_after = copy_header(t->easy, "Retry-After");
    char *retry_after_ms = copy_header(t->easy, "retry-after-ms");
    result.retry_after = retry_after;
    result.retry_after_ms = retry_after_ms;
    result.reset = code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR;
    char *should_retry = copy_header(t->easy, "x-should-retry");
    result.should_retry = should_retry;
    t->callbacks->on_end(t->ctx, &result);
    free(retry_after);
    free(retry_after_ms);
    free(should_retry);
    transfer_free(t);
}

static void reap(struct http *http)
{
    CURLMsg *message;
    int left;
    while ((message = curl->multi_info_read(http->multi, &left)) != NULL) {
        if (message->msg == CURLMSG_DONE) {
            struct transfer *t = NULL;
            curl->easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &t);
            end_transfer(t, message->data.result);
        }
    }
}

/* Those that were cancelled inside one of curl's callbacks. */
static void free_cancelled(struct http *http)
{
    for (struct transfer *t = http->unwanted, *after; t != NULL; t = after) {
        after = t->next_unwanted;
        if (t->cancelled) {
            transfer_free(t);
        }
    }
}

static void act(struct http *http, curl_socket_t fd, int flags)
{
    int running;
    bool may_send = http->waiting > 0;
    http->in_curl = true;
    curl->multi_socket_action(http->multi, fd, flags, &running);
    http->in_curl = false;
    free_cancelled(http);
    reap(http);
    if (may_send) {
        wipe_stack(); /* curl 8.23 puts headers together there */
    }
}

static void on_socket_ready(uv_poll_t *poll, int status, int events)
{
    struct socket *s = poll->data;
    /* A reset shows itself as an error of the poll. If curl hears of it, it gives up without
     * reading what came before it; let it read to the end and meet the error itself. */
    int flags = (events & UV_READABLE || status < 0 ? CURL_CSELECT_IN : 0) |
                (events & UV_WRITABLE ? CURL_CSELECT_OUT : 0);
    act(s->http, s->fd, flags);
}

static void on_timer(uv_timer_t *timer)
{
    act(timer->data, CURL_SOCKET_TIMEOUT, 0);
}

static int on_curl_timer(CURLM *multi, long timeout_ms, void *ctx)
{
    (void)multi;
    struct http *http = ctx;
    if (timeout_ms < 0) {
        uv_timer_stop(&http->timer);
    } else {
        uv_timer_start(&http->timer, on_timer, (uint64_t)timeout_ms, 0);
    }
    return 0;
}

static void on_poll_closed(uv_handle_t *handle)
{
    free(handle->data);
}

/* Not so a pipe that the resolver's thread writes to. */
static bool is_connected(curl_socket_t fd)
{
    struct sockaddr_storage peer = {0};
    socklen_t len = sizeof peer;
    return getpeername(fd, (struct sockaddr *)&peer, &len) == 0 &&
           (peer.ss_family == AF_INET || peer.ss_family == AF_INET6);
}

/* What is read from is connected: until then curl waits to write. */
static void note_connection(CURL *easy, curl_socket_t fd)
{
    struct transfer *t = NULL;
    curl->easy_getinfo(easy, CURLINFO_PRIVATE, &t);
    if (t != NULL && !t->connected) {
        t->connected = is_connected(fd);
    }
}

static int on_curl_socket(CURL *easy, curl_socket_t fd, int what, void *ctx, void *socket_ctx)
{
    struct http *http = ctx;
    struct socket *s = socket_ctx;
    if (what == CURL_POLL_REMOVE) {
        if (s != NULL) {
            curl->multi_assign(http->multi, fd, NULL);
            uv_poll_stop(&s->poll);
            uv_close((uv_handle_t *)&s->poll, on_poll_closed);
        }
        return 0;
    }
    if (s == NULL) {
        s = xcalloc(1, sizeof *s);
        s->fd = fd;
        s->http = http;
        s->poll.data = s;
        if (uv_poll_init_socket(http->loop, &s->poll, fd) != 0) {
            free(s);
            return -1;
        }
        curl->multi_assign(http->multi, fd, s);
    }
    if (what & CURL_POLL_IN) {
        note_connection(easy, fd);
    }
    int events = (what & CURL_POLL_IN ? UV_READABLE : 0) | (what & CURL_POLL_OUT ? UV_WRITABLE : 0);
    uv_poll_start(&s->poll, events, on_socket_ready);
    return 0;
}

struct http *http_new(uv_loop_t *loop)
{
    curl = curl_load(&trouble);
    /* What curl makes of headers, addresses and logins is wiped when it frees it. */
    if (curl == NULL ||
        curl->global_init_mem(CURL_GLOBAL_DEFAULT, wiped_malloc, wiped_free, wiped_realloc,
                              wiped_strdup, wiped_calloc) != CURLE_OK) {
        return NULL;
    }
    struct http *http = xcalloc(1, sizeof *http);
    http->loop = loop;
    http->multi = curl->multi_init();
    if (http->multi == NULL) {
        free(http);
        return NULL;
    }
    uv_timer_init(loop, &http->timer);
    uv_timer_init(loop, &http->linger);
    http->timer.data = http->linger.data = http;
    http->open_timers = 2;
    curl->multi_setopt(http->multi, CURLMOPT_SOCKETFUNCTION, on_curl_socket);
    curl->multi_setopt(http->multi, CURLMOPT_SOCKETDATA, http);
    curl->multi_setopt(http->multi, CURLMOPT_TIMERFUNCTION, on_curl_timer);
    curl->multi_setopt(http->multi, CURLMOPT_TIMERDATA, http);
    return http;
}

static void on_timer_closed(uv_handle_t *handle)
{
    struct http *http = handle->data;
    if (--http->open_timers == 0) {
        free(http);
    }
}

void http_close(struct http *http)
{
    for (struct transfer *t = http->unwanted, *after; t != NULL; t = after) {
        after = t->next_unwanted;
        transfer_free(t);
    }
    curl->multi_cleanup(http->multi);
    curl->global_cleanup();
    uv_close((uv_handle_t *)&http->timer, on_timer_closed);
    uv_close((uv_handle_t *)&http->linger, on_timer_closed);
}

static void add_header(struct transfer *t, const char *name, const char *value)
{
    struct buf line;
    buf_init(&line, SIZE_MAX);
    buf_printf(&line, "%s: %s", name, value);
    struct curl_slist *longer = curl->slist_append(t->headers, line.data);
    if (longer != NULL) {
        t->headers = longer;
    }
    buf_finish(&line);
}

static void add_headers(struct transfer *t, const struct http_request *request)
{
    struct curl_slist *longer =
        curl->slist_append(NULL, "Expect:"); /* stalls behind some proxies */
    t->headers = longer;
    longer = curl->slist_append(t->headers, "Accept-Encoding:"); /* holds text back */
    t->headers = longer != NULL ? longer : t->headers;
    if (request->body != NULL) {
        add_header(t, "Content-Type", "application/json");
    }
    if (request->accept != NULL) {
        add_header(t, "Accept", request->accept);
    }
    for (char **line = request->headers; line != NULL && *line != NULL; line++) {
        longer = curl->slist_append(t->headers, *line);
        if (longer != NULL) {
            t->headers = longer;
        }
    }
}

static void set_options(struct transfer *t, const struct http_request *request)
{
    CURL *easy = t->easy;
    curl->easy_setopt(easy, CURLOPT_PRIVATE, t);
    curl->easy_setopt(easy, CURLOPT_ERRORBUFFER, t->why);
    curl->easy_setopt(easy, CURLOPT_URL, t->url);
    curl->easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl->easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl->easy_setopt(easy, CURLOPT_HTTPHEADER, t->headers);
    curl->easy_setopt(easy, CURLOPT_USERAGENT, USER_AGENT);
    curl->easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, ""); /* some compress without being asked */
    curl->easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl->easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L); /* prefill is silent for minutes */
    curl->easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);    /* do not wait for a resolver thread */
    curl->easy_setopt(easy, CURLOPT_BUFFERSIZE, RECEIVE_BUFFER);
    curl->easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_curl_body);
    curl->easy_setopt(easy, CURLOPT_WRITEDATA, t);
    if (t->callbacks->on_head != NULL) {
        curl->easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_curl_head);
        curl->easy_setopt(easy, CURLOPT_HEADERDATA, t);
    }
    if (strcmp(request->method, "POST") == 0) {
        curl->easy_setopt(easy, CURLOPT_POST, 1L);
        curl->easy_setopt(easy, CURLOPT_POSTFIELDS, t->body.len > 0 ? t->body.data : "");
        curl->easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)t->body.len);
    }
}

struct transfer *http_start(struct http *http, const struct http_request *request,
                            const struct http_callbacks *callbacks, void *ctx)
{
    char *host = url_part(request->url, CURLUPART_HOST);
    curl->free(host);
    CURL *easy = host != NULL ? curl->easy_init() : NULL;
    if (easy == NULL) {
        return NULL;
    }
    struct transfer *t = xcalloc(1, sizeof *t);
    t->http = http;
    t->easy = easy;
    t->url = xstrdup(request->url);
    start_waiting(t);
    t->callbacks = callbacks;
    t->ctx = ctx;
    buf_init(&t->body, SIZE_MAX);
    if (request->body != NULL) {
        buf_add(&t->body, request->body, request->body_len);
    }
    add_headers(t, request);
    set_options(t, request);
    t->keeps_redirects = request->keeps_redirects;
    reach_init(&t->reach, curl, easy, t->url, &request->way);
    if (request->outside && t->reach.proxy == NULL) {
        outside_init(&t->outside, curl, easy);
    }
    if (curl->multi_add_handle(http->multi, easy) != CURLM_OK) {
        transfer_free(t);
        return NULL;
    }
    return t;
}

static bool names_header(const struct curl_slist *headers, const char *name)
{
    size_t len = strlen(name);
    for (; headers != NULL; headers = headers->next) {
        if (strncasecmp(headers->data, name, len) == 0 && headers->data[len] == ':') {
            return true;
        }
    }
    return false;
}

/* As curl writes it: "Name:" takes a header away, "Name;" is one that is empty. */
void http_head(const struct transfer *t, struct buf *out)
{
    const char *host = strstr(t->url, "://");
    host = host != NULL ? host + 3 : t->url;
    buf_printf(out, "%s %s\n", t->body.data != NULL ? "POST" : "GET", t->url);
    if (!names_header(t->headers, "Host")) {
        buf_printf(out, "Host: %.*s\n", (int)strcspn(host, "/?#"), host);
    }
    if (!names_header(t->headers, "User-Agent")) {
        buf_add_str(out, "User-Agent: " USER_AGENT "\n");
    }
    for (const struct curl_slist *h = t->headers; h != NULL; h = h->next) {
        size_t len = strlen(h->data);
        if (len > 0 && h->data[len - 1] == ';' && strchr(h->data, ':') == NULL) {
            buf_printf(out, "%.*s:\n", (int)len - 1, h->data);
        } else if (len > 0 && h->data[len - 1] != ':') {
            buf_printf(out, "%s\n", h->data);
        }
    }
    if (t->body.data != NULL) {
        buf_printf(out, "Content-Length: %zu\n", t->body.len);
    }
    if (t->reach.socket != NULL) {
        buf_printf(out, "[by the Unix socket %s]\n", t->reach.socket);
    } else if (t->reach.proxy != NULL) {
        buf_printf(out, "[through the proxy %s]\n", t->reach.proxy);
    }
}

void http_cancel(struct transfer *t)
{
    if (t->http->in_curl) {
        cancel_later(t);
    } else {
        transfer_free(t);
    }
}

void http_pause(struct transfer *t, bool paused)
{
    t->pause_wanted = paused;
    if (paused || !t->paused) {
        return;
    }
    t->paused = false;
    /* Bytes that curl holds may reach on_body inside this call. */
    struct http *http = t->http;
    http->in_curl = true;
    curl->easy_pause(t->easy, CURLPAUSE_CONT);
    http->in_curl = false;
    free_cancelled(http);
}

static void on_linger(uv_timer_t *timer)
{
    struct http *http = timer->data;
    uint64_t now = uv_now(http->loop), next = 0;
    for (struct transfer *t = http->unwanted, *after; t != NULL; t = after) {
        after = t->next_unwanted;
        if (t->linger_until_ms <= now) {
            transfer_free(t);
        } else if (next == 0 || t->linger_until_ms < next) {
            next = t->linger_until_ms;
        }
    }
    if (next > 0) {
        uv_timer_start(timer, on_linger, next - now, 0);
    }
}

void http_release(struct transfer *t)
{
    struct http *http = t->http;
    t->released = true;
    t->linger_until_ms = uv_now(http->loop) + LINGER_MS;
    add_unwanted(t);
    if (!uv_is_active((uv_handle_t *)&http->linger)) {
        uv_timer_start(&http->linger, on_linger, LINGER_MS, 0);
    }
    http_pause(t, false);
}

const char *http_trouble(void)
{
    return trouble;
}

const char *http_library(void)
{
    const char *why = NULL;
    const struct curl *library = curl_load(&why);
    return library != NULL ? library->version() : why;
}
