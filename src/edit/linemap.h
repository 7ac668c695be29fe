/* Where lines stand in a text: by what they say, without the blanks at both ends. Pure. */
#ifndef HUM_LINEMAP_H
#define HUM_LINEMAP_H

#include "base/span.h"
#include "edit/text.h"
#include "text/indent.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LINEMAP_NONE ((size_t)-1)

/* All lines that say the same. */
struct linemap_entry {
    uint64_t hash;
    size_t first, last; /* indices of the first and last of them */
    size_t count;
    size_t column; /* of the first one */
    bool mixed;    /* others stand in other columns */
};

struct linemap {
    const struct text *text;
    struct linemap_entry *entries;
    size_t count;
    size_t *slots; /* number of an entry from 1, 0: free */
    size_t room;
    size_t *next; /* of each line: the next that says the same, or LINEMAP_NONE */
};

/* text outlives m, and does not change. */
void linemap_init(struct linemap *m, const struct text *text, const struct indent *indent);
void linemap_finish(struct linemap *m);

/* Of a line, with or without blanks at its ends; NULL: there is none, or it is blank. */
const struct linemap_entry *linemap_find(const struct linemap *m, struct span line);

/* The first line behind `from` (LINEMAP_NONE: of all) that is this one, blanks at its beginning
 * included. *only: no further one is. LINEMAP_NONE: there is none. */
size_t linemap_behind(const struct linemap *m, struct span line, size_t from, bool *only);

#endif
