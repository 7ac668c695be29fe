/* What the records of a model's answer become, whatever the dialect. */
#ifndef HUM_DIALECT_EVENT_H
#define HUM_DIALECT_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum dialect_event_type {
    DIALECT_TEXT,      /* text, len: a piece of the answer, any bytes, never empty */
    DIALECT_THINKING,  /* text, len: a piece of the thinking, never empty */
    DIALECT_TOOL_CALL, /* text, len: the call as JSON {"id"?,"name","arguments"} */
    DIALECT_THOUGHT,   /* text, len, signature: a thought is complete that may have to go back; its
                          text (may be empty), or, without a signature, what the service made
                          unreadable */
    DIALECT_TICK,      /* the model is at work on what is not shown: an empty thought, a signature,
                          a piece of a tool call. Neither pings nor roles are. */
    DIALECT_STRAY,     /* text, len: words where a record should be, as one line: they may say why
                          nothing follows */
    DIALECT_UNREAD, /* text, len: the name of what was passed over because no shape of it is known:
                          of a field, of a part of the text, of a record */
    DIALECT_STATS,  /* stats: may come more than once, each later one wins */
    DIALECT_PROGRESS, /* read, total: so many tokens of the prompt have been processed; before text */
    DIALECT_ERROR,    /* text, len: the server's message, one readable text */
    DIALECT_ODD,      /* text, len: the beginning of a record that hum cannot read */
    DIALECT_DONE,     /* text, len: reason ("stop", "length", ..., maybe empty); details */
    /* A generation's own findings, see split.h; no dialect gives them. */
    DIALECT_WAS_THOUGHT, /* all text so far was thinking */
    DIALECT_WAS_TEXT,    /* the other way round */
};

/* The server's own stats; absent ones are -1. Durations in ns. */
struct dialect_stats {
    int64_t prompt_tokens; /* of the whole prompt */
    int64_t cached_tokens; /* those of them that the server's cache spared it */
    int64_t tokens;        /* generated */
    int64_t prompt_ns;
    int64_t eval_ns;
    int64_t load_ns;
    int64_t total_ns;
};

struct dialect_event {
    enum dialect_event_type type;
    const char *text; /* NUL-terminated behind len; valid during the callback */
    size_t len;
    const char *signature; /* of DIALECT_THOUGHT, or NULL */
    const char *details;   /* of DIALECT_DONE: what the server says of the reason, or NULL */
    struct dialect_stats stats;
    int64_t read; /* of DIALECT_PROGRESS, as total, which is more than 0 */
    int64_t total;
    /* Of DIALECT_TEXT, where the server says it: the sum of the natural logarithms of its
     * tokens' probabilities, and how many tokens that are, 0 for unknown. A text may come
     * with the tokens of an empty one before it. */
    double logprob_sum;
    int64_t logprobs;
};

typedef void (*dialect_on_event)(void *ctx, const struct dialect_event *event);

struct calls;

/* Bytes of a reason that are kept, with the NUL. */
#define DIALECT_REASON 128

/* What a stream remembers between records; embedded and zeroed by the stream, which
 * calls dialect_state_finish at its end. */
struct dialect_state {
    bool finished; /* a finish_reason was seen: no error follows */
    bool done;     /* DIALECT_DONE or DIALECT_ERROR was given: no event follows */
    bool begun;    /* a piece of the reply was read, were it an empty one */
    bool by_delta; /* a delta had something in it: what a message beside it has is the same */
    bool whole;    /* the record stands by itself, in the place of a stream: set by the stream */
    bool foreign;  /* records of another dialect came */
    char reason[DIALECT_REASON];
    const char *widen;   /* dialect->widen of a server that is found to be another one, or NULL */
    char *details;       /* what the server says of the reason, or NULL */
    struct calls *calls; /* tool calls that still miss pieces, or NULL */
    double logprob_sum;  /* of tokens whose text has not come yet */
    int64_t logprobs;
    const char *event; /* the name of the stream's event that the record came with, or NULL */
    void *own;         /* what else a dialect remembers, or NULL, and how it is freed */
    void (*free_own)(void *own);
};

#endif
