/* Values and request bodies in tests, written as JSON. */
#ifndef HUM_SPEC_H
#define HUM_SPEC_H

#include "check.h"
#include "proto.h"
#include "server/dialect.h"
#include "server/fill.h"
#include "server/json.h"

#include <math.h>

static inline struct value spec_value(const cJSON *json)
{
    struct value v = {.type = VALUE_NIL};
    if (cJSON_IsBool(json)) {
        return (struct value){.type = VALUE_BOOL, .as.boolean = cJSON_IsTrue(json) != 0};
    }
    if (cJSON_IsString(json)) {
        return value_text(json->valuestring);
    }
    if (cJSON_IsNumber(json) && floor(json->valuedouble) < json->valuedouble) {
        return (struct value){.type = VALUE_FLOAT, .as.real = json->valuedouble};
    }
    if (cJSON_IsNumber(json)) {
        return (struct value){.type = VALUE_INT, .as.integer = (int64_t)json->valuedouble};
    }
    if (!cJSON_IsArray(json) && !cJSON_IsObject(json)) {
        return v;
    }
    size_t count = 0;
    for (const cJSON *child = json->child; child != NULL; child = child->next) {
        count++;
    }
    size_t i = 0;
    if (cJSON_IsArray(json)) {
        struct value *items = xcalloc(count, sizeof *items);
        for (const cJSON *child = json->child; child != NULL; child = child->next) {
            items[i++] = spec_value(child);
        }
        v.type = VALUE_ARRAY;
        v.as.array.items = items;
        v.as.array.count = count;
    } else {
        struct value_pair *pairs = xcalloc(count, sizeof *pairs);
        for (const cJSON *child = json->child; child != NULL; child = child->next, i++) {
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
        for (size_t i = 0; i < v->as.array.count; i++) {
            spec_free(&v->as.array.items[i]);
        }
        free((void *)v->as.array.items);
    } else if (v->type == VALUE_MAP) {
        for (size_t i = 0; i < v->as.map.count; i++) {
            spec_free(&v->as.map.pairs[i].value);
        }
        free((void *)v->as.map.pairs);
    }
}

/* The body that the dialect makes of a spec, or "why: ..." with the reason why not. learned: what
 * is known of the model. */
static inline void spec_check_for(const char *file, int line, const char *dialect,
                                  const struct learned *learned, const char *spec,
                                  const char *wanted)
{
    cJSON *json = cJSON_Parse(spec);
    struct value v = spec_value(json);
    if (json == NULL) {
        check_fail(file, line, "the test's own JSON is broken");
    }
    struct buf body;
    buf_init(&body, LIMIT_MESSAGE);
    const char *why = NULL;
    int error = dialect_find(dialect)->chat->body(&v, learned, &body, &why);
    if (error != 0) {
        check_ints(file, line, "error", error, HUM_ESPEC);
        buf_clear(&body);
        buf_printf(&body, "why: %s", why);
    }
    check_texts(file, line, "body", body.data, wanted);
    buf_finish(&body);
    spec_free(&v);
    cJSON_Delete(json);
}

/* The same of a model that nothing is known of. */
static inline void spec_check(const char *file, int line, const char *dialect, const char *spec,
                              const char *wanted)
{
    spec_check_for(file, line, dialect, NULL, spec, wanted);
}

/* To be filled in without any chunks; only what every request says. */
static inline struct fill spec_fill(const char *before, const char *line, const char *after)
{
    return (struct fill){
        .model = "m",
        .around = {span_of(before), span_of(line), span_of(after)},
        .max_tokens = 64,
        .temperature = -1,
        .seed = -1,
    };
}

/* The body that the route's dialect makes of a fill, or "why: ...". options and extra are
 * JSON or NULL. */
static inline void spec_check_fill(const char *file, int line, const char *api,
                                   const struct fill *fill, const char *options, const char *extra,
                                   const char *wanted)
{
    cJSON *json[] = {cJSON_Parse(options != NULL ? options : "null"),
                     cJSON_Parse(extra != NULL ? extra : "null")};
    struct value maps[] = {spec_value(json[0]), spec_value(json[1])};
    struct fill whole = *fill;
    whole.options = options != NULL ? &maps[0] : NULL;
    whole.extra = extra != NULL ? &maps[1] : NULL;
    struct buf body;
    buf_init(&body, LIMIT_MESSAGE);
    const char *why = NULL;
    int error = dialect_for_fill_api(api)->fill->body(&whole, NULL, &body, &why);
    if (error != 0) {
        check_ints(file, line, "error", error, HUM_ESPEC);
        buf_clear(&body);
        buf_printf(&body, "why: %s", why);
    }
    check_texts(file, line, "body", body.data, wanted);
    buf_finish(&body);
    for (size_t i = 0; i < 2; i++) {
        spec_free(&maps[i]);
        cJSON_Delete(json[i]);
    }
}

/* No cap on the body's size makes it anything but whole or refused. */
static inline void spec_check_fill_caps(const char *api, const struct fill *fill)
{
    int error = HUM_ETOOBIG;
    struct buf body;
    const char *why = NULL;
    size_t cap = 0;
    for (; error == HUM_ETOOBIG && cap < 1000; cap++) {
        buf_init(&body, cap);
        error = dialect_for_fill_api(api)->fill->body(fill, NULL, &body, &why);
        CHECK(error != 0 || body.len == cap);
        buf_finish(&body);
    }
    CHECK_INT(error, 0);
    CHECK(cap > 50);
}

#endif
