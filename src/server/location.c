#include "server/location.h"

#include "server/network.h"

#include <strings.h>

static bool has_scheme(const char *url, const char *scheme)
{
    return strncasecmp(url, scheme, strlen(scheme)) == 0;
}

bool location_is_https(const char *url)
{
    return has_scheme(url, "https://");
}

bool location_is_http(const char *url)
{
    return has_scheme(url, "http://") || location_is_https(url);
}

/* "me:secret@host:80". */
static struct span authority_of(const char *url)
{
    const char *at = strstr(url, "://");
    if (at == NULL) {
        return (struct span){NULL, 0};
    }
    return (struct span){at + 3, strcspn(at + 3, "/?#\\")};
}

static struct span behind_login(struct span authority)
{
    for (size_t i = authority.len; i > 0; i--) {
        if (authority.data[i - 1] == '@') {
            return span_skip(authority, i);
        }
    }
    return authority;
}

bool location_has_login(const char *url)
{
    struct span authority = authority_of(url);
    return behind_login(authority).len < authority.len;
}

struct span location_host(const char *url)
{
    struct span host = behind_login(authority_of(url));
    const char *end;
    if (host.len > 0 && host.data[0] == '[') {
        host = span_skip(host, 1);
        end = memchr(host.data, ']', host.len);
    } else {
        end = host.len > 0 ? memchr(host.data, ':', host.len) : NULL;
    }
    if (end != NULL) {
        host.len = (size_t)(end - host.data);
    }
    if (host.len > 0 && host.data[host.len - 1] == '.') {
        host.len--;
    }
    return host;
}

static struct span without_www(struct span host)
{
    return host.len > 4 && strncasecmp(host.data, "www.", 4) == 0 ? span_skip(host, 4) : host;
}

bool location_is_same_host(const char *a, const char *b)
{
    struct span of_a = without_www(location_host(a)), of_b = without_www(location_host(b));
    return of_a.len == of_b.len && of_a.len > 0 && strncasecmp(of_a.data, of_b.data, of_a.len) == 0;
}

static bool ends_with(const char *name, const char *end)
{
    size_t n = strlen(name), m = strlen(end);
    return n >= m && strcasecmp(name + n - m, end) == 0;
}

/* "2130706433", "0x7f.1": addresses in writings that only machines use. No name ends in a number.
 * Source: https://url.spec.whatwg.org/#ends-in-a-number-checker. */
static bool is_odd_number(const char *name)
{
    const char *dot = strrchr(name, '.'), *last = dot != NULL ? dot + 1 : name;
    bool is_hex = last[0] == '0' && to_lower(last[1]) == 'x';
    size_t n = is_hex ? 2 + strspn(last + 2, "0123456789abcdefABCDEF") : strspn(last, "0123456789");
    return n > 0 && last[n] == '\0';
}

bool location_is_private(const char *url)
{
    struct span host = location_host(url);
    char name[256];
    if (host.len == 0 || host.len >= sizeof name) {
        return true;
    }
    memcpy(name, host.data, host.len);
    name[host.len] = '\0';
    char *zone = strchr(name, '%');
    if (zone != NULL) {
        *zone = '\0';
    }
    enum network network = network_of_text(name);
    if (network != NETWORK_UNKNOWN) {
        return network == NETWORK_PRIVATE;
    }
    return strchr(name, '.') == NULL || is_odd_number(name) || ends_with(name, ".localhost") ||
           ends_with(name, ".local") || ends_with(name, ".internal") || ends_with(name, ".lan") ||
           ends_with(name, ".home.arpa");
}
