/* Text with values in it: "$name" is a value, "<name...>" is there if the value is something
 * or the condition holds. */
#ifndef FAKE_PATTERN_H
#define FAKE_PATTERN_H

#include "base/buf.h"

#include <stdbool.h>

/* A value of whatever its owner hands over as "of". Names are lower case and "_". */
struct value {
    const char *name; /* NULL behind the last one */
    void (*print)(const void *of, struct buf *out);
    bool (*has)(const void *of); /* NULL: always */
    bool constant;               /* the same each time one pattern is printed */
};

/* A pattern that is made out once, with what is constant filled in. newline: what "\n" is. */
struct pattern *pattern_make(const char *text, const struct value *values, const void *of,
                             const char *newline);
void pattern_free(struct pattern *t); /* NULL is good too */
void pattern_add(const struct pattern *t, const void *of, struct buf *out);

/* All in one, with plain line ends. */
void pattern_print(const char *text, const struct value *values, const void *of, struct buf *out);

#endif
