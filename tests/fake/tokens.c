#include "tokens.h"

#include "quote.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_TOKENS = 12 };

void tokens_init(struct tokens *t)
{
    *t = (struct tokens){0};
    buf_init(&t->text, SIZE_MAX / 2);
}

void tokens_finish(struct tokens *t)
{
    buf_finish(&t->text);
    free(t->ends);
    tokens_init(t);
}

void tokens_add(struct tokens *t, const char *text, size_t len)
{
    if (t->count == t->room) {
        t->room = t->room ? t->room * 2 : 64;
        t->ends = xrealloc(t->ends, t->room * sizeof *t->ends);
    }
    buf_add(&t->text, text, len);
    t->ends[t->count++] = t->text.len;
}

const char *tokens_at(const struct tokens *t, size_t i, size_t *len)
{
    size_t start = i ? t->ends[i - 1] : 0;
    *len = t->ends[i] - start;
    return t->text.len ? t->text.data + start : "";
}

static bool in_word(char c)
{
    return isalnum((unsigned char)c) || (unsigned char)c >= 0x80;
}

/* Length of a special token such as <|fim_middle|> at s, or 0. */
static size_t special_length(const char *s, size_t len)
{
    size_t i = 2;
    if (len < 5 || s[0] != '<' || s[1] != '|') {
        return 0;
    }
    while (i < len && (in_word(s[i]) || s[i] == '_')) {
        i++;
    }
    return i > 2 && len - i >= 2 && s[i] == '|' && s[i + 1] == '>' ? i + 2 : 0;
}

static size_t token_length(const char *s, size_t len)
{
    size_t i = special_length(s, len);
    if (i) {
        return i;
    }
    if (*s == '\n') {
        while (i < len && s[i] == '\n') {
            i++;
        }
        return i;
    }
    if (len > 1 && *s == ' ' && in_word(s[1])) {
        i = 1;
    }
    if (in_word(s[i])) {
        while (i < len && in_word(s[i])) {
            i++;
        }
        return i;
    }
    while (i < len && s[i] == ' ' && !(i + 1 < len && in_word(s[i + 1]))) {
        i++;
    }
    return i ? i : 1;
}

void tokens_cut(struct tokens *t, const char *text, size_t len)
{
    for (size_t i = 0; i < len;) {
        size_t n = token_length(text + i, len - i);
        tokens_add(t, text + i, n);
        i += n;
    }
}

void tokens_cut_even(struct tokens *t, const char *text, size_t len, size_t n)
{
    for (size_t i = 0; i < len;) {
        size_t end = i;
        while (end < len) {
            size_t step = utf8_length(text + end, len - end);
            step = step ? step : 1;
            if (end > i && end + step - i > n) {
                break;
            }
            end += step;
        }
        tokens_add(t, text + i, end - i);
        i = end;
    }
}

void tokens_make(struct tokens *t, size_t count, uint64_t seed)
{
    static const char *const words[] = {
        " the",     " a",      " token",  " buffer", " loop",  " reads", " writes", " line",
        " text",    " in",     " of",     " and",    " to",    " when",  " it",     " llama",
        " hums",    " stream", " socket", " editor", " waits", " never", " sends",  " what",
        " arrives", " at",     " once",   " while",  " you",   " type",  ",",       ".",
    };
    uint64_t x = seed * 0x9e3779b97f4a7c15u + 0x2545f4914f6cdd1du;
    for (size_t i = 0; i < count; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        if ((i + 1) % LINE_TOKENS == 0) {
            tokens_add(t, "\n", 1);
            continue;
        }
        const char *word = words[(x >> 32) % (sizeof words / sizeof *words)];
        tokens_add(t, word, strlen(word));
    }
}

void tokens_fit(struct tokens *t, size_t count)
{
    size_t given = t->count;
    for (size_t i = 0; given && t->count < count; i++) {
        size_t len;
        const char *text = tokens_at(t, i % given, &len);
        char *copy = xstrndup(text, len);
        tokens_add(t, copy, len);
        free(copy);
    }
    if (count < t->count) {
        t->count = count;
        t->text.len = count ? t->ends[count - 1] : 0;
    }
}

/* Drops what is behind the first len bytes, as a part of a token if need be. */
static void cut(struct tokens *t, size_t len)
{
    size_t n = 0;
    while (n < t->count && t->ends[n] < len) {
        n++;
    }
    if (n < t->count && (n ? t->ends[n - 1] : 0) < len) {
        t->ends[n++] = len;
    }
    t->count = n;
    t->text.len = len;
    if (t->text.data != NULL) {
        t->text.data[len] = '\0';
    }
}

static const char *first_stop(const struct limit *limit, const char *text, const char **word)
{
    const char *first = NULL;
    const cJSON *one = cJSON_IsArray(limit->stop) ? limit->stop->child : limit->stop;
    for (; one != NULL; one = cJSON_IsArray(limit->stop) ? one->next : NULL) {
        const char *at =
            cJSON_IsString(one) && *one->valuestring ? strstr(text, one->valuestring) : NULL;
        if (at != NULL && (first == NULL || at < first)) {
            first = at;
            *word = one->valuestring;
        }
    }
    return first;
}

enum stop_type tokens_limit(struct tokens *t, const struct limit *limit, const char **word)
{
    enum stop_type type = STOP_EOS;
    *word = "";
    if (t->count > limit->tokens) {
        cut(t, limit->tokens ? t->ends[limit->tokens - 1] : 0);
        type = STOP_LIMIT;
    }
    const char *at = t->text.len ? first_stop(limit, t->text.data, word) : NULL;
    if (at != NULL) {
        cut(t, (size_t)(at - t->text.data));
        type = STOP_WORD;
    }
    return type;
}
