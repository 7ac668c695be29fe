/* Ollama's own paths: /api/chat and /api/generate, one JSON object on each line. */
#include "shape.h"

#include <inttypes.h>
#include <string.h>

static void line_end(const struct shape_state *s, struct buf *out)
{
    buf_add_str(out, s->answer->crlf ? "\r\n" : "\n");
}

static void head(struct shape_state *s, struct buf *out)
{
    s->begun = true;
    buf_add_str(out, "{\"model\":");
    buf_add(out, s->model.data, s->model.len);
    buf_add_str(out, ",\"created_at\":\"");
    shape_created_at(out);
    buf_add_str(out, "\",");
}

static void chat_message(struct shape_state *s, struct piece thinking, struct piece text,
                         bool tools, struct buf *out)
{
    buf_add_str(out, "\"message\":{\"role\":\"assistant\",\"content\":");
    if (text.len) {
        shape_text(s, text, QUOTE_GO, out);
    } else {
        buf_add_str(out, "\"\"");
    }
    if (thinking.len) {
        buf_add_str(out, ",\"thinking\":");
        shape_text(s, thinking, QUOTE_GO, out);
    }
    if (tools) {
        buf_add_str(out, ",\"tool_calls\":");
        shape_tools(s, QUOTE_GO, true, out);
    }
    buf_add_str(out, "}");
}

static void generate_message(struct shape_state *s, struct piece thinking, struct piece text,
                             struct buf *out)
{
    buf_add_str(out, "\"response\":");
    if (text.len) {
        shape_text(s, text, QUOTE_GO, out);
    } else {
        buf_add_str(out, "\"\"");
    }
    if (thinking.len) {
        buf_add_str(out, ",\"thinking\":");
        shape_text(s, thinking, QUOTE_GO, out);
    }
}

/* The end of a record that is not the last one. */
static void go_on(struct shape_state *s, struct piece text, struct buf *out)
{
    buf_add_str(out, ",\"done\":false");
    if (s->probs >= 0 && text.len) {
        buf_add_str(out, ",\"logprobs\":");
        shape_probs(s, text, QUOTE_GO, out);
    }
    buf_add_str(out, "}");
    line_end(s, out);
}

static void chat_record(struct shape_state *s, struct piece thinking, struct piece text,
                        struct buf *out)
{
    head(s, out);
    chat_message(s, thinking, text, false, out);
    go_on(s, text, out);
}

static void generate_record(struct shape_state *s, struct piece thinking, struct piece text,
                            struct buf *out)
{
    head(s, out);
    generate_message(s, thinking, text, out);
    go_on(s, text, out);
}

static void chat_tools(struct shape_state *s, struct buf *out)
{
    head(s, out);
    chat_message(s, (struct piece){0}, (struct piece){0}, true, out);
    buf_add_str(out, ",\"done\":false}");
    line_end(s, out);
}

static void no_tools(struct shape_state *s, struct buf *out)
{
    (void)s;
    (void)out;
}

static void error(struct shape_state *s, const char *text, struct buf *out)
{
    buf_add_str(out, "{\"error\":");
    quote(out, text, strlen(text), QUOTE_GO);
    buf_add_str(out, "}");
    line_end(s, out);
}

/* What is zero or empty is left out. */
static void number(const struct shape_state *s, const char *name, uint64_t value, struct buf *out)
{
    int64_t n = shape_stat(s, name, value);
    if (n) {
        buf_printf(out, ",\"%s\":%" PRId64, name, n);
    }
}

static void done(const struct shape_state *s, bool context, bool whole, struct buf *out)
{
    buf_add_str(out, ",\"done\":true");
    if (*s->answer->done_reason) {
        buf_add_str(out, ",\"done_reason\":");
        quote(out, s->answer->done_reason, strlen(s->answer->done_reason), QUOTE_GO);
    }
    if (whole && s->probs >= 0) {
        buf_add_str(out, ",\"logprobs\":");
        shape_all_probs(s, QUOTE_GO, out);
    }
    int64_t ids = context ? shape_stat(s, "context", s->prompt_tokens + s->tokens) : 0;
    for (int64_t i = 0; i < ids; i++) {
        buf_printf(out, "%s%" PRId64, i ? "," : ",\"context\":[", 100 + i % 900);
    }
    buf_add_str(out, ids > 0 ? "]" : "");
    number(s, "total_duration", s->total_ns, out);
    number(s, "load_duration", s->load_ns, out);
    number(s, "prompt_eval_count", s->prompt_tokens, out);
    number(s, "prompt_eval_duration", s->prompt_ns, out);
    number(s, "eval_count", s->tokens, out);
    number(s, "eval_duration", s->eval_ns, out);
    buf_add_str(out, "}");
}

static struct piece done_text(const struct shape_state *s)
{
    return (struct piece){s->answer->done_text, strlen(s->answer->done_text)};
}

static void chat_finish(struct shape_state *s, struct buf *out, struct buf *last)
{
    (void)last;
    head(s, out);
    chat_message(s, (struct piece){0}, done_text(s),
                 s->answer->tools_in_done && s->answer->tool_calls, out);
    done(s, false, false, out);
    line_end(s, out);
}

static void generate_finish(struct shape_state *s, struct buf *out, struct buf *last)
{
    (void)last;
    head(s, out);
    generate_message(s, (struct piece){0}, done_text(s), out);
    done(s, !s->raw, false, out);
    line_end(s, out);
}

static struct piece all(const struct tokens *t)
{
    return (struct piece){t->text.len ? t->text.data : "", t->text.len};
}

static void chat_whole(struct shape_state *s, struct buf *out)
{
    head(s, out);
    chat_message(s, all(&s->answer->thinking), all(&s->answer->text), s->answer->tool_calls != NULL,
                 out);
    done(s, false, true, out);
}

static void generate_whole(struct shape_state *s, struct buf *out)
{
    head(s, out);
    generate_message(s, all(&s->answer->thinking), all(&s->answer->text), out);
    done(s, !s->raw, true, out);
}

const struct shape shape_ollama_chat = {
    .style = QUOTE_GO,
    .record = chat_record,
    .tools = chat_tools,
    .error = error,
    .finish = chat_finish,
    .whole = chat_whole,
};

const struct shape shape_ollama_generate = {
    .style = QUOTE_GO,
    .record = generate_record,
    .tools = no_tools,
    .error = error,
    .finish = generate_finish,
    .whole = generate_whole,
};
