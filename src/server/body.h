/* The JSON object that a request sends: fields in order, each once. Fields that a map
 * (options, own, extra) names too are left to those, later maps winning; but what a request is
 * about (model, messages, tools, stream ...) no options replace. */
#ifndef HUM_BODY_H
#define HUM_BODY_H

#include "base/buf.h"
#include "base/value.h"

#include <stdbool.h>

struct learned;

enum body_map { BODY_OPTIONS, BODY_OWN, BODY_EXTRA, BODY_MAPS };

struct body {
    struct buf *out;
    const struct value *maps[BODY_MAPS]; /* NULL for an absent one */
    const struct learned *learned;       /* what the model refuses, or NULL */
    bool started;                        /* the object has a field */
    bool nested;                         /* that object is not the body itself */
    bool images_apart;                   /* of a message: beside its content, as Ollama has them */
    const char *why;                     /* for body_fail, a static text */
};

/* Sees a member of a map before it is written: may put another value into *v, which
 * holds the member's own, or return false to leave the member out. */
typedef bool (*body_change)(const struct value_pair *member, struct value *v);

/* Checks what every dialect needs, model and messages, and writes the model. Fields that the
 * model is known to refuse are left out from then on. merge_options: the spec's options are
 * top-level fields. */
void body_begin(struct body *b, struct buf *out, const struct value *spec,
                const struct learned *learned, bool merge_options);

/* A field with a value; nothing if v is NULL. */
void body_value(struct body *b, const char *key, const struct value *v);

/* A field whose JSON the caller appends to b->out; false if it is to be left out. */
bool body_key(struct body *b, const char *key);

/* Appends the members of maps, of which some may be NULL, as one object; of members of one
 * name it has the last map's. */
void body_object(struct body *b, const struct value *const maps[], size_t count,
                 body_change change);

void body_fail(struct body *b, const char *why);

/* Writes the user's maps and the end. Returns 0, HUM_ESPEC or HUM_ETOOBIG. */
int body_end(struct body *b, const char **why);

/* The map, NULL if it is NULL or an empty array; anything else that is no map fails. */
const struct value *body_map(struct body *b, const struct value *map);

#endif
