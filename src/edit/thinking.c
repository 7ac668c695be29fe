#include "edit/thinking.h"

#include "base/thought.h"
#include "edit/place.h"

#define HEADER_MAX 24 /* bytes in front of the message of a channel that say which one it is */

const char *thinking_opens(const struct place *p, struct span words, size_t *len)
{
    for (const struct thought_tag *tag = thought_tags; tag->open != NULL; tag++) {
        if (thought_match(words, tag->open) == THOUGHT_WHOLE && !place_has(p, span_of(tag->open))) {
            *len = strlen(tag->open);
            return tag->close;
        }
    }
    for (size_t i = 0; thought_headers[i] != NULL; i++) {
        const char *header = thought_headers[i];
        if (thought_match(words, header) == THOUGHT_WHOLE && !place_has(p, span_of(header))) {
            *len = strlen(header);
            return THOUGHT_MESSAGE;
        }
    }
    return NULL;
}

bool thinking_closes(const struct place *p, struct span words, size_t *len)
{
    for (const struct thought_tag *tag = thought_tags; tag->open != NULL; tag++) {
        if (thought_match(words, tag->close) == THOUGHT_WHOLE &&
            !place_has(p, span_of(tag->close))) {
            *len = strlen(tag->close);
            return true;
        }
    }
    return false;
}

/* Of harmony's channels the answer is "final". */
static bool is_final(struct span line, size_t at)
{
    size_t from = at > HEADER_MAX ? at - HEADER_MAX : 0;
    return span_has((struct span){line.data + from, at - from}, span_of("final"));
}

size_t thinking_find(struct span line, const char *close, size_t *len)
{
    bool harmony = strcmp(close, THOUGHT_MESSAGE) == 0;
    *len = strlen(close);
    for (size_t i = 0; i + *len <= line.len; i++) {
        if (thought_match(span_skip(line, i), close) == THOUGHT_WHOLE &&
            (!harmony || is_final(line, i))) {
            return i;
        }
    }
    return line.len;
}
