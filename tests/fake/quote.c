#include "quote.h"

#include <string.h>

size_t utf8_length(const char *s, size_t len)
{
    const unsigned char *u = (const unsigned char *)s;
    if (len == 0) {
        return 0;
    }
    if (u[0] < 0x80) {
        return 1;
    }
    size_t n = u[0] >= 0xf0 ? 4 : u[0] >= 0xe0 ? 3 : 2;
    if (u[0] < 0xc2 || u[0] > 0xf4 || n > len) {
        return 0;
    }
    for (size_t i = 1; i < n; i++) {
        if ((u[i] & 0xc0) != 0x80) {
            return 0;
        }
    }
    if ((u[0] == 0xe0 && u[1] < 0xa0) || (u[0] == 0xed && u[1] > 0x9f) ||
        (u[0] == 0xf0 && u[1] < 0x90) || (u[0] == 0xf4 && u[1] > 0x8f)) {
        return 0;
    }
    return n;
}

/* The escape of one ASCII character, or NULL if it stands for itself. */
static const char *escape(unsigned char c, enum quote_style style, char room[8])
{
    static const char hex[] = "0123456789abcdef";
    switch (c) {
    case '"':
        return "\\\"";
    case '\\':
        return "\\\\";
    case '\b':
        return "\\b";
    case '\f':
        return "\\f";
    case '\n':
        return "\\n";
    case '\r':
        return "\\r";
    case '\t':
        return "\\t";
    default:
        break;
    }
    if (c >= 0x20 && (style != QUOTE_GO || (c != '<' && c != '>' && c != '&'))) {
        return NULL;
    }
    memcpy(room, "\\u00", 4);
    room[4] = hex[c >> 4];
    room[5] = hex[c & 15];
    room[6] = '\0';
    return room;
}

/* Without the quotes. */
static void quote_inner(struct buf *out, const char *text, size_t len, enum quote_style style)
{
    size_t plain = 0; /* start of what can be copied as it is */
    for (size_t i = 0; i < len;) {
        char room[8];
        const char *instead = NULL;
        unsigned char c = (unsigned char)text[i];
        size_t n = utf8_length(text + i, len - i);
        if (n == 0) {
            instead = "\xef\xbf\xbd";
            n = 1;
        } else if (n == 1) {
            instead = escape(c, style, room);
        } else if (style == QUOTE_GO && n == 3 && memcmp(text + i, "\xe2\x80\xa8", 3) == 0) {
            instead = "\\u2028";
        } else if (style == QUOTE_GO && n == 3 && memcmp(text + i, "\xe2\x80\xa9", 3) == 0) {
            instead = "\\u2029";
        }
        if (instead != NULL) {
            buf_add(out, text + plain, i - plain);
            buf_add_str(out, instead);
            plain = i + n;
        }
        i += n;
    }
    buf_add(out, text + plain, len - plain);
}

void quote(struct buf *out, const char *text, size_t len, enum quote_style style)
{
    buf_add(out, "\"", 1);
    quote_inner(out, text, len, style);
    buf_add(out, "\"", 1);
}
