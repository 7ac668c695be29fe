#include "base/mask.h"

#include "base/buf.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

static const char shown[] = "***";

/* So much of a key behind "sk-" makes it one. */
#define KEY_MIN 8

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '-';
}

/* How much of the secret stands there: all of it, half of it at least, or nothing. */
static size_t match(const char *at, const char *secret)
{
    size_t len = strlen(secret), n = 0;
    while (n < len && at[n] == secret[n]) {
        n++;
    }
    if (n == len) {
        return is_word(secret[len - 1]) && is_word(at[n]) ? 0 : n;
    }
    return n >= MASK_MIN && n >= len / 2 ? n : 0;
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

void mask_text(struct buf *text, char *const *secrets)
{
    size_t kept = 0;
    for (size_t at = 0; at < text->len;) {
        bool begins = at == 0 || !is_word(text->data[at - 1]) || !is_word(text->data[at]);
        size_t n = begins ? match_any(text->data + at, secrets) : 0;
        if (n > 0) {
            memcpy(text->data + kept, shown, sizeof shown - 1);
            kept += sizeof shown - 1;
            at += n;
        } else {
            text->data[kept++] = text->data[at++];
        }
    }
    if (text->len > 0) {
        text->data[text->len = kept] = '\0';
    }
}
