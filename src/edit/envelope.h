/* What stands around the code of an answer: words to the reader, thoughts, fences, tags. Takes its
 * lines, gives those of the code.
 *
 * Words in front of a fence are dropped, so the lines in front of the first that is surely code are
 * held; what follows the fence that closes is not looked at. Pure. */
#ifndef HUM_ENVELOPE_H
#define HUM_ENVELOPE_H

#include "edit/fenced.h"
#include "edit/stage.h"
#include "edit/text.h"
#include "text/syntax.h"

enum envelope_in {
    ENVELOPE_BEFORE,  /* nothing that is surely code has come */
    ENVELOPE_THOUGHT, /* a thought that is not closed */
    ENVELOPE_PLAIN,   /* code without anything around it */
    ENVELOPE_FENCE,
    ENVELOPE_TAG,
    ENVELOPE_AFTER,
};

struct envelope {
    struct stage stage;
    enum envelope_in in, back; /* back: behind the thought */
    struct fenced fenced;
    struct text held;     /* in front of code: words, or code; behind it: what may be neither */
    const char *close;    /* of the tag, or of the thought */
    const char *tag;      /* of the tag, while a thought stands in it */
    bool talks;           /* what is held has words to the reader */
    bool remarks;         /* it stands behind code */
    bool doubtful;        /* ... if the next line says so */
    struct syntax syntax; /* of the code */
    bool begun;           /* a line of code that is not blank came */
    bool blank;           /* the last line of code was blank */

    /* The code of a fence that may not be the answer: commands to run, the old lines once more, a
     * call of a tool. */
    enum envelope_doubt { DOUBT_NONE, DOUBT_SHELL, DOUBT_QUOTED, DOUBT_JSON } doubt;
    struct text block;
    size_t same; /* so many of its lines are the range's first ones */

    bool open_fence; /* behind the end: the fence was not closed */
};

void envelope_init(struct envelope *e, const struct stage *stage);
void envelope_finish(struct envelope *e);
void envelope_line(struct envelope *e, struct span line);

/* cut: see clean_end. */
void envelope_end(struct envelope *e, bool cut);

/* Whether a line that begins so, if it is nothing special, goes right through. */
bool envelope_passes(const struct envelope *e, struct span words);

#endif
