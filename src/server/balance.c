#include "server/balance.h"

#include "base/span.h"

#include <string.h>

static void count(struct balance *b, char c)
{
    if (b->escaped) {
        b->escaped = false;
    } else if (b->quoted) {
        b->escaped = c == '\\';
        b->quoted = c != '"';
    } else if (c == '{' || c == '[') {
        b->depth++;
    } else if ((c == '}' || c == ']') && b->depth > 0) {
        b->depth--;
    } else if (c == '"') {
        b->quoted = b->depth > 0;
    }
}

size_t balance_end(struct balance *b, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        bool inside = b->depth > 0;
        count(b, text[i]);
        if (inside && b->depth == 0) {
            return i + 1;
        }
    }
    return 0;
}

static size_t skip_space(const char *text, size_t len, size_t at)
{
    while (at < len && is_space(text[at])) {
        at++;
    }
    return at;
}

bool balance_opens(const char *text, size_t len)
{
    size_t at = skip_space(text, len, 0);
    if (at == len || text[at] != '[') {
        return at < len && text[at] == '{';
    }
    at = skip_space(text, len, at + 1);
    return at == len || strchr("{[\"]", text[at]) != NULL;
}
