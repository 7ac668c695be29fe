/* Ollama's /api/chat and /api/generate: one JSON object for each line. The last has
 * "done":true with the stats, and may still hold text. A failure is a line
 * {"error":...}, anywhere; a clean end without either is a stream cut off. */
#include "base/failure.h"
#include "proto.h"
#include "server/body.h"
#include "server/body_fill.h"
#include "server/body_messages.h"
#include "server/dialect.h"
#include "server/emit.h"
#include "server/fim.h"
#include "server/foreign.h"
#include "server/learned.h"
#include "server/level.h"
#include "server/readers.h"
#include "server/record.h"
#include "server/refusal.h"
#include "server/shape.h"

#include <string.h>
#include <strings.h>

/* Ollama wants "stop" as an array, and answers a string with status 500. */
static bool change_option(const struct value_pair *member, struct value *v)
{
    if (v->type == VALUE_STRING && value_is_string(&member->key, "stop")) {
        v->type = VALUE_ARRAY;
        v->as.array.items = &member->value;
        v->as.array.count = 1;
    }
    return v->type != VALUE_NIL;
}

/* Levels as of 0.22; older servers list theirs when they refuse one, before 0.11 they know none. */
static void write_think(struct body *b, const struct value *think, const struct learned *learned)
{
    static const unsigned known = LEVEL_BIT(LEVEL_LOW) | LEVEL_BIT(LEVEL_MEDIUM) |
                                  LEVEL_BIT(LEVEL_HIGH) | LEVEL_BIT(LEVEL_MAX);
    const struct wish wish = wish_read(think);
    struct value sent = {.type = VALUE_BOOL, .as.boolean = wish.kind != WISH_OFF};
    if (wish.kind == WISH_WRONG) {
        body_fail(b, WISH_WHY);
    }
    if (wish.kind == WISH_LEVEL || wish.kind == WISH_BUDGET) {
        enum level level = level_nearest(learned_levels(learned) & known, wish.level);
        bool named = level < LEVELS && !learned_avoids(learned, "think:level");
        sent = named ? value_text(level_name(level)) : sent;
    }
    body_value(b, "think", wish.kind != WISH_ABSENT ? &sent : NULL);
}

static int chat_body(const struct value *spec, const struct learned *learned, struct buf *out,
                     const char **why)
{
    struct body b;
    body_begin(&b, out, spec, learned, false);
    b.images_apart = true;
    body_messages(&b, spec);
    const struct value *options = body_map(&b, value_get(spec, "options"));
    if (options != NULL && body_key(&b, "options")) {
        body_object(&b, &options, 1, change_option);
    }
    write_think(&b, value_get(spec, "think"), learned);
    body_value(&b, "keep_alive", value_get(spec, "keep_alive"));
    body_value(&b, "format", value_get(spec, "format"));
    body_value(&b, "tools", value_get(spec, "tools"));
    /* What does not fit is refused, then, and not cut without a word. Since 0.12.6; before, it is
     * passed over. "shift", its neighbour, would have the model loaded anew. */
    const struct value no = {.type = VALUE_BOOL};
    body_value(&b, "truncate", &no);
    return body_end(&b, why);
}

/* A model that can think does so unless the request says not to. A raw prompt needs no template,
 * and spares the last line the tokens of the whole context. */
static void write_prompt(struct body_fields *own, const struct fill *fill, struct buf *prompt)
{
    fim_write(fill, prompt);
    body_field_text(own, "prompt", prompt->data, prompt->len);
    if (fill->tokens != NULL) {
        body_field_bool(own, "raw", true);
    } else {
        const struct span suffix = fim_suffix(fill);
        body_field_text(own, "suffix", suffix.data, suffix.len);
    }
    body_field_bool(own, "think", false);
    if (fill->logprobs) {
        body_field_bool(own, "logprobs", true);
    }
}

/* The load options go out as in a chat, also when nothing is generated: others would make
 * Ollama load the model again. */
static int fill_body(const struct fill *fill, const struct learned *learned, struct buf *out,
                     const char **why)
{
    struct buf prompt;
    buf_init(&prompt, LIMIT_MESSAGE);
    struct body_fields own;
    body_fields_init(&own);
    struct body_fields sampling;
    body_fields_init(&sampling);
    if (!fill->load) {
        write_prompt(&own, fill, &prompt);
        buf_fail(out, prompt.error);
        body_sampling(&sampling, fill, "num_predict");
    }
    struct body b;
    body_begin_fill(&b, out, fill, learned, &own, false);
    const struct value *options[] = {body_map(&b, fill->options), &sampling.map};
    if ((options[0] != NULL || !fill->load) && body_key(&b, "options")) {
        body_object(&b, options, 2, change_option);
    }
    body_value(&b, "keep_alive", fill->keep_alive);
    int error = body_end(&b, why);
    body_fields_finish(&sampling);
    body_fields_finish(&own);
    buf_finish(&prompt);
    return error;
}

