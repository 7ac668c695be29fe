/* Which addresses are of the web, and that a transfer that may lead there alone connects to no
 * others. */
#include "check.h"

#include "base/buf.h"
#include "job/redirect.h"
#include "server/http.h"
#include "server/network.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

static const struct {
    const char *address;
    enum network network;
} addresses[] = {
    {"0.0.0.0", NETWORK_PRIVATE},
    {"0.255.255.255", NETWORK_PRIVATE},
    {"1.0.0.0", NETWORK_PUBLIC},
    {"8.8.8.8", NETWORK_PUBLIC},
    {"9.255.255.255", NETWORK_PUBLIC},
    {"10.0.0.0", NETWORK_PRIVATE},
    {"10.255.255.255", NETWORK_PRIVATE},
    {"11.0.0.0", NETWORK_PUBLIC},
    {"100.63.255.255", NETWORK_PUBLIC},
    {"100.64.0.0", NETWORK_PRIVATE},
    {"100.127.255.255", NETWORK_PRIVATE},
    {"100.128.0.0", NETWORK_PUBLIC},
    {"126.255.255.255", NETWORK_PUBLIC},
    {"127.0.0.1", NETWORK_PRIVATE},
    {"127.255.255.255", NETWORK_PRIVATE},
    {"128.0.0.0", NETWORK_PUBLIC},
    {"169.253.255.255", NETWORK_PUBLIC},
    {"169.254.169.254", NETWORK_PRIVATE},
    {"169.255.0.0", NETWORK_PUBLIC},
    {"172.15.255.255", NETWORK_PUBLIC},
    {"172.16.0.0", NETWORK_PRIVATE},
    {"172.31.255.255", NETWORK_PRIVATE},
    {"172.32.0.0", NETWORK_PUBLIC},
    {"192.0.0.8", NETWORK_PRIVATE},
    {"192.0.1.0", NETWORK_PUBLIC},
    {"192.167.255.255", NETWORK_PUBLIC},
    {"192.168.0.0", NETWORK_PRIVATE},
    {"192.169.0.0", NETWORK_PUBLIC},
    {"198.18.0.7", NETWORK_PUBLIC}, /* what proxies for a whole machine make of every name */
    {"223.255.255.255", NETWORK_PUBLIC},
    {"224.0.0.1", NETWORK_PRIVATE},
    {"240.0.0.1", NETWORK_PRIVATE},
    {"255.255.255.255", NETWORK_PRIVATE},
    {"::", NETWORK_PRIVATE},
    {"::1", NETWORK_PRIVATE},
    {"::127.0.0.1", NETWORK_PRIVATE},
    {"::8.8.8.8", NETWORK_PUBLIC},
    {"::ffff:10.0.0.1", NETWORK_PRIVATE},
    {"::ffff:8.8.8.8", NETWORK_PUBLIC},
    {"::ffff:0:192.168.1.1", NETWORK_PRIVATE},
    {"64:ff9b::7f00:1", NETWORK_PRIVATE},
    {"64:ff9b::8.8.8.8", NETWORK_PUBLIC},
    {"64:ff9b:1::8.8.8.8", NETWORK_PRIVATE},
    {"64:ff9b:2::8.8.8.8", NETWORK_PUBLIC},
    {"2002:a00:1::", NETWORK_PRIVATE},
    {"2002:808:808::", NETWORK_PUBLIC},
    {"2606:4700::1", NETWORK_PUBLIC},
    {"fbff::1", NETWORK_PUBLIC},
    {"fc00::", NETWORK_PRIVATE},
    {"fdff::1", NETWORK_PRIVATE},
    {"fe00::1", NETWORK_PUBLIC},
    {"fe80::1", NETWORK_PRIVATE},
    {"febf::1", NETWORK_PRIVATE},
    {"fec0::1", NETWORK_PRIVATE},
    {"ff02::1", NETWORK_PRIVATE},
    {"", NETWORK_UNKNOWN},
    {"127.1", NETWORK_UNKNOWN},
    {"example.org", NETWORK_UNKNOWN},
};

static void every_range_is_known_from_its_first_to_its_last_address(void)
{
    for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
        struct sockaddr_in v4 = {.sin_family = AF_INET};
        struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
        const char *text = addresses[i].address;
        enum network got = NETWORK_UNKNOWN;
        if (inet_pton(AF_INET, text, &v4.sin_addr) == 1) {
            got = network_of((const struct sockaddr *)&v4);
        } else if (inet_pton(AF_INET6, text, &v6.sin6_addr) == 1) {
            got = network_of((const struct sockaddr *)&v6);
        }
        if (got != addresses[i].network || network_of_text(text) != got) {
            CHECK_TEXT(text, "another network");
        }
    }
    const struct sockaddr other = {.sa_family = AF_UNIX};
    CHECK_INT(network_of(&other), NETWORK_UNKNOWN);
    CHECK_INT(network_of_text(NULL), NETWORK_UNKNOWN);
}

/* ---- a transfer ---------------------------------------------------------------- */

/* A server on this machine that answers each request with a redirect, and keeps the connection. */
struct server {
    uv_tcp_t listener, connection; /* there is never a second one */
    char url[100];
    char room[4096];
};

static void give_room(uv_handle_t *handle, size_t size, uv_buf_t *buf)
{
    struct server *s = handle->data;
    (void)size;
    *buf = uv_buf_init(s->room, sizeof s->room);
}

/* A request is shorter than what is read at once. */
static void on_request(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
    static char text[] = "HTTP/1.1 302 Found\r\nLocation: /on\r\nContent-Length: 0\r\n\r\n";
    uv_buf_t answer = uv_buf_init(text, sizeof text - 1);
    (void)buf;
    if (n > 0) {
        CHECK_INT(uv_try_write(stream, &answer, 1), sizeof text - 1);
    }
}

