/* The JSON object that a chat request sends: fields in order, each once. Fields that
 * the user's maps (options, extra) name too are left to those, later maps winning. */
#ifndef HUM_BODY_H
#define HUM_BODY_H

#include "buf.h"
#include "value.h"

#include <stdbool.h>

#define BODY_MAPS 2

struct body {
    struct buf *out;
    const struct value *maps[BODY_MAPS]; /* NULL for an absent one */
    bool started;
    int err;         /* the first error: then nothing more is written */
    const char *why; /* for HUM_ESPEC, a static text */
};

/* Looks at a member of a map before it is written: may put another value into *v, which
 * holds the member's own, or return false to leave the member out. */
typedef bool (*body_change)(const struct value_pair *member, struct value *v);

/* Checks and writes what every dialect needs: model and messages, whose members change
 * sees. merge_options: the spec's options are top-level fields. */
void body_begin(struct body *b, struct buf *out, const struct value *spec, bool merge_options,
                body_change change);

/* A field with a value; nothing if v is NULL. */
void body_value(struct body *b, const char *key, const struct value *v);

/* A field whose JSON the caller appends to b->out; false if it is to be left out. */
bool body_key(struct body *b, const char *key);

/* Appends a map's members as an object. */
void body_object(struct body *b, const struct value *map, body_change change);

void body_fail(struct body *b, const char *why);

/* Writes the user's maps and the end. Returns 0, HUM_ESPEC or HUM_ETOOBIG. */
int body_end(struct body *b, const char **why);

/* The map under key of spec, NULL if it is absent or an empty array; anything else that
 * is no map fails. */
const struct value *body_map(struct body *b, const struct value *spec, const char *key);

#endif