static void read_call(const struct emit *e, const cJSON *call)
{
    const cJSON *function = json_get(call, "function");
    const cJSON *name = json_get(function, "name"), *id = json_get(call, "id");
    const cJSON *arguments = json_get(function, "arguments");
    char *json = arguments != NULL ? cJSON_PrintUnformatted(arguments) : NULL;
    struct buf text;
    buf_init(&text, SIZE_MAX);
    buf_add_str(&text, json != NULL ? json : "");
    if (!cJSON_IsString(name) || (arguments != NULL && json == NULL)) {
        emit_unread(e, "tool_calls");
    } else {
        emit_call(e, cJSON_IsString(id) ? id->valuestring : NULL, name->valuestring, &text);
    }
    buf_finish(&text);
    cJSON_free(json);
}

static void read_calls(const struct emit *e, const cJSON *calls)
{
    if (cJSON_IsObject(calls)) {
        read_call(e, calls);
    }
    for (const cJSON *call = cJSON_IsArray(calls) ? calls->child : NULL; call != NULL;
         call = call->next) {
        read_call(e, call);
    }
}

/* Stats that are zero are absent. Durations are in ns. */
static void read_done(const struct emit *e, const cJSON *root)
{
    struct dialect_stats stats = {
        .prompt_tokens = json_count(json_get(root, "prompt_eval_count")),
        .cached_tokens = -1,
        .tokens = json_count(json_get(root, "eval_count")),
        .prompt_ns = json_count(json_get(root, "prompt_eval_duration")),
        .eval_ns = json_count(json_get(root, "eval_duration")),
        .load_ns = json_count(json_get(root, "load_duration")),
        .total_ns = json_count(json_get(root, "total_duration")),
    };
    emit_stats(e, &stats);
    emit_keep_reason(e, json_get(root, "done_reason"));
    emit_done(e);
}

/* A gateway may write a truth as text. */
static bool is_true(const cJSON *item)
{
    return cJSON_IsTrue(item) || (cJSON_IsNumber(item) && item->valueint == 1) ||
           (cJSON_IsString(item) && strcasecmp(item->valuestring, "true") == 0);
}

/* A chat has its text in a message; what was filled in stands in the record itself, and so may its
 * thinking. */
void ollama_read(const struct emit *e, const cJSON *root)
{
    const cJSON *server_error = emit_find_error(root), *done = json_get(root, "done");
    const cJSON *message = json_get(root, "message"), *response = json_get(root, "response");
    emit_logprobs(e, json_get(root, "logprobs"));
    if (cJSON_IsObject(message)) {
        shape_message(e, message);
        read_calls(e, json_get(message, "tool_calls"));
    }
    if (response != NULL) {
        shape_text(e, DIALECT_THINKING, json_get(root, "thinking"));
        shape_text(e, DIALECT_TEXT, response);
    }
    if (server_error != NULL) {
        emit_error(e, server_error);
    } else if (is_true(done)) {
        read_done(e, root);
    } else if (emit_keep_reason(e, json_get(root, "done_reason"))) {
        return; /* the record that says so may be missing */
    } else if (!cJSON_IsObject(message) && response == NULL && done == NULL) {
        foreign_read(e, root);
    }
}

static const struct record_reader reader = {ollama_read, foreign_end};

static void record(struct dialect_state *st, char *record, size_t len, dialect_on_event on_event,
                   void *ctx)
{
    struct emit e = {.state = st, .on_event = on_event, .ctx = ctx};
    record_read(&e, record, len, &reader);
}

static const struct failure_words words = {
    .start = "start Ollama with \"ollama serve\"",
    .get_model = "download it with \"ollama pull",
    .context = "context size (options.num_ctx)",
};

static const struct refusal refusals[] = {
    {"think", "think", {"does not support thinking"}, NULL, NULL},
    {"think", "think", {"think value"}, NULL, NULL},
    {"think:level", "think", {"think", "must be a boolean"}, "levels of thinking", NULL},
    {"think:level", "think", {".think", "type bool"}, "levels of thinking", NULL}, /* before 0.11 */
    {"truncate", "truncate", {"truncate"}, NULL, NULL},
    {0},
};

static const struct dialect_chat chat = {"/api/chat", chat_body, false, refusals};
static const struct dialect_fill fill = {"generate", AT_ROOT, "/api/generate", fill_body};

const struct dialect dialect_ollama = {
    .name = "ollama",
    .frame = FRAME_LINES,
    .accept = "application/x-ndjson",
    .key = {"Authorization", "Bearer "},
    .words = &words,
    .widen = "Raise num_ctx in the endpoint's options",
    .chat = &chat,
    .fill = &fill,
    .record = record,
    .end = foreign_no_end,
};
