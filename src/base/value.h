/* A tree of plain values: what a msgpack message becomes (wire) and what a JSON
 * body is made from (dialect), so that neither library meets the other. Trees are
 * read-only views: strings and children belong to whoever made the tree and live
 * as long as it (wire: until the message callback returns). */
#ifndef HUM_VALUE_H
#define HUM_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum value_type {
    VALUE_NIL,
    VALUE_BOOL,
    VALUE_INT,
    VALUE_FLOAT,
    VALUE_STRING, /* bytes, not NUL-terminated, any encoding */
    VALUE_ARRAY,
    VALUE_MAP, /* keys are strings; pairs with other keys are left out */
};

struct value_pair;

struct value {
    enum value_type type;
    union {
        bool boolean;
        int64_t integer;
        double real;
        struct {
            const char *data;
            size_t len;
        } string;
        struct {
            const struct value *items;
            size_t count;
        } array;
        struct {
            const struct value_pair *pairs;
            size_t count;
        } map;
    } as;
};

struct value_pair {
    struct value key;
    struct value value;
};

/* The value under key, or NULL if v is NULL, not a map, or has no such key, or the
 * value there is nil: "absent" and "nil" are the same to every caller. */
const struct value *value_get(const struct value *v, const char *key);

/* The ith item, or NULL if v is NULL, not an array, or has not so many. */
const struct value *value_item(const struct value *v, size_t i);

/* Readers with a fallback for absent values; a value of another type counts as absent. */
int64_t value_int(const struct value *v, int64_t fallback);
double value_number(const struct value *v, double fallback); /* INT or FLOAT */
bool value_bool(const struct value *v, bool fallback);

/* A NUL-terminated copy of a string value (the caller frees it), NULL if v is not a
 * string or contains a NUL byte. */
char *value_strdup(const struct value *v);

/* The same, or a copy of the fallback. */
char *value_strdup_or(const struct value *v, const char *fallback);

bool value_is_string(const struct value *v, const char *s);

/* A deep copy of its own, to be freed with value_free; NULL for NULL. */
struct value *value_copy(const struct value *v);
void value_free(struct value *v); /* NULL is fine */

/* Of a map in such a copy, which has key: a text takes the place of what is there, under the name
 * that is given. The tree owns data from then on. */
void value_replace(const struct value *map, const char *key, const char *name, char *data,
                   size_t len);

/* Makers of views: s and pairs must outlive what is made of them. */
struct value value_text(const char *s);
struct value value_true(void);
struct value value_pairs(const struct value_pair *pairs, size_t count);

#endif
