/* Bytes of a file as text: UTF-8 with "\n" at the ends of lines, whatever it was before. Pure. */
#ifndef HUM_DECODE_H
#define HUM_DECODE_H

#include "base/span.h"

#include <stdbool.h>

struct buf;

enum encoding {
    ENCODING_NONE, /* no text: it has NULs, or control characters that no text has */
    ENCODING_UTF8,
    ENCODING_LATIN1, /* or Windows-1252, which is the same but for signs such as quotes */
    ENCODING_UTF16,  /* with a BOM, of either order */
};

/* "utf-8", "latin1", "utf-16"; NULL for none. */
const char *encoding_name(enum encoding e);

/* Reads the text in bytes. *text is all of it: a piece of bytes, where nothing had to be changed,
 * else of out, which is appended to. A BOM is left out, "\r\n" is "\n". UTF-8 with some faults, as
 * cut logs have, is made valid (utf8_clean); without a single good character beyond ASCII it is
 * Latin-1. Of ENCODING_NONE text is empty. */
enum encoding decode(struct span bytes, struct buf *out, struct span *text);

/* Appends what is no text as one all the same, to out: what is valid stays, each run of NULs and
 * faults is one U+FFFD. */
void decode_anyway(struct span bytes, struct buf *out);

#endif
