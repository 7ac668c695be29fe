#include "server/emit.h"

#include "base/utf8.h"
#include "base/words.h"
#include "proto.h"
#include "server/error_text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* How much of an odd record an error shows, in bytes. */
#define SHOWN 200

/* The same of the reason of an ending, and of what is said of it. */
#define SHOWN_REASON 64
#define SHOWN_DETAILS 2000

const struct dialect_stats emit_no_stats = {-1, -1, -1, -1, -1, -1, -1};

/* A finished reply cannot fail any more. What is said now explains an ending that is not a good
 * one, and is kept as a stray for one without text. */
static void soften(struct dialect_state *st, struct dialect_event *event)
{
    if (event->type == DIALECT_ERROR && st->details == NULL) {
        st->details = xstrdup(event->text);
    }
    event->type = DIALECT_STRAY;
}

/* The only way out. */
static void give(const struct emit *e, struct dialect_event *event)
{
    struct dialect_state *st = e->state;
    if (st->done) {
        return;
    }
    if (e->late && (event->type == DIALECT_ERROR || event->type == DIALECT_ODD)) {
        soften(st, event);
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

void emit_unread(const struct emit *e, const char *name)
{
    struct buf shown;
    buf_init(&shown, SIZE_MAX);
    utf8_line(name, strlen(name), SHOWN_REASON, &shown);
    if (shown.len > 0) {
        emit_event(e, DIALECT_UNREAD, shown.data, shown.len);
    }
    buf_finish(&shown);
}

/* Whether words in the place of a record say by themselves that something failed. */
static bool are_error(const char *words)
{
    static const char *const beginnings[] = {"error:", "[error", "error ", "traceback (",
                                             "internal server error"};
    for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++) {
        if (strncasecmp(words, beginnings[i], strlen(beginnings[i])) == 0) {
            return true;
        }
    }
    return false;
}

bool emit_is_error(const struct emit *e)
{
    return e->state->event != NULL && strcmp(e->state->event, "error") == 0;
}

void emit_stray(const struct emit *e, const char *words, size_t len)
{
    struct buf text;
    buf_init(&text, LIMIT_ERROR_BODY);
    error_text(words, len, &text, NULL);
    bool error = emit_is_error(e) || (len > 0 && are_error(words));
    if (text.len > 0) {
        emit_event(e, error ? DIALECT_ERROR : DIALECT_STRAY, text.data, text.len);
    }
    buf_finish(&text);
}

void emit_words_of(const struct emit *e, const cJSON *object)
{
    struct buf text;
    buf_init(&text, LIMIT_ERROR_BODY);
    if (error_words(object, &text)) {
        emit_event(e, DIALECT_STRAY, text.data, text.len);
    }
    buf_finish(&text);
}

void emit_text(const struct emit *e, enum dialect_event_type type, const cJSON *item)
{
    if (cJSON_IsString(item) && item->valuestring[0] != '\0') {
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

void emit_progress(const struct emit *e, const cJSON *progress)
{
    struct dialect_event event = event_of(DIALECT_PROGRESS, "", 0);
    event.read = json_count(json_get(progress, "processed"));
    event.total = json_count(json_get(progress, "total"));
    if (event.read >= 0 && event.total > 0) {
        event.read = event.read < event.total ? event.read : event.total;
        give(e, &event);
    }
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

/* What some servers have in each chunk where there is no reason, or no error, yet. */
static bool is_no_word(const char *word)
{
    static const char *const words[] = {"", "null", "none", "not_finished", NULL};
    return words_is_any(word, strlen(word), words);
}

/* Whether it says that there is nothing: null, false, 0, "", "none", an object or list of that. */
static bool is_void(const cJSON *item)
{
    bool is_void_value = cJSON_IsNull(item) || cJSON_IsFalse(item) ||
                         (cJSON_IsNumber(item) && item->valuedouble == 0) ||
                         (cJSON_IsString(item) && is_no_word(item->valuestring));
    const cJSON *child = item->child;
    while (child != NULL && is_void(child)) {
        child = child->next;
    }
    return is_void_value || ((cJSON_IsObject(item) || cJSON_IsArray(item)) && child == NULL);
}

/* The member, unless it says that there is no error. */
static const cJSON *reported(const cJSON *object, const char *name)
{
    const cJSON *member = json_get(object, name);
    return member == NULL || is_void(member) ? NULL : member;
}

/* The error of a choice. */
static const cJSON *find_in_choices(const cJSON *choices)
{
    const cJSON *error = NULL;
    for (const cJSON *choice = cJSON_IsArray(choices) ? choices->child : NULL;
         choice != NULL && error == NULL; choice = choice->next) {
        error = reported(choice, "error");
        error = error != NULL ? error : reported(json_get(choice, "delta"), "error");
    }
    return error;
}

/* "error": true has its words beside it, and so may a word such as "Bad Request". */
static const cJSON *error_with_words(const cJSON *root, const cJSON *error)
{
    bool holds = cJSON_IsObject(error) || cJSON_IsArray(error);
    bool beside = cJSON_IsString(json_get(root, "message")) ||
                  cJSON_IsString(json_get(root, "msg")) || json_get(root, "detail") != NULL ||
                  json_get(root, "error_description") != NULL;
    return holds || (cJSON_IsString(error) && !beside) ? error : root;
}

/* A member that may tell an error, by its name. */
static const cJSON *find_in_member(const cJSON *root, const cJSON *member)
{
    const char *name = member->string;
    if (strcmp(name, "choices") == 0) {
        return find_in_choices(member);
    }
    if (strcmp(name, "error") == 0 || strcmp(name, "Error") == 0) {
        return is_void(member) ? NULL : error_with_words(root, member);
    }
    if (strcmp(name, "x_groq") == 0) {
        return reported(member, "error");
    }
    if (strcmp(name, "base_resp") == 0) {
        const cJSON *code = json_get(member, "status_code");
        return cJSON_IsNumber(code) && code->valueint != 0 ? member : NULL;
    }
    bool is_kind = strcmp(name, "object") == 0 || strcmp(name, "type") == 0;
    bool is_state = strcmp(name, "status") == 0 || strcmp(name, "state") == 0;
    bool fails = ((is_kind || is_state) && json_is_text(member, "error")) ||
                 (is_state && json_is_text(member, "failed")) ||
                 (strcmp(name, "success") == 0 && cJSON_IsFalse(member));
    return fails ? root : NULL;
}

const cJSON *emit_find_error(const cJSON *root)
{
    const cJSON *error = NULL;
    for (const cJSON *member = root->child; member != NULL && error == NULL;
         member = member->next) {
        error = find_in_member(root, member);
    }
    return error;
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
    struct buf text;
    buf_init(&text, LIMIT_ERROR_BODY);
    if (e->len > 0 && *e->record == '<') {
        error_text(e->record, e->len, &text, NULL);
    } else {
        utf8_line(e->record, e->len, SHOWN, &text);
    }
    buf_add_str(&text, text.len > 0 ? "" : "nothing");
    emit_event(e, DIALECT_ODD, text.data, text.len);
    buf_finish(&text);
}

bool emit_keep_reason(const struct emit *e, const cJSON *reason)
{
    if (cJSON_IsObject(reason)) {
        const cJSON *type = json_get(reason, "type");
        reason = type != NULL ? type : json_get(reason, "reason");
    }
    if (!cJSON_IsString(reason) || is_no_word(reason->valuestring)) {
        return false;
    }
    struct dialect_state *st = e->state;
    st->finished = true;
    snprintf(st->reason, sizeof st->reason, "%s", reason->valuestring);
    return true;
}

void emit_done(const struct emit *e)
{
    const struct dialect_state *st = e->state;
    const char *details = st->details != NULL ? st->details : "";
    struct buf shown, why;
    buf_init(&shown, SIZE_MAX);
    buf_init(&why, SIZE_MAX);
    utf8_line(st->reason, utf8_whole(st->reason, strlen(st->reason)), SHOWN_REASON, &shown);
    utf8_line(details, strlen(details), SHOWN_DETAILS, &why);
    struct dialect_event event = event_of(DIALECT_DONE, shown.data, shown.len);
    event.details = why.len > 0 ? why.data : NULL;
    give(e, &event);
    buf_finish(&shown);
    buf_finish(&why);
}
