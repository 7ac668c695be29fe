#include "server/prefill.h"

#include "base/value.h"
#include "server/learned.h"

#include <stddef.h>
#include <string.h>

static const struct {
    enum prefill way;
    const char *name;
    const char *member;
} ways[] = {
    {PREFILL_PLAIN, "plain", ""},
    {PREFILL_PREFIX, "prefix", ",\"prefix\":true"},
    {PREFILL_PARTIAL, "partial", ",\"partial\":true"},
    {PREFILL_FIELDS, "fields", ""},
};
#define WAYS (sizeof ways / sizeof *ways)

enum prefill prefill_of(const struct value *request, const struct learned *learned)
{
    const struct value *ask = value_get(request, "ask");
    const char *name = learned_prefill(learned);
    enum prefill way = PREFILL_ASKED;
    if (ask == NULL || ask->type != VALUE_STRING) {
        return PREFILL_NONE;
    }
    for (size_t i = 0; name != NULL && i < WAYS; i++) {
        way = strcmp(ways[i].name, name) == 0 ? ways[i].way : way;
    }
    return way;
}

const char *prefill_member(enum prefill way)
{
    const char *member = "";
    for (size_t i = 0; i < WAYS; i++) {
        member = ways[i].way == way ? ways[i].member : member;
    }
    return member;
}
