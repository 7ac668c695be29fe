/* How models mark their thoughts in text, as their templates have it. */
#ifndef HUM_THOUGHT_H
#define HUM_THOUGHT_H

#include "base/span.h"

struct thought_tag {
    const char *open;
    const char *close;
};

/* Up to one whose open is NULL; none begins with another. Letters may be of either case, but for
 * those in brackets. */
extern const struct thought_tag thought_tags[];

/* Of harmony, the format of gpt-oss, up to a NULL: what begins the header of a channel. All
 * channels but "final" are thought. https://cookbook.openai.com/articles/openai-harmony */
extern const char *const thought_headers[];
#define THOUGHT_MESSAGE "<|message|>" /* what ends a header */

enum thought_match {
    THOUGHT_NONE,
    THOUGHT_BEGUN, /* all of the text is a true beginning of the tag */
    THOUGHT_WHOLE, /* it begins with the tag */
};

enum thought_match thought_match(struct span text, const char *tag);

#endif
