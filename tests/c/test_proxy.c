/* Which proxy a request goes through. */
#include "check.h"

#include "base/buf.h"
#include "server/proxy.h"

static void forget_environment(void)
{
    static const char *const names[] = {"http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY",
                                        "all_proxy",  "ALL_PROXY",  "no_proxy",    "NO_PROXY"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        unsetenv(names[i]);
    }
}

static void check_proxy(int line, const struct proxy *got, const char *url, const char *from)
{
    check_texts(__FILE__, line, "url", got->url != NULL ? got->url : "", url);
    check_texts(__FILE__, line, "from", got->from != NULL ? got->from : "", from);
}

#define GOES(url, own, not_for, by, from)                         \
    do {                                                          \
        const struct proxy proxy_ = proxy_for(url, own, not_for); \
        check_proxy(__LINE__, &proxy_, by, from);                 \
    } while (0)

static void the_environment_has_one_for_each_scheme(void)
{
    forget_environment();
    GOES("http://h:1", NULL, NULL, "", "");
    setenv("HTTP_PROXY", "http://evil:1", 1);
    GOES("http://h:1", NULL, NULL, "", "");
    setenv("http_proxy", "http://p:1", 1);
    setenv("HTTPS_PROXY", "http://p:2", 1);
    GOES("http://h:1/v1", NULL, NULL, "http://p:1", "http_proxy");
    GOES("https://h:1/v1", NULL, NULL, "http://p:2", "HTTPS_PROXY");
    setenv("https_proxy", "", 1);
    setenv("all_proxy", "socks5://p:3", 1);
    GOES("https://h:1/v1", NULL, NULL, "http://p:2", "HTTPS_PROXY");
    unsetenv("HTTPS_PROXY");
    GOES("https://h:1/v1", NULL, NULL, "socks5://p:3", "all_proxy");
}

static void this_machine_is_reached_without_it(void)
{
    static const char *const here[] = {
        "http://localhost:1",  "http://LOCALHOST/x",    "http://a.localhost", "http://127.0.0.1:1",
        "http://127.9.9.9/v1", "http://[::1]:11434/v1", "http://[::1%25lo]",
    };
    static const char *const elsewhere[] = {
        "http://localhost.example.org", "http://128.0.0.1",   "http://[::2]:1",
        "http://127.0.0.1.nip.io",      "http://mylocalhost",
    };
    forget_environment();
    setenv("http_proxy", "http://p:1", 1);
    for (size_t i = 0; i < sizeof here / sizeof *here; i++) {
        GOES(here[i], NULL, NULL, "", "");
        GOES(here[i], "http://own:1", NULL, "http://own:1", "");
    }
    for (size_t i = 0; i < sizeof elsewhere / sizeof *elsewhere; i++) {
        GOES(elsewhere[i], NULL, NULL, "http://p:1", "http_proxy");
    }
}

static void an_own_one_beats_the_environment(void)
{
    forget_environment();
    setenv("https_proxy", "http://p:1", 1);
    setenv("no_proxy", "h", 1);
    GOES("https://h", NULL, NULL, "", "");
    GOES("https://h", "http://own:1", NULL, "http://own:1", "");
    GOES("https://h", "http://own:1", "h", "", "");
    GOES("https://x", "", NULL, "", "");
    GOES("https://h", NULL, "", "http://p:1", "https_proxy");
    GOES("https://h", NULL, "*", "", "");
    unsetenv("no_proxy");
    setenv("NO_PROXY", "x y", 1);
    GOES("https://y", NULL, NULL, "", "");
}

static void a_list_is_read_with_commas_and_blanks(void)
{
    static const char *const lists[] = {"a.org,b.org,c.org", "a.org b.org c.org",
                                        " a.org , b.org\tc.org,", ".a.org, .b.org, .c.org."};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        CHECK(proxy_spares(lists[i], "a.org") && proxy_spares(lists[i], "b.org"));
        CHECK(proxy_spares(lists[i], "c.org") && proxy_spares(lists[i], "api.C.org."));
        CHECK(!proxy_spares(lists[i], "xa.org") && !proxy_spares(lists[i], "org"));
    }
    CHECK(!proxy_spares("", "a.org"));
    CHECK(!proxy_spares(" ,. ,", "a.org"));
    CHECK(proxy_spares("*", "a.org") && proxy_spares("b, *", "10.0.0.1"));
    CHECK(proxy_spares("*.b.org", "a.b.org") && !proxy_spares("*b.org", "b.org"));
}

static void addresses_may_be_networks(void)
{
    CHECK(proxy_spares("10.0.0.0/8", "10.200.3.4") && !proxy_spares("10.0.0.0/8", "11.0.0.1"));
    CHECK(proxy_spares("10.1.2.0/23", "10.1.3.9") && !proxy_spares("10.1.2.0/23", "10.1.4.0"));
    CHECK(proxy_spares("0.0.0.0/0", "9.9.9.9") && !proxy_spares("0.0.0.0/0", "::1"));
    CHECK(proxy_spares("10.0.0.1", "10.0.0.1") && !proxy_spares("10.0.0.1", "10.0.0.10"));
    CHECK(proxy_spares("fd00::/8", "fd12::1") && !proxy_spares("fd00::/8", "fe80::1"));
    CHECK(proxy_spares("[::1]", "::1") && proxy_spares("::1", "0:0::1"));
    CHECK(!proxy_spares("10.0.0.0/x", "10.0.0.1") && !proxy_spares("10.0.0.0/99", "10.0.0.1"));
    CHECK(!proxy_spares("0.1", "10.0.0.1"));
}

static void a_password_is_never_shown(void)
{
    static const char *const proxies[][2] = {
        {"http://jane:sesame@p:3128/", "http://p:3128"},
        {"jane:sesame@p:3128", "p:3128"},
        {"socks5h://j@x:p@ss/w#rd@[::1]:1080", "socks5h://[::1]:1080"},
        {"http://p:3128", "http://p:3128"},
        {"p", "p"},
    };
    for (size_t i = 0; i < sizeof proxies / sizeof *proxies; i++) {
        struct buf shown;
        buf_init(&shown, 1000);
        proxy_show(proxies[i][0], &shown);
        CHECK_TEXT(shown.data, proxies[i][1]);
        CHECK_INT(proxy_has_login(proxies[i][0]), i < 3);
        buf_finish(&shown);
    }
}

int main(void)
{
    RUN(the_environment_has_one_for_each_scheme);
    RUN(this_machine_is_reached_without_it);
    RUN(an_own_one_beats_the_environment);
    RUN(a_list_is_read_with_commas_and_blanks);
    RUN(addresses_may_be_networks);
    RUN(a_password_is_never_shown);
    return check_report("proxy");
}
