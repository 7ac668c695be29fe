/* What stands right of the cursor, and where an answer comes to it: from there on the answer
 * is not shown, since the text is there already. */
#ifndef HUM_RIGHT_H
#define HUM_RIGHT_H

#include "base/around.h"
#include "text/language.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RIGHT_MAX 256 /* bytes of the text right of the cursor that are compared */

enum right_kind {
    RIGHT_NONE,    /* the cursor stands at the end of its line */
    RIGHT_BRACKET, /* a closing bracket: the answer comes to it where it closes that bracket */
    RIGHT_ANGLE,   /* the same of types and tags: '>' */
    RIGHT_QUOTE,   /* the end of the string that the cursor is in */
    RIGHT_TEXT,    /* anything else: where the answer ends with the beginning of it */
};

/* How much of the first n bytes of the answer is certainly not the beginning of what stands
 * right of the cursor. */
struct right_mark {
    size_t clean; /* if the answer ends there */
    size_t held;  /* if it goes on */
    long depth;   /* brackets that the answer has opened and not closed */
};

struct right {
    enum right_kind kind;
    bool one_line;    /* more lines would push that text away from where it belongs */
    bool loose;       /* case and blanks do not count ... */
    bool apart;       /* ... and text begins with a blank, so that the answer needs none */
    struct span text; /* right of the cursor, without the blanks at its end; if loose, folded */
    char closer, opener;
    long open;      /* how many of these brackets may be closed before that text's */
    bool in_string; /* "…": brackets do not count */
    bool escaped;
    bool opened;    /* RIGHT_ANGLE: the last byte was a '<', which counts unless it compares */
    long nested;    /* other brackets in which that bracket would not be closed */
    size_t seen;    /* bytes of the answer so far */
    size_t matched; /* so many bytes of text end them */
    bool whole;     /* all of it, from a byte on where it can begin */
    uint16_t back[RIGHT_MAX + 1]; /* back[n]: the longest beginning that ends the first n bytes */
    struct right_mark marks[RIGHT_MAX + 1]; /* of the last positions */
    size_t at[RIGHT_MAX + 1];               /* where the last bytes that count stand */
    size_t fed;                             /* how many of those there were */
    char folded[RIGHT_MAX];
};

void right_init(struct right *r, const struct around *around, const struct language *language);

/* Looks at byte i of the answer; every byte in turn. True if the answer has come to the text
 * right of the cursor: then *cut bytes of it remain. */
bool right_feed(struct right *r, const char *text, size_t i, size_t *cut);

/* How many of the first n bytes remain, if the answer ends with them or (not closed) may
 * still go on: all n where that is more than RIGHT_MAX bytes ago. */
size_t right_remains(const struct right *r, size_t n, bool closed);

#endif
