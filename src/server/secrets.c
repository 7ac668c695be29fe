#include "server/secrets.h"

#include "base/buf.h"
#include "base/mask.h"
#include "base/wipe.h"
#include "base/words.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* ---- forms --------------------------------------------------------------------- */

/* As in a URL. */
static void add_escaped(struct buf *out, const char *text)
{
    for (const char *c = text; *c != '\0'; c++) {
        if (isalnum((unsigned char)*c) || strchr("-._~", *c) != NULL) {
            buf_add(out, c, 1);
        } else {
            buf_printf(out, "%%%02X", (unsigned char)*c);
        }
    }
}

/* Without what fills the last group up, as it may be left out. */
static void add_base64(struct buf *out, const char *text, size_t len)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *in = (const unsigned char *)text;
    for (size_t i = 0; i < len; i += 3) {
        size_t n = len - i < 3 ? len - i : 3;
        uint32_t group = (uint32_t)in[i] << 16 | (n > 1 ? (uint32_t)in[i + 1] << 8 : 0) |
                         (n > 2 ? in[i + 2] : 0);
        for (size_t k = 0; k <= n; k++) {
            buf_add(out, &digits[group >> (18 - 6 * k) & 63], 1);
        }
    }
}

/* ---- the list ------------------------------------------------------------------ */

/* Takes the text over. */
static void append(struct secrets *s, char *text)
{
    for (unsigned i = 0; i < s->count; i++) {
        if (strcmp(s->texts[i], text) == 0) {
            wipe_text(text);
            return;
        }
    }
    s->texts = xrealloc(s->texts, (s->count + 2) * sizeof *s->texts);
    s->texts[s->count++] = text;
    s->texts[s->count] = NULL;
}

void secrets_add(struct secrets *s, const char *key)
{
    size_t len = strlen(key);
    if (len < MASK_MIN) {
        return;
    }
    struct buf escaped, encoded;
    buf_init_secret(&escaped, SIZE_MAX);
    buf_init_secret(&encoded, SIZE_MAX);
    add_escaped(&escaped, key);
    add_base64(&encoded, key, len);
    append(s, xstrdup(key));
    append(s, encoded.data);
    if (escaped.len > len) {
        append(s, escaped.data);
    } else {
        buf_finish(&escaped);
    }
}

bool secrets_is_public(const char *name, size_t len)
{
    static const char *const names[] = {
        "accept", "anthropic-beta", "anthropic-version", "content-length", "content-type", "expect",
        "host",   "http-referer",   "referer",           "user-agent",     "x-title",      NULL};
    return words_is_any(name, len, names);
}

void secrets_add_header(struct secrets *s, const char *line)
{
    static const char *const schemes[] = {"Bearer", "Digest", NULL};
    size_t name_len = strcspn(line, ":;");
    if (secrets_is_public(line, name_len)) {
        return;
    }
    for (const char *word = line + name_len; *word != '\0';) {
        word += strspn(word, ":; ,");
        size_t len = strcspn(word, " ,");
        if (len >= MASK_MIN && !words_is_any(word, len, schemes)) {
            char *text = xstrndup(word, len);
            secrets_add(s, text);
            wipe_text(text);
        }
        word += len;
    }
}

/* "%40" is "@". */
static void unescape(char *text)
{
    char *to = text;
    for (const char *c = text; *c != '\0'; c++) {
        unsigned value = 0;
        if (c[0] == '%' && isxdigit((unsigned char)c[1]) && isxdigit((unsigned char)c[2])) {
            const char hex[] = {c[1], c[2], '\0'};
            value = (unsigned)strtoul(hex, NULL, 16);
            c += 2;
        }
        *to++ = value != 0 ? (char)value : *c;
    }
    *to = '\0';
}

void secrets_add_proxy(struct secrets *s, const char *proxy)
{
    const char *scheme = strstr(proxy, "://");
    const char *begin = scheme != NULL ? scheme + 3 : proxy, *end = strrchr(begin, '@');
    if (end == NULL) {
        return;
    }
    char *login = xstrndup(begin, (size_t)(end - begin));
    size_t len = strlen(login);
    unescape(login);
    secrets_add(s, login); /* encoded it is what the proxy is sent */
    const char *password = strchr(login, ':');
    if (password != NULL) {
        secrets_add(s, password + 1);
    }
    wipe(login, len);
    free(login);
}
