/* A transfer that may lead to the web alone: the addresses that its host turns out to have are
 * judged, for a name says nothing of where it leads. A part of http.c, which owns the transfer. */
#ifndef HUM_OUTSIDE_H
#define HUM_OUTSIDE_H

#include "server/curl.h"

#include <stdbool.h>

/* Of one transfer, as long as it. */
struct outside {
    bool refused; /* an address: it is in a private network */
};

/* From now on the transfer connects to public addresses only. Not for one that goes through a proxy,
 * whose own address it would judge. */
void outside_init(struct outside *o, const struct curl *curl, CURL *easy);

#endif
