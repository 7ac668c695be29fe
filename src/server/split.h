/* What of a reply's text is thought. Models mark their thoughts by tags, and servers that do not
 * read those hand them on as text:
 *   - a tag at the very beginning opens a thought, up to its closing tag or the end;
 *   - a closing tag alone on its line, outside fences, that is the first tag of the reply, ends a
 *     thought that began with the reply: the opening tag stood in the template. It does so only if
 *     the server sends no thoughts in a field of their own;
 *   - harmony's channels (gpt-oss): all but the last, "final", are thought.
 * Any later tag is text. The same bytes give the same whatever pieces they come in; of the text
 * only tags, and blanks right behind them and at the very beginning, are left out. What is not
 * certain is held back: what may become a tag, no more. Pure. */
#ifndef HUM_SPLIT_H
#define HUM_SPLIT_H

#include "base/buf.h"
#include "base/fence.h"

#include <stdbool.h>
#include <stddef.h>

enum split_kind {
    SPLIT_TEXT,
    SPLIT_THINKING,
    SPLIT_WAS_THOUGHT, /* all text so far was thought; once at most, no text with it */
    SPLIT_WAS_TEXT,    /* the other way round, of a thought that was only expected */
};

/* text is NUL-terminated behind len, and valid during the call. */
typedef void (*split_give)(void *ctx, enum split_kind kind, const char *text, size_t len);

enum split_mode {
    SPLIT_BEGIN,   /* nothing but blanks came */
    SPLIT_TAGGED,  /* a thought that a tag has opened */
    SPLIT_OPEN,    /* text, unless a closing tag comes; or expected thought, if one comes */
    SPLIT_LEAD,    /* behind a tag: blanks are left out */
    SPLIT_HEADER,  /* of a channel, up to its <|message|> */
    SPLIT_CHANNEL, /* a thought in a channel */
    SPLIT_BETWEEN, /* behind a channel */
    SPLIT_FINAL,   /* the last channel, whose end may be marked */
    SPLIT_PLAIN,   /* all that follows is text */
};

struct split {
    split_give give;
    void *ctx;
    enum split_mode mode;
    enum split_mode next;          /* behind SPLIT_LEAD */
    const struct thought_tag *tag; /* that opened the thought */
    bool expects;                  /* a thought without an opening tag, from the beginning on */
    bool has_field;                /* the server sends thoughts by themselves */
    bool goes_on;                  /* with a text: blanks at the very beginning belong to it */
    bool lone;                     /* a closing tag had no opening one */
    bool given;                    /* anything */

    /* the line so far */
    bool is_blank;   /* nothing but blanks and what is held */
    bool closing;    /* what is held is a closing tag and blanks */
    bool broken;     /* SPLIT_LEAD: there was a line break */
    struct buf held; /* blanks, then what may be a tag ... */
    size_t blanks;   /* ... from here on */
    char word[40];   /* what may be a tag in mid-line, where it is no more than seen */
    size_t word_len;
    struct fence fence;
    struct buf out; /* what this piece gives, of one kind */
    enum split_kind out_kind;
};

/* expects_thought: the last reply of the model had a closing tag without an opening one. */
void split_init(struct split *s, bool expects_thought, split_give give, void *ctx);
void split_finish(struct split *s);

/* Before any text: it goes on with one. */
static inline void split_go_on(struct split *s)
{
    s->goes_on = true;
}

void split_text(struct split *s, const char *text, size_t len);

/* Something else than text comes, a thought in a field of its own or a call of a tool: what is held
 * goes out before it. */
void split_field(struct split *s, bool is_thought);

/* The reply is over. complete: it was neither stopped nor cut off. Then an expected thought that
 * no tag has closed was text. */
void split_end(struct split *s, bool complete);

/* Whether a closing tag had no opening one: the model's next reply is to be expected to do so. */
static inline bool split_is_lone(const struct split *s)
{
    return s->lone;
}

#endif
