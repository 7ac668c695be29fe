/* Where an answer has a special token of a model, such as <|fim_middle|>: its end. Text that looks
 * like one is none if it stands in the buffer too, as in sources of tokenizers; nor, in other
 * families than that in use, in markup, strings and comments if it is common there. A fence in code
 * is a marker, too. */
#ifndef HUM_MARKER_H
#define HUM_MARKER_H

#include "complete/trim/context.h"
#include "complete/trim/lexer.h"

#define MARKER_OWN 16

enum marker {
    MARKER_NONE,
    MARKER_MAYBE, /* with more text it may become one */
    MARKER_IS,
};

struct markers {
    const struct trim_context *context;
    struct span text; /* the answer */
    struct lexer_answer *lexer;
    struct span own[MARKER_OWN]; /* in the texts of the prompts in use */
    size_t own_count;
    bool begins[256]; /* a token may begin with that byte */
};

/* lexer: of the same answer. All of these outlive m. */
void markers_init(struct markers *m, const struct trim_context *c, struct span text,
                  struct lexer_answer *lexer);

/* Whether one begins at byte i of the answer; i must not fall from call to call. */
enum marker marker_at(struct markers *m, size_t i);

/* The same where most bytes begin none. */
static inline bool marker_may_begin(const struct markers *m, char c)
{
    return m->begins[(unsigned char)c];
}

#endif
