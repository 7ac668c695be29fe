/* Where an answer is to stand. */
#ifndef HUM_CONTEXT_H
#define HUM_CONTEXT_H

#include "base/around.h"
#include "text/indent.h"
#include "text/language.h"

#include <stdbool.h>
#include <stddef.h>

struct trim_context {
    struct around around; /* some kB above and below the cursor are enough */
    struct indent indent; /* the file's */
    bool defined;         /* a parser has said where the definition around the cursor begins: */
    size_t definition;    /* in this column */
    size_t max_lines;     /* shown at most; 0: any number */
    bool blank; /* the last one of line was not in the prompt: the answer begins with it */
    const struct language *language;

    /* The texts that prompts of this way have around the parts, and its stop strings, NUL-
     * terminated; "%s" and "%l" stand for others. */
    const char *const *tokens;
    size_t token_count;
};

#endif
