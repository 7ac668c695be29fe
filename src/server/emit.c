#include "server/emit.h"

#include "base/utf8.h"
#include "proto.h"
#include "server/error_text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* How much of an odd record an error shows, in bytes. */
#define SHOWN 200
#define SHOWN_STRAY 2000

/* The same of the reason of an ending, and of what is said of it. */
#define SHOWN_REASON 64
#define SHOWN_DETAILS 2000

const struct dialect_stats emit_no_stats = {-1, -1, -1, -1, -1, -1, -1};

/* The only way out. */
static void give(const struct emit *e, struct dialect_event *event)
{
    struct dialect_state *st = e->state;
    if (st->done) {
        return;
    }
    if (event->type == DIALECT_TEXT) {
        event->logprob_sum = st->logprob_sum;
        event->logprobs = st->logprobs;
        st->logprob_sum = 0;
        st->logprobs = 0;
    }
    if (event->type == DIALECT_ERROR || event->type == DIALECT_ODD || event->type == DIALECT_DONE) {
        st->done = true;
    }
    e->on_event(e->ctx, event);
}

static struct dialect_event event_of(enum dialect_event_type type, const char *text, size_t len)
{
    return (struct dialect_event){.type = type, .text = text, .len = len, .stats = emit_no_stats};
}

static void emit_event(const struct emit *e, enum dialect_event_type type, const char *text,
                       size_t len)
{
    struct dialect_event event = event_of(type, text, len);
    give(e, &event);
}

void emit_tick(const struct emit *e)
{
    emit_event(e, DIALECT_TICK, "", 0);
}

void emit_words(const struct emit *e, const char *text, size_t len)
{
    emit_event(e, DIALECT_TEXT, text, len);
}

void emit_thought(const struct emit *e, const char *text, size_t len, const char *signature)
{
    struct dialect_event event = event_of(DIALECT_THOUGHT, text, len);
    event.signature = signature;
    give(e, &event);
}

static void emit_stray(const struct emit *e)
{
    struct buf text;
    buf_init(&text, LIMIT_ERROR_BODY);
    utf8_line(e->record, e->len, SHOWN_STRAY, &text);
    bool error = e->state->event != NULL && strcmp(e->state->event, "error") == 0;
    if (text.len > 0) {
        emit_event(e, error ? DIALECT_ERROR : DIALECT_STRAY, text.data, text.len);
    }
    buf_finish(&text);
}

/* How many bytes of the record stand before what is no blank. */
static size_t count_blanks(const struct emit *e)
{
    size_t at = 0;
    while (at < e->len && (unsigned char)e->record[at] <= ' ') {
        at++;
    }
    return at;
}

/* What holds nothing of an API is passed over: blank data (no event, says the standard), null,
 * "ping", in JSON or not. A list may hold an error. Returns whether it was that. */
static bool pass_over(const struct emit *e, const cJSON *root)
{
    size_t at = count_blanks(e);
    bool broken = root == NULL && at < e->len && strchr("{[<\"", e->record[at]) != NULL &&
                  !e->state->finished; /* what is complete needs none of it */
    const cJSON *list = cJSON_IsArray(root) ? root : NULL;
    if (cJSON_IsObject(root) || broken) {
        return false;
    }
    for (const cJSON *item = list != NULL ? list->child : NULL; item != NULL; item = item->next) {
        const cJSON *error = emit_find_error(item);
        if (error != NULL) {
            emit_error(e, error);
            return true;
        }
    }
    if (root == NULL || cJSON_IsString(root)) {
        emit_stray(e);
    }
    return list == NULL || list->child == NULL;
}

void emit_record(const struct emit *e, char *record, emit_read read_record)
{
    if (e->state->done) {
        return;
    }
    cJSON *root = json_parse(record, e->len);
    if (!pass_over(e, root)) {
        read_record(e, root);
    }
    cJSON_Delete(root);
}

void emit_no_end(struct dialect_state *st, dialect_on_event on_event, void *ctx)
{
    (void)st;
    (void)on_event;
    (void)ctx;
}

void emit_text(const struct emit *e, enum dialect_event_type type, const cJSON *item)
{
    if (item == NULL) {
        return;
    }
    if (!cJSON_IsString(item)) {
        emit_odd(e);
    } else if (item->valuestring[0] != '\0') {
        emit_event(e, type, item->valuestring, strlen(item->valuestring));
    }
}

void emit_logprobs(const struct emit *e, const cJSON *tokens)
{
    for (const cJSON *token = cJSON_IsArray(tokens) ? tokens->child : NULL; token != NULL;
         token = token->next) {
        const cJSON *logprob = cJSON_IsNumber(token) ? token : json_get(token, "logprob");
        if (cJSON_IsNumber(logprob) && isfinite(logprob->valuedouble)) {
            e->state->logprob_sum += logprob->valuedouble;
            e->state->logprobs++;
        }
    }
}

/* What is not JSON goes on as a string. */
static void write_arguments(struct buf *out, const struct buf *arguments)
{
    if (arguments->len == 0) {
        buf_add_str(out, "{}");
        return;
    }
    char *mended = xstrndup(arguments->data, arguments->len);
    cJSON *parsed = json_parse(mended, arguments->len);
    if (parsed != NULL) {
        buf_add(out, mended, arguments->len);
    } else {
        json_write_string(out, arguments->data, arguments->len);
    }
    cJSON_Delete(parsed);
    free(mended);
}

