#include "gather/names.h"

#include "base/buf.h"

#include <stdlib.h>

void names_add(struct names *n, const char *name)
{
    if (n->count == n->room) {
        n->room = n->room > 0 ? 2 * n->room : 16;
        n->items = xrealloc(n->items, n->room * sizeof *n->items);
    }
    n->items[n->count++] = xstrdup(name);
}

void names_finish(struct names *n)
{
    for (size_t i = 0; i < n->count; i++) {
        free(n->items[i]);
    }
    free(n->items);
    *n = (struct names){0};
}
