/* Which request is answered how: the control routes, the script, then the routes of the
 * imitated servers. */
#ifndef FAKE_ROUTES_H
#define FAKE_ROUTES_H

#include "conn.h"

void routes_request(struct conn *c);

/* The script's expectation does not hold, or it cannot be carried out: status 500 and
 * an "unexpected" event. */
void routes_unexpected(struct conn *c, const char *why);

#endif
