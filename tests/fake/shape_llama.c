/* llama-server's OpenAI paths: server-sent events with timings. */
#include "shape.h"

#include <inttypes.h>
#include <string.h>

#define FINGERPRINT "\"system_fingerprint\":\"b11669-Debian\""

static void chat_tail(const struct shape_state *s, struct buf *out)
{
    buf_printf(out,
               ",\"created\":%" PRId64 ",\"id\":\"%s\",\"model\":%s," FINGERPRINT
               ",\"object\":\"chat.completion.chunk\"",
               s->created, s->id, s->model.data);
}

static void chat_event(struct shape_state *s, const char *delta, size_t len, struct buf *out)
{
    shape_sse_open(s, out);
    buf_add_str(out, "{\"choices\":[{\"finish_reason\":null,\"index\":0,\"delta\":{");
    buf_add(out, delta, len);
    buf_add_str(out, "}}]");
    chat_tail(s, out);
    buf_add_str(out, "}");
    shape_sse_close(s, out);
}

/* The first token comes behind an event that only names the role. */
static void chat_begin(struct shape_state *s, struct buf *out)
{
    static const char role[] = "\"role\":\"assistant\",\"content\":null";
    if (!s->begun) {
        chat_event(s, role, sizeof role - 1, out);
    }
    s->begun = true;
}

static void chat_record(struct shape_state *s, struct piece thinking, struct piece text,
                        struct buf *out)
{
    struct buf delta;
    buf_init(&delta, SIZE_MAX / 2);
    chat_begin(s, out);
    if (thinking.len) {
        buf_add_str(&delta, "\"reasoning_content\":");
        shape_text(s, thinking, QUOTE_PLAIN, &delta);
    }
    if (text.len || !thinking.len) {
        buf_add_str(&delta, thinking.len ? ",\"content\":" : "\"content\":");
        shape_text(s, text.text ? text : (struct piece){"", 0}, QUOTE_PLAIN, &delta);
    }
    chat_event(s, delta.data, delta.len, out);
    buf_finish(&delta);
}

static void chat_tools(struct shape_state *s, struct buf *out)
{
    struct buf delta;
    buf_init(&delta, SIZE_MAX / 2);
    chat_begin(s, out);
    buf_add_str(&delta, "\"tool_calls\":");
    shape_tools(s, QUOTE_PLAIN, false, &delta);
    chat_event(s, delta.data, delta.len, out);
    buf_finish(&delta);
}

static void no_tools(struct shape_state *s, struct buf *out)
{
    (void)s;
    (void)out;
}

static void error(struct shape_state *s, const char *text, struct buf *out)
{
    shape_sse_open(s, out);
    buf_add_str(out, "{\"error\":{\"code\":500,\"message\":");
    quote(out, text, strlen(text), QUOTE_PLAIN);
    buf_add_str(out, ",\"type\":\"server_error\"}}");
    shape_sse_close(s, out);
}

static void reason(const struct shape_state *s, struct buf *out)
{
    const char *r = s->answer->tool_calls ? "tool_calls" : s->answer->done_reason;
    if (*r) {
        quote(out, r, strlen(r), QUOTE_PLAIN);
    } else {
        buf_add_str(out, "null");
    }
}

static void usage(const struct shape_state *s, struct buf *out)
{
    int64_t prompt = shape_stat(s, "prompt_eval_count", s->prompt_tokens);
    int64_t tokens = shape_stat(s, "eval_count", s->tokens);
    buf_printf(out,
               ",\"usage\":{\"completion_tokens\":%" PRId64 ",\"prompt_tokens\":%" PRId64
               ",\"total_tokens\":%" PRId64 ",\"prompt_tokens_details\":{\"cached_tokens\":%" PRId64
               "}}",
               tokens, prompt, prompt + tokens, shape_stat(s, "cache_n", s->cached));
}

static void sse_done(const struct shape_state *s, struct buf *last)
{
    if (!s->answer->sse_done) {
        return;
    }
    shape_sse_open(s, last);
    buf_add_str(last, "[DONE]");
    shape_sse_close(s, last);
}

static void done_text(struct shape_state *s, const struct shape *shape, struct buf *out)
{
    struct piece rest = {s->answer->done_text, strlen(s->answer->done_text)};
    if (rest.len) {
        shape->record(s, (struct piece){0}, rest, out);
    }
}

