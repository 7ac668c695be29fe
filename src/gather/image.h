/* What the first bytes of a file say of it: which kind of image, how large, or a PDF. Pure. */
#ifndef HUM_IMAGE_H
#define HUM_IMAGE_H

#include "base/span.h"

#include <stdint.h>

struct image {
    const char *media;      /* "image/png", "application/pdf"; NULL: neither */
    const char *ext;        /* "png" */
    uint32_t width, height; /* pixels; 0: not known */
};

/* Of the whole file, or of so much of it as there is: a JPEG may have its size late. */
struct image image_of(struct span bytes);

#endif
