/* The OpenAI-compatible /v1/chat/completions and /v1/completions: SSE events with one JSON
 * object each. A choice ends with a "finish_reason", the stats may follow, then
 * "[DONE]". Ollama hides a failure in mid-stream: its stream ends with neither, and so
 * counts as cut off. llama-server adds "timings". A server that does not stream answers
 * with one object that has "message" in the place of "delta". Shapes and marks of their own that
 * services have for all that are known to shape and record. */
#include "proto.h"
#include "server/body.h"
#include "server/body_fill.h"
#include "server/body_messages.h"
#include "server/calls.h"
#include "server/dialect.h"
#include "server/emit.h"
#include "server/fim.h"
#include "server/foreign.h"
#include "server/learned.h"
#include "server/readers.h"
#include "server/record.h"
#include "server/refusal.h"
#include "server/shape.h"
#include "server/think.h"

static void request_usage(struct body *b)
{
    const struct value_pair member = {value_text("include_usage"), value_true()};
    const struct value options = value_pairs(&member, 1);
    if (!learned_avoids(b->learned, "stream:")) {
        body_value(b, "stream_options", &options);
    }
}

/* How far it is in the prompt, of servers that are known to tell. */
static void request_progress(struct body *b)
{
    const struct value yes = value_true();
    const char *field = learned_progress(b->learned);
    if (field != NULL) {
        body_value(b, field, &yes);
    }
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

static int chat_body(const struct value *spec, const struct learned *learned, struct buf *out,
                     const char **why)
{
    struct body b;
    body_begin(&b, out, spec, learned, true);
    body_messages(&b, spec);
    request_usage(&b);
    request_progress(&b);
    think_write(&b, value_get(spec, "think"), learned);
    write_format(&b, value_get(spec, "format"));
    body_value(&b, "tools", value_get(spec, "tools"));
    return body_end(&b, why);
}

/* For services that take nothing else: Mistral's schema is closed, its seed has another name. */
static int fim_body(const struct fill *fill, const struct learned *learned, struct buf *out,
                    const char **why)
{
    struct buf prompt;
    buf_init(&prompt, LIMIT_MESSAGE);
    struct fill plain = *fill;
    plain.tokens = NULL;
    plain.seed = -1;
    struct body_fields own;
    body_fields_init(&own);
    fim_write(&plain, &prompt);
    buf_fail(out, prompt.error);
    const struct span suffix = fim_suffix(&plain);
    body_field_text(&own, "prompt", prompt.data, prompt.len);
    body_field_text(&own, "suffix", suffix.data, suffix.len);
    body_sampling(&own, &plain, "max_tokens");
    struct body b;
    body_begin_fill(&b, out, &plain, learned, &own, true);
    int error = body_end(&b, why);
    body_fields_finish(&own);
    buf_finish(&prompt);
    return error;
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

static int fill_body(const struct fill *fill, const struct learned *learned, struct buf *out,
                     const char **why)
{
    struct buf prompt;
    buf_init(&prompt, LIMIT_MESSAGE);
    struct body_fields own;
    body_fields_init(&own);
    fim_write(fill, &prompt);
    buf_fail(out, prompt.error);
    write_fill(&own, fill, &prompt);
    struct body b;
    body_begin_fill(&b, out, fill, learned, &own, true);
    request_usage(&b);
    int error = body_end(&b, why);
    body_fields_finish(&own);
    buf_finish(&prompt);
    return error;
}

/* Of tools, in today's form and in the one before that had a single call. Returns whether there
 * are any. */
static bool read_calls(const struct emit *e, const cJSON *message)
{
    const cJSON *calls = json_get(message, "tool_calls");
    const cJSON *call = json_get(message, "function_call");
    calls_add(&e->state->calls, calls, e);
    if (calls == NULL && call != NULL) {
        calls_add_function(&e->state->calls, call, e);
    }
    return calls != NULL || call != NULL;
}

/* OpenAI lists the tokens of text that was filled in in one array, their probabilities in
 * another. */
static void read_logprobs(const struct emit *e, const cJSON *logprobs)
{
    if (logprobs != NULL) {
        emit_logprobs(e, json_get(logprobs, "content"));
        emit_logprobs(e, json_get(logprobs, "token_logprobs"));
    }
}

/* Where there is no delta, or an empty one, the words may stand in a message or in the choice
 * itself. Beside deltas a message has the whole reply once more. */
static void read_beside(const struct emit *e, const cJSON *choice)
{
    struct dialect_state *st = e->state;
    const cJSON *message = st->by_delta ? NULL : json_get(choice, "message");
    bool given = shape_message(e, message);
    given = read_calls(e, message) || given;
    if (!given) {
        given = shape_text(e, DIALECT_TEXT, json_get(choice, "text"));
    }
    /* All of a reply needs no reason. */
    st->finished = st->finished || (given && st->whole);
}

static void read_choice(const struct emit *e, const cJSON *choice)
{
    struct dialect_state *st = e->state;
    const cJSON *delta = json_get(choice, "delta");
    read_logprobs(e, json_get(choice, "logprobs"));
    bool given = delta != NULL && shape_message(e, delta);
    given = read_calls(e, delta) || given;
    st->by_delta = st->by_delta || given;
    if (!given) {
        read_beside(e, choice);
    }
    if (emit_keep_reason(e, json_get(choice, "finish_reason")) ||
        (!given && emit_keep_reason(e, json_get(delta, "finish_reason")))) {
        calls_flush(&st->calls, e);
    }
}

/* Other choices than the first are alternatives that nobody requested. */
static void read_choices(const struct emit *e, const cJSON *choices)
{
    if (cJSON_IsObject(choices)) {
        read_choice(e, choices);
    } else if (!cJSON_IsArray(choices)) {
        emit_unread(e, "choices");
    }
    for (const cJSON *choice = cJSON_IsArray(choices) ? choices->child : NULL; choice != NULL;
         choice = choice->next) {
        if (json_count(json_get(choice, "index")) <= 0) {
            read_choice(e, choice);
        }
    }
}

/* An Ollama behind this API. */
static bool is_ollama(const cJSON *root)
{
    return json_is_text(json_get(root, "system_fingerprint"), "fp_ollama");
}

/* Figures stand in the record; with the reason some services have them elsewhere. */
static const cJSON *find_usage(const struct emit *e, const cJSON *root)
{
    const cJSON *usage = json_get(root, "usage");
    if (usage == NULL && e->state->finished) {
        usage = json_get(json_get(root, "x_groq"), "usage");
    }
    if (usage == NULL && e->state->finished) {
        usage = json_get(cJSON_GetArrayItem(json_get(root, "choices"), 0), "usage");
    }
    return usage;
}

/* The first of these members that is a count, or -1; the last name is NULL. */
static int64_t count_of(const cJSON *object, const char *const *names)
{
    int64_t count = -1;
    for (size_t i = 0; names[i] != NULL && count < 0; i++) {
        count = json_count(json_get(object, names[i]));
    }
    return count;
}

/* Services have names of their own for what their caches held. */
static void read_usage(const cJSON *usage, struct dialect_stats *stats)
{
    static const char *const prompt[] = {"prompt_tokens", "input_tokens", NULL};
    static const char *const reply[] = {"completion_tokens", "output_tokens", NULL};
    static const char *const cached[] = {"cached_tokens", "prompt_cache_hit_tokens",
                                         "num_cached_tokens", NULL};
    const cJSON *details = json_get(usage, "prompt_tokens_details");
    stats->prompt_tokens = count_of(usage, prompt);
    stats->tokens = count_of(usage, reply);
    stats->cached_tokens = json_count(json_get(details, "cached_tokens"));
    if (stats->cached_tokens < 0) {
        stats->cached_tokens = count_of(usage, cached);
    }
}

static void read_stats(const struct emit *e, const cJSON *root)
{
    const cJSON *usage = find_usage(e, root);
    struct dialect_stats stats = emit_no_stats;
    if (usage != NULL) {
        read_usage(usage, &stats);
    }
    if (usage != NULL && is_ollama(root)) {
        e->state->widen = "Set dialect = 'ollama' for this endpoint, and num_ctx in its options";
    }
    emit_read_timings(json_get(root, "timings"), &stats);
    emit_stats(e, &stats);
}

void openai_read(const struct emit *e, const cJSON *root)
{
    const cJSON *choices = json_get(root, "choices"), *server_error = emit_find_error(root);
    if (choices != NULL) {
        read_choices(e, choices);
    } else if (server_error == NULL && json_get(root, "usage") == NULL) {
        foreign_read(e, root);
    }
    emit_progress(e, json_get(root, "prompt_progress"));
    read_stats(e, root);
    if (server_error != NULL) {
        emit_error(e, server_error);
    }
}

static void end_reply(const struct emit *e)
{
    if (e->state->foreign) {
        foreign_end(e);
    }
    calls_flush(&e->state->calls, e);
    emit_done(e);
}

static const struct record_reader reader = {openai_read, end_reply};

static void record(struct dialect_state *st, char *record, size_t len, dialect_on_event on_event,
                   void *ctx)
{
    struct emit e = {.state = st, .on_event = on_event, .ctx = ctx};
    record_read(&e, record, len, &reader);
}

static void end(struct dialect_state *st, dialect_on_event on_event, void *ctx)
{
    struct emit e = {.state = st, .on_event = on_event, .ctx = ctx};
    if (st->finished) {
        end_reply(&e);
    }
}

/* A stream, and each way of telling a model how much to think, refused as a whole. */
static const struct refusal refusals[] = {
    {"stream:", NULL, {"'stream'", "not support"}, "streams", NULL},
    {"reasoning_effort", "reasoning_effort", {"reasoning_effort", "support"}, NULL, NULL},
    {"reasoning_effort", "reasoning_effort", {"thinking level"}, NULL, NULL},
    {"reasoning_effort", "reasoning_effort", {"reasoning effort"}, NULL, NULL},
    {"reasoning_effort", "reasoning_effort", {"not enabled", "thinking"}, NULL, NULL},
    {"reasoning_effort", "reasoning_effort", {"not have", "thinking"}, NULL, NULL},
    {"reasoning_effort", "reasoning_effort", {"not support", "thinking"}, NULL, NULL},
    {"reasoning_effort", "reasoning_effort", {"not support", "reasoning"}, NULL, NULL},
    {"reasoning_effort", "reasoning_effort", {"thinking mode"}, NULL, "none"},
    {"reasoning_effort", "reasoning_effort", {"disabled"}, NULL, "none"},
    {"thinking", "thinking", {"disabled"}, "being told not to think", "disabled"},
    {"thinking", "thinking", {"must be enabled"}, "being told not to think", "disabled"},
    {"thinking", "thinking", {"not support", "thinking"}, NULL, NULL},
    {"reasoning", "reasoning", {"mandatory"}, "being told not to think", NULL},
    {"reasoning", "reasoning", {"disabled"}, "being told not to think", NULL},
    {"enable_thinking", "enable_thinking", {"not support", "thinking"}, NULL, NULL},
    {"reasoning", "reasoning", {"not support", "reasoning"}, NULL, NULL},
    {"chat_template_kwargs", "chat_template_kwargs", {"chat template"}, NULL, NULL},
    {0},
};

static const struct dialect_chat chat = {"/chat/completions", chat_body, false, refusals};
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

/* Filling in at an address of its own, with the answers of a chat: Codestral, DeepSeek. */
static const struct dialect_fill fim = {"fim", AT_FILL, "/fim/completions", fim_body};

const struct dialect dialect_fim = {
    .name = "fim",
    .frame = FRAME_EVENTS,
    .accept = "text/event-stream",
    .key = {"Authorization", "Bearer "},
    .fill = &fim,
    .record = record,
    .end = end,
};
