/* The JSON object that a request sends: fields in order, each once. Fields that a map
 * (options, own, extra) names too are left to those, later maps winning; but what a request is
 * about (model, messages, tools, stream ...) no options replace. */
#ifndef HUM_BODY_H
#define HUM_BODY_H

#include "base/buf.h"
#include "base/value.h"

#include <stdbool.h>

struct fill;
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

/* Whether a part of a message is of this type; whether it is an image that is in the request, as
 * base64. */
bool body_is_part(const struct value *part, const char *type);
bool body_is_image(const struct value *part);

/* What is wrong with the messages of a request, a static text, or NULL. They may have parts that are
 * not read yet: {type="kept", path}, {type="image", media, path}. */
const char *body_wrong(const struct value *messages);

/* The messages, with the texts of their parts joined as "content"; with images it is a list of texts
 * and images, or "images" stands beside it. Thinking goes back where the
 * service wants it (learned_thoughts), and only if there is any; what another service signed or
 * redacted never does. A model that refuses the system role gets its words as the developer's, or
 * in front of the user's first message. Of a request with "ask" the last message is gone on with:
 * see prefill.h. */
void body_messages(struct body *b, const struct value *spec);

/* Appends the texts of a message, as they are sent. */
void body_text(const struct value *message, struct buf *text);

/* What a request to fill in says itself, a map to be merged with the user's options. Texts
 * are borrowed. */
struct body_fields {
    struct value map;
    struct value_pair pairs[16];
    struct value *stop; /* owned */
};

void body_fields_init(struct body_fields *f);
void body_fields_finish(struct body_fields *f);

void body_field_array(struct body_fields *f, const char *key, const struct value *items,
                      size_t count);
void body_field_bool(struct body_fields *f, const char *key, bool truth);
void body_field_int(struct body_fields *f, const char *key, int64_t number);
void body_field_text(struct body_fields *f, const char *key, const char *data, size_t len);

/* How to generate: the limit under the name that the dialect has for it, temperature, seed,
 * and the stop strings, together with those of the user's options. */
void body_sampling(struct body_fields *f, const struct fill *fill, const char *limit);

/* Writes the model. own and the fill's maps go out with body_end; learned and merge_options as
 * above. */
void body_begin_fill(struct body *b, struct buf *out, const struct fill *fill,
                     const struct learned *learned, const struct body_fields *own,
                     bool merge_options);

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
