/* Whether a place in a file is code, or stands in a string or a comment: what the file type alone
 * tells. A text that begins in the midst of one is taken for code. */
#ifndef HUM_LEXER_H
#define HUM_LEXER_H

#include "base/around.h"
#include "text/language.h"

struct lexer {
    const struct language *language;
    enum lexer_in { IN_CODE, IN_STRING, IN_COMMENT } in;
    struct span end; /* what ends the string or comment */
};

/* At the beginning of a file. */
void lexer_init(struct lexer *l, const struct language *language);

/* Goes over more text. What begins or ends a string or comment must not be cut in two. */
void lexer_feed(struct lexer *l, struct span text);

/* The same for an answer at the cursor, where only few places are asked for. */
struct lexer_answer {
    struct lexer lexer;
    const struct around *around;
    struct span text;
    size_t at;  /* of text, where the lexer is */
    bool begun; /* it has gone over the lines above */
};

void lexer_answer_init(struct lexer_answer *a, const struct language *language,
                       const struct around *around, struct span text);

/* What byte i of the answer (or its end) stands in; i must not fall from call to call. */
enum lexer_in lexer_answer_at(struct lexer_answer *a, size_t i);

#endif
