/* The parts of a request that are files: {type="kept", path} and {type="image", path, media}. They
 * are read off the loop, before any body is made, and become parts with their content; the hash in
 * a file's name says whether it is as it was. */
#ifndef HUM_INLINE_H
#define HUM_INLINE_H

#include "proto.h"

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

struct inlining;
struct value;

struct inline_result {
    enum hum_error error; /* HUM_OK, HUM_EFILE or HUM_ETOOBIG */
    const char *why;      /* of an error, a sentence that names the file */
};

/* An image that is in the request now. Texts are the request's. */
struct inline_image {
    const char *name; /* what people call it */
    const char *media;
    const char *base64;
    size_t len;
};

/* Whether such parts are in a request (dialect.h has its form). */
bool inline_is_needed(const struct value *request);

/* Reads them all. request was made by value_copy, and must live until on_end or inline_cancel;
 * right before on_end is called without an error, "kept" parts become {type="text", text}, and an
 * image has its base64 as "data" in place of its path. on_end is called once, never within
 * inline_start; the inlining is gone with it. */
struct inlining *inline_start(uv_loop_t *loop, const struct value *request,
                              void (*on_end)(void *ctx, const struct inline_result *result),
                              void *ctx);

/* No callback follows. A file that is being read is left within milliseconds. */
void inline_cancel(struct inlining *in);

/* Calls on_image for each image of a request that was inlined. */
void inline_images(const struct value *request,
                   void (*on_image)(void *ctx, const struct inline_image *image), void *ctx);

#endif
