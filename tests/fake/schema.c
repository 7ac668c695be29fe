#include "schema.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

const cJSON *field_get(const cJSON *object, const char *name)
{
    return cJSON_GetObjectItem(object, name);
}

const char *field_text(const cJSON *object, const char *name, const char *otherwise)
{
    const cJSON *v = field_get(object, name);
    return cJSON_IsString(v) ? v->valuestring : otherwise;
}

double field_number(const cJSON *object, const char *name, double otherwise)
{
    const cJSON *v = field_get(object, name);
    return cJSON_IsNumber(v) && v->valuedouble >= 0 && v->valuedouble < 1e15 ? v->valuedouble
                                                                             : otherwise;
}

static int type_of(const cJSON *v)
{
    if (cJSON_IsNumber(v)) {
        return v->valuedouble >= 0 ? NUMBER : NEGATIVE;
    }
    if (cJSON_IsBool(v)) {
        return BOOLEAN;
    }
    if (cJSON_IsString(v)) {
        return STRING;
    }
    if (cJSON_IsArray(v)) {
        return LIST;
    }
    return cJSON_IsObject(v) ? OBJECT : 0;
}

/* The field of that name, or what stands behind the last one. */
static const struct field *find(const struct field *fields, const char *name)
{
    while (fields->name != NULL && strcmp(fields->name, name) != 0) {
        fields++;
    }
    return fields;
}

static bool is_open(const struct field *fields)
{
    while (fields->name != NULL) {
        fields++;
    }
    return fields->types == ANY;
}

static bool wrong(const char *name, const char *what, char why[WHY_SIZE])
{
    snprintf(why, WHY_SIZE, "field \"%.100s\" %s", name, what);
    return false;
}

static bool is_listed(const char *text, const char *words)
{
    char padded[32];
    snprintf(padded, sizeof padded, " %.20s ", text);
    return words == NULL || strstr(words, padded) != NULL;
}

static bool check_list(const struct field *f, const cJSON *list, char why[WHY_SIZE])
{
    const cJSON *item;
    cJSON_ArrayForEach(item, list)
    {
        if (f->items != 0 && (f->items & type_of(item)) == 0) {
            return wrong(f->name, "has an item of the wrong type", why);
        }
        if (f->inside != NULL && cJSON_IsObject(item) && !schema_check(item, f->inside, why)) {
            return false;
        }
    }
    return true;
}

static bool check_field(const struct field *f, const cJSON *v, char why[WHY_SIZE])
{
    if (f->types == ANY) {
        return true;
    }
    if ((f->types & type_of(v)) == 0) {
        return wrong(f->name, "has the wrong type", why);
    }
    if (cJSON_IsString(v) && !is_listed(v->valuestring, f->words)) {
        return wrong(f->name, "is no word that is known", why);
    }
    if (cJSON_IsArray(v)) {
        return check_list(f, v, why);
    }
    return f->inside == NULL || !cJSON_IsObject(v) || schema_check(v, f->inside, why);
}

bool schema_check(const cJSON *object, const struct field *fields, char why[WHY_SIZE])
{
    const cJSON *item;
    cJSON_ArrayForEach(item, object)
    {
        const struct field *f = find(fields, item->string);
        if (f->name == NULL && f->types != ANY) {
            return wrong(item->string, "is not known here", why);
        }
        if (!check_field(f, item, why) && !(cJSON_IsNull(item) && is_open(fields))) {
            return false;
        }
    }
    return true;
}

static void read_field(const struct field *f, const cJSON *v, char *at)
{
    double n = cJSON_IsNumber(v) && v->valuedouble < 1e12 ? v->valuedouble : 0;
    switch (f->kind) {
    case FLAG:
        *(bool *)at = cJSON_IsTrue(v);
        break;
    case NO_FLAG:
        *(bool *)at = !cJSON_IsTrue(v);
        break;
    case COUNT:
        *(size_t *)at = (size_t)n;
        break;
    case STATUS:
        *(int *)at = v->valueint;
        break;
    case TIME:
        *(uint64_t *)at = (uint64_t)(n * 1e6);
        break;
    case TEXT:
        *(const char **)at = v->valuestring;
        break;
    case NODE:
        *(const cJSON **)at = v;
        break;
    default:
        break;
    }
}

void schema_read(const cJSON *object, const struct field *fields, void *into)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, object)
    {
        const struct field *f = find(fields, item->string);
        if (f->kind != BY_HAND) {
            read_field(f, item, (char *)into + f->offset);
        }
    }
}
