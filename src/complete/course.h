/* What is done next about the suggestions of one buffer: to pause, to ask, to let the request that
 * is under way go on, to end it. Decides only: there is no clock and no timer in here, times are
 * milliseconds of any steady clock.
 *
 * One request is under way at most. Keys that only add text at its place let it go on: when its
 * first bytes come they are compared with what was typed since. What disagrees is ended, and the
 * place where the user is by then is asked about at once. So whoever types on without a pause gets
 * suggestions from a server that takes longer to its first byte than he to the next key. */
#ifndef HUM_COURSE_H
#define HUM_COURSE_H

#include "complete/pace.h"
#include "complete/suggestion.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct around_text;

enum course_state {
    COURSE_CLOSED,    /* nothing is wanted: no insert mode, or dismissed */
    COURSE_IDLE,      /* nothing is to be done before something happens */
    COURSE_PAUSING,   /* will ask when the pause is over */
    COURSE_BARRED,    /* will ask as soon as that is possible */
    COURSE_ASKING,    /* a request is under way, nothing has come */
    COURSE_ANSWERING, /* text of it has come */
};

/* What a request is for. */
enum course_purpose {
    COURSE_HERE,        /* the place where the user is */
    COURSE_AHEAD,       /* the place behind what is suggested */
    COURSE_ALTERNATIVE, /* another answer, which the user has requested */
};

/* How the request under way goes with the place where the user is. */
enum course_fit {
    COURSE_AGAINST, /* not, or nobody needs it any more */
    COURSE_BEHIND,  /* it is AHEAD, and the suggestion in front of it is shown */
    COURSE_LAGS,    /* more was typed at its place than has come, and agrees as far as it has */
    COURSE_FITS,
};

struct course_place {
    enum course_fit fit; /* means nothing if no request is under way */
    size_t typed;        /* at the request's place, since it was asked ... */
    size_t lag;          /* ... so much of it beyond what has come */
    size_t used;         /* of what is suggested here */
    bool known;          /* an answer for this place is there, maybe one that says nothing: */
    bool silent;         /* then it is this one */
    bool ahead;          /* what comes behind the suggestion is not known, and may soon be needed */
};

struct course_key {
    enum key_kind kind;
    bool adds;    /* text at the cursor, and does nothing else */
    bool in_word; /* the cursor stands between letters of a word */
};

/* What the caller does, in this order. It says by course_asked, course_shut or course_barred what
 * has become of asking. */
struct course_order {
    bool end; /* the request under way */
    bool ask;
    enum course_purpose purpose; /* what for */
};

/* The owner embeds it; CLOSED is zero. */
struct course {
    enum course_state state;
    enum course_purpose purpose; /* of the request under way */
    uint64_t due_ms;             /* PAUSING: until then */
    uint64_t key_ms;             /* of the last key ... */
    bool asks;                   /* ... after which what is not known is asked for */
    uint64_t since_ms;           /* the request waits for text since */
    size_t typed, lag;           /* of the request under way, see course_place */
    unsigned vain;               /* answers in a row of which nothing was typed; the last ... */
    bool fresh;                  /* ... has come, and it has not turned out */
    uint64_t ahead_of;           /* serial of the answer behind which it was looked last ... */
    enum { AHEAD_BEHIND, AHEAD_DONE } ahead; /* ... and how far ... */
    uint64_t ahead_then;                     /* ... by way of this answer, if not 0 */
};

/* The answer that fits where the user is, NULL if none is known, and how things stand there. asked:
 * the answer of the request under way, NULL if there is none. */
struct answer *course_look(const struct course *c, struct suggestion *s,
                           const struct cache_key *here, const struct answer *asked,
                           struct course_place *place);

bool course_is_alive(const struct course *c);

/* The request under way is for the place where the user is. */
bool course_asks_here(const struct course *c);

/* A key came, and this is how things stand. */
struct course_order course_key(struct course *c, const struct pace *p, uint64_t now_ms,
                               const struct course_key *key, const struct course_place *place);

/* Where to look behind the suggestion, which a is, and to ask (true) unless that is known: first
 * where it ends; then, if the model would go on in that line, at the beginning of the next.
 * around: the text around the cursor, of which key has a view: both move there. */
bool course_looks_ahead(struct course *c, const struct suggestion *s, const struct pace *p,
                        const struct answer *a, struct around_text *around, struct cache_key *key);

/* The request is under way; or it cannot begin for so long; or before course_resume. */
void course_asked(struct course *c, enum course_purpose purpose, uint64_t now_ms);
void course_shut(struct course *c, uint64_t now_ms, uint64_t ms);
void course_barred(struct course *c);

/* Text of the request has come. Nothing is asked before the timer. */
struct course_order course_text(struct course *c, const struct pace *p, uint64_t now_ms,
                                const struct course_place *place);

/* Its answer is whole, and things stand like this. Likewise. */
void course_over(struct course *c, const struct pace *p, uint64_t now_ms,
                 const struct course_place *place);

/* The request is no more, and nothing follows from that. */
void course_lost(struct course *c);

/* When course_due is to be called, 0: never. */
uint64_t course_deadline(const struct course *c, const struct pace *p);

/* The timer: the pause is over, or the request is old. */
struct course_order course_due(struct course *c, const struct pace *p, uint64_t now_ms,
                               const struct course_place *place);

/* A key came to which nothing can be said yet. */
void course_await(struct course *c);

/* Nothing is wanted until the next key. */
void course_close(struct course *c);

/* Fetching became impossible, which ends the request under way, and is possible again. */
void course_interrupt(struct course *c);
void course_resume(struct course *c, uint64_t now_ms);

#endif
