/* What a page of the web is, by its Content-Type and its first bytes. Pure. */
#ifndef HUM_MEDIA_H
#define HUM_MEDIA_H

#include "base/span.h"

enum media {
    MEDIA_HTML,
    MEDIA_TEXT,
    MEDIA_PDF,
    MEDIA_OTHER, /* no text */
};

/* content_type: the header ("text/html; charset=x"), or NULL; body: as much of it as has come. */
enum media media_of(const char *content_type, struct span body);

#endif
