#include "value.h"

#include "buf.h"

#include <string.h>

#define WEEK_S (7.0 * 24 * 3600)

bool value_is_string(const struct value *v, const char *s)
{
    size_t len = strlen(s);

    return v && v->type == VALUE_STRING && v->as.string.len == len &&
           (len == 0 || memcmp(v->as.string.data, s, len) == 0);
}

const struct value *value_get(const struct value *v, const char *key)
{
    if (!v || v->type != VALUE_MAP) {
        return NULL;
    }
    for (size_t i = 0; i < v->as.map.count; i++) {
        const struct value_pair *pair = &v->as.map.pairs[i];

        if (value_is_string(&pair->key, key)) {
            return pair->value.type == VALUE_NIL ? NULL : &pair->value;
        }
    }
    return NULL;
}

int64_t value_int(const struct value *v, int64_t fallback)
{
    return v && v->type == VALUE_INT ? v->as.integer : fallback;
}

double value_number(const struct value *v, double fallback)
{
    if (v && v->type == VALUE_INT) {
        return (double)v->as.integer;
    }
    return v && v->type == VALUE_FLOAT ? v->as.real : fallback;
}

long value_milliseconds(const struct value *v, long fallback_s)
{
    double s = value_number(v, (double)fallback_s);

    return s >= 0 && s <= WEEK_S ? (long)(s * 1000 + 0.999) : fallback_s * 1000;
}

bool value_bool(const struct value *v, bool fallback)
{
    return v && v->type == VALUE_BOOL ? v->as.boolean : fallback;
}

char *value_strdup(const struct value *v)
{
    if (!v || v->type != VALUE_STRING) {
        return NULL;
    }
    if (v->as.string.len > 0 && memchr(v->as.string.data, '\0', v->as.string.len)) {
        return NULL;
    }
    return xstrndup(v->as.string.len > 0 ? v->as.string.data : "", v->as.string.len);
}

struct value value_text(const char *s)
{
    struct value v = {.type = VALUE_STRING};

    v.as.string.data = s;
    v.as.string.len = strlen(s);
    return v;
}

struct value value_true(void)
{
    return (struct value){.type = VALUE_BOOL, .as.boolean = true};
}

struct value value_pairs(const struct value_pair *pairs, size_t count)
{
    struct value v = {.type = VALUE_MAP};

    v.as.map.pairs = pairs;
    v.as.map.count = count;
    return v;
}
