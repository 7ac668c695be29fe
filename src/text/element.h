/* What the elements of HTML mean for a reader. Pure. */
#ifndef HUM_ELEMENT_H
#define HUM_ELEMENT_H

#include "text/tag.h"

#include <stdbool.h>

enum deed {
    DEED_NONE,
    DEED_LINE,      /* stands on lines of its own */
    DEED_PARAGRAPH, /* ... with blank ones around it */
    DEED_HEADING,
    DEED_LIST,
    DEED_ITEM,
    DEED_ABOUT, /* what a term means */
    DEED_QUOTE,
    DEED_BREAK,
    DEED_RULE,
    DEED_CODE,
    DEED_FENCE,
    DEED_LINK,
    DEED_IMAGE,
    DEED_TABLE,
    DEED_ROW,
    DEED_CELL,
    DEED_MAIN,
    DEED_SKIP, /* nobody reads it, nor what is in it */
    DEED_RAW,  /* likewise; what is in there is no HTML */
    DEED_TITLE,
};

enum deed element_deed(const struct tag *tag);

/* It has no content, and no end. */
bool element_is_void(const struct tag *tag);

/* It opens, and is hidden, or for finding one's way: nobody reads it. */
bool element_is_unread(const struct tag *tag);

#endif
