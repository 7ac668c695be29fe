/* What models put around code besides fences: tags, JSON, calls of tools. Pure. */
#ifndef HUM_WRAPPER_H
#define HUM_WRAPPER_H

#include "base/span.h"

#include <stdbool.h>

struct place;

/* The tag that a line begins with, which is not part of the code, NULL if there is none; *close: the
 * one that ends it. NUL-terminated, both. */
const char *wrapper_open(const struct place *p, struct span line, const char **close);

/* A call of a tool begins here. */
bool wrapper_is_tool(const struct place *p, struct span line);

/* The same of what a fence is said to have. */
bool wrapper_tag_is_tool(const char *name);

/* An object of JSON begins here that has the code as a string. */
bool wrapper_is_json(const struct place *p, struct span line);

/* A marker of a search/replace block, which no text has that is not about them. first: it is the
 * first line of the code. */
bool wrapper_is_marker(const struct place *p, struct span line, bool first);

#endif
