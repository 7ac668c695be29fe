/* Where a web address leads, as far as its text says it. Pure. */
#ifndef HUM_LOCATION_H
#define HUM_LOCATION_H

#include "base/span.h"

#include <stdbool.h>

/* Its host, without port and brackets; empty if there is none. */
struct span location_host(const char *url);

bool location_is_http(const char *url);  /* http: or https: */
bool location_is_https(const char *url); /* of these the latter */

/* A name, perhaps with a password, stands in it: "http://me:secret@host/". */
bool location_has_login(const char *url);

/* The same host, but for a "www.". */
bool location_is_same_host(const char *a, const char *b);

/* The host is this machine's, or an address or name of a private network. What a name leads to only
 * network.h tells. */
bool location_is_private(const char *url);

#endif
