/* Records as the real servers write them: a table of functions for each path. Field
 * order, escaping and absent fields follow the recorded responses in ../fixtures. */
#ifndef FAKE_SHAPE_H
#define FAKE_SHAPE_H

#include "answer.h"
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
    size_t prompt_tokens;
    size_t tokens;
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
extern const struct shape shape_llama_chat, shape_llama_completion;
extern const struct shape shape_compat_chat, shape_compat_completion; /* Ollama's /v1 */

/* Shared by the shapes. */
void shape_created_at(struct buf *out);
void shape_text(const struct shape_state *s, struct piece p, enum quote_style style,
                struct buf *out);
void shape_all(const struct shape_state *s, const struct tokens *t, enum quote_style style,
               struct buf *out);
void shape_tools(const struct shape_state *s, enum quote_style style, bool ollama, struct buf *out);
int64_t shape_stat(const struct shape_state *s, const char *name, uint64_t otherwise);

/* Around the JSON of a server-sent event. */
void shape_sse_open(const struct shape_state *s, struct buf *out);
void shape_sse_close(const struct shape_state *s, struct buf *out);

#endif
