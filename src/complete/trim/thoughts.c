#include "complete/trim/thoughts.h"

#include "base/thought.h"

#include <string.h>

/* What models put around what they say behind their thoughts. */
static const char *const answers[] = {"<|begin_of_solution|>", "<|START_RESPONSE|>", "<answer>",
                                      "<response>", NULL};
/* What ends a channel of harmony. */
static const char *const channel_ends[] = {"<|end|>", "<|start|>", "<|channel|>", NULL};

#define OPEN (TRIM_WAIT - 1)

/* Each tag is looked for in the text around. */
#define MOST 8 /* thoughts in a row */

static enum thought_match match_any(struct span text, const char *const *tags, const char **found)
{
    enum thought_match best = THOUGHT_NONE;
    for (size_t i = 0; tags[i] != NULL && best != THOUGHT_WHOLE; i++) {
        enum thought_match m = thought_match(text, tags[i]);
        if (m > best) {
            best = m;
            *found = tags[i];
        }
    }
    return best;
}

/* Where the tag stands in the text; its length if nowhere. */
static size_t find(struct span text, const char *tag)
{
    size_t at = 0;
    for (const char *c; at < text.len; at = (size_t)(c - text.data) + 1) {
        c = memchr(text.data + at, tag[0], text.len - at);
        if (c == NULL ||
            thought_match(span_skip(text, (size_t)(c - text.data)), tag) == THOUGHT_WHOLE) {
            return c == NULL ? text.len : (size_t)(c - text.data);
        }
    }
    return text.len;
}

static size_t find_any(struct span text, const char *const *tags)
{
    size_t first = text.len;
    for (size_t i = 0; tags[i] != NULL; i++) {
        size_t at = find(text, tags[i]);
        first = at < first ? at : first;
    }
    return first;
}

static size_t white_space(struct span text)
{
    size_t n = 0;
    while (n < text.len && is_space(text.data[n])) {
        n++;
    }
    return n;
}

/* Bytes of a thought between tags; 0: the text begins with none, TRIM_WAIT: that is not known,
 * OPEN: it does not end. */
static size_t skip_tagged(const struct around *around, struct span text)
{
    size_t result = 0;
    for (const struct thought_tag *tag = thought_tags; tag->open != NULL; tag++) {
        enum thought_match open = thought_match(text, tag->open),
                           close = thought_match(text, tag->close);
        if (open == THOUGHT_WHOLE && !around_has(around, span_of(tag->open))) {
            size_t at = find(text, tag->close);
            return at < text.len ? at + strlen(tag->close) : OPEN;
        }
        if (close == THOUGHT_WHOLE && !around_has(around, span_of(tag->close))) {
            return strlen(tag->close);
        }
        bool begun = open == THOUGHT_BEGUN || close == THOUGHT_BEGUN;
        result = begun ? TRIM_WAIT : result;
    }
    return result;
}

/* The same of a channel of harmony; of the last one, "final", its header. */
static size_t skip_channel(const struct around *around, struct span text)
{
    const char *tag = NULL;
    enum thought_match m = match_any(text, thought_headers, &tag);
    if (m != THOUGHT_WHOLE || around_has(around, span_of(tag))) {
        return m == THOUGHT_BEGUN ? TRIM_WAIT : 0;
    }
    size_t header = find(text, THOUGHT_MESSAGE);
    if (header == text.len) {
        return OPEN;
    }
    size_t body = header + strlen(THOUGHT_MESSAGE);
    if (span_has((struct span){text.data, header}, span_of("final"))) {
        return body;
    }
    size_t end = body + find_any(span_skip(text, body), channel_ends);
    if (end == text.len) {
        return OPEN;
    }
    return thought_match(span_skip(text, end), "<|end|>") == THOUGHT_WHOLE ? end + strlen("<|end|>")
                                                                           : end;
}

/* The same of what stands around an answer, behind thoughts. */
static size_t skip_answer(struct span text)
{
    const char *tag = NULL;
    enum thought_match m = match_any(text, answers, &tag);
    return m == THOUGHT_WHOLE ? strlen(tag) : m == THOUGHT_BEGUN ? TRIM_WAIT : 0;
}

static size_t skip_one(const struct around *around, struct span text, bool behind)
{
    size_t n = skip_tagged(around, text);
    if (n == 0) {
        n = skip_channel(around, text);
    }
    return n == 0 && behind ? skip_answer(text) : n;
}

/* White space behind thoughts but for the indentation of a line. */
static size_t skip_white_space(struct span text)
{
    size_t n = white_space(text);
    size_t line = n;
    while (line > 0 && text.data[line - 1] != '\n') {
        line--;
    }
    return line > 0 ? line : n;
}

size_t thoughts_at_start(const struct around *around, struct span text, bool final)
{
    size_t done = 0;
    for (size_t count = 0;; count++) {
        size_t at = done + white_space(span_skip(text, done));
        bool over = at == text.len;
        size_t n = over || count == MOST ? 0 : skip_one(around, span_skip(text, at), done > 0);
        if (n == OPEN && final) {
            return text.len;
        }
        if (!final && (n >= OPEN || over)) {
            return TRIM_WAIT;
        }
        if (n == 0 || n == TRIM_WAIT) {
            return done > 0 ? done + skip_white_space(span_skip(text, done)) : 0;
        }
        done = at + n;
    }
}

size_t thoughts_closed(struct span text, bool final)
{
    size_t first = text.len, end = 0;
    for (const struct thought_tag *tag = thought_tags; tag->open != NULL; tag++) {
        size_t at = find(text, tag->close);
        end = at < first ? at + strlen(tag->close) : end;
        first = at < first ? at : first;
    }
    struct span behind = span_skip(text, end);
    if (end > 0 && !final && white_space(behind) == behind.len) {
        return TRIM_WAIT;
    }
    return end > 0 ? end + skip_white_space(behind) : 0;
}
