/* Ollama's OpenAI-compatible paths: other names and places than llama-server's, and a
 * failure in mid-stream shows only as an end without [DONE]. */
#include "shape.h"

#include <inttypes.h>
#include <string.h>

static void open_chat(struct shape_state *s, const char *model, struct buf *out)
{
    shape_sse_open(s, out);
    buf_printf(out,
               "{\"id\":\"%s\",\"object\":\"chat.completion.chunk\",\"created\":%" PRId64
               ",\"model\":%s,\"system_fingerprint\":\"fp_ollama\",\"choices\":[",
               s->id, s->created, model);
}

static void delta(struct shape_state *s, struct piece thinking, struct piece text, bool tools,
                  struct buf *out)
{
    buf_add_str(out, "{\"index\":0,\"delta\":{");
    buf_add_str(out, s->begun ? "" : "\"role\":\"assistant\",");
    s->begun = true;
    buf_add_str(out, "\"content\":");
    shape_text(s, text.text ? text : (struct piece){"", 0}, QUOTE_GO, out);
    if (thinking.len) {
        buf_add_str(out, ",\"reasoning\":");
        shape_text(s, thinking, QUOTE_GO, out);
    }
    if (tools) {
        buf_add_str(out, ",\"tool_calls\":");
        shape_tools(s, QUOTE_GO, false, out);
    }
    buf_add_str(out, "},\"finish_reason\":null}]}");
}

static void chat_record(struct shape_state *s, struct piece thinking, struct piece text,
                        struct buf *out)
{
    open_chat(s, s->model.data, out);
    delta(s, thinking, text, false, out);
    shape_sse_close(s, out);
}

static void chat_tools(struct shape_state *s, struct buf *out)
{
    open_chat(s, s->model.data, out);
    delta(s, (struct piece){0}, (struct piece){0}, true, out);
    shape_sse_close(s, out);
}

static void chat_error(struct shape_state *s, const char *text, struct buf *out)
{
    (void)text;
    open_chat(s, "\"\"", out);
    delta(s, (struct piece){0}, (struct piece){0}, false, out);
    shape_sse_close(s, out);
}

static void usage(const struct shape_state *s, struct buf *out)
{
    int64_t prompt = shape_stat(s, "prompt_eval_count", s->prompt_tokens);
    int64_t tokens = shape_stat(s, "eval_count", s->tokens);
    buf_printf(out,
               "\"usage\":{\"prompt_tokens\":%" PRId64 ",\"completion_tokens\":%" PRId64
               ",\"total_tokens\":%" PRId64 "}",
               prompt, tokens, prompt + tokens);
}

static void reason(const struct shape_state *s, struct buf *out)
{
    const char *r = s->answer->tool_calls ? "tool_calls" : s->answer->done_reason;
    if (*r) {
        quote(out, r, strlen(r), QUOTE_GO);
    } else {
        buf_add_str(out, "null");
    }
}

static void sse_done(const struct shape_state *s, struct buf *out)
{
    if (!s->answer->sse_done) {
        return;
    }
    shape_sse_open(s, out);
    buf_add_str(out, "[DONE]");
    shape_sse_close(s, out);
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
    (void)last;
    done_text(s, &shape_compat_chat, out);
    if (s->answer->tools_in_done && s->answer->tool_calls) {
        chat_tools(s, out);
    }
    open_chat(s, s->model.data, out);
    buf_add_str(out, "{\"index\":0,\"delta\":{},\"finish_reason\":");
    reason(s, out);
    buf_add_str(out, "}]}");
    shape_sse_close(s, out);
    if (s->usage) {
        open_chat(s, s->model.data, out);
        buf_add_str(out, "],");
        usage(s, out);
        buf_add_str(out, "}");
        shape_sse_close(s, out);
    }
    sse_done(s, out);
}

