/* Records as the real servers write them: patterns for each path, and what fills them in. */
#ifndef FAKE_SHAPE_H
#define FAKE_SHAPE_H

#include "answer.h"
#include "base/span.h"
#include "pattern.h"
#include "quote.h"

/* Patterns; shape.c lists the values and conditions. "\n" is a line end in the answer's way.
 * Field order and absent fields follow the recorded responses in ../fixtures. */
struct shape {
    enum quote_style style;
    const char *type;   /* of the content */
    const char *id;     /* how it begins; NULL: llama-server's long ones */
    const char *first;  /* before the first record, in the same chunk; or NULL */
    const char *record; /* of a token */
    const char *error;
    const char *final;
    const char *last;  /* behind it, in a chunk of its own; or NULL */
    const char *end;   /* the value $end of last, with the fields that were asked for */
    const char *whole; /* the reply in one object, not streamed */
    bool final_text;   /* text that comes at the end is in the last record, else before it */
    bool counts_end;   /* the token that ends the text counts */
};

extern const struct shape shape_ollama_chat, shape_ollama_generate;
extern const struct shape shape_llama_chat, shape_llama_completion, shape_llama_infill;
extern const struct shape shape_messages;
extern const struct shape shape_compat_chat, shape_compat_completion; /* Ollama's /v1 */

/* One reply, as far as its records need to know it. */
struct shape_state {
    const struct shape *shape;
    const struct answer *answer;
    const char *model;
    char id[48];
    uint64_t created; /* seconds */
    bool usage;       /* stream_options.include_usage */
    bool raw;         /* no context in /api/generate */
    bool begun;       /* a record was made */
    int probs;        /* top_logprobs that are wanted; -1: no probabilities at all */
    enum stop_type stop;
    const char *stopping_word;
    const char *prompt;   /* of a request to fill in, else NULL */
    const cJSON *request; /* the same */

    /* Of the record that is made. */
    struct span thinking, text;
    size_t token; /* number (from 0) of the text token */
    const char *error;
    enum { RECORD_TOKEN, RECORD_FINAL, RECORD_WHOLE } kind;

    /* Figures; durations in ns. */
    uint64_t prompt_tokens;
    uint64_t tokens;
    uint64_t total_ns;
    uint64_t load_ns;
    uint64_t prompt_ns;
    uint64_t eval_ns;
};

/* A pattern of the shape, to be printed often, and all in one. */
struct pattern *shape_make(const struct shape_state *s, const char *what);
void shape_print(const struct shape_state *s, const char *what, struct buf *out);

/* figures.c: a figure of the reply, unless the script overrides it; ... */
uint64_t figure(const struct shape_state *s, const char *name, uint64_t otherwise);

/* ... some number for a token, always the same one; ... */
unsigned figure_token_id(struct span token);

/* ... probabilities of the token that is written or, of a whole reply, of all, as a list; ... */
void figure_probs(const struct shape_state *s, struct buf *out);

/* ... the timings, as llama-server writes them; and the moment, as Ollama does. */
void figure_timings(const struct shape_state *s, struct buf *out);
void figure_now(struct buf *out);

#endif