void emit_call(const struct emit *e, const char *id, const char *name, const struct buf *arguments)
{
    struct buf text;
    /* Escaping makes a text at most six times as long. */
    buf_init(&text, (size_t)8 * LIMIT_RECORD);
    buf_add(&text, "{", 1);
    if (id != NULL) {
        buf_add_str(&text, "\"id\":");
        json_write_string(&text, id, strlen(id));
        buf_add(&text, ",", 1);
    }
    buf_add_str(&text, "\"name\":");
    json_write_string(&text, name, strlen(name));
    buf_add_str(&text, ",\"arguments\":");
    write_arguments(&text, arguments);
    buf_add(&text, "}", 1);
    if (text.error != 0 || arguments->error != 0) {
        emit_failure(e, "a tool call is too long");
    } else {
        emit_event(e, DIALECT_TOOL_CALL, text.data, text.len);
    }
    buf_finish(&text);
}

void emit_read_timings(const cJSON *timings, struct dialect_stats *stats)
{
    int64_t processed = json_count(json_get(timings, "prompt_n"));
    int64_t cached = json_count(json_get(timings, "cache_n"));
    if (stats->prompt_tokens < 0 && processed >= 0) {
        stats->prompt_tokens = processed + (cached > 0 ? cached : 0);
    }
    if (stats->cached_tokens < 0) {
        stats->cached_tokens = cached;
    }
    if (stats->tokens < 0) {
        stats->tokens = json_count(json_get(timings, "predicted_n"));
    }
    stats->prompt_ns = json_ms_to_ns(json_get(timings, "prompt_ms"));
    stats->eval_ns = json_ms_to_ns(json_get(timings, "predicted_ms"));
}

void emit_stats(const struct emit *e, const struct dialect_stats *stats)
{
    struct dialect_event event = event_of(DIALECT_STATS, "", 0);
    event.stats = *stats;
    if (memcmp(stats, &emit_no_stats, sizeof *stats) != 0) {
        give(e, &event);
    }
}

void emit_failure(const struct emit *e, const char *text)
{
    emit_event(e, DIALECT_ERROR, text, strlen(text));
}

/* The member, unless it says that there is no error: false, "", {} or []. */
static const cJSON *reported(const cJSON *object, const char *name)
{
    const cJSON *member = json_get(object, name);
    bool empty = cJSON_IsFalse(member) ||
                 (cJSON_IsString(member) && member->valuestring[0] == '\0') ||
                 ((cJSON_IsObject(member) || cJSON_IsArray(member)) && member->child == NULL);
    return empty ? NULL : member;
}

static bool is_named(const cJSON *root, const char *name, const char *text)
{
    const cJSON *member = json_get(root, name);
    return cJSON_IsString(member) && strcmp(member->valuestring, text) == 0;
}

/* Of a record that is nothing else: the error object without one around it, or a gateway's. */
static const cJSON *find_bare_error(const cJSON *root)
{
    const cJSON *gateway = json_get(root, "base_resp");
    const cJSON *code = json_get(gateway, "status_code");
    if (cJSON_IsNumber(code) && code->valueint != 0) {
        return gateway;
    }
    if (is_named(root, "object", "error")) {
        return root;
    }
    if (json_get(root, "choices") != NULL || json_get(root, "response") != NULL) {
        return NULL;
    }
    if (cJSON_IsString(json_get(root, "message"))) {
        return root;
    }
    const cJSON *detail = reported(root, "detail");
    return detail != NULL ? detail : reported(root, "errors");
}

const cJSON *emit_find_error(const cJSON *root)
{
    const cJSON *error = reported(root, "error");
    if (error == NULL) {
        error = reported(json_get(root, "x_groq"), "error");
    }
    const cJSON *choices = json_get(root, "choices");
    for (const cJSON *choice = cJSON_IsArray(choices) ? choices->child : NULL;
         choice != NULL && error == NULL; choice = choice->next) {
        error = reported(choice, "error");
    }
    return error != NULL ? error : find_bare_error(root);
}

void emit_error(const struct emit *e, const cJSON *member)
{
    char *json = cJSON_PrintUnformatted(member);
    struct buf text;
    buf_init(&text, LIMIT_ERROR_BODY);
    if (json != NULL) {
        error_text(json, strlen(json), &text, NULL);
    }
    emit_failure(e, text.len > 0 ? text.data : "an error without a message");
    buf_finish(&text);
    cJSON_free(json);
}

void emit_odd(const struct emit *e)
{
    size_t at = count_blanks(e);
    struct buf text;
    buf_init(&text, LIMIT_ERROR_BODY);
    bool words = at < e->len && strchr("{[<", e->record[at]) == NULL;
    if (at < e->len && e->record[at] != '<' && !words) {
        utf8_line(e->record + at, e->len - at, SHOWN, &text);
    } else {
        error_text(e->record, e->len, &text, NULL);
    }
    if (text.len == 0) {
        buf_add_str(&text, "nothing");
    }
    /* Plain words between records come from a proxy or a server that has failed. */
    emit_event(e, words ? DIALECT_ERROR : DIALECT_ODD, text.data, text.len);
    buf_finish(&text);
}

void emit_done(const struct emit *e, const char *reason)
{
    emit_done_because(e, reason, NULL);
}

void emit_done_because(const struct emit *e, const char *reason, const char *details)
{
    struct buf shown, why;
    buf_init(&shown, SIZE_MAX);
    buf_init(&why, SIZE_MAX);
    utf8_line(reason, strlen(reason), SHOWN_REASON, &shown);
    utf8_line(details != NULL ? details : "", details != NULL ? strlen(details) : 0, SHOWN_DETAILS,
              &why);
    struct dialect_event event = event_of(DIALECT_DONE, shown.data, shown.len);
    event.details = why.len > 0 ? why.data : NULL;
    give(e, &event);
    buf_finish(&shown);
    buf_finish(&why);
}