static void chat_whole(struct shape_state *s, struct buf *out)
{
    buf_printf(out,
               "{\"id\":\"%s\",\"object\":\"chat.completion\",\"created\":%" PRId64
               ",\"model\":%s,\"system_fingerprint\":\"fp_ollama\",\"choices\":[{\"index\":0,"
               "\"message\":{\"role\":\"assistant\",\"content\":",
               s->id, s->created, s->model.data);
    shape_all(s, &s->answer->text, QUOTE_GO, out);
    if (s->answer->thinking.count) {
        buf_add_str(out, ",\"reasoning\":");
        shape_all(s, &s->answer->thinking, QUOTE_GO, out);
    }
    if (s->answer->tool_calls) {
        buf_add_str(out, ",\"tool_calls\":");
        shape_tools(s, QUOTE_GO, false, out);
    }
    buf_add_str(out, "},\"finish_reason\":");
    reason(s, out);
    buf_add_str(out, "}],");
    usage(s, out);
    buf_add_str(out, "}\n");
}

static void completion_probs(struct shape_state *s, struct piece text, bool whole, struct buf *out)
{
    if (s->probs < 0 || !text.len) {
        return;
    }
    buf_add_str(out, ",\"logprobs\":{\"content\":");
    if (whole) {
        shape_all_probs(s, QUOTE_GO, out);
    } else {
        shape_probs(s, text, QUOTE_GO, out);
    }
    buf_add_str(out, "}");
}

static void completion(struct shape_state *s, struct piece text, bool end, struct buf *out)
{
    buf_printf(out,
               "{\"id\":\"%s\",\"object\":\"text_completion\",\"created\":%" PRId64
               ",\"choices\":[{\"text\":",
               s->id, s->created);
    shape_text(s, text.text ? text : (struct piece){"", 0}, QUOTE_GO, out);
    buf_add_str(out, ",\"index\":0,\"finish_reason\":");
    if (end) {
        reason(s, out);
    } else {
        buf_add_str(out, "null");
    }
    completion_probs(s, text, end, out);
    buf_printf(out, "}],\"model\":%s,\"system_fingerprint\":\"fp_ollama\"", s->model.data);
}

/* Asked for, it is in every chunk, and only the last one has numbers. */
static void no_usage(const struct shape_state *s, struct buf *out)
{
    buf_add_str(out, s->usage ? ",\"usage\":{\"prompt_tokens\":0,\"completion_tokens\":0,"
                                "\"total_tokens\":0}"
                              : "");
}

static void completion_record(struct shape_state *s, struct piece thinking, struct piece text,
                              struct buf *out)
{
    shape_sse_open(s, out);
    completion(s, text.len ? text : thinking, false, out);
    no_usage(s, out);
    buf_add_str(out, "}");
    shape_sse_close(s, out);
}

static void completion_finish(struct shape_state *s, struct buf *out, struct buf *last)
{
    (void)last;
    done_text(s, &shape_compat_completion, out);
    shape_sse_open(s, out);
    completion(s, (struct piece){0}, true, out);
    no_usage(s, out);
    buf_add_str(out, "}");
    shape_sse_close(s, out);
    if (s->usage) {
        shape_sse_open(s, out);
        buf_printf(out,
                   "{\"id\":\"%s\",\"object\":\"text_completion\",\"created\":%" PRId64
                   ",\"choices\":[],\"model\":%s,\"system_fingerprint\":\"fp_ollama\",",
                   s->id, s->created, s->model.data);
        usage(s, out);
        buf_add_str(out, "}");
        shape_sse_close(s, out);
    }
    sse_done(s, out);
}

static void completion_whole(struct shape_state *s, struct buf *out)
{
    const struct tokens *t = &s->answer->text;
    completion(s, (struct piece){t->text.len ? t->text.data : "", t->text.len}, true, out);
    buf_add_str(out, ",");
    usage(s, out);
    buf_add_str(out, "}\n");
}

static void no_tools(struct shape_state *s, struct buf *out)
{
    (void)s;
    (void)out;
}

const struct shape shape_compat_chat = {
    .style = QUOTE_GO,
    .sse = true,
    .record = chat_record,
    .tools = chat_tools,
    .error = chat_error,
    .finish = chat_finish,
    .whole = chat_whole,
};

const struct shape shape_compat_completion = {
    .style = QUOTE_GO,
    .sse = true,
    .record = completion_record,
    .tools = no_tools,
    .error = chat_error,
    .finish = completion_finish,
    .whole = completion_whole,
};
