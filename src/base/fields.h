/* Fields that a call from Lua must have. Defaults live in lua/hum/config/schema.lua alone: here
 * one that is missing, of another type or out of range is an error, and the first is told. */
#ifndef HUM_FIELDS_H
#define HUM_FIELDS_H

#include "base/value.h"

struct fields {
    const struct value *map;
    const char *why; /* a static text, or NULL so far */
};

/* The two last arguments of all readers, as in FIELD("backend", "model"). */
#define FIELD(place, name) name, place "." name " is missing, or not what it should be"

/* What a wrong field gives is 0, false or NULL. */
bool fields_bool(struct fields *f, const char *name, const char *why);
/* A whole number from 0 to max. */
size_t fields_size(struct fields *f, size_t max, const char *name, const char *why);
/* A number from 0 to 1. */
double fields_share(struct fields *f, const char *name, const char *why);
/* Seconds from 0 on, in ms, rounded up so that a tiny limit does not become none; what is more
 * than a week is a week. */
long fields_ms(struct fields *f, const char *name, const char *why);
/* A NUL-terminated copy, which the caller frees. */
char *fields_text(struct fields *f, const char *name, const char *why);

#endif
