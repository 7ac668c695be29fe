#include "server/level.h"

#include "base/span.h"
#include "base/value.h"

#include <stddef.h>
#include <string.h>

/* Budgets: Google's documentation of its OpenAI-compatible API
 * (ai.google.dev/gemini-api/docs/openai) has those of low, medium and high; the others lie around
 * them. */
static const struct {
    const char *name;
    int64_t budget;
} levels[LEVELS] = {
    [LEVEL_NONE] = {"none", 0},     [LEVEL_MINIMAL] = {"minimal", 512},
    [LEVEL_LOW] = {"low", 1024},    [LEVEL_MEDIUM] = {"medium", 8192},
    [LEVEL_HIGH] = {"high", 24576}, [LEVEL_XHIGH] = {"xhigh", 32768},
    [LEVEL_MAX] = {"max", 65536},
};

const char *level_name(enum level level)
{
    return levels[level].name;
}

enum level level_named(const char *name)
{
    enum level level = LEVEL_NONE;
    while (level < LEVELS && strcmp(levels[level].name, name) != 0) {
        level++;
    }
    return level;
}

static int64_t distance(int64_t a, int64_t b)
{
    return a < b ? b - a : a - b;
}

static enum level level_of(int64_t budget)
{
    enum level best = LEVEL_MINIMAL;
    for (enum level level = LEVEL_MINIMAL; level < LEVELS; level++) {
        if (distance(levels[level].budget, budget) < distance(levels[best].budget, budget)) {
            best = level;
        }
    }
    return best;
}

static struct wish of_budget(int64_t budget)
{
    if (budget <= 0) {
        return (struct wish){.kind = budget == 0 ? WISH_OFF : WISH_WRONG};
    }
    return (struct wish){WISH_BUDGET, level_of(budget), budget};
}

static struct wish of_text(const struct value *v)
{
    for (enum level level = LEVEL_MINIMAL; level < LEVELS; level++) {
        if (value_is_string(v, levels[level].name)) {
            return (struct wish){WISH_LEVEL, level, levels[level].budget};
        }
    }
    return (struct wish){.kind =
                             value_is_string(v, levels[LEVEL_NONE].name) ? WISH_OFF : WISH_WRONG};
}

struct wish wish_read(const struct value *v)
{
    if (v == NULL) {
        return (struct wish){.kind = WISH_ABSENT};
    }
    switch (v->type) {
    case VALUE_BOOL:
        return (struct wish){.kind = v->as.boolean ? WISH_ON : WISH_OFF};
    case VALUE_INT:
        return of_budget(v->as.integer);
    case VALUE_FLOAT:
        return of_budget(v->as.real >= 0 && v->as.real < 1e15 ? (int64_t)v->as.real : -1);
    case VALUE_STRING:
        return of_text(v);
    case VALUE_NIL:
        return (struct wish){.kind = WISH_ABSENT};
    case VALUE_ARRAY:
    case VALUE_MAP:
    default:
        return (struct wish){.kind = WISH_WRONG};
    }
}

enum level level_nearest(unsigned set, enum level wanted)
{
    enum level best = LEVELS;
    for (enum level level = LEVEL_NONE; level < LEVELS; level++) {
        bool may = (set & LEVEL_BIT(level)) != 0 && (level != LEVEL_NONE || wanted == LEVEL_NONE);
        if (may && (best == LEVELS || distance(level, wanted) < distance(best, wanted))) {
            best = level;
        }
    }
    return best;
}

unsigned level_in(const char *text)
{
    unsigned set = 0;
    for (enum level level = LEVEL_NONE; text != NULL && level < LEVELS; level++) {
        const char *name = levels[level].name;
        size_t len = strlen(name);
        for (const char *at = strcasestr(text, name); at != NULL; at = strcasestr(at + 1, name)) {
            if ((at == text || !is_key(at[-1])) && !is_key(at[len])) {
                set |= LEVEL_BIT(level);
            }
        }
    }
    return set;
}
