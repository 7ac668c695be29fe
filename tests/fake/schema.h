/* What a script may hold: tables of fields, against which its JSON is checked, and by which
 * plain ones are put into a struct. */
#ifndef FAKE_SCHEMA_H
#define FAKE_SCHEMA_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

enum { WHY_SIZE = 256 }; /* room for a word on what is wrong */

/* NEGATIVE: a number below 0. */
enum { NUMBER = 1, BOOLEAN = 2, STRING = 4, LIST = 8, OBJECT = 16, NEGATIVE = 32, ANY = 64 };

enum kind {
    BY_HAND,
    FLAG,    /* bool */
    NO_FLAG, /* bool, the other way round */
    COUNT,   /* size_t */
    STATUS,  /* int */
    TIME,    /* uint64_t in ns, of milliseconds */
    TEXT,    /* const char * */
    NODE,    /* const cJSON * */
};

struct field {
    const char *name; /* NULL behind the last one */
    int types;
    int items;                  /* what a list holds; 0: whatever */
    const struct field *inside; /* of an object, or of the objects in a list; NULL: whatever */
    const char *words;          /* that a string may be: " one two "; NULL: any */
    enum kind kind;
    size_t offset;
};

#define FIELD(name, types)                     \
    {                                          \
        name, types, 0, NULL, NULL, BY_HAND, 0 \
    }
#define FIELD_INTO(name, types, kind, type, member)              \
    {                                                            \
        name, types, 0, NULL, NULL, kind, offsetof(type, member) \
    }
#define FIELD_WORDS(name, words)                 \
    {                                            \
        name, STRING, 0, NULL, words, BY_HAND, 0 \
    }
#define FIELD_LIST(name, items, inside)             \
    {                                               \
        name, LIST, items, inside, NULL, BY_HAND, 0 \
    }
#define FIELD_OBJECT(name, inside)                \
    {                                             \
        name, OBJECT, 0, inside, NULL, BY_HAND, 0 \
    }
#define FIELDS_END                         \
    {                                      \
        NULL, 0, 0, NULL, NULL, BY_HAND, 0 \
    }
#define FIELDS_OPEN                          \
    {                                        \
        NULL, ANY, 0, NULL, NULL, BY_HAND, 0 \
    } /* there may be others, and nulls */

/* A field of an object, in upper or lower case; NULL if it is not there or there is no object.
 * Texts and numbers (not below 0) of another type are not there. */
const cJSON *field_get(const cJSON *object, const char *name);
const char *field_text(const cJSON *object, const char *name, const char *otherwise);
double field_number(const cJSON *object, const char *name, double otherwise);

/* Whether the object has only these fields, with good values, all the way down; else why says
 * which one is wrong. */
bool schema_check(const cJSON *object, const struct field *fields, char why[WHY_SIZE]);

/* Puts those that are there into a struct. */
void schema_read(const cJSON *object, const struct field *fields, void *into);

#endif
