/* llama-server's /infill: SSE events with one JSON object each, the last with "stop":true
 * and its stats; no "[DONE]". The server knows its model's tokens for filling in. "prompt"
 * is the typed part of the cursor's line. In spite of its documentation the server puts it
 * behind the prefix, not behind the middle token, and so evaluates the suffix again with
 * every key; a raw prompt to /v1/completions spares it that. */
#include "proto.h"
#include "server/body.h"
#include "server/body_fill.h"
#include "server/dialect.h"
#include "server/emit.h"
#include "server/fim.h"
#include "server/foreign.h"
#include "server/record.h"
#include "server/shape.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The chunks as an array of maps. */
struct extra {
    struct value *items;
    struct value_pair (*pairs)[2];
};

static void extra_init(struct extra *x, const struct fill *fill)
{
    x->items = xcalloc(fill->chunk_count, sizeof *x->items);
    x->pairs = xcalloc(fill->chunk_count, sizeof *x->pairs);
    for (size_t i = 0; i < fill->chunk_count; i++) {
        x->pairs[i][0].key = value_text("filename");
        x->pairs[i][0].value = value_text(fill->chunks[i]->name);
        x->pairs[i][1].key = value_text("text");
        x->pairs[i][1].value = value_text(fill->chunks[i]->text);
        x->items[i] = value_pairs(x->pairs[i], 2);
    }
}

static void extra_finish(struct extra *x)
{
    free(x->pairs);
    free(x->items);
}

static int fill_body(const struct fill *fill, const struct learned *learned, struct buf *out,
                     const char **why)
{
    /* Else the last event repeats the prompt and all settings. */
    const struct value fields[] = {value_text("content"), value_text("stop"),
                                   value_text("stop_type"), value_text("timings")};
    struct buf before;
    buf_init(&before, LIMIT_MESSAGE);
    struct body_fields own;
    body_fields_init(&own);
    struct extra extra;
    extra_init(&extra, fill);
    fim_before(fill, &before);
    buf_fail(out, before.error);
    body_field_array(&own, "input_extra", extra.items, fill->chunk_count);
    body_field_text(&own, "input_prefix", before.data, before.len);
    body_field_text(&own, "input_suffix", fill->around.after.data, fill->around.after.len);
    body_field_text(&own, "prompt", fill->around.line.data, fill->around.line.len);
    body_sampling(&own, fill, "n_predict");
    body_field_bool(&own, "cache_prompt", true);
    if (fill->logprobs) {
        body_field_int(&own, "n_probs", 1);
    }
    body_field_array(&own, "response_fields", fields, sizeof fields / sizeof *fields);
    struct body b;
    body_begin_fill(&b, out, fill, learned, &own, true);
    int error = body_end(&b, why);
    extra_finish(&extra);
    body_fields_finish(&own);
    buf_finish(&before);
    return error;
}

/* The words that OpenAI has for it. */
static const char *reason_for(const cJSON *stop_type)
{
    return cJSON_IsString(stop_type) && strcmp(stop_type->valuestring, "limit") == 0 ? "length"
                                                                                     : "stop";
}

static void read_stop(const struct emit *e, const cJSON *root)
{
    struct dialect_stats stats = emit_no_stats;
    emit_read_timings(json_get(root, "timings"), &stats);
    emit_stats(e, &stats);
    snprintf(e->state->reason, sizeof e->state->reason, "%s",
             reason_for(json_get(root, "stop_type")));
    emit_done(e);
}

static void read_record(const struct emit *e, const cJSON *root)
{
    const cJSON *content = json_get(root, "content"), *server_error = emit_find_error(root);
    emit_logprobs(e, json_get(root, "completion_probabilities"));
    shape_text(e, DIALECT_TEXT, content);
    /* Older servers send the inside of the error object alone. */
    if (server_error == NULL && content == NULL && cJSON_IsString(json_get(root, "message"))) {
        server_error = json_get(root, "message");
    }
    if (server_error != NULL) {
        emit_error(e, server_error);
    } else if (cJSON_IsTrue(json_get(root, "stop"))) {
        read_stop(e, root);
    }
}

static const struct record_reader reader = {read_record, foreign_end};

static void record(struct dialect_state *st, char *record, size_t len, dialect_on_event on_event,
                   void *ctx)
{
    struct emit e = {.state = st, .on_event = on_event, .ctx = ctx};
    record_read(&e, record, len, &reader);
}

static const struct dialect_fill fill = {"infill", AT_ROOT, "/infill", fill_body};

const struct dialect dialect_llamacpp = {
    .name = "llamacpp",
    .frame = FRAME_EVENTS,
    .accept = "text/event-stream",
    .key = {"Authorization", "Bearer "},
    .fill = &fill,
    .record = record,
    .end = foreign_no_end,
};
