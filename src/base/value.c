#include "base/value.h"

#include "base/buf.h"

#include <stdlib.h>
#include <string.h>

bool value_is_string(const struct value *v, const char *s)
{
    size_t len = strlen(s);
    return v != NULL && v->type == VALUE_STRING && v->as.string.len == len &&
           (len == 0 || memcmp(v->as.string.data, s, len) == 0);
}

const struct value *value_get(const struct value *v, const char *key)
{
    if (v == NULL || v->type != VALUE_MAP) {
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

char *value_strdup_or(const struct value *v, const char *fallback)
{
    char *s = value_strdup(v);
    return s != NULL ? s : xstrdup(fallback);
}

const struct value *value_item(const struct value *v, size_t i)
{
    bool is_there = v != NULL && v->type == VALUE_ARRAY && i < v->as.array.count;
    return is_there ? &v->as.array.items[i] : NULL;
}

int64_t value_int(const struct value *v, int64_t fallback)
{
    return v != NULL && v->type == VALUE_INT ? v->as.integer : fallback;
}

double value_number(const struct value *v, double fallback)
{
    if (v != NULL && v->type == VALUE_INT) {
        return (double)v->as.integer;
    }
    return v != NULL && v->type == VALUE_FLOAT ? v->as.real : fallback;
}

bool value_bool(const struct value *v, bool fallback)
{
    return v != NULL && v->type == VALUE_BOOL ? v->as.boolean : fallback;
}

char *value_strdup(const struct value *v)
{
    if (v == NULL || v->type != VALUE_STRING) {
        return NULL;
    }
    if (v->as.string.len > 0 && memchr(v->as.string.data, '\0', v->as.string.len) != NULL) {
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

static void copy_into(struct value *to, const struct value *v);

static struct value *copy_items(const struct value *items, size_t count)
{
    struct value *copies = xcalloc(count, sizeof *copies);
    for (size_t i = 0; i < count; i++) {
        copy_into(&copies[i], &items[i]);
    }
    return copies;
}

static struct value_pair *copy_pairs(const struct value_pair *pairs, size_t count)
{
    struct value_pair *copies = xcalloc(count, sizeof *copies);
    for (size_t i = 0; i < count; i++) {
        copy_into(&copies[i].key, &pairs[i].key);
        copy_into(&copies[i].value, &pairs[i].value);
    }
    return copies;
}

static void copy_into(struct value *to, const struct value *v)
{
    *to = *v;
    if (v->type == VALUE_STRING) {
        to->as.string.data = xstrndup(v->as.string.data, v->as.string.len);
    } else if (v->type == VALUE_ARRAY) {
        to->as.array.items = copy_items(v->as.array.items, v->as.array.count);
    } else if (v->type == VALUE_MAP) {
        to->as.map.pairs = copy_pairs(v->as.map.pairs, v->as.map.count);
    }
}

struct value *value_copy(const struct value *v)
{
    struct value *copy = NULL;
    if (v != NULL) {
        copy = xcalloc(1, sizeof *copy);
        copy_into(copy, v);
    }
    return copy;
}

/* The const of a view's members does not hold for a copy, which owns them. */
static void free_inside(const struct value *v)
{
    if (v->type == VALUE_STRING) {
        free((void *)(uintptr_t)v->as.string.data);
    } else if (v->type == VALUE_ARRAY) {
        for (size_t i = 0; i < v->as.array.count; i++) {
            free_inside(&v->as.array.items[i]);
        }
        free((void *)(uintptr_t)v->as.array.items);
    } else if (v->type == VALUE_MAP) {
        for (size_t i = 0; i < v->as.map.count; i++) {
            free_inside(&v->as.map.pairs[i].key);
            free_inside(&v->as.map.pairs[i].value);
        }
        free((void *)(uintptr_t)v->as.map.pairs);
    }
}

void value_replace(const struct value *map, const char *key, const char *name, char *data,
                   size_t len)
{
    for (size_t i = 0; i < map->as.map.count; i++) {
        struct value_pair *pair = (struct value_pair *)(uintptr_t)&map->as.map.pairs[i];
        if (value_is_string(&pair->key, key)) {
            free_inside(&pair->key);
            free_inside(&pair->value);
            pair->key = value_text(xstrdup(name));
            pair->value = (struct value){.type = VALUE_STRING};
            pair->value.as.string.data = data;
            pair->value.as.string.len = len;
            return;
        }
    }
    free(data);
}

void value_free(struct value *v)
{
    if (v != NULL) {
        free_inside(v);
        free(v);
    }
}
