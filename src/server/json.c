#include "server/json.h"

#include "base/utf8.h"
#include "proto.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How a byte below 0x20, a quote or a backslash is written. */
static void write_escape(struct buf *out, unsigned char c)
{
    switch (c) {
    case '"':
        buf_add(out, "\\\"", 2);
        break;
    case '\\':
        buf_add(out, "\\\\", 2);
        break;
    case '\n':
        buf_add(out, "\\n", 2);
        break;
    case '\r':
        buf_add(out, "\\r", 2);
        break;
    case '\t':
        buf_add(out, "\\t", 2);
        break;
    default:
        buf_printf(out, "\\u%04x", c);
        break;
    }
}

static bool is_plain(unsigned char c)
{
    return c >= 0x20 && c != '"' && c != '\\';
}

/* The same for eight bytes: a bit of a byte is set where subtracting has borrowed, which it does
 * first in the lowest byte that is not plain. */
static bool are_plain(uint64_t word)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), highs = ones << 7;
    uint64_t quote = word ^ ones * '"', backslash = word ^ ones * '\\';
    uint64_t low = (word - ones * 0x20) & ~word;
    return ((low | ((quote - ones) & ~quote) | ((backslash - ones) & ~backslash)) & highs) == 0;
}

/* How many bytes at s go as they are. */
static size_t plain_run(const char *s, size_t len)
{
    uint64_t word;
    size_t n = 0;
    while (len - n >= sizeof word) {
        memcpy(&word, s + n, sizeof word);
        if (!are_plain(word)) {
            break;
        }
        n += sizeof word;
    }
    while (n < len && is_plain((unsigned char)s[n])) {
        n++;
    }
    return n;
}

static void write_escaped(struct buf *out, const char *s, size_t len)
{
    size_t at = 0;
    while (at < len) {
        size_t n = plain_run(s + at, len - at);
        buf_add(out, s + at, n);
        at += n;
        if (at < len) {
            write_escape(out, (unsigned char)s[at++]);
        }
    }
}

void json_write_string(struct buf *out, const char *s, size_t len)
{
    struct buf clean;
    /* Cleaning makes a text at most three times as long. */
    buf_init(&clean, SIZE_MAX);
    if (utf8_valid(s, len) < len) {
        utf8_clean(s, len, &clean);
        s = clean.data;
        len = clean.len;
    }
    buf_add(out, "\"", 1);
    write_escaped(out, s, len);
    buf_add(out, "\"", 1);
    buf_finish(&clean);
}

/* The shortest text that reads back as the same number. */
static void write_real(struct buf *out, double number)
{
    if (!isfinite(number)) {
        buf_fail(out, HUM_ESPEC);
        return;
    }
    char text[32];
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, number);
        if (strtod(text, NULL) == number) { // NOLINT(clang-diagnostic-float-equal)
            break;
        }
    }
    buf_add_str(out, text);
}

static void write_any(struct buf *out, const struct value *v, int depth);

static void write_array(struct buf *out, const struct value *v, int depth)
{
    buf_add(out, "[", 1);
    for (size_t i = 0; i < v->as.array.count; i++) {
        buf_add_str(out, i > 0 ? "," : "");
        write_any(out, &v->as.array.items[i], depth + 1);
    }
    buf_add(out, "]", 1);
}

static void write_map(struct buf *out, const struct value *v, int depth)
{
    buf_add(out, "{", 1);
    for (size_t i = 0; i < v->as.map.count; i++) {
        const struct value_pair *pair = &v->as.map.pairs[i];
        buf_add_str(out, i > 0 ? "," : "");
        json_write_string(out, pair->key.as.string.data, pair->key.as.string.len);
        buf_add(out, ":", 1);
        write_any(out, &pair->value, depth + 1);
    }
    buf_add(out, "}", 1);
}

static void write_any(struct buf *out, const struct value *v, int depth)
{
    if (depth > LIMIT_DEPTH) {
        buf_fail(out, HUM_ESPEC);
        return;
    }
    switch (v->type) {
    case VALUE_BOOL:
        buf_add_str(out, v->as.boolean ? "true" : "false");
        break;
    case VALUE_INT:
        buf_printf(out, "%" PRId64, v->as.integer);
        break;
    case VALUE_FLOAT:
        write_real(out, v->as.real);
        break;
    case VALUE_STRING:
        json_write_string(out, v->as.string.data, v->as.string.len);
        break;
    case VALUE_ARRAY:
        write_array(out, v, depth);
        break;
    case VALUE_MAP:
        write_map(out, v, depth);
        break;
    case VALUE_NIL:
        buf_add_str(out, "null");
        break;
    }
}

