#include "base/utf8.h"

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static const char replacement[] = "\xEF\xBF\xBD";

/* The length of the character that begins with lead, and the range of its second
 * byte, which alone keeps out overlong forms, surrogates and what lies above
 * U+10FFFF (Unicode, table 3-7). 0 if nothing begins so. */
static size_t expect(unsigned char lead, unsigned char *low, unsigned char *high)
{
    *low = 0x80;
    *high = 0xBF;
    if (lead < 0x80) {
        return 1;
    }
    if (lead < 0xC2 || lead > 0xF4) {
        return 0;
    }
    if (lead < 0xE0) {
        return 2;
    }
    if (lead == 0xE0) {
        *low = 0xA0;
    } else if (lead == 0xED) {
        *high = 0x9F;
    } else if (lead == 0xF0) {
        *low = 0x90;
    } else if (lead == 0xF4) {
        *high = 0x8F;
    }
    return lead < 0xF0 ? 3 : 4;
}

/* One step into the bytes at p: the length of the valid character there, or of the
 * maximal invalid part (*valid says which), or 0 if more bytes must decide. */
static size_t step(const unsigned char *p, size_t len, bool *valid)
{
    unsigned char low, high;
    size_t want = expect(p[0], &low, &high);
    *valid = false;
    if (want == 0) {
        return 1;
    }
    for (size_t i = 1; i < want; i++) {
        if (i == len) {
            return 0;
        }
        if (p[i] < low || p[i] > high) {
            return i;
        }
        low = 0x80;
        high = 0xBF;
    }
    *valid = true;
    return want;
}

/* How many bytes at p are ASCII, which is most of most text: eight at a time. */
static size_t ascii_run(const unsigned char *p, size_t len)
{
    uint64_t word;
    size_t n = 0;
    while (len - n >= sizeof word) {
        memcpy(&word, p + n, sizeof word);
        if (word & UINT64_C(0x8080808080808080)) {
            break;
        }
        n += sizeof word;
    }
    while (n < len && p[n] < 0x80) {
        n++;
    }
    return n;
}

/* Appends what is complete. Returns how many bytes that took. */
static size_t pass(const unsigned char *p, size_t len, struct buf *out)
{
    size_t at = 0;
    bool valid;
    size_t from = 0;
    while (at < len) {
        size_t n = ascii_run(p + at, len - at);
        at += n;
        if (at == len) {
            break;
        }
        n = step(p + at, len - at, &valid);
        if (n == 0) {
            break;
        }
        if (!valid) {
            buf_add(out, p + from, at - from);
            buf_add(out, replacement, 3);
            from = at + n;
        }
        at += n;
    }
    buf_add(out, p + from, at - from);
    return at;
}

void utf8_init(struct utf8 *u)
{
    u->held_len = 0;
}

void utf8_feed(struct utf8 *u, const char *data, size_t len, struct buf *out)
{
    const unsigned char *p = (const unsigned char *)data;
    size_t used;
    if (u->held_len > 0 && len > 0) {
        unsigned char joined[sizeof u->held];
        size_t more = sizeof joined - u->held_len;
        if (more > len) {
            more = len;
        }
        memcpy(joined, u->held, u->held_len);
        memcpy(joined + u->held_len, p, more);
        bool valid;
        used = step(joined, u->held_len + more, &valid);
        if (used == 0) {
            memcpy(u->held, joined, u->held_len + more);
            u->held_len += more;
            return;
        }
        buf_add(out, valid ? (const char *)joined : replacement, valid ? used : 3);
        /* What is held begins a character, so a step never ends inside it. */
        p += used - u->held_len;
        len -= used - u->held_len;
        u->held_len = 0;
    }
    if (len == 0) {
        return;
    }
    used = pass(p, len, out);
    u->held_len = len - used;
    memcpy(u->held, p + used, u->held_len);
}

void utf8_end(struct utf8 *u, struct buf *out)
{
    if (u->held_len > 0) {
        u->held_len = 0;
        buf_add(out, replacement, 3);
    }
}

void utf8_add(struct buf *out, uint32_t code)
{
    const unsigned inner = code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    static const unsigned char first[] = {0, 0xC0, 0xE0, 0xF0};
    char bytes[4];
    bytes[0] = (char)(first[inner] | code >> (6 * inner));
    for (unsigned i = 1; i <= inner; i++) {
        bytes[i] = (char)(0x80 | (code >> (6 * (inner - i)) & 0x3F));
    }
    buf_add(out, bytes, 1 + inner);
}

size_t utf8_valid(const char *data, size_t len)
{
    const unsigned char *p = (const unsigned char *)data;
    size_t at = 0;
    bool valid = true;
    while (at < len && valid) {
        size_t n = ascii_run(p + at, len - at);
        if (n == 0) {
            n = step(p + at, len - at, &valid);
            valid = valid && n > 0;
        }
        at += valid ? n : 0;
    }
    return at;
}

void utf8_clean(const char *data, size_t len, struct buf *out)
{
    struct utf8 u;
    utf8_init(&u);
    utf8_feed(&u, data, len, out);
    utf8_end(&u, out);
}

size_t utf8_whole(const char *text, size_t len)
{
    size_t at = len;
    while (at > 0 && len - at < 3 && utf8_is_inner(text[at - 1])) {
        at--;
    }
    if (at == 0) {
        return len;
    }
    unsigned char lead = (unsigned char)text[at - 1];
    size_t wanted = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
    return len - (at - 1) < wanted ? at - 1 : len;
}

size_t utf8_floor(const char *text, size_t len, size_t at)
{
    size_t low = at;
    if (at >= len) {
        return len;
    }
    while (low > 0 && at - low < 3 && utf8_is_inner(text[low])) {
        low--;
    }
    return low;
}

size_t utf8_ceil(const char *text, size_t len, size_t at)
{
    size_t high = at;
    while (high > 0 && high < len && high - at < 3 && utf8_is_inner(text[high])) {
        high++;
    }
    return high < len ? high : len;
}

/* Squeezes text in place; returns the new length. */
static size_t squeeze(char *text, size_t len)
{
    size_t kept = 0;
    for (size_t i = 0; i < len; i++) {
        bool is_gap = (unsigned char)text[i] <= ' ' || text[i] == 0x7F;
        if (!is_gap) {
            text[kept++] = text[i];
        } else if (kept > 0 && text[kept - 1] != ' ') {
            text[kept++] = ' ';
        }
    }
    return kept > 0 && text[kept - 1] == ' ' ? kept - 1 : kept;
}

void utf8_line(const char *data, size_t len, size_t max, struct buf *out)
{
    struct buf clean;
    buf_init(&clean, SIZE_MAX);
    utf8_clean(data, len, &clean);
    len = squeeze(clean.data, clean.len);
    bool cut = len > max;
    if (cut) {
        len = utf8_floor(clean.data, clean.len, max > 3 ? max - 3 : 0);
    }
    buf_add(out, clean.data, len);
    buf_add_str(out, cut ? "..." : "");
    buf_finish(&clean);
}
