#include "shape.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Values: what a record holds and what the patterns of shapes.c call it. */

static void add_quoted(const struct shape_state *s, struct span t, struct buf *out)
{
    if (s->answer->escaped && t.len != 0) {
        buf_add(out, "\"", 1);
        buf_add(out, t.data, t.len);
        buf_add(out, "\"", 1);
    } else {
        quote(out, t.len != 0 ? t.data : "", t.len, s->shape->style);
    }
}

static void add_string(const struct shape_state *s, const char *text, struct buf *out)
{
    quote(out, text, strlen(text), s->shape->style);
}

static void add_number(struct buf *out, uint64_t n)
{
    buf_printf(out, "%" PRIu64, n);
}

static void data(const void *of, struct buf *out)
{
    const struct answer *a = ((const struct shape_state *)of)->answer;
    const char *nl = a->crlf ? "\r\n" : "\n";
    if (a->comments) {
        buf_printf(out, ": a comment%s%sevent: message%sid: 1%s", nl, nl, nl, nl);
    }
    buf_add_str(out, a->no_sse_space ? "data:" : "data: ");
}

static void event(const void *of, struct buf *out)
{
    (void)of;
    buf_add_str(out, "event:");
}

static void model(const void *of, struct buf *out)
{
    const struct shape_state *s = of;
    add_string(s, s->model, out);
}

static void id(const void *of, struct buf *out)
{
    const struct shape_state *s = of;
    add_string(s, s->id, out);
}

static void created(const void *of, struct buf *out)
{
    add_number(out, ((const struct shape_state *)of)->created);
}

static void now(const void *of, struct buf *out)
{
    (void)of;
    figure_now(out);
}

static bool has_text(const void *of)
{
    return ((const struct shape_state *)of)->text.len != 0;
}

static bool has_thinking(const void *of)
{
    return ((const struct shape_state *)of)->thinking.len != 0;
}

static bool not_only_thinks(const void *of)
{
    return has_text(of) || !has_thinking(of);
}

static void text(const void *of, struct buf *out)
{
    const struct shape_state *s = of;
    add_quoted(s, s->text, out);
}

static void thinking(const void *of, struct buf *out)
{
    const struct shape_state *s = of;
    add_quoted(s, s->thinking, out);
}

/* Where both are said in one field. */
static void said(const void *of, struct buf *out)
{
    const struct shape_state *s = of;
    add_quoted(s, has_text(s) ? s->text : s->thinking, out);
}

static bool is_first(const void *of)
{
    return !((const struct shape_state *)of)->begun;
}

static void error(const void *of, struct buf *out)
{
    const struct shape_state *s = of;
    add_string(s, s->error, out);
}

static void reason(const void *of, struct buf *out)
{
    const struct shape_state *s = of;
    const char *given = s->answer->done_reason;
    add_string(s, given != NULL ? given : s->stop == STOP_LIMIT ? "length" : "stop", out);
}

/* The same in the words of the Messages API. */
static void stop_reason(const void *of, struct buf *out)
{
    static const char *const words[] = {"end_turn", "max_tokens", "stop_sequence"};
    const struct shape_state *s = of;
    const char *given = s->answer->done_reason;
    add_string(s, given != NULL ? given : words[s->stop], out);
}

static bool thought(const void *of)
{
    return ((const struct shape_state *)of)->answer->thinking.count > 0;
}

static bool opens_thinking(const void *of)
{
    return has_thinking(of) && is_first(of);
}

static bool opens_text(const void *of)
{
    return has_text(of) && ((const struct shape_state *)of)->token == 0;
}

static void text_block(const void *of, struct buf *out)
{
    buf_add_str(out, thought(of) ? "1" : "0");
}

static bool has_probs(const void *of)
{
    const struct shape_state *s = of;
    return s->probs >= 0 && (s->kind == RECORD_WHOLE || (s->kind == RECORD_TOKEN && has_text(s)));
}

static void probs(const void *of, struct buf *out)
{
    figure_probs(of, out);
}

/* In a field that is always there. */
static void llama_probs(const void *of, struct buf *out)
{
    buf_add_str(out, has_probs(of) ? "{\"content\":" : "null");
    if (has_probs(of)) {
        figure_probs(of, out);
        buf_add_str(out, "}");
    }
}

static bool wants_usage(const void *of)
{
    return ((const struct shape_state *)of)->usage;
}

static void timings(const void *of, struct buf *out)
{
    figure_timings(of, out);
}

