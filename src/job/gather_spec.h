/* The items of a call to gather, as Lua describes them. */
#ifndef HUM_GATHER_SPEC_H
#define HUM_GATHER_SPEC_H

#include "gather/item.h"

#include <stddef.h>

struct value;

#define GATHER_LARGEST (256U << 10) /* bytes, without another limit */

struct gather_spec {
    char *folder, *root; /* "" if there is none */
    uint64_t largest;
    struct item *items;
    size_t count;
};

/* Returns 0, or HUM_ESPEC with *why a static text. gather_spec_finish is due in both cases. */
int gather_spec_init(struct gather_spec *s, const struct value *spec, const char **why);
void gather_spec_finish(struct gather_spec *s);

#endif
