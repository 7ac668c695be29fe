#include "server/proxy.h"

#include "base/buf.h"
#include "base/span.h"

#include <arpa/inet.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* No name is longer: RFC 1035. */
#define HOST_ROOM 256

/* ---- hosts --------------------------------------------------------------------- */

/* Behind the user's name and password, in which anything may stand. */
static const char *skip_user(const char *text)
{
    const char *at = strrchr(text, '@');
    return at != NULL ? at + 1 : text;
}

static const char *skip_scheme(const char *url)
{
    const char *scheme = strstr(url, "://");
    return scheme != NULL ? scheme + 3 : url;
}

/* Of a URL without a user, and without brackets, zone and port. */
static void read_host(const char *url, char host[HOST_ROOM])
{
    const char *at = skip_scheme(url);
    const char *end = at[0] == '[' ? "]%/?#" : ":/?#";
    at += at[0] == '[';
    size_t len = strcspn(at, end);
    len = len < HOST_ROOM - 1 ? len : HOST_ROOM - 1;
    memcpy(host, at, len);
    host[len] = '\0';
}

struct address {
    int family; /* 0: it is none */
    unsigned char bytes[16];
};

static struct address address_of(const char *text)
{
    struct address a = {.family = AF_INET};
    if (inet_pton(AF_INET, text, a.bytes) != 1) {
        a.family = inet_pton(AF_INET6, text, a.bytes) == 1 ? AF_INET6 : 0;
    }
    return a;
}

static bool same_bits(const struct address *a, const struct address *b, unsigned bits)
{
    size_t bytes = bits / 8;
    unsigned mask = (0xff00u >> (bits % 8)) & 0xff;
    return memcmp(a->bytes, b->bytes, bytes) == 0 &&
           (mask == 0 || (a->bytes[bytes] & mask) == (b->bytes[bytes] & mask));
}

/* ---- lists --------------------------------------------------------------------- */

/* "10.0.0.0/8", "fd00::/8", or a single address, with or without brackets. */
static bool holds_address(struct span entry, const struct address *address)
{
    char text[HOST_ROOM];
    if (entry.len >= 2 && entry.data[0] == '[') {
        entry.data++;
        entry.len--;
    }
    size_t len = entry.len < sizeof text - 1 ? entry.len : sizeof text - 1;
    memcpy(text, entry.data, len);
    text[len] = '\0';
    unsigned most = address->family == AF_INET ? 32 : 128, bits = most;
    char *slash = strchr(text, '/');
    if (slash != NULL) {
        char *end;
        unsigned long size = strtoul(slash + 1, &end, 10);
        bits = end != slash + 1 && *end == '\0' && size <= most ? (unsigned)size : most;
        *slash = '\0';
    }
    text[strcspn(text, "]")] = '\0';
    struct address network = address_of(text);
    return network.family == address->family && same_bits(&network, address, bits);
}

/* Dots at the ends say nothing: ".example.org" is example.org and all below it. So is
 * "*.example.org", which curl does not know, but other programs do. */
static bool holds_name(struct span entry, const char *host)
{
    if (entry.len > 1 && entry.data[0] == '*' && entry.data[1] == '.') {
        entry.data++;
        entry.len--;
    }
    while (entry.len > 0 && entry.data[0] == '.') {
        entry.data++;
        entry.len--;
    }
    while (entry.len > 0 && entry.data[entry.len - 1] == '.') {
        entry.len--;
    }
    size_t len = strlen(host);
    while (len > 0 && host[len - 1] == '.') {
        len--;
    }
    if (entry.len == 0 || entry.len > len) {
        return false;
    }
    const char *tail = host + len - entry.len;
    return strncasecmp(tail, entry.data, entry.len) == 0 && (tail == host || tail[-1] == '.');
}

bool proxy_spares(const char *list, const char *host)
{
    static const char blanks[] = ", \t\r\n";
    const struct address address = address_of(host);
    for (const char *at = list + strspn(list, blanks); *at != '\0'; at += strspn(at, blanks)) {
        const struct span entry = {at, strcspn(at, blanks)};
        bool all = entry.len == 1 && *at == '*';
        if (all ||
            (address.family != 0 ? holds_address(entry, &address) : holds_name(entry, host))) {
            return true;
        }
        at += entry.len;
    }
    return false;
}

/* ---- the proxy ----------------------------------------------------------------- */

/* Whether a URL's host is this machine: "localhost", what is below that, 127.0.0.0/8, ::1. */
static bool is_local(const char *url)
{
    char host[HOST_ROOM];
    read_host(url, host);
    return proxy_spares("localhost, 127.0.0.0/8, ::1", host);
}

/* The first variable that is set, as curl looks for them: HTTP_PROXY is not among them, since a
 * server that runs a program for a request sets it to a header of that request. */
static struct proxy from_environment(const char *url)
{
    static const char *const http[] = {"http_proxy", "all_proxy", "ALL_PROXY", NULL};
    static const char *const https[] = {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY",
                                        NULL};
    struct proxy proxy = {0};
    for (const char *const *name = strncasecmp(url, "https:", 6) == 0 ? https : http;
         *name != NULL && proxy.url == NULL; name++) {
        const char *value = getenv(*name);
        proxy.url = value != NULL && value[0] != '\0' ? value : NULL;
        proxy.from = *name;
    }
    return proxy;
}

static const char *list_from_environment(void)
{
    const char *list = getenv("no_proxy");
    list = list != NULL && list[0] != '\0' ? list : getenv("NO_PROXY");
    return list != NULL ? list : "";
}

struct proxy proxy_for(const char *url, const char *own, const char *own_not_for)
{
    const struct proxy none = {0};
    struct proxy proxy = {.url = own};
    const char *list = own_not_for != NULL ? own_not_for : "";
    if (own == NULL && !is_local(url)) {
        proxy = from_environment(url);
        list = own_not_for != NULL ? own_not_for : list_from_environment();
    }
    char host[HOST_ROOM];
    read_host(url, host);
    bool is_set = proxy.url != NULL && proxy.url[0] != '\0';
    return is_set && !proxy_spares(list, host) ? proxy : none;
}

void proxy_show(const char *proxy, struct buf *out)
{
    const char *authority = skip_scheme(proxy);
    const char *host = skip_user(authority);
    buf_add(out, proxy, (size_t)(authority - proxy));
    buf_add(out, host, strcspn(host, "/?#"));
}

bool proxy_has_login(const char *proxy)
{
    return strchr(proxy, '@') != NULL;
}
