#include "server/location.h"

#include "check.h"

static const char *host(const char *url)
{
    static char text[100];
    struct span s = location_host(url);
    snprintf(text, sizeof text, "%.*s", (int)s.len, s.data != NULL ? s.data : "");
    return text;
}

static void a_host_is_between_login_and_port(void)
{
    CHECK_TEXT(host("http://a.b/c:d@e"), "a.b");
    CHECK_TEXT(host("https://u:p@a.b:80?x"), "a.b");
    CHECK_TEXT(host("https://u:p@q@a.b."), "a.b");
    CHECK_TEXT(host("http://[::1]:80/"), "::1");
    CHECK_TEXT(host("http:///x"), "");
    CHECK_TEXT(host("mailto:x"), "");
}

static void only_http_is_of_the_web(void)
{
    CHECK(location_is_http("http://a"));
    CHECK(location_is_http("HTTPS://a"));
    CHECK(!location_is_http("file:///etc/passwd"));
    CHECK(!location_is_http("ftp://a"));
    CHECK(!location_is_http(""));
    CHECK(location_is_https("https://a"));
    CHECK(!location_is_https("http://a"));
}

static void a_login_is_seen(void)
{
    CHECK(location_has_login("http://me@a/"));
    CHECK(location_has_login("http://me:pw@a"));
    CHECK(!location_has_login("http://a/@b"));
    CHECK(!location_has_login("http://a?x=@b"));
}

static void hosts_are_the_same_but_for_www(void)
{
    CHECK(location_is_same_host("http://a.b/x", "https://WWW.A.B:80/y"));
    CHECK(!location_is_same_host("http://a.b", "http://c.a.b"));
    CHECK(!location_is_same_host("http://", "http://"));
}

static void the_users_own_network_is_known(void)
{
    static const char *const inside[] = {
        "http://localhost:80/",
        "http://127.0.0.1",
        "http://127.9.9.9",
        "http://10.1.2.3",
        "http://172.16.0.1",
        "http://192.168.1.1",
        "http://169.254.169.254/x",
        "http://100.64.0.1",
        "http://0.0.0.0",
        "http://[::1]",
        "http://[fe80::1%25eth0]/",
        "http://[fd00::1]",
        "http://[::ffff:10.0.0.1]/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://router/",
        "http://a.local",
        "http://b.internal.",
        "http://x.localhost",
        "http:///",
        "http://017700000001",
        "http://127.0.0.0x1/",
        "http://0X7f.0.1/",
    };
    static const char *const outside[] = {
        "http://example.org",    "http://8.8.8.8",          "http://172.32.0.1",
        "http://100.128.0.1",    "http://[2001:db8::1]",    "http://local.example",
        "http://10.example.org", "http://xn--nxasmq6b.com", "http://0a.be",
        "http://163.cafe",

    };
    for (size_t i = 0; i < sizeof inside / sizeof *inside; i++) {
        if (!location_is_private(inside[i])) {
            CHECK_TEXT(inside[i], "private");
        }
    }
    for (size_t i = 0; i < sizeof outside / sizeof *outside; i++) {
        if (location_is_private(outside[i])) {
            CHECK_TEXT(outside[i], "public");
        }
    }
}

int main(void)
{
    RUN(a_host_is_between_login_and_port);
    RUN(only_http_is_of_the_web);
    RUN(a_login_is_seen);
    RUN(hosts_are_the_same_but_for_www);
    RUN(the_users_own_network_is_known);
    return check_report("location");
}