static void on_connection(uv_stream_t *listener, int status)
{
    struct server *s = listener->data;
    CHECK_INT(status, 0);
    uv_tcp_init(listener->loop, &s->connection);
    s->connection.data = s;
    CHECK_INT(uv_accept(listener, (uv_stream_t *)&s->connection), 0);
    uv_read_start((uv_stream_t *)&s->connection, give_room, on_request);
}

static void server_start(struct server *s, uv_loop_t *loop)
{
    struct sockaddr_in at;
    int len = sizeof at;
    uv_ip4_addr("127.0.0.1", 0, &at);
    uv_tcp_init(loop, &s->listener);
    s->listener.data = s;
    CHECK_INT(uv_tcp_bind(&s->listener, (struct sockaddr *)&at, 0), 0);
    CHECK_INT(uv_listen((uv_stream_t *)&s->listener, 10, on_connection), 0);
    CHECK_INT(uv_tcp_getsockname(&s->listener, (struct sockaddr *)&at, &len), 0);
    snprintf(s->url, sizeof s->url, "http://127.0.0.1:%d/", ntohs(at.sin_port));
}

/* What came of a transfer. */
struct outcome {
    uv_loop_t *loop;
    long status;
    enum hum_error error;
    bool kept_out;
    enum network network;
    bool leads; /* a location was told */
};

static int on_body(void *ctx, long status, const char *data, size_t len)
{
    (void)ctx;
    (void)status;
    (void)data;
    (void)len;
    return 0;
}

static void on_end(void *ctx, const struct http_result *result)
{
    struct outcome *o = ctx;
    uv_stop(o->loop);
    *o = (struct outcome){
        .status = result->status,
        .error = result->error,
        .kept_out = result->kept_out,
        .network = result->network,
        .leads = result->location != NULL,
    };
}

static const struct http_callbacks callbacks = {.on_body = on_body, .on_end = on_end};

static struct outcome get(uv_loop_t *loop, struct http *http, const char *url, bool outside)
{
    struct outcome o = {.loop = loop};
    const struct http_request request = {.method = "GET",
                                         .url = url,
                                         .way = {.proxy = "", .connect_timeout_ms = 10000},
                                         .keeps_redirects = true,
                                         .outside = outside};
    CHECK(http_start(http, &request, &callbacks, &o) != NULL);
    uv_run(loop, UV_RUN_DEFAULT);
    return o;
}

static void who_may_lead_to_the_web_alone_connects_to_nothing_of_this_machine(void)
{
    struct server server;
    char named[100];
    uv_loop_t loop;
    uv_loop_init(&loop);
    server_start(&server, &loop);
    struct http *http = http_new(&loop);
    struct outcome o = get(&loop, http, server.url, false);
    CHECK_INT(o.status, 302);
    CHECK_INT(o.network, NETWORK_PRIVATE);
    CHECK(o.leads && !o.kept_out);
    /* The connection is there still, and not used. */
    o = get(&loop, http, server.url, true);
    CHECK_INT(o.status, 0);
    CHECK_INT(o.error, HUM_ECONNECT);
    CHECK(o.kept_out);
    snprintf(named, sizeof named, "http://localhost%s", strrchr(server.url, ':'));
    CHECK(get(&loop, http, named, true).kept_out);
    http_close(http);
    uv_close((uv_handle_t *)&server.listener, NULL);
    uv_close((uv_handle_t *)&server.connection, NULL);
    uv_run(&loop, UV_RUN_DEFAULT);
    CHECK_INT(uv_loop_close(&loop), 0);
}

/* ---- redirects ----------------------------------------------------------------- */

static void a_page_leads_where_it_may(void)
{
    static const struct {
        struct redirect step;
        const char *what; /* NULL: it is followed */
    } cases[] = {
        {{"http://a.b/", "https://a.b/c", 1, false, false}, NULL},
        {{"http://a.b/", "https://www.a.b/c", 8, false, false}, NULL},
        {{"http://a.b/", "http://a.b/c", 9, false, true}, "redirects again and again"},
        {{"http://a.b/", NULL, 1, false, true}, "redirects to what is no page of the web"},
        {{"http://a.b/", "ftp://a.b/", 1, false, true}, "redirects to what is no page of the web"},
        {{"http://a.b/", "http://x@a.b/", 1, false, true},
         "redirects to an address with a login in it"},
        {{"http://a.b/", "http://c.d/", 1, false, true}, NULL},
        {{"http://a.b/", "http://c.d/", 1, false, false}, "redirects to another host: http://c.d/"},
        {{"http://a.b/", "http://10.0.0.1/", 1, false, true},
         "redirects into your own network: http://10.0.0.1/"},
        {{"http://wiki.a.b/", "http://10.0.0.1/", 1, true, true}, NULL},
        {{"http://wiki.a.b/", "http://10.0.0.1/", 1, true, false},
         "redirects to another host: http://10.0.0.1/"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf what;
        buf_init(&what, SIZE_MAX);
        const char *hint = redirect_refusal(&cases[i].step, &what);
        CHECK_TEXT(what.data != NULL ? what.data : "", cases[i].what != NULL ? cases[i].what : "");
        CHECK((hint != NULL) == (cases[i].what != NULL));
        buf_finish(&what);
    }
}

int main(void)
{
    RUN(every_range_is_known_from_its_first_to_its_last_address);
    RUN(who_may_lead_to_the_web_alone_connects_to_nothing_of_this_machine);
    RUN(a_page_leads_where_it_may);
    return check_report("network");
}
