/* What an answer may say before the words that go on: white space, words about the reply, dots in the
 * place of what was said before, the line that opens a fence again, a quotation mark. Pure. */
#ifndef HUM_LEAD_H
#define HUM_LEAD_H

#include "base/span.h"
#include "job/known.h"

#include <stdbool.h>
#include <stddef.h>

/* Nothing of it is longer, in bytes. */
#define LEAD_MAX 160

struct lead_from {
    bool asked; /* the model begins an answer of its own: else white space and fences alone */
    char fence; /* the mark of the fence in which the text stops, 0: none */
};

/* Where in what comes the words may begin that belong, in order, and what stands before them. */
struct lead {
    size_t starts[6];
    size_t count;
    size_t space; /* where the white space at the very beginning ends */
    char quote;   /* what stands before the last start, as in the request; 0: nothing */
    bool said;    /* words that are about the reply, or dots in their place */
    bool fenced;  /* a fence that was open is opened again, with its language */
};

/* Reads the beginning of what comes. KNOWN_LATER: more has to come to know; what is known already
 * stands in lead. final: no more comes. */
enum known lead_read(const struct lead_from *from, struct span a, bool final, struct lead *lead);

#endif
