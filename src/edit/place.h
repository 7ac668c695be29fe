/* What the cleaning of an answer knows of the place that it is for, found out once. Pure. */
#ifndef HUM_PLACE_H
#define HUM_PLACE_H

#include "edit/clean_context.h"
#include "edit/linemap.h"
#include "edit/wish.h"
#include "text/language.h"
#include "text/style.h"

struct place {
    struct clean_context context;
    const struct language *language; /* of the range: in a fence of Markdown that of the fence */
    struct style style;
    struct linemap old;
    struct wish wish;
    size_t old_words;   /* lines of the range that are not blank */
    size_t first, last; /* the first and the last of them, if there are any */
    size_t base, least; /* columns of the first one, and of the least indented one */
    struct span blank;  /* what a blank line is in the range */
    bool markdown;      /* fences are part of its language */
    bool fences;        /* there are fences in the range, or it may have them: they nest */
    bool sentence;      /* one of its lines is a sentence */
    bool sentences;     /* most of its lines are */
    bool returns;       /* its lines end with a carriage return */
    bool odd;           /* it has lines with white space that is not as the style has it */
    bool conflict;      /* it has both sides of a merge, of which one goes */
    bool marked;        /* it begins with a byte order mark */
};

/* What the context points to outlives p. */
void place_init(struct place *p, const struct clean_context *context);
void place_finish(struct place *p);

/* Whether a text stands in the range, or around it. */
bool place_has(const struct place *p, struct span text);

/* Whether white space at the beginning of a line is written as in the file. */
bool place_is_usual(const struct place *p, struct span white);

/* Whether that of this line is not. */
bool place_is_foreign(const struct place *p, struct span line);

/* The first line of the range that is not blank, empty if there is none; and the last. */
struct span place_first(const struct place *p);
struct span place_last(const struct place *p);

#endif
