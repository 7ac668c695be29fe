/* Text with values in it: "$name" is a value, "<name...>" is there if the value is something
 * or the condition holds. */
#ifndef FAKE_TEMPLATE_H
#define FAKE_TEMPLATE_H

#include "base/buf.h"

#include <stdbool.h>

/* A value of whatever its owner hands over as "of". Names are lower case and "_". */
struct value {
    const char *name; /* NULL behind the last one */
    void (*print)(const void *of, struct buf *out);
    bool (*has)(const void *of); /* NULL: always */
    bool constant;               /* the same each time one template is printed */
};

/* A template that is made out once, with what is constant filled in. newline: what "\n" is. */
struct template *template_make(const char *text, const struct value *values, const void *of,
                               const char *newline);
void template_free(struct template *t); /* NULL is good too */
void template_add(const struct template *t, const void *of, struct buf *out);

/* All in one, with plain line ends. */
void template_print(const char *text, const struct value *values, const void *of, struct buf *out);

#endif
