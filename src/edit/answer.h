/* What a model's answer to an edit makes of a range of lines: bytes in, hunks out. Finds out the
 * form of the answer, cleans it, and compares new lines with old ones. Nothing that was given out is
 * taken back, and nothing depends on the pieces in which the answer came. Pure.
 *
 * The form is what comes, whatever was asked for: the first line that is certain to be code makes it
 * the whole lines, the first marker of a block in front of that one of blocks; none of both, what was
 * asked for. A range that has such markers itself is always answered by its whole lines, unless
 * blocks were asked for. */
#ifndef HUM_ANSWER_H
#define HUM_ANSWER_H

#include "base/span.h"
#include "edit/align.h"
#include "edit/clean_context.h"
#include "edit/text.h"

#include <stdbool.h>
#include <stddef.h>

struct answer;

enum answer_form { ANSWER_WHOLE, ANSWER_SEARCH, ANSWER_PATCH, ANSWER_UDIFF };

enum answer_ending {
    ANSWER_SAID, /* the model has said all */
    ANSWER_CUT,  /* its limit of length was reached, the request failed or was stopped */
};

/* Why the answer, or what of it has not finished, is refused. Texts are the answer's. */
struct answer_fault {
    const char *code;    /* "empty", "prose", "question", ..., "block"; NULL: there is none */
    const char *message; /* what happened */
    const char *hint;    /* what to do; "" for nothing */
};

/* context is borrowed, and must outlive the answer; its wants_patch is not looked at. asked: the
 * form that the model was asked for. */
struct answer *answer_new(const struct clean_context *context, enum answer_form asked);
void answer_free(struct answer *a); /* NULL is fine */

/* A piece of the answer: valid UTF-8. */
void answer_feed(struct answer *a, struct span piece);

/* The model has called a tool, as JSON, which is no answer. */
void answer_call(struct answer *a, struct span call);

/* No more comes. Nothing is taken after that. */
void answer_end(struct answer *a, enum answer_ending ending);

/* Whether it makes no sense to wait for more: it is refused, or words follow the code, and more than
 * a few. */
bool answer_is_over(const struct answer *a);

/* All of the code has come: whatever ends the answer then, nothing of it is missing. */
bool answer_is_complete(const struct answer *a);

/* Lines that hunks are made of. They only grow. */
const struct text *answer_text(const struct answer *a);

/* What has finished, in the order of the answer: it only grows. Valid until the next piece. */
const struct hunk *answer_hunks(const struct answer *a, size_t *count);

/* The part that is being written: count rows that are added whatever comes, in front of old line at,
 * from 0. With another part they begin anew. */
struct answer_open {
    size_t part;
    size_t at, count;
};
struct answer_open answer_open(const struct answer *a);
struct span answer_open_row(const struct answer *a, size_t i);

/* So many old lines have been passed. */
size_t answer_reached(const struct answer *a);

/* The beginning of the line that grows, as far as it cannot change any more. */
struct span answer_tail(const struct answer *a);

/* Behind the end. */
enum answer_form answer_form(const struct answer *a);
struct answer_fault answer_fault(const struct answer *a);
/* More than a third of the range would go. Of what is cut or refused that is not so: only what had
 * finished goes. */
bool answer_is_shrunk(const struct answer *a);

/* "whole", "search", "patch", "udiff". */
const char *answer_form_name(enum answer_form form);
enum answer_form answer_form_named(struct span name); /* of another name ANSWER_WHOLE */

/* All of the answer, as it came. */
struct span answer_raw(const struct answer *a);

#endif
