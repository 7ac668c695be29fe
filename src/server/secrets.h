/* What of an endpoint no text may repeat: the words of its key and its headers and the login at a
 * proxy, each also as it may come back encoded. */
#ifndef HUM_SECRETS_H
#define HUM_SECRETS_H

#include <stdbool.h>
#include <stddef.h>

/* A NULL-terminated list of texts, to be freed with wipe_texts; NULL for none yet. */
struct secrets {
    char **texts;
    unsigned count;
};

/* What is shorter than MASK_MIN is none, and not added. */
void secrets_add(struct secrets *s, const char *key);

/* Whether a header of this name, of len bytes, holds none: those that hum, curl and servers write,
 * and the few of users that are known to. */
bool secrets_is_public(const char *name, size_t len);

/* A header line as endpoint.h has it: each word of its value, if it is not a public one. */
void secrets_add_header(struct secrets *s, const char *line);

/* The name and the password in a proxy's URL. */
void secrets_add_proxy(struct secrets *s, const char *proxy);

#endif
