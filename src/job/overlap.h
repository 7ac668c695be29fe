/* Whether a text that comes begins with an end of the text that is there: what is said again. An end
 * that is too short to tell, or that the text would go on with by nature ("ha ha ha", rows of a
 * table, closing braces), is none. Pure. */
#ifndef HUM_OVERLAP_H
#define HUM_OVERLAP_H

#include "base/span.h"
#include "job/known.h"

#include <stdbool.h>
#include <stddef.h>

/* So much of the text is looked for in what comes, in bytes. */
#define OVERLAP_MAX (32u << 10)

struct overlap {
    char *there; /* the text, or its end */
    size_t len;
    bool whole; /* it is all of the text */
    bool asked;
    unsigned char *ends; /* of each byte: whether with it an end begins that counts; NULL: none */
};

/* Nothing is there. */
void overlap_init(struct overlap *o);
void overlap_finish(struct overlap *o);

/* The text that is there, copied. Once. */
void overlap_open(struct overlap *o, const char *text, size_t len);

/* asked: the text that comes is an answer of its own, which was asked to begin with the last words;
 * then fewer of them are enough, and may have other white space and a capital letter. Else a server
 * sends back what it was given, or a model begins again. Takes time in proportion to what is there;
 * before the first overlap_find. */
void overlap_tell(struct overlap *o, bool asked);

/* Whether a begins with such an end, the longest if with several; *len is how much of a that is.
 * next: a would stand right behind the text. final: no more of a comes. */
enum known overlap_find(const struct overlap *o, struct span a, bool next, bool final, size_t *len);

#endif
