/* An answer's indentation made the file's: where its lines stand in another step, in other
 * characters or at another column than the file's, they are moved, and their white space is written
 * as the file writes its own. What was decided for a line stays: text that is out never changes.
 *
 * It is found out by what fits. Each way to understand the columns of the answer (as they are, by
 * steps of 4 or 2, counted from the cursor's line) says where a line is to stand; those that put
 * it where no line of a program can stand are dropped. */
#ifndef HUM_REINDENT_H
#define HUM_REINDENT_H

#include "base/buf.h"
#include "complete/trim/trim.h"
#include "text/guess.h"
#include "text/style.h"
#include "text/syntax.h"

#include <stdbool.h>
#include <stddef.h>

#define REINDENT_DEPTH 32 /* of blocks and of brackets, at most; those further out are forgotten */

/* A line of the answer and where it stands in the file. */
struct anchor {
    size_t answer, file; /* columns */
    bool item;           /* it begins with "- ": what belongs to it stands behind that */
};

/* A bracket that is open: the columns behind it. */
struct reindent_bracket {
    size_t answer, file;
    size_t line; /* the column in the file of the line that it is in */
    bool last;   /* nothing stands behind it in its line, so nothing is aligned with it */
};

struct reindent {
    const struct trim_context *context;
    struct style style;
    struct syntax syntax;
    struct guesses guesses;

    size_t blocks[REINDENT_DEPTH]; /* columns of open blocks in the file, outer first */
    size_t block_count;
    struct reindent_bracket brackets[REINDENT_DEPTH];
    size_t bracket_count;
    size_t column;                         /* in the file: of the last line of code */
    enum syntax_tail tail;                 /* of that */
    bool recipe;                           /* it is a rule, or a line of its recipe: of make */
    bool item;                             /* it is an item of a list of YAML */
    struct anchor anchors[REINDENT_DEPTH]; /* of YAML: the answer's lines, outer first */
    size_t anchor_count;
    size_t recipe_white; /* bytes of white space that the answer begins lines of a recipe with */

    size_t literal_file, literal_answer; /* columns of the line that a comment or string began in */

    bool asis;           /* nothing is known of the file, or it is prose: nothing is changed */
    struct buf line;     /* the line of the answer so far, with what was typed of it */
    size_t dropped;      /* columns that trim_preamble dropped in front of it */
    size_t file, answer; /* columns of the line */
    size_t out;          /* bytes of line that are out */
    bool first;          /* it is the cursor's */
    bool placed;         /* its column is known */
};

/* context outlives r. dropped: what trim_preamble dropped. reindent_finish is due. */
void reindent_init(struct reindent *r, const struct trim_context *context, struct span dropped);
void reindent_finish(struct reindent *r);

/* Appends what may follow by now to out: the next bytes of the answer that trim_preamble has been
 * through, mapped. A line's beginning waits until it is known what it is; final: no more will
 * come. */
void reindent_feed(struct reindent *r, struct span text, bool final, struct buf *out);

#endif
