/* The OpenAI-compatible /v1/chat/completions and /v1/completions: SSE events with one JSON
 * object each. A choice ends with a "finish_reason", the stats may follow, then
 * "[DONE]". Ollama hides a failure in mid-stream: its stream ends with neither, and so
 * counts as cut off. llama-server adds "timings". A server that does not stream answers
 * with one object that has "message" in the place of "delta". */
#include "proto.h"
#include "server/body.h"
#include "server/calls.h"
#include "server/dialect.h"
#include "server/emit.h"
#include "server/fim.h"
#include "server/learned.h"

#include <stdio.h>
#include <string.h>

static void request_usage(struct body *b)
{
    const struct value_pair member = {value_text("include_usage"), value_true()};
    const struct value options = value_pairs(&member, 1);
    body_value(b, "stream_options", &options);
}

static void write_format(struct body *b, const struct value *format)
{
    struct value_pair json[] = {{value_text("type"), value_text("json_object")}};
    struct value_pair schema[] = {{value_text("name"), value_text("reply")},
                                  {value_text("schema"), {.type = VALUE_NIL}}};
    struct value_pair typed[] = {{value_text("type"), value_text("json_schema")},
                                 {value_text("json_schema"), value_pairs(schema, 2)}};
    struct value written = value_pairs(json, 1);
    if (format == NULL) {
        return;
    }
    if (format->type == VALUE_MAP) {
        schema[1].value = *format;
        written = value_pairs(typed, 2);
    } else if (!value_is_string(format, "json")) {
        body_fail(b, "request.format must be \"json\" or a JSON schema");
    }
    body_value(b, "response_format", &written);
}

static void write_think(struct body *b, const struct value *think)
{
    const struct value none = value_text("none");
    if (think == NULL) {
        return;
    }
    if (think->type == VALUE_STRING) {
        body_value(b, "reasoning_effort", think);
    } else if (think->type != VALUE_BOOL) {
        body_fail(b, "request.think must be a boolean or a string");
    } else if (!think->as.boolean) {
        body_value(b, "reasoning_effort", &none);
    }
}

static int chat_body(const struct value *spec, const struct learned *learned, struct buf *out,
                     const char **why)
{
    struct body b;
    body_begin(&b, out, spec, learned, true);
    body_messages(&b, spec, "reasoning_content");
    request_usage(&b);
    write_think(&b, value_get(spec, "think"));
    write_format(&b, value_get(spec, "format"));
    body_value(&b, "tools", value_get(spec, "tools"));
    return body_end(&b, why);
}

/* 1 means the token itself to all servers: to llama-server 0 means none, and to Ollama and
 * OpenAI, true is no number. */
static void write_fill(struct body_fields *own, const struct fill *fill, const struct buf *prompt)
{
    body_field_text(own, "prompt", prompt->data, prompt->len);
    if (fill->tokens == NULL) {
        const struct span suffix = fim_suffix(fill);
        body_field_text(own, "suffix", suffix.data, suffix.len);
    }
    body_sampling(own, fill, "max_tokens");
    if (fill->logprobs) {
        body_field_int(own, "logprobs", 1);
    }
}

static int fill_body(const struct fill *fill, struct buf *out, const char **why)
{
    struct buf prompt;
    buf_init(&prompt, LIMIT_MESSAGE);
    struct body_fields own;
    body_fields_init(&own);
    fim_write(fill, &prompt);
    buf_fail(out, prompt.error);
    write_fill(&own, fill, &prompt);
    struct body b;
    body_begin_fill(&b, out, fill, &own, true);
    request_usage(&b);
    int error = body_end(&b, why);
    body_fields_finish(&own);
    buf_finish(&prompt);
    return error;
}

/* Both names are in use for the thinking; servers that send both say the same twice. */
static void read_thinking(const struct emit *e, const cJSON *delta)
{
    const cJSON *thinking = json_get(delta, "reasoning_content");
    if (thinking == NULL) {
        thinking = json_get(delta, "reasoning");
    }
    emit_text(e, DIALECT_THINKING, thinking);
}

