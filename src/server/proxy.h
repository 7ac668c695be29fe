/* Which proxy a request goes through. Decided here and not by curl, so that it is the same with
 * each version of it (they part the entries of no_proxy differently) and a failure can name the
 * proxy. Pure, but for the environment. */
#ifndef HUM_PROXY_H
#define HUM_PROXY_H

#include <stdbool.h>

struct buf;

struct proxy {
    const char *url;  /* as configured, a password may be in it; NULL: none */
    const char *from; /* the variable it is from; NULL: the endpoint's option */
};

/* For a URL, http or https. `own` is the endpoint's own proxy: "" for none at all, NULL for that of
 * the environment, which serves no host of this machine. `own_not_for` lists, with commas or
 * blanks, the hosts that are reached without it; NULL: as no_proxy in the environment says, unless
 * the proxy is the endpoint's own. What is returned points into `own` or the environment. */
struct proxy proxy_for(const char *url, const char *own, const char *own_not_for);

/* Whether a host, without brackets, is in such a list: "*" is each, a name holds for what is below
 * it too, addresses may be networks ("10.0.0.0/8", "fd00::/8"). */
bool proxy_spares(const char *list, const char *host);

/* Appends a proxy's address without the name and the password in it. */
void proxy_show(const char *proxy, struct buf *out);

bool proxy_has_login(const char *proxy);

#endif
