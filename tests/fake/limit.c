#include "limit.h"

#include <string.h>

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
    if (t->text.data) {
        t->text.data[len] = '\0';
    }
}

static const char *first_stop(const struct limit *limit, const char *text, const char **word)
{
    const char *first = NULL;
    const cJSON *one = cJSON_IsArray(limit->stop) ? limit->stop->child : limit->stop;
    for (; one; one = cJSON_IsArray(limit->stop) ? one->next : NULL) {
        const char *at =
            cJSON_IsString(one) && *one->valuestring ? strstr(text, one->valuestring) : NULL;
        if (at && (!first || at < first)) {
            first = at;
            *word = one->valuestring;
        }
    }
    return first;
}

enum stop_type limit_apply(const struct limit *limit, struct tokens *t, const char **word)
{
    enum stop_type type = STOP_EOS;
    *word = "";
    if (t->count > limit->tokens) {
        cut(t, limit->tokens ? t->ends[limit->tokens - 1] : 0);
        type = STOP_LIMIT;
    }
    const char *at = t->text.len ? first_stop(limit, t->text.data, word) : NULL;
    if (at) {
        cut(t, (size_t)(at - t->text.data));
        type = STOP_WORD;
    }
    return type;
}
