/* Text as a JSON string, as the two kinds of server write it. */
#ifndef FAKE_QUOTE_H
#define FAKE_QUOTE_H

#include "base/buf.h"

enum quote_style {
    QUOTE_GO,    /* Ollama: also escapes < > & U+2028 U+2029 */
    QUOTE_PLAIN, /* llama-server, the log: only what JSON demands */
};

/* Appends the text in quotes. Bytes that are not UTF-8 become U+FFFD. */
void quote(struct buf *out, const char *text, size_t len, enum quote_style style);

/* Length of the well-formed UTF-8 character at s, or 0. */
size_t utf8_length(const char *s, size_t len);

#endif
