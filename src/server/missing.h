/* Whether an answer says that there is nothing at an address, rather than what an API there says of
 * a request. Pure. */
#ifndef HUM_MISSING_H
#define HUM_MISSING_H

#include <stdbool.h>
#include <stddef.h>

/* body: as it came; text: the words that were found in it. Both may be NULL. */
bool missing_is_address(long status, const char *body, size_t len, const char *text);

#endif
