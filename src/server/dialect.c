#include "server/dialect.h"

#include "server/calls.h"

#include <string.h>

static const struct dialect *const all[] = {&dialect_ollama, &dialect_openai, &dialect_llamacpp};

const struct dialect *dialect_find(const char *name)
{
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (all[i]->chat_body != NULL && strcmp(all[i]->name, name) == 0) {
            return all[i];
        }
    }
    return NULL;
}

const struct dialect *dialect_for_fill_api(const char *api)
{
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (all[i]->fill_api != NULL && strcmp(all[i]->fill_api, api) == 0) {
            return all[i];
        }
    }
    return NULL;
}

void dialect_state_finish(struct dialect_state *st)
{
    calls_free(st->calls);
    st->calls = NULL;
}
