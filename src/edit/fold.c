#include "edit/fold.h"

#include "base/hash.h"

#include <string.h>

/* From, to, what they are written as. As Codex folds (seek_sequence.rs), and what else editors put
 * in for the typist: primes, an ellipsis, blanks of all widths, what has no width. */
static const struct {
    uint32_t first, last;
    const char *plain;
} folds[] = {
    {0xA0, 0xA0, " "},     {0xAD, 0xAD, ""},       {0xB4, 0xB4, "'"},       {0x2BC, 0x2BC, "'"},
    {0x1680, 0x1680, " "}, {0x2000, 0x200A, " "},  {0x200B, 0x200D, ""},    {0x2010, 0x2015, "-"},
    {0x2018, 0x201B, "'"}, {0x201C, 0x201F, "\""}, {0x2026, 0x2026, "..."}, {0x202F, 0x202F, " "},
    {0x2032, 0x2032, "'"}, {0x2033, 0x2033, "\""}, {0x205F, 0x205F, " "},   {0x2060, 0x2060, ""},
    {0x2212, 0x2212, "-"}, {0x3000, 0x3000, " "},  {0xFEFF, 0xFEFF, ""},
};

/* The character at that place of a text that may be broken: then it is one byte. */
static uint32_t code_at(struct span s, size_t at, size_t *len)
{
    unsigned char lead = (unsigned char)s.data[at];
    size_t n = lead < 0xC2 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 1;
    uint32_t code = n == 1 ? lead : lead & (0x7Fu >> n);
    *len = 1;
    if (n == 1 || n > s.len - at) {
        return n == 1 && lead < 0x80 ? code : UINT32_MAX;
    }
    for (size_t i = 1; i < n; i++) {
        unsigned char c = (unsigned char)s.data[at + i];
        if ((c & 0xC0) != 0x80) {
            return UINT32_MAX;
        }
        code = code << 6 | (c & 0x3Fu);
    }
    *len = n;
    return code;
}

static const char *plain_of(uint32_t code)
{
    for (size_t i = 0; i < sizeof folds / sizeof *folds; i++) {
        if (code <= folds[i].last) {
            return code >= folds[i].first ? folds[i].plain : NULL;
        }
    }
    return NULL;
}

size_t fold_char(struct span s, size_t at, char out[4], size_t *n)
{
    size_t len = 1;
    const char *plain = NULL;
    if ((unsigned char)s.data[at] >= 0x80) {
        plain = plain_of(code_at(s, at, &len));
    }
    *n = plain != NULL ? strlen(plain) : len;
    memcpy(out, plain != NULL ? plain : s.data + at, *n);
    return len;
}

/* Plain characters one after the other. */
struct reader {
    struct span s;
    size_t at; /* behind the character that is being read */
    char chars[4];
    size_t count, next;
};

/* The next plain byte, or -1 at the end. */
static int reader_next(struct reader *r)
{
    while (r->next == r->count) {
        if (r->at >= r->s.len) {
            return -1;
        }
        r->at += fold_char(r->s, r->at, r->chars, &r->count);
        r->next = 0;
    }
    return (unsigned char)r->chars[r->next++];
}

bool fold_equal(struct span a, struct span b)
{
    struct reader x = {.s = a}, y = {.s = b};
    int c;
    do {
        c = reader_next(&x);
        if (c != reader_next(&y)) {
            return false;
        }
    } while (c >= 0);
    return true;
}

size_t fold_at(struct span a, size_t at, struct span b)
{
    struct reader x = {.s = {a.data, at}}, y = {.s = b};
    while (reader_next(&x) >= 0) {
        if (reader_next(&y) < 0) {
            return b.len;
        }
    }
    return y.at;
}

static bool is_margin(struct span s, size_t at, size_t *len)
{
    char plain[4];
    size_t n;
    *len = fold_char(s, at, plain, &n);
    return n == 0 || is_blank(plain[0]);
}

struct span fold_trim(struct span line)
{
    size_t len;
    while (line.len > 0 && is_margin(line, 0, &len)) {
        line = span_skip(line, len);
    }
    while (line.len > 0) {
        size_t at = line.len - 1;
        while (at > 0 && line.len - at < 4 && ((unsigned char)line.data[at] & 0xC0) == 0x80) {
            at--;
        }
        if (!is_margin(line, at, &len) || at + len != line.len) {
            break;
        }
        line.len = at;
    }
    return line;
}

uint64_t fold_key(struct span line)
{
    struct span s = fold_trim(line);
    uint64_t hash = HASH_START;
    size_t at = 0;
    while (at < s.len && (unsigned char)s.data[at] < 0x80) {
        hash = hash_byte(hash, s.data[at++]);
    }
    struct reader r = {.s = span_skip(s, at)};
    for (int c = reader_next(&r); c >= 0; c = reader_next(&r)) {
        hash = hash_byte(hash, (char)c);
    }
    bool blank = s.len == 0;
    return blank ? FOLD_BLANK : hash == FOLD_BLANK ? 1 : hash;
}

/* ---- entities -------------------------------------------------------------------- */

static const struct {
    const char *name, *text;
} entities[] = {
    {"&lt;", "<"},   {"&gt;", ">"},   {"&amp;", "&"},   {"&quot;", "\""}, {"&apos;", "'"},
    {"&#39;", "'"},  {"&#34;", "\""}, {"&#x27;", "'"},  {"&#x22;", "\""}, {"&#x2F;", "/"},
    {"&#47;", "/"},  {"&#60;", "<"},  {"&#62;", ">"},   {"&#38;", "&"},   {"&nbsp;", " "},
    {"&#160;", " "}, {"&#96;", "`"},  {"&#x60;", "`"},  {"&#x3D;", "="},  {"&#61;", "="},
    {"&#123;", "{"}, {"&#125;", "}"}, {"&grave;", "`"}, {"&#x3C;", "<"},  {"&#x3E;", ">"},
};

/* The entity that the text begins with, NULL: none. */
static const char *entity_at(struct span s, size_t *len)
{
    for (size_t i = 0; i < sizeof entities / sizeof *entities; i++) {
        if (span_starts_with(s, entities[i].name)) {
            *len = strlen(entities[i].name);
            return entities[i].text;
        }
    }
    return NULL;
}

bool fold_decode(struct span s, struct buf *out)
{
    bool any = false;
    while (s.len > 0) {
        const char *sign = memchr(s.data, '&', s.len);
        size_t plain = sign != NULL ? (size_t)(sign - s.data) : s.len, len = 1;
        buf_add(out, s.data, plain);
        s = span_skip(s, plain);
        const char *text = s.len > 0 ? entity_at(s, &len) : NULL;
        if (text != NULL) {
            buf_add_str(out, text);
            any = true;
        } else if (s.len > 0) {
            buf_add(out, s.data, 1);
        }
        s = span_skip(s, s.len > 0 ? len : 0);
    }
    return any;
}
