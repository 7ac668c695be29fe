/* How models mark their thoughts in text, as their templates have it. */
#ifndef HUM_THOUGHT_H
#define HUM_THOUGHT_H

struct thought_tag {
    const char *open;
    const char *close;
};

/* Up to one whose open is NULL; none begins with another. Letters may be of either case, but for
 * those in brackets. */
extern const struct thought_tag thought_tags[];

/* Of harmony, the format of gpt-oss, up to a NULL: what begins the header of a channel. All channels
 * but "final" are thought. https://cookbook.openai.com/articles/openai-harmony */
extern const char *const thought_headers[];
#define THOUGHT_MESSAGE "<|message|>" /* what ends a header */

#endif
