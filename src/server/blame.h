/* What the error of a refused request blames: the field that it names, in "param", "loc" or words,
 * of whatever shape it is, also within the text of another error. */
#ifndef HUM_BLAME_H
#define HUM_BLAME_H

#include "base/buf.h"
#include "server/json.h"

#include <stdbool.h>
#include <stddef.h>

/* The error itself, and those in texts of it. */
#define BLAME_ROOTS 4

struct blame {
    cJSON *roots[BLAME_ROOTS];
    size_t count;
    struct buf words; /* all that it says to people */
};

/* body: as it came; text: the words that were found in it, or NULL. blame_finish is due. */
void blame_init(struct blame *e, const char *body, size_t len, const char *text);
void blame_finish(struct blame *e);

/* Whether one of the words, NULL-terminated, is said; upper and lower case alike. */
bool blame_says(const struct blame *e, const char *const *words);

/* The error is that something is not known or not taken, whatever its value. */
bool blame_is_of_name(const struct blame *e);

/* A "param" or "loc" names this top-level field of the request, and what is said there is not that
 * the value is wrong, which is the user's to mend. */
bool blame_points_at(const struct blame *e, const cJSON *request, const char *field);

/* Likewise the role of a message. */
bool blame_points_at_role(const struct blame *e);

/* Where the words name that field, NULL if they do not. */
const char *blame_name(const struct blame *e, const char *field);

/* The words are about a value that is wrong. */
bool blame_is_of_value(const struct blame *e);

#endif
