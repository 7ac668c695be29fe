/* How a generation ended that did not fail, in words: servers name their reasons, and a reply
 * may hold no text although its end was a good one. Pure, so that every word can be tested. */
#ifndef HUM_ENDING_H
#define HUM_ENDING_H

#include <stdbool.h>
#include <stdint.h>

struct buf;

enum ending_kind {
    ENDING_GOOD, /* the model has said all, and it is text */
    ENDING_CUT,  /* text that the limit of length cut off */
    ENDING_TOLD, /* anything else: the user has to know */
};

/* What is known of a generation at its end. Texts are borrowed. */
struct ending_facts {
    const char *reason;  /* the server's word, maybe empty */
    const char *details; /* what the server says of it, or NULL */
    const char *unread;  /* what of the reply hum does not know how to show, or NULL */
    const char *widen;   /* how to widen the window of a server that cuts prompts, or NULL */
    int64_t read;        /* tokens of a prompt that was cut, 0: it was not */
    int64_t sent;        /* so many it had at the least */
    bool has_text;       /* that is more than blanks */
    bool has_thinking;
    bool has_call; /* of a tool */
    bool is_edit;  /* it answered an edit, and no chat */
};

/* What lua/hum/chat knows it by: "good", "cut", "told". */
const char *ending_name(enum ending_kind kind);

enum ending_kind ending_kind(const struct ending_facts *e);

/* Whether the server's word for it is a limit of length, whatever has come. */
bool ending_is_limit(const char *reason);

/* Appends a sentence to message and what to do to hint; nothing for ENDING_GOOD, unless the prompt
 * was cut. */
void ending_explain(const struct ending_facts *e, struct buf *message, struct buf *hint);

#endif
