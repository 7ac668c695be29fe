/* Records as the real servers write them: a table of functions for each path. Field
 * order, escaping and absent fields follow the recorded responses in ../fixtures. */
#ifndef FAKE_SHAPE_H
#define FAKE_SHAPE_H

#include "answer.h"
#include "limit.h"
#include "quote.h"

struct piece {
    const char *text; /* NULL: the field is not there */
    size_t len;
};

/* One reply, as far as its records need to know it. */
struct shape_state {
    const struct answer *answer;
    struct buf model; /* in quotes */
    char id[48];
    int64_t created; /* seconds */
    bool usage;      /* stream_options.include_usage */
    bool raw;        /* no context in /api/generate */
    bool begun;      /* a record was made */
    int probs;       /* see struct reply_spec */
    size_t token;    /* number (from 0) of the text token that is written */
    size_t prompt_tokens;
    size_t cached; /* of those */
    size_t tokens;
    int slot;
    enum stop_type stop;
    const char *stopping_word;
    const char *prompt;   /* of a request to fill in, else NULL */
    const cJSON *request; /* the same */
    uint64_t total_ns;
    uint64_t load_ns;
    uint64_t prompt_ns;
    uint64_t eval_ns;
};

struct shape {
    enum quote_style style;
    bool sse;
    /* Each appends whole records with their line ends to out. */
    void (*record)(struct shape_state *s, struct piece thinking, struct piece text,
                   struct buf *out);
    void (*tools)(struct shape_state *s, struct buf *out);
    void (*error)(struct shape_state *s, const char *text, struct buf *out);
    /* The end; what belongs into an HTTP chunk of its own goes to last. */
    void (*finish)(struct shape_state *s, struct buf *out, struct buf *last);
    /* The reply in one object, not streamed. */
    void (*whole)(struct shape_state *s, struct buf *out);
};

extern const struct shape shape_ollama_chat, shape_ollama_generate;
extern const struct shape shape_llama_chat, shape_llama_completion, shape_llama_infill;
extern const struct shape shape_compat_chat, shape_compat_completion; /* Ollama's /v1 */

/* Shared by the shapes. */
void shape_created_at(struct buf *out);
void shape_text(const struct shape_state *s, struct piece p, enum quote_style style,
                struct buf *out);
void shape_all(const struct shape_state *s, const struct tokens *t, enum quote_style style,
               struct buf *out);
void shape_tools(const struct shape_state *s, enum quote_style style, bool ollama, struct buf *out);
int64_t shape_stat(const struct shape_state *s, const char *name, uint64_t otherwise);

/* Some number for a token, always the same one. */
unsigned shape_token_id(struct piece token);

/* Probabilities of the token that is written, or of all, as a list, for those who asked
 * (s->probs >= 0). */
void shape_probs(const struct shape_state *s, struct piece token, enum quote_style style,
                 struct buf *out);
void shape_all_probs(const struct shape_state *s, enum quote_style style, struct buf *out);

/* As llama-server writes numbers, and its figures. */
void shape_double(double value, struct buf *out);
void shape_timings(const struct shape_state *s, struct buf *out);

/* Around the JSON of a server-sent event. */
void shape_sse_open(const struct shape_state *s, struct buf *out);
void shape_sse_close(const struct shape_state *s, struct buf *out);

#endif