static void read_delta(const struct emit *e, const cJSON *delta)
{
    if (delta == NULL) {
        return;
    }
    if (!cJSON_IsObject(delta)) {
        emit_odd(e);
        return;
    }
    read_thinking(e, delta);
    emit_text(e, DIALECT_TEXT, json_get(delta, "content"));
    emit_text(e, DIALECT_TEXT, json_get(delta, "refusal"));
    calls_add(&e->state->calls, json_get(delta, "tool_calls"), e);
}

/* OpenAI lists the tokens of text that was filled in in one array, their probabilities in
 * another. */
static void read_logprobs(const struct emit *e, const cJSON *logprobs)
{
    emit_logprobs(e, json_get(logprobs, "content"));
    emit_logprobs(e, json_get(logprobs, "token_logprobs"));
}

static void read_choice(const struct emit *e, const cJSON *choice)
{
    struct dialect_state *st = e->state;
    const cJSON *delta = json_get(choice, "delta"), *reason = json_get(choice, "finish_reason");
    read_logprobs(e, json_get(choice, "logprobs"));
    read_delta(e, delta != NULL ? delta : json_get(choice, "message"));
    emit_text(e, DIALECT_TEXT, json_get(choice, "text"));
    if (cJSON_IsString(reason) && reason->valuestring[0] != '\0') {
        st->finished = true;
        snprintf(st->reason, sizeof st->reason, "%s", reason->valuestring);
        calls_flush(&st->calls, e);
    }
}

/* Other choices than the first are alternatives that nobody requested. */
static void read_choices(const struct emit *e, const cJSON *choices)
{
    if (choices != NULL && !cJSON_IsArray(choices)) {
        emit_odd(e);
        return;
    }
    for (const cJSON *choice = choices != NULL ? choices->child : NULL; choice != NULL;
         choice = choice->next) {
        if (json_count(json_get(choice, "index")) <= 0) {
            read_choice(e, choice);
        }
    }
}

static void read_stats(const struct emit *e, const cJSON *root)
{
    const cJSON *usage = json_get(root, "usage");
    const cJSON *details = json_get(usage, "prompt_tokens_details");
    struct dialect_stats stats = emit_no_stats;
    stats.prompt_tokens = json_count(json_get(usage, "prompt_tokens"));
    stats.cached_tokens = json_count(json_get(details, "cached_tokens"));
    stats.tokens = json_count(json_get(usage, "completion_tokens"));
    emit_read_timings(json_get(root, "timings"), &stats);
    emit_stats(e, &stats);
}

static void read_record(const struct emit *e, const cJSON *root)
{
    const cJSON *choices = json_get(root, "choices"), *server_error = emit_find_error(root);
    if (!cJSON_IsObject(root)) {
        emit_odd(e);
        return;
    }
    read_choices(e, choices);
    read_stats(e, root);
    if (server_error != NULL) {
        emit_error(e, server_error);
    }
}

static void end_reply(const struct emit *e)
{
    calls_flush(&e->state->calls, e);
    emit_done(e, e->state->reason);
}

static void record(struct dialect_state *st, char *record, size_t len, dialect_on_event on_event,
                   void *ctx)
{
    struct emit e = {st, on_event, ctx, record, len};
    if (len >= 6 && memcmp(record, "[DONE]", 6) == 0) {
        end_reply(&e);
    } else {
        emit_record(&e, record, read_record);
    }
}

static void end(struct dialect_state *st, dialect_on_event on_event, void *ctx)
{
    struct emit e = {st, on_event, ctx, "", 0};
    if (st->finished) {
        end_reply(&e);
    }
}

static const struct refusal refusals[] = {
    {"role:system", NULL, {"role", "'system'"}, "the system role"},
    {"role:system", NULL, {"system role"}, "the system role"},
    {"reasoning_effort", "reasoning_effort", {"reasoning_effort"}, NULL},
    {"reasoning_effort", "reasoning_effort", {"thinking level"}, NULL},
    {"reasoning_effort", "reasoning_effort", {"not support", "thinking"}, NULL},
    {0},
};

static const struct dialect_chat chat = {"/chat/completions", chat_body, refusals};
static const struct dialect_fill fill = {"completions", AT_FILL, "/completions", fill_body};

const struct dialect dialect_openai = {
    .name = "openai",
    .frame = FRAME_EVENTS,
    .accept = "text/event-stream",
    .key = {"Authorization", "Bearer "},
    .chat = &chat,
    .fill = &fill,
    .record = record,
    .end = end,
};
