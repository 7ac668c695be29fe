/* Fences: whether the lines of a text, read in any pieces, are code. They are found as
 * lua/hum/chat/text/block.lua finds them (CommonMark 4.5, with lists as far as fences need
 * them); tests/nvim/test_rethink.lua compares them. Pure. */
#ifndef HUM_FENCE_H
#define HUM_FENCE_H

#include <stdbool.h>
#include <stddef.h>

struct buf;

struct fence {
    /* between lines */
    char mark;  /* '`' or '~': a fence is open; 0: none is */
    size_t run; /* length and columns of its opening line */
    size_t indent;
    size_t list; /* columns of the content of the list item we are in, 0: none */

    /* the line so far */
    struct fence_line {
        enum fence_stage {
            FENCE_INDENT,
            FENCE_RUN,
            FENCE_INFO,
            FENCE_DIGITS,
            FENCE_GAP,
            FENCE_REST
        } stage;
        size_t columns; /* of white space at its start */
        char first;     /* the byte behind them; 0: none yet */
        size_t run;     /* of that byte, or the length of a list marker */
        size_t gap;     /* blanks behind a list marker */
        size_t content; /* columns of the run behind a list marker; 0: there is none */
        bool has_words; /* there are words behind the run, or the gap */
        bool has_tick;  /* and a backtick among them */
    } line;
};

/* The beginning of a text: nothing is open. */
void fence_init(struct fence *f);

void fence_feed(struct fence *f, const char *text, size_t len);

/* Appends the line that closes what is open. */
void fence_close(const struct fence *f, struct buf *out);

/* Whether the line that comes next, or has begun, stands in a fence: one that closes it does. */
static inline bool fence_is_open(const struct fence *f)
{
    return f->mark != 0;
}

#endif
