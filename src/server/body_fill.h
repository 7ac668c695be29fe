/* The body of a request to fill in: what hum says itself, merged with the user's options. */
#ifndef HUM_BODY_FILL_H
#define HUM_BODY_FILL_H

#include "base/value.h"
#include "server/body.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct fill;
struct learned;

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
 * of body_begin. */
void body_begin_fill(struct body *b, struct buf *out, const struct fill *fill,
                     const struct learned *learned, const struct body_fields *own,
                     bool merge_options);

#endif
