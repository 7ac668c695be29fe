#include "complete/extras.h"

#include "base/buf.h"
#include "base/value.h"

#include <stdlib.h>
#include <string.h>

static void remove_at(struct extras *x, size_t i)
{
    free((char *)x->chunks[i].name);
    free((char *)x->chunks[i].text);
    x->count--;
    memmove(x->chunks + i, x->chunks + i + 1, (x->count - i) * sizeof *x->chunks);
}

void extras_finish(struct extras *x)
{
    while (x->count > 0) {
        remove_at(x, x->count - 1);
    }
}

/* So that it ends with a whole line. */
static size_t bounded(const char *text, size_t len)
{
    if (len <= EXTRAS_BYTES) {
        return len;
    }
    len = EXTRAS_BYTES;
    while (len > 0 && text[len - 1] != '\n') {
        len--;
    }
    return len;
}

void extras_add(struct extras *x, const char *name, const char *text, size_t len)
{
    len = bounded(text, len);
    if (len == 0) {
        return;
    }
    if (x->count == EXTRAS_MOST) {
        remove_at(x, 0);
    }
    bool ends = text[len - 1] == '\n';
    char *copy = xmalloc(len + 2);
    memcpy(copy, text, len);
    memcpy(copy + len, "\n", 2);
    copy[len + !ends] = '\0';
    x->chunks[x->count++] = (struct chunk){xstrdup(name), copy, len + !ends};
}

void extras_set(struct extras *x, const struct value *list)
{
    extras_finish(x);
    size_t count = list != NULL && list->type == VALUE_ARRAY ? list->as.array.count : 0;
    for (size_t i = 0; i < count && x->count < EXTRAS_MOST; i++) {
        const struct value *item = &list->as.array.items[i];
        char *name = value_strdup_or(value_get(item, "name"), "");
        char *text = value_strdup_or(value_get(item, "text"), "");
        extras_add(x, name, text, strlen(text));
        free(name);
        free(text);
    }
}

void extras_forget(struct extras *x, const char *name)
{
    for (size_t i = x->count; i-- > 0;) {
        if (strcmp(x->chunks[i].name, name) == 0) {
            remove_at(x, i);
        }
    }
}

size_t extras_append(const struct extras *x, const struct chunk **chunks, size_t count, size_t max)
{
    for (size_t i = 0; i < x->count && count < max; i++) {
        chunks[count++] = &x->chunks[i];
    }
    return count;
}
