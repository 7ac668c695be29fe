/* The characters that HTML writes as names or numbers: "&amp;", "&#228;". Pure. */
#ifndef HUM_ENTITY_H
#define HUM_ENTITY_H

#include "base/span.h"

#include <stddef.h>
#include <stdint.h>

/* What text, which begins with '&', begins with. Returns its length, 0: it is no entity, and '&' is
 * a character like others. What is no character (a surrogate, NUL) becomes U+FFFD. */
size_t entity_read(struct span text, uint32_t *code);

#endif
