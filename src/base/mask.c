#include "base/mask.h"

#include "base/buf.h"
#include "base/span.h"
#include "base/wipe.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* So much of a key behind "sk-" makes it one. */
#define KEY_MIN 8

/* So many bytes of the text are this character, as it stands or as JSON may write it ("\\/",
 * "\\u002b"); 0: none. */
static size_t match_char(const char *at, char c)
{
    if (at[0] == c || at[0] != '\\') {
        return at[0] == c;
    }
    if (at[1] != 'u') {
        return at[1] == c && !is_key(c) ? 2 : 0;
    }
    char hex[5];
    snprintf(hex, sizeof hex, "%04x", (unsigned char)c);
    return strncasecmp(at + 2, hex, 4) == 0 ? 6 : 0;
}

/* So many bytes of the text are the secret: all of it, half of it at least, or nothing. */
static size_t match(const char *at, const char *secret)
{
    size_t len = strlen(secret), count = 0, n = 0;
    for (size_t more; count < len && (more = match_char(at + n, secret[count])) > 0; count++) {
        n += more;
    }
    if (count == len) {
        return is_key(secret[len - 1]) && is_key(at[n]) ? 0 : n;
    }
    return count >= MASK_MIN && count >= len / 2 ? n : 0;
}

static size_t match_key(const char *at)
{
    if (strncmp(at, "sk-", 3) != 0) {
        return 0;
    }
    size_t n = 3;
    while (is_key(at[n])) {
        n++;
    }
    return n >= 3 + KEY_MIN ? n : 0;
}

static size_t match_any(const char *at, char *const *secrets)
{
    size_t longest = match_key(at);
    for (; secrets != NULL && *secrets != NULL; secrets++) {
        size_t n = strlen(*secrets) >= MASK_MIN ? match(at, *secrets) : 0;
        longest = n > longest ? n : longest;
    }
    return longest;
}

/* Whether a word may begin with c behind the first len bytes. An escape of JSON is none of its
 * letters: "\\nKEY". */
static bool begins(const char *data, size_t len, char c)
{
    const char *end = data + len;
    if (len == 0 || !is_key(end[-1]) || !is_key(c)) {
        return true;
    }
    return (len >= 2 && end[-2] == '\\' && strchr("bfnrt", end[-1]) != NULL) ||
           (len >= 6 && end[-6] == '\\' && end[-5] == 'u');
}

/* ---- addresses ----------------------------------------------------------------- */

/* The name and password that stand at `at`, behind "http://". */
static size_t match_user(const char *data, size_t len, const char *at)
{
    if (len < 3 || memcmp(data + len - 3, "://", 3) != 0) {
        return 0;
    }
    size_t n = strcspn(at, "/?#<>\"' \t\r\n");
    while (n > 0 && at[n] != '@') {
        n--;
    }
    return n;
}

/* Whether a parameter of this name is a secret: "key", "api_key", "X-Amz-Signature". */
static bool is_secret_name(const char *name, size_t len)
{
    static const char *const ends[] = {"key", "token", "secret",    "password",   "passwd", "pwd",
                                       "sig", "auth",  "signature", "credential", NULL};
    for (size_t i = 0; ends[i] != NULL; i++) {
        size_t end = strlen(ends[i]);
        if (len >= end && strncasecmp(name + len - end, ends[i], end) == 0) {
            return true;
        }
    }
    return len == 4 && strncasecmp(name, "code", 4) == 0;
}

/* The value that stands at `at`, behind "?key=" or "&token=". */
static size_t match_value(const char *data, size_t len, const char *at)
{
    if (len == 0 || data[len - 1] != '=') {
        return 0;
    }
    size_t begin = len - 1;
    while (begin > 0 && (is_key(data[begin - 1]) || data[begin - 1] == '.')) {
        begin--;
    }
    bool parameter = begin > 0 && (data[begin - 1] == '?' || data[begin - 1] == '&');
    return parameter && is_secret_name(data + begin, len - 1 - begin)
               ? strcspn(at, "&#<>\"'`,; \t\r\n)")
               : 0;
}

/* ---- a text -------------------------------------------------------------------- */

/* How much of what stands at `at` is secret; of what came before the first len bytes are left. */
static size_t match_here(const char *data, size_t len, const char *at, char *const *secrets)
{
    size_t user = match_user(data, len, at), value = match_value(data, len, at);
    size_t word = begins(data, len, *at) ? match_any(at, secrets) : 0;
    size_t longest = user > value ? user : value;
    return word > longest ? word : longest;
}

/* The bytes that a key, or a secret, or what JSON makes of it, may begin with. */
static void note_beginnings(bool *may_begin, char *const *secrets)
{
    may_begin['s'] = may_begin['\\'] = true;
    for (; secrets != NULL && *secrets != NULL; secrets++) {
        may_begin[(unsigned char)(*secrets)[0]] = true;
    }
}

/* Most places are none, and whole answers are masked. */
static bool may_match(const char *data, size_t len, char c, const bool *may_begin)
{
    return may_begin[(unsigned char)c] ||
           (len > 0 && (data[len - 1] == '=' || data[len - 1] == '/'));
}

static void mask(struct buf *text, char *const *secrets, bool over)
{
    bool may_begin[256] = {false};
    size_t kept = 0;
    note_beginnings(may_begin, secrets);
    for (size_t at = 0; at < text->len;) {
        if (!may_match(text->data, kept, text->data[at], may_begin)) {
            text->data[kept++] = text->data[at++];
            continue;
        }
        size_t n = match_here(text->data, kept, text->data + at, secrets);
        if (n > 0) {
            size_t stars = over || n < 3 ? n : 3; /* there is no room for more */
            memset(text->data + kept, '*', stars);
            kept += stars;
            at += n;
        } else {
            text->data[kept++] = text->data[at++];
        }
    }
    if (text->len > 0) {
        wipe(text->data + kept, text->len - kept);
        text->data[text->len = kept] = '\0';
    }
}

void mask_text(struct buf *text, char *const *secrets)
{
    mask(text, secrets, false);
}

void mask_over(struct buf *text, char *const *secrets)
{
    mask(text, secrets, true);
}
