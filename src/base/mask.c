#include "base/mask.h"

#include "base/buf.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* So much of a key behind "sk-" makes it one. */
#define KEY_MIN 8

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '-';
}

/* So many bytes of the text are this character, as it stands or as JSON may write it ("\\/",
 * "\\u002b"); 0: none. */
static size_t match_char(const char *at, char c)
{
    if (at[0] == c || at[0] != '\\') {
        return at[0] == c;
    }
    if (at[1] == c && !is_word(c)) {
        return 2;
    }
    char hex[5];
    snprintf(hex, sizeof hex, "%04x", (unsigned char)c);
    return at[1] == 'u' && strncasecmp(at + 2, hex, 4) == 0 ? 6 : 0;
}

/* So many bytes of the text are the secret: all of it, half of it at least, or nothing. */
static size_t match(const char *at, const char *secret)
{
    size_t len = strlen(secret), count = 0, n = 0;
    for (size_t more; count < len && (more = match_char(at + n, secret[count])) > 0; count++) {
        n += more;
    }
    if (count == len) {
        return is_word(secret[len - 1]) && is_word(at[n]) ? 0 : n;
    }
    return count >= MASK_MIN && count >= len / 2 ? n : 0;
}

static size_t match_key(const char *at)
{
    if (strncmp(at, "sk-", 3) != 0) {
        return 0;
    }
    size_t n = 3;
    while (is_word(at[n])) {
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
    if (len == 0 || !is_word(end[-1]) || !is_word(c)) {
        return true;
    }
    return (len >= 2 && end[-2] == '\\' && strchr("bfnrt", end[-1]) != NULL) ||
           (len >= 6 && end[-6] == '\\' && end[-5] == 'u');
}

static void mask(struct buf *text, char *const *secrets, bool over)
{
    size_t kept = 0;
    for (size_t at = 0; at < text->len;) {
        bool word = begins(text->data, kept, text->data[at]);
        size_t n = word ? match_any(text->data + at, secrets) : 0;
        if (n > 0) {
            size_t stars = over ? n : 3;
            memset(text->data + kept, '*', stars);
            kept += stars;
            at += n;
        } else {
            text->data[kept++] = text->data[at++];
        }
    }
    if (text->len > 0) {
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
