#include "gather/decode.h"

#include "base/buf.h"
#include "base/utf8.h"
#include "text/windows1252.h"

#include <stdint.h>

const char *encoding_name(enum encoding e)
{
    static const char *const names[] = {
        [ENCODING_NONE] = NULL,
        [ENCODING_UTF8] = "utf-8",
        [ENCODING_LATIN1] = "latin1",
        [ENCODING_UTF16] = "utf-16",
    };
    return names[e];
}

static bool starts(struct span s, const char *beginning, size_t len)
{
    return s.len >= len && memcmp(s.data, beginning, len) == 0;
}

/* What was appended from there on. */
static struct span added(const struct buf *out, size_t start)
{
    return out->len > start ? (struct span){out->data + start, out->len - start}
                            : (struct span){"", 0};
}

/* ---- UTF-16 ---------------------------------------------------------------------------------- */

static uint32_t unit_at(struct span s, size_t at, bool is_big)
{
    unsigned char first = (unsigned char)s.data[at], second = (unsigned char)s.data[at + 1];
    return is_big ? (uint32_t)first << 8 | second : (uint32_t)second << 8 | first;
}

static bool is_high(uint32_t unit)
{
    return (unit & 0xFC00) == 0xD800;
}

static bool is_low(uint32_t unit)
{
    return (unit & 0xFC00) == 0xDC00;
}

/* Returns false for a NUL: then it is no text. A half of a pair alone, and an odd byte at the end,
 * become U+FFFD. */
static bool add_utf16(struct span s, bool is_big, struct buf *out)
{
    for (size_t at = 0; at + 1 < s.len; at += 2) {
        uint32_t c = unit_at(s, at, is_big);
        uint32_t next = at + 3 < s.len ? unit_at(s, at + 2, is_big) : 0;
        if (c == 0) {
            return false;
        }
        if (is_high(c) && is_low(next)) {
            c = 0x10000 + ((c & 0x3FF) << 10 | (next & 0x3FF));
            at += 2;
        } else if (is_high(c) || is_low(c)) {
            c = 0xFFFD;
        }
        if (c != '\r' || next != '\n') {
            utf8_add(out, c);
        }
    }
    if (s.len % 2 != 0) {
        utf8_add(out, 0xFFFD);
    }
    return true;
}

/* ---- Latin-1 --------------------------------------------------------------------------------- */

/* Control characters that texts have: tabs, ends of lines and pages, and those of terminals. */
static bool is_strange(unsigned char c)
{
    return c < 0x20 && (c < '\b' || c > '\r') && c != 0x1B;
}

static bool is_latin1(struct span s)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.data[i];
        if (is_strange(c) || c == 0x7F || windows1252(c) == 0) {
            return false;
        }
    }
    return true;
}

static void add_latin1(struct span s, struct buf *out)
{
    for (size_t i = 0; i < s.len; i++) {
        utf8_add(out, windows1252((unsigned char)s.data[i]));
    }
}

/* ---- UTF-8 ----------------------------------------------------------------------------------- */

/* Whether there is anything good beyond ASCII in what has faults. */
static bool is_mostly_utf8(struct span s)
{
    size_t good = 0, bad = 0;
    for (size_t at = 0; at < s.len;) {
        size_t n = utf8_valid(s.data + at, s.len - at);
        for (size_t i = 0; i < n; i++) {
            good += ((unsigned char)s.data[at + i] & 0xC0) == 0xC0;
        }
        at += n;
        bad += at < s.len;
        at++;
    }
    return good > bad;
}

/* What is added is valid already, or pieces of s. */
static void add_without_returns(struct span s, struct buf *out)
{
    size_t from = 0;
    const char *at = s.data, *end = s.data + s.len;
    while ((at = memchr(at, '\r', (size_t)(end - at))) != NULL) {
        size_t i = (size_t)(at - s.data);
        if (i + 1 < s.len && s.data[i + 1] == '\n') {
            buf_add(out, s.data + from, i - from);
            from = i + 1;
        }
        at++;
    }
    buf_add(out, s.data + from, s.len - from);
}

/* Makes what is no valid UTF-8 that. */
static enum encoding repair(struct span s, struct buf *out)
{
    if (is_mostly_utf8(s)) {
        utf8_clean(s.data, s.len, out);
        return ENCODING_UTF8;
    }
    if (!is_latin1(s)) {
        return ENCODING_NONE;
    }
    add_latin1(s, out);
    return ENCODING_LATIN1;
}

static enum encoding decode_bytes(struct span s, struct buf *out, struct span *text)
{
    enum encoding e = ENCODING_UTF8;
    struct buf other;
    buf_init(&other, SIZE_MAX);
    if (utf8_valid(s.data, s.len) < s.len) {
        e = repair(s, &other);
        s = (struct span){other.data, other.len};
    }
    if (e != ENCODING_NONE && (other.len > 0 || memchr(s.data, '\r', s.len) != NULL)) {
        size_t start = out->len;
        add_without_returns(s, out);
        s = added(out, start);
    }
    buf_finish(&other);
    *text = e != ENCODING_NONE ? s : (struct span){0};
    return e;
}

enum encoding decode(struct span bytes, struct buf *out, struct span *text)
{
    bool is_big = starts(bytes, "\xFE\xFF", 2);
    *text = (struct span){0};
    if (is_big || starts(bytes, "\xFF\xFE", 2)) {
        size_t start = out->len;
        if (!add_utf16((struct span){bytes.data + 2, bytes.len - 2}, is_big, out)) {
            return ENCODING_NONE;
        }
        *text = added(out, start);
        return ENCODING_UTF16;
    }
    if (starts(bytes, "\xEF\xBB\xBF", 3)) {
        bytes = (struct span){bytes.data + 3, bytes.len - 3};
    }
    if (bytes.len == 0) {
        *text = (struct span){"", 0};
        return ENCODING_UTF8;
    }
    return memchr(bytes.data, '\0', bytes.len) == NULL ? decode_bytes(bytes, out, text)
                                                       : ENCODING_NONE;
}

static size_t find_nul(struct span s, size_t from)
{
    const char *nul = memchr(s.data + from, '\0', s.len - from);
    return nul != NULL ? (size_t)(nul - s.data) : s.len;
}

/* NULs are valid, and looked for first: each piece between two of them is gone through once. */
void decode_anyway(struct span s, struct buf *out)
{
    bool in_run = false;
    size_t nul = s.len > 0 ? find_nul(s, 0) : 0;
    for (size_t at = 0; at < s.len;) {
        nul = nul < at ? find_nul(s, at) : nul;
        size_t n = utf8_valid(s.data + at, nul - at);
        if (n > 0) {
            buf_add(out, s.data + at, n);
        } else if (!in_run) {
            utf8_add(out, 0xFFFD);
        }
        in_run = n == 0;
        at += n > 0 ? n : 1;
    }
}
