#include "server/dialect.h"

#include "server/calls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct dialect *const all[] = {&dialect_ollama, &dialect_openai, &dialect_anthropic,
                                            &dialect_llamacpp, &dialect_fim};

#define COUNT (sizeof all / sizeof *all)

const struct dialect *dialect_find(const char *name)
{
    for (size_t i = 0; i < COUNT; i++) {
        if (strcmp(all[i]->name, name) == 0) {
            return all[i];
        }
    }
    return NULL;
}

static const char *fill_api(const struct dialect *d)
{
    return d->fill != NULL ? d->fill->api : NULL;
}

const struct dialect *dialect_for_fill_api(const char *api)
{
    for (size_t i = 0; i < COUNT; i++) {
        if (fill_api(all[i]) != NULL && strcmp(fill_api(all[i]), api) == 0) {
            return all[i];
        }
    }
    return NULL;
}

/* "head" and what name gives of each dialect, in quotes. */
static const char *list(char *text, size_t size, const char *head,
                        const char *(*name)(const struct dialect *d))
{
    size_t len = (size_t)snprintf(text, size, "%s", head);
    const char *before = " ";
    for (size_t i = 0; i < COUNT && len < size; i++) {
        if (name(all[i]) != NULL) {
            len += (size_t)snprintf(text + len, size - len, "%s\"%s\"", before, name(all[i]));
            before = ", ";
        }
    }
    return text;
}

static const char *chat_name(const struct dialect *d)
{
    return d->chat != NULL ? d->name : NULL;
}

const char *dialect_names_why(void)
{
    static char text[160];
    return list(text, sizeof text, "endpoint.dialect is none of", chat_name);
}

const char *dialect_fill_apis_why(void)
{
    static char text[160];
    return list(text, sizeof text, "backend.api is none of", fill_api);
}

void dialect_state_finish(struct dialect_state *st)
{
    calls_free(st->calls);
    st->calls = NULL;
    free(st->details);
    st->details = NULL;
    if (st->own != NULL) {
        st->free_own(st->own);
        st->own = NULL;
    }
}
