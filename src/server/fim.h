/* The texts of prompts that fill in, from what the fill says. */
#ifndef HUM_FIM_H
#define HUM_FIM_H

#include "base/buf.h"
#include "server/fill.h"

/* A raw prompt by the fill's tokens (not NULL):
 *   head, repo project, file name text (for each chunk), own path (or file path),
 *   prefix before suffix after middle line        or, with suffix_first,
 *   suffix after prefix before middle line
 * Families without a file token have chunks and path as comments in front of before.
 * The typed part of the cursor's line comes last, behind the middle token, where a model
 * takes it for the beginning of its own answer: so the prompts of one line differ only in
 * their end, and the server evaluates only that. With line_before it stands behind before. */
void fim_raw(const struct fill *fill, struct buf *out);

/* The prompt for a server that fills in by itself, to be sent with fim_suffix: chunks and
 * path as comments, then before and line. Never empty: an empty one would make Ollama only
 * load the model. */
void fim_prompt(const struct fill *fill, struct buf *out);

/* The first if the fill has tokens, else the second. */
static inline void fim_write(const struct fill *fill, struct buf *out)
{
    if (fill->tokens != NULL) {
        fim_raw(fill, out);
    } else {
        fim_prompt(fill, out);
    }
}

/* For a server that gets the chunks in its own way: the path as a comment, then before. */
void fim_before(const struct fill *fill, struct buf *out);

/* The fill's after, or a line break if that is empty: to Ollama an empty suffix is none,
 * and then it chats. */
struct span fim_suffix(const struct fill *fill);

#endif
