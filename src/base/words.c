#include "base/words.h"

#include "base/span.h"

#include <string.h>
#include <strings.h>

static bool has_part(const char *text, const char *part, size_t len)
{
    if (part[0] == '^') {
        return strncasecmp(text, part + 1, len - 1) == 0;
    }
    if (part[0] == '=') {
        return strncasecmp(text, part + 1, len - 1) == 0 &&
               text[len - 1 + strspn(text + len - 1, ". \n")] == '\0';
    }
    for (; *text != '\0'; text++) {
        if (strncasecmp(text, part, len) == 0) {
            return true;
        }
    }
    return false;
}

static bool has_all(const char *text, const char *parts, size_t len)
{
    const char *end = parts + len;
    while (parts < end) {
        size_t part = strcspn(parts, "&|");
        if (!has_part(text, parts, part)) {
            return false;
        }
        parts += part + 1;
    }
    return true;
}

bool words_fit(const char *text, const char *pattern)
{
    while (text != NULL && *pattern != '\0') {
        size_t len = strcspn(pattern, "|");
        if (has_all(text, pattern, len)) {
            return true;
        }
        pattern += len + (pattern[len] == '|');
    }
    return false;
}

bool words_any(const char *text, const char *const *list)
{
    while (text != NULL && *list != NULL && strcasestr(text, *list) == NULL) {
        list++;
    }
    return text != NULL && *list != NULL;
}

bool words_is_one(const char *text, const char *const *list)
{
    while (text != NULL && *list != NULL && strcmp(text, *list) != 0) {
        list++;
    }
    return text != NULL && *list != NULL;
}

bool words_is_any(const char *text, size_t len, const char *const *list)
{
    while (*list != NULL && (strlen(*list) != len || strncasecmp(text, *list, len) != 0)) {
        list++;
    }
    return *list != NULL;
}

const char *words_find(const char *text, const char *name)
{
    size_t len = strlen(name);
    const char *at = text != NULL ? strstr(text, name) : NULL;
    while (at != NULL && ((at > text && is_key(at[-1])) || is_key(at[len]))) {
        at = strstr(at + 1, name);
    }
    return at;
}
