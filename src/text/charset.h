/* In which character encoding a page is, and the same as UTF-8. Pure. */
#ifndef HUM_CHARSET_H
#define HUM_CHARSET_H

#include "base/span.h"

#include <stdbool.h>
#include <stddef.h>

struct buf;

/* Longer names are none. */
#define CHARSET_NAME 31

/* Writes the name of the encoding: what the bytes begin with (a byte order mark) says, the
 * Content-Type header ("text/html; charset=x", or NULL), the page itself (html: its <meta> or the
 * declaration of XML), else UTF-8 if the bytes are that, else Windows-1252. */
void charset_of(const char *content_type, struct span page, bool html, char name[CHARSET_NAME + 1]);

/* Appends the page as UTF-8, without a byte order mark; what is no character becomes U+FFFD.
 * Returns false if the encoding is not known. */
bool charset_convert(const char *name, struct span page, struct buf *out);

#endif
