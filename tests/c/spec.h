/* Values and request bodies in tests, written as JSON. */
#ifndef HUM_SPEC_H
#define HUM_SPEC_H

#include "check.h"
#include "dialect.h"
#include "json.h"
#include "proto.h"

#include <math.h>

static inline struct value spec_value(const cJSON *json)
{
    struct value v = {.type = VALUE_NIL};
    size_t count = 0, i = 0;

    if (cJSON_IsBool(json))
        return (struct value){.type = VALUE_BOOL, .as.boolean = cJSON_IsTrue(json) != 0};
    if (cJSON_IsString(json))
        return value_text(json->valuestring);
    if (cJSON_IsNumber(json) && floor(json->valuedouble) < json->valuedouble)
        return (struct value){.type = VALUE_FLOAT, .as.real = json->valuedouble};
    if (cJSON_IsNumber(json))
        return (struct value){.type = VALUE_INT, .as.integer = (int64_t)json->valuedouble};
    if (!cJSON_IsArray(json) && !cJSON_IsObject(json))
        return v;
    for (const cJSON *child = json->child; child; child = child->next)
        count++;
    if (cJSON_IsArray(json)) {
        struct value *items = xcalloc(count, sizeof(*items));

        for (const cJSON *child = json->child; child; child = child->next)
            items[i++] = spec_value(child);
        v.type = VALUE_ARRAY;
        v.as.array.items = items;
        v.as.array.count = count;
    } else {
        struct value_pair *pairs = xcalloc(count, sizeof(*pairs));

        for (const cJSON *child = json->child; child; child = child->next, i++) {
            pairs[i].key = value_text(child->string);
            pairs[i].value = spec_value(child);
        }
        v = value_pairs(pairs, count);
    }
    return v;
}

static inline void spec_free(const struct value *v)
{
    if (v->type == VALUE_ARRAY) {
        for (size_t i = 0; i < v->as.array.count; i++)
            spec_free(&v->as.array.items[i]);
        free((void *)v->as.array.items);
    } else if (v->type == VALUE_MAP) {
        for (size_t i = 0; i < v->as.map.count; i++)
            spec_free(&v->as.map.pairs[i].value);
        free((void *)v->as.map.pairs);
    }
}

/* The body that the dialect makes of a spec, or "why: ..." with the reason why not. */
static inline void spec_check(const char *file, int line, const char *dialect, const char *spec,
                              const char *wanted)
{
    cJSON *json = cJSON_Parse(spec);
    struct value v = spec_value(json);
    const char *why = NULL;
    struct buf body;
    int err;

    if (!json)
        check_fail(file, line, "the test's own JSON is broken");
    buf_init(&body, LIMIT_MESSAGE);
    err = dialect_find(dialect)->chat_body(&v, &body, &why);
    if (err) {
        check_ints(file, line, "error", err, HUM_ESPEC);
        buf_clear(&body);
        buf_printf(&body, "why: %s", why);
    }
    check_texts(file, line, "body", body.data, wanted);
    buf_finish(&body);
    spec_free(&v);
    cJSON_Delete(json);
}

#endif