void json_write(struct buf *out, const struct value *v)
{
    write_any(out, v, 1);
}

/* The number that four hexadecimal digits stand for, or -1. */
static long hex4(const char *p, const char *end)
{
    if (end - p < 4) {
        return -1;
    }
    long number = 0;
    for (int i = 0; i < 4; i++) {
        char c = p[i];
        number *= 16;
        if (c >= '0' && c <= '9') {
            number += c - '0';
        } else if (c >= 'a' && c <= 'f') {
            number += c - 'a' + 10;
        } else if (c >= 'A' && c <= 'F') {
            number += c - 'A' + 10;
        } else {
            return -1;
        }
    }
    return number;
}

/* Mends the escape whose backslash is at p; returns what follows it. */
static char *mend_escape(char *p, const char *end)
{
    if (end - p < 2 || p[1] != 'u') {
        return end - p < 2 ? p + 1 : p + 2;
    }
    long code = hex4(p + 2, end);
    if (code < 0) {
        /* cJSON would take it for NUL; so it sees an error. */
        p[1] = '?';
        return p + 2;
    }
    long next;
    if (code >= 0xD800 && code < 0xDC00 && end - p >= 12 && p[6] == '\\' && p[7] == 'u') {
        next = hex4(p + 8, end);
        if (next >= 0xDC00 && next < 0xE000) {
            return p + 12;
        }
    }
    if (code == 0 || (code >= 0xD800 && code < 0xE000)) {
        memcpy(p + 2, "fffd", 4);
    }
    return p + 6;
}

void json_mend(char *text, size_t len)
{
    char *end = text + len, *p = text;
    /* A raw NUL is no JSON, but cJSON would take it for the end of the string. */
    while (p < end && (p = memchr(p, '\0', (size_t)(end - p))) != NULL) {
        *p++ = 0x1A;
    }
    p = text;
    while (p < end && (p = memchr(p, '\\', (size_t)(end - p))) != NULL) {
        p = mend_escape(p, end);
    }
}

cJSON *json_parse(char *text, size_t len)
{
    json_mend(text, len);
    /* The NUL counts, so that cJSON can see that nothing else follows the value. */
    return cJSON_ParseWithLengthOpts(text, len + 1, NULL, 1);
}

/* Puts a number in the place of a word that Python writes for one: as long as the word. */
static bool mend_word(char *at, const char *end, const char *word, const char *number)
{
    size_t len = strlen(word);
    if ((size_t)(end - at) < len || memcmp(at, word, len) != 0) {
        return false;
    }
    memcpy(at, number, len);
    return true;
}

static bool mend_numbers(char *text, size_t len)
{
    const char *end = text + len;
    bool quoted = false, mended = false;
    for (char *p = text; p < end; p++) {
        if (*p == '\\' && quoted) {
            p++;
        } else if (*p == '"') {
            quoted = !quoted;
        } else if (!quoted && (*p == 'N' || *p == 'I')) {
            mended = mend_word(p, end, "NaN", "-99") || mend_word(p, end, "Infinity", "99999999") ||
                     mended;
        }
    }
    return mended;
}

cJSON *json_parse_loose(char *text, size_t len)
{
    cJSON *root = json_parse(text, len);
    return root == NULL && mend_numbers(text, len) ? json_parse(text, len) : root;
}

const cJSON *json_get(const cJSON *object, const char *name)
{
    if (!cJSON_IsObject(object)) {
        return NULL;
    }
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    return cJSON_IsNull(item) ? NULL : item;
}

bool json_is_text(const cJSON *item, const char *text)
{
    return cJSON_IsString(item) && strcmp(item->valuestring, text) == 0;
}

static int64_t to_count(double number)
{
    /* Written so that NaN fails; 2^63 is the first that does not fit. */
    return number >= 0 && number < 9223372036854775808.0 ? (int64_t)number : -1;
}

int64_t json_count(const cJSON *number)
{
    return cJSON_IsNumber(number) ? to_count(number->valuedouble) : -1;
}

int64_t json_ms_to_ns(const cJSON *number)
{
    return cJSON_IsNumber(number) ? to_count(number->valuedouble * 1e6 + 0.5) : -1;
}
