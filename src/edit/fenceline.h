/* A line as a code fence. Pure. */
#ifndef HUM_FENCELINE_H
#define HUM_FENCELINE_H

#include "base/span.h"

#include <stdbool.h>
#include <stddef.h>

struct fenceline {
    char mark; /* '`' or '~' */
    size_t run;
    size_t indent;    /* bytes of white space in front of it */
    struct span info; /* what stands behind, without blanks around it */
};

/* Whether it is one: three marks or more, and no backtick behind backticks. */
bool fenceline_of(struct span line, struct fenceline *f);

/* What an info string says of the text in the fence. */
enum fenceline_tag {
    FENCE_BARE,  /* nothing */
    FENCE_SHELL, /* commands, or what they print */
    FENCE_MARKDOWN,
    FENCE_JSON,
    FENCE_OTHER, /* a language, a path, attributes */
    FENCE_CODE,  /* it is no info string but the first line of the code */
};

enum fenceline_tag fenceline_tag(struct span info);

/* The language, NUL-terminated: "python" of "{.python .x}"; at most room - 1 bytes. */
void fenceline_language(struct span info, char *name, size_t room);

/* Whether it is the name of a language, as models write it. */
bool fenceline_is_language(const char *name);

#endif