static void chat_finish(struct shape_state *s, struct buf *out, struct buf *last)
{
    done_text(s, &shape_llama_chat, out);
    if (s->answer->tools_in_done && s->answer->tool_calls) {
        chat_tools(s, out);
    }
    chat_begin(s, out);
    shape_sse_open(s, out);
    buf_add_str(out, "{\"choices\":[{\"finish_reason\":");
    reason(s, out);
    buf_add_str(out, ",\"index\":0,\"delta\":{}}]");
    chat_tail(s, out);
    if (s->usage) {
        buf_add_str(out, "}");
        shape_sse_close(s, out);
        shape_sse_open(s, out);
        buf_add_str(out, "{\"choices\":[]");
        chat_tail(s, out);
        usage(s, out);
    }
    shape_timings(s, out);
    buf_add_str(out, "}");
    shape_sse_close(s, out);
    sse_done(s, last);
}

static void chat_whole(struct shape_state *s, struct buf *out)
{
    buf_add_str(out, "{\"choices\":[{\"finish_reason\":");
    reason(s, out);
    buf_add_str(out, ",\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":");
    shape_all(s, &s->answer->text, QUOTE_PLAIN, out);
    if (s->answer->thinking.count) {
        buf_add_str(out, ",\"reasoning_content\":");
        shape_all(s, &s->answer->thinking, QUOTE_PLAIN, out);
    }
    if (s->answer->tool_calls) {
        buf_add_str(out, ",\"tool_calls\":");
        shape_tools(s, QUOTE_PLAIN, false, out);
    }
    buf_printf(out,
               "}}],\"created\":%" PRId64 ",\"model\":%s," FINGERPRINT
               ",\"object\":\"chat.completion\"",
               s->created, s->model.data);
    usage(s, out);
    buf_printf(out, ",\"id\":\"%s\"", s->id);
    shape_timings(s, out);
    buf_add_str(out, "}");
}

static void completion_tail(const struct shape_state *s, struct buf *out)
{
    buf_printf(
        out, ",\"created\":%" PRId64 ",\"model\":%s," FINGERPRINT ",\"object\":\"text_completion\"",
        s->created, s->model.data);
}

static void completion_record(struct shape_state *s, struct piece thinking, struct piece text,
                              struct buf *out)
{
    shape_sse_open(s, out);
    buf_add_str(out, "{\"choices\":[{\"text\":");
    shape_text(s,
               text.len        ? text
               : thinking.text ? thinking
                               : (struct piece){"", 0},
               QUOTE_PLAIN, out);
    buf_add_str(out, ",\"index\":0,\"logprobs\":");
    if (s->probs > 0 && text.len) {
        buf_add_str(out, "{\"content\":");
        shape_probs(s, text, QUOTE_PLAIN, out);
        buf_add_str(out, "}");
    } else {
        buf_add_str(out, "null");
    }
    buf_add_str(out, ",\"finish_reason\":null}]");
    completion_tail(s, out);
    buf_printf(out, ",\"id\":\"%s\"}", s->id);
    shape_sse_close(s, out);
}

static void completion_finish(struct shape_state *s, struct buf *out, struct buf *last)
{
    done_text(s, &shape_llama_completion, out);
    shape_sse_open(s, out);
    buf_add_str(out,
                "{\"choices\":[{\"text\":\"\",\"index\":0,\"logprobs\":null,\"finish_reason\":");
    reason(s, out);
    buf_add_str(out, "}]");
    completion_tail(s, out);
    usage(s, out);
    buf_printf(out, ",\"id\":\"%s\"", s->id);
    shape_timings(s, out);
    buf_add_str(out, "}");
    shape_sse_close(s, out);
    sse_done(s, last);
}

static void completion_whole(struct shape_state *s, struct buf *out)
{
    buf_add_str(out, "{\"choices\":[{\"text\":");
    shape_all(s, &s->answer->text, QUOTE_PLAIN, out);
    buf_add_str(out, ",\"index\":0,\"logprobs\":");
    if (s->probs > 0) {
        buf_add_str(out, "{\"content\":");
        shape_all_probs(s, QUOTE_PLAIN, out);
        buf_add_str(out, "}");
    } else {
        buf_add_str(out, "null");
    }
    buf_add_str(out, ",\"finish_reason\":");
    reason(s, out);
    buf_add_str(out, "}]");
    completion_tail(s, out);
    usage(s, out);
    buf_printf(out, ",\"id\":\"%s\"", s->id);
    shape_timings(s, out);
    buf_add_str(out, "}");
}

const struct shape shape_llama_chat = {
    .style = QUOTE_PLAIN,
    .sse = true,
    .record = chat_record,
    .tools = chat_tools,
    .error = error,
    .finish = chat_finish,
    .whole = chat_whole,
};

const struct shape shape_llama_completion = {
    .style = QUOTE_PLAIN,
    .sse = true,
    .record = completion_record,
    .tools = no_tools,
    .error = error,
    .finish = completion_finish,
    .whole = completion_whole,
};
