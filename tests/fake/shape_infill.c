/* llama-server's own records, for /infill: the last one has "stop":true and all figures, or
 * only the fields that were asked for. */
#include "settings.h"
#include "shape.h"

#include <inttypes.h>
#include <string.h>

static void begin(const struct shape_state *s, struct piece text, struct buf *out)
{
    (void)s;
    buf_add_str(out, "{\"index\":0,\"content\":");
    shape_text(s, text.text ? text : (struct piece){"", 0}, QUOTE_PLAIN, out);
}

static void event(struct shape_state *s, struct piece text, size_t number, unsigned id,
                  struct buf *out)
{
    shape_sse_open(s, out);
    begin(s, text, out);
    buf_printf(out,
               ",\"tokens\":[%u],\"stop\":false,\"id_slot\":-1,\"tokens_predicted\":%zu,"
               "\"tokens_evaluated\":%zu",
               id, number, s->prompt_tokens);
    if (s->probs > 0 && text.len) {
        buf_add_str(out, ",\"completion_probabilities\":");
        shape_probs(s, text, QUOTE_PLAIN, out);
    }
    buf_add_str(out, "}");
    shape_sse_close(s, out);
}

static void record(struct shape_state *s, struct piece thinking, struct piece text, struct buf *out)
{
    (void)thinking;
    event(s, text, s->token + 1, shape_token_id(text), out);
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

static void final(const struct shape_state *s, struct piece text, bool whole, struct buf *out)
{
    static const char *const types[] = {"eos", "limit", "word"};
    int64_t evaluated = shape_stat(s, "prompt_eval_count", s->prompt_tokens);
    int64_t predicted = shape_stat(s, "eval_count", s->tokens);
    const struct buf *said = &s->answer->text.text;
    begin(s, text, out);
    buf_printf(out, ",\"tokens\":[],\"id_slot\":%d,\"stop\":true,\"model\":%s,", s->slot,
               s->model.data);
    buf_printf(out,
               "\"tokens_predicted\":%" PRId64 ",\"tokens_evaluated\":%" PRId64
               ",\"generation_settings\":",
               predicted, evaluated);
    settings_of_request(s->request, out);
    buf_add_str(out, ",\"prompt\":");
    quote(out, s->prompt, strlen(s->prompt), QUOTE_PLAIN);
    buf_printf(out,
               ",\"has_new_line\":%s,\"truncated\":false,\"stop_type\":\"%s\",\"stopping_word\":",
               said->len && memchr(said->data, '\n', said->len) ? "true" : "false", types[s->stop]);
    quote(out, s->stopping_word, strlen(s->stopping_word), QUOTE_PLAIN);
    buf_printf(out, ",\"tokens_cached\":%" PRId64, evaluated + (predicted ? predicted - 1 : 0));
    shape_timings(s, out);
    if (whole && s->probs > 0) {
        buf_add_str(out, ",\"completion_probabilities\":");
        shape_all_probs(s, QUOTE_PLAIN, out);
    }
    buf_add_str(out, "}");
}

/* The value at a path such as "timings/predicted_n". */
static const cJSON *find(const cJSON *record, const char *path)
{
    char name[100];
    while (record && *path) {
        size_t len = strcspn(path, "/");
        size_t n = len < sizeof name - 1 ? len : sizeof name - 1;
        memcpy(name, path, n);
        name[n] = '\0';
        record = cJSON_GetObjectItemCaseSensitive(record, name);
        path += len + (path[len] == '/');
    }
    return record;
}

/* Only the fields that were asked for, in that order; those that are not there are left out. */
static void pick(const cJSON *fields, const struct buf *all, struct buf *out)
{
    const cJSON *field;
    cJSON *record = cJSON_ParseWithLength(all->data, all->len), *picked = cJSON_CreateObject();
    cJSON_ArrayForEach(field, fields)
    {
        const cJSON *value = cJSON_IsString(field) ? find(record, field->valuestring) : NULL;
        if (value) {
            cJSON_AddItemToObject(picked, field->valuestring, cJSON_Duplicate(value, true));
        }
    }
    char *json = cJSON_PrintUnformatted(picked);
    buf_add_str(out, json);
    cJSON_free(json);
    cJSON_Delete(picked);
    cJSON_Delete(record);
}

static void last_record(const struct shape_state *s, struct piece text, bool whole, struct buf *out)
{
    const cJSON *fields = cJSON_GetObjectItemCaseSensitive(s->request, "response_fields");
    struct buf all;
    buf_init(&all, SIZE_MAX / 2);
    final(s, text, whole, &all);
    if (cJSON_GetArraySize(fields)) {
        pick(fields, &all, out);
    } else {
        buf_add(out, all.data, all.len);
    }
    buf_finish(&all);
}

/* The token that ends the sequence is an event without text, and counts. */
static void finish(struct shape_state *s, struct buf *out, struct buf *last)
{
    enum { END_OF_SEQUENCE = 603 };
    if (s->stop == STOP_EOS) {
        s->tokens++;
        event(s, (struct piece){0}, s->tokens, END_OF_SEQUENCE, out);
    }
    shape_sse_open(s, last);
    last_record(s, (struct piece){s->answer->done_text, strlen(s->answer->done_text)}, false, last);
    shape_sse_close(s, last);
}

static void whole(struct shape_state *s, struct buf *out)
{
    const struct tokens *t = &s->answer->text;
    s->tokens += s->stop == STOP_EOS;
    last_record(s, (struct piece){t->text.len ? t->text.data : "", t->text.len}, true, out);
}

const struct shape shape_llama_infill = {
    .style = QUOTE_PLAIN,
    .sse = true,
    .record = record,
    .tools = no_tools,
    .error = error,
    .finish = finish,
    .whole = whole,
};