#define FIGURE(name, statistic, member)                     \
    static uint64_t get_##name(const struct shape_state *s) \
    {                                                       \
        return figure(s, statistic, s->member);             \
    }                                                       \
    static bool has_##name(const void *of)                  \
    {                                                       \
        return get_##name(of) != 0;                         \
    }                                                       \
    static void name(const void *of, struct buf *out)       \
    {                                                       \
        add_number(out, get_##name(of));                    \
    }

FIGURE(tokens, "eval_count", tokens)
FIGURE(prompt_tokens, "prompt_eval_count", prompt_tokens)
FIGURE(total, "total_duration", total_ns)
FIGURE(load, "load_duration", load_ns)
FIGURE(prompt_time, "prompt_eval_duration", prompt_ns)
FIGURE(spent, "eval_duration", eval_ns)

static void all_tokens(const void *of, struct buf *out)
{
    add_number(out, get_prompt_tokens(of) + get_tokens(of));
}

static bool has_context(const void *of)
{
    return !((const struct shape_state *)of)->raw;
}

static void context(const void *of, struct buf *out)
{
    const struct shape_state *s = of;
    for (uint64_t i = 0; i < s->prompt_tokens + s->tokens; i++) {
        buf_add_str(out, i != 0 ? "," : "");
        add_number(out, 100 + i % 900);
    }
}

/* Of /infill. */

static void token_id(const void *of, struct buf *out)
{
    add_number(out, figure_token_id(((const struct shape_state *)of)->text));
}

static void nth(const void *of, struct buf *out)
{
    add_number(out, ((const struct shape_state *)of)->token + 1);
}

static bool ends_itself(const void *of)
{
    return ((const struct shape_state *)of)->stop == STOP_EOS;
}

static void prompt(const void *of, struct buf *out)
{
    const struct shape_state *s = of;
    add_string(s, s->prompt, out);
}

static void lines(const void *of, struct buf *out)
{
    const struct buf *all = &((const struct shape_state *)of)->answer->text.text;
    bool has = all->len != 0 && memchr(all->data, '\n', all->len) != NULL;
    buf_add_str(out, has ? "true" : "false");
}

static void stop_type(const void *of, struct buf *out)
{
    static const char *const types[] = {"\"eos\"", "\"limit\"", "\"word\""};
    buf_add_str(out, types[((const struct shape_state *)of)->stop]);
}

static void stopping_word(const void *of, struct buf *out)
{
    const struct shape_state *s = of;
    add_string(s, s->stopping_word, out);
}

static void kept(const void *of, struct buf *out)
{
    uint64_t predicted = get_tokens(of);
    add_number(out, get_prompt_tokens(of) + (predicted != 0 ? predicted - 1 : 0));
}

/* Only the fields that were asked for, in that order; those that are not there are left out. */
static void pick(const cJSON *fields, const struct buf *all, struct buf *out)
{
    const cJSON *field;
    cJSON *record = cJSON_ParseWithLength(all->data, all->len), *picked = cJSON_CreateObject();
    cJSON_ArrayForEach(field, fields)
    {
        const char *name = cJSON_IsString(field) ? field->valuestring : "";
        const cJSON *value = field_get(record, name);
        if (value != NULL) {
            cJSON_AddItemToObject(picked, name, cJSON_Duplicate(value, true));
        }
    }
    char *json = cJSON_PrintUnformatted(picked);
    buf_add_str(out, json);
    cJSON_free(json);
    cJSON_Delete(picked);
    cJSON_Delete(record);
}

static void end(const void *of, struct buf *out)
{
    const struct shape_state *s = of;
    const cJSON *fields = field_get(s->request, "response_fields");
    struct buf all;
    buf_init(&all, SIZE_MAX / 2);
    shape_print(s, s->shape->end, &all);
    if (cJSON_GetArraySize(fields) != 0) {
        pick(fields, &all, out);
    } else {
        buf_add(out, all.data, all.len);
    }
    buf_finish(&all);
}

#define VALUE(name)              \
    {                            \
#name, name, NULL, false \
    }
#define VALUE_IF(name, has)     \
    {                           \
#name, name, has, false \
    }
#define FIGURE_VALUE(name)             \
    {                                  \
#name, name, has_##name, false \
    }
#define CONSTANT(name)          \
    {                           \
#name, name, NULL, true \
    }
#define CONDITION(name, has)   \
    {                          \
        name, NULL, has, false \
    }

static const struct value values[] = {
    CONSTANT(data),
    CONSTANT(event),
    CONSTANT(model),
    CONSTANT(id),
    CONSTANT(created),
    VALUE(now),
    VALUE_IF(text, has_text),
    VALUE_IF(thinking, has_thinking),
    VALUE(said),
    CONDITION("not_only_thinks", not_only_thinks),
    CONDITION("first", is_first),
    VALUE(error),
    VALUE(reason),
    VALUE(stop_reason),
    VALUE(text_block),
    CONDITION("thought", thought),
    CONDITION("opens_thinking", opens_thinking),
    CONDITION("opens_text", opens_text),
    VALUE_IF(probs, has_probs),
    VALUE(llama_probs),
    CONDITION("usage", wants_usage),
    VALUE(timings),
    FIGURE_VALUE(tokens),
    FIGURE_VALUE(prompt_tokens),
    VALUE(all_tokens),
    FIGURE_VALUE(total),
    FIGURE_VALUE(load),
    FIGURE_VALUE(prompt_time),
    FIGURE_VALUE(spent),
    VALUE_IF(context, has_context),
    VALUE(token_id),
    VALUE(nth),
    CONDITION("eos", ends_itself),
    VALUE(end),
    VALUE(prompt),
    VALUE(lines),
    VALUE(stop_type),
    VALUE(stopping_word),
    VALUE(kept),
    {NULL, NULL, NULL, false},
};

struct pattern *shape_make(const struct shape_state *s, const char *what)
{
    const char *newline = s->answer->crlf ? "\r\n" : "\n";
    return pattern_make(what, values, s, newline);
}

void shape_print(const struct shape_state *s, const char *what, struct buf *out)
{
    struct pattern *t = shape_make(s, what);
    pattern_add(t, s, out);
    pattern_free(t);
}
