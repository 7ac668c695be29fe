/* The lines of an old and of a new text as numbers: equal lines, byte by byte, are of one class. Of
 * each class is known where it stands in the old text and what it tells. Pure. */
#ifndef HUM_CLASSES_H
#define HUM_CLASSES_H

#include "edit/text.h"

#include <stdint.h>

#define INDENT_NONE UINT16_MAX /* of a line that is blank */

/* What a line tells at most that occurs once: a word of 8 letters or more. */
#define SUBSTANCE_FULL 64

struct line_class {
    uint64_t hash;
    uint32_t line; /* its first one: of the old text, or behind that of the new */
    uint32_t old_count, new_count;
    uint32_t first, last; /* of its places in `places`, the last one's line; if old_count > 0 */
    uint16_t indent;      /* columns, tabs of 8; INDENT_NONE */
    uint8_t weight;       /* bytes of words, at most 8: of "}" none */
};

struct classes {
    const struct text *old;
    struct text new;
    struct line_class *list;
    size_t count, room;
    uint32_t *of_old, *of_new; /* the class of each line */
    size_t new_room;
    uint32_t *places; /* lines of the old text, ordered by class, then upwards */
    uint32_t *slots;  /* a hash table of classes + 1 */
    size_t slot_count;
};

void classes_init(struct classes *c, const struct text *old); /* old outlives it */
void classes_finish(struct classes *c);

/* The next line of the new text. False: the text is too big, see text_add. */
bool classes_add(struct classes *c, struct span line);

/* Places of a class in the old text from line `from` on: the first of them, and how many. */
const uint32_t *classes_ahead(const struct classes *c, uint32_t class, size_t from, size_t *count);

/* Whether a line equals one of the old text from line `from` on. */
bool classes_is_ahead(const struct classes *c, uint32_t class, size_t from);

/* How much is learned about two texts from a line of this class in both: nothing of "}", little of
 * what occurs often. */
uint32_t classes_substance(const struct classes *c, uint32_t class);

#endif
