#include "shape.h"

#include "settings.h"

#include <ctype.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* Values */

static void quote_span(const struct shape_state *s, struct span t, struct buf *out)
{
    if (s->answer->escaped && t.len != 0) {
        buf_add(out, "\"", 1);
        buf_add(out, t.text, t.len);
        buf_add(out, "\"", 1);
    } else {
        quote(out, t.len != 0 ? t.text : "", t.len, s->shape->style);
    }
}

static void add_quoted(const struct shape_state *s, const char *text, struct buf *out)
{
    quote(out, text, strlen(text), s->shape->style);
}

static void add_data(struct shape_state *s, struct buf *out)
{
    buf_add_str(out, s->answer->comments ? ": a comment\nevent: message\nid: 1\n" : "");
    buf_add_str(out, s->answer->no_sse_space ? "data:" : "data: ");
}

static void add_model(struct shape_state *s, struct buf *out)
{
    add_quoted(s, s->model, out);
}

static void add_id(struct shape_state *s, struct buf *out)
{
    add_quoted(s, s->id, out);
}

static void add_now(struct shape_state *s, struct buf *out)
{
    (void)s;
    figure_now(out);
}

static bool has_text(const struct shape_state *s)
{
    return s->text.len != 0;
}

static void add_text(struct shape_state *s, struct buf *out)
{
    quote_span(s, s->text, out);
}

static bool has_thinking(const struct shape_state *s)
{
    return s->thinking.len != 0;
}

static void add_thinking(struct shape_state *s, struct buf *out)
{
    quote_span(s, s->thinking, out);
}

/* Where both are said in one field. */
static void add_said(struct shape_state *s, struct buf *out)
{
    quote_span(s, has_text(s) ? s->text : s->thinking, out);
}

static bool no_thinking_only(const struct shape_state *s)
{
    return has_text(s) || !has_thinking(s);
}

static bool is_first(const struct shape_state *s)
{
    return !s->begun;
}

static void add_reason(struct shape_state *s, struct buf *out)
{
    buf_add_str(out, s->stop == STOP_LIMIT ? "\"length\"" : "\"stop\"");
}

static bool has_probs(const struct shape_state *s)
{
    return s->probs >= 0 && (s->kind == RECORD_WHOLE || (s->kind == RECORD_TOKEN && has_text(s)));
}

static void add_probs(struct shape_state *s, struct buf *out)
{
    figure_probs(s, out);
}

/* In a field that is always there. */
static void add_llama_probs(struct shape_state *s, struct buf *out)
{
    if (!has_probs(s)) {
        buf_add_str(out, "null");
        return;
    }
    buf_add_str(out, "{\"content\":");
    figure_probs(s, out);
    buf_add_str(out, "}");
}

static uint64_t context_ids(const struct shape_state *s)
{
    return figure(s, "context", s->prompt_tokens + s->tokens);
}

static bool has_context(const struct shape_state *s)
{
    return !s->raw && context_ids(s) != 0;
}

static void add_context(struct shape_state *s, struct buf *out)
{
    uint64_t ids = context_ids(s);
    for (uint64_t i = 0; i < ids; i++) {
        buf_printf(out, "%s%" PRIu64, i != 0 ? "," : "", 100 + i % 900);
    }
}

static void add_all_tokens(struct shape_state *s, struct buf *out)
{
    buf_printf(out, "%" PRIu64,
               figure(s, "prompt_eval_count", s->prompt_tokens) +
                   figure(s, "eval_count", s->tokens));
}

static bool wants_usage(const struct shape_state *s)
{
    return s->usage;
}

static void add_timings(struct shape_state *s, struct buf *out)
{
    figure_timings(s, out);
}

static void add_token_id(struct shape_state *s, struct buf *out)
{
    buf_printf(out, "%u", figure_token_id(s->text));
}

static void add_nth(struct shape_state *s, struct buf *out)
{
    buf_printf(out, "%zu", s->token + 1);
}

static void add_error(struct shape_state *s, struct buf *out)
{
    add_quoted(s, s->error, out);
}

/* What only the last record of /infill has. */

static bool ends_itself(const struct shape_state *s)
{
    return s->stop == STOP_EOS;
}

static void add_settings(struct shape_state *s, struct buf *out)
{
    settings_of_request(s->request, out);
}

static void add_prompt(struct shape_state *s, struct buf *out)
{
    add_quoted(s, s->prompt, out);
}

static void add_lines(struct shape_state *s, struct buf *out)
{
    const struct buf *said = &s->answer->text.text;
    bool lines = said->len != 0 && memchr(said->data, '\n', said->len) != NULL;
    buf_add_str(out, lines ? "true" : "false");
}

static void add_stop_type(struct shape_state *s, struct buf *out)
{
    static const char *const types[] = {"\"eos\"", "\"limit\"", "\"word\""};
    buf_add_str(out, types[s->stop]);
}

static void add_stopping_word(struct shape_state *s, struct buf *out)
{
    add_quoted(s, s->stopping_word, out);
}

static void add_kept(struct shape_state *s, struct buf *out)
{
    uint64_t predicted = figure(s, "eval_count", s->tokens);
    buf_printf(out, "%" PRIu64,
               figure(s, "prompt_eval_count", s->prompt_tokens) +
                   (predicted != 0 ? predicted - 1 : 0));
}

/* The value at a path such as "timings/predicted_n". */
static const cJSON *find(const cJSON *record, const char *path)
{
    char name[100];
    while (record != NULL && *path != '\0') {
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
        if (value != NULL) {
            cJSON_AddItemToObject(picked, field->valuestring, cJSON_Duplicate(value, true));
        }
    }
    char *json = cJSON_PrintUnformatted(picked);
    buf_add_str(out, json);
    cJSON_free(json);
    cJSON_Delete(picked);
    cJSON_Delete(record);
}

static void add_end(struct shape_state *s, struct buf *out)
{
    const cJSON *fields = cJSON_GetObjectItemCaseSensitive(s->request, "response_fields");
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

/* Those with a field of the state are numbers: they are one if they are not 0, and the script
 * may override them by the name of the statistic. */
static const struct value {
    const char *name;
    void (*print)(struct shape_state *s, struct buf *out);
    bool (*has)(const struct shape_state *s);
    bool constant; /* in one reply */
    const char *statistic;
    size_t field;
} values[] = {
#define NUMBER(name, statistic, member)                                          \
    {                                                                            \
        name, NULL, NULL, false, statistic, offsetof(struct shape_state, member) \
    }
    {"data", add_data, NULL, true, NULL, 0},
    {"model", add_model, NULL, true, NULL, 0},
    {"id", add_id, NULL, true, NULL, 0},
    {"created", NULL, NULL, true, NULL, offsetof(struct shape_state, created)},
    {"now", add_now, NULL, false, NULL, 0},
    {"text", add_text, has_text, false, NULL, 0},
    {"thinking", add_thinking, has_thinking, false, NULL, 0},
    {"said", add_said, NULL, false, NULL, 0},
    {"says", NULL, no_thinking_only, false, NULL, 0},
    {"first", NULL, is_first, false, NULL, 0},
    {"probs", add_probs, has_probs, false, NULL, 0},
    {"llama_probs", add_llama_probs, NULL, false, NULL, 0},
    {"reason", add_reason, NULL, false, NULL, 0},
    {"usage", NULL, wants_usage, false, NULL, 0},
    {"error", add_error, NULL, false, NULL, 0},
    {"context", add_context, has_context, false, NULL, 0},
    {"timings", add_timings, NULL, false, NULL, 0},
    {"all_tokens", add_all_tokens, NULL, false, NULL, 0},
    NUMBER("tokens", "eval_count", tokens),
    NUMBER("prompt_tokens", "prompt_eval_count", prompt_tokens),
    NUMBER("cached", "cache_n", cached),
    NUMBER("total", "total_duration", total_ns),
    NUMBER("load", "load_duration", load_ns),
    NUMBER("prompt_time", "prompt_eval_duration", prompt_ns),
    NUMBER("time", "eval_duration", eval_ns),
    {"token_id", add_token_id, NULL, false, NULL, 0},
    {"nth", add_nth, NULL, false, NULL, 0},
    {"end", add_end, NULL, false, NULL, 0},
    {"eos", NULL, ends_itself, false, NULL, 0},
    NUMBER("slot", NULL, slot),
    {"settings", add_settings, NULL, false, NULL, 0},
    {"prompt", add_prompt, NULL, false, NULL, 0},
    {"lines", add_lines, NULL, false, NULL, 0},
    {"stop_type", add_stop_type, NULL, false, NULL, 0},
    {"stopping_word", add_stopping_word, NULL, false, NULL, 0},
    {"kept", add_kept, NULL, false, NULL, 0},
#undef NUMBER
};

static uint64_t number(const struct value *v, const struct shape_state *s)
{
    uint64_t n = *(const uint64_t *)((const char *)s + v->field);
    return v->statistic != NULL ? figure(s, v->statistic, n) : n;
}

static void print(const struct value *v, struct shape_state *s, struct buf *out)
{
    if (v->print != NULL) {
        v->print(s, out);
    } else {
        buf_printf(out, "%" PRIu64, number(v, s));
    }
}

static bool has(const struct value *v, const struct shape_state *s)
{
    return v->has != NULL ? v->has(s) : number(v, s) != 0;
}

/* Templates */

struct op {
    enum { OP_LITERAL, OP_VALUE, OP_IF } type;
    const struct value *value;
    size_t at, len; /* of a literal */
    size_t skip;    /* the op behind what is conditional */
};

struct template
{
    struct buf literals;
    struct op *ops;
    size_t count;
};

/* The value whose name stands at *at, which goes on behind it. */
static const struct value *read_name(const char **at)
{
    size_t len = 0;
    while (islower((unsigned char)(*at)[len]) || (*at)[len] == '_') {
        len++;
    }
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        if (strlen(values[i].name) == len && memcmp(values[i].name, *at, len) == 0) {
            *at += len;
            return &values[i];
        }
    }
    abort(); /* a template of shapes.c is wrong */
}

static struct op *add_op(struct template *t, int type, const struct value *value)
{
    t->ops = xrealloc(t->ops, (t->count + 1) * sizeof *t->ops);
    t->ops[t->count] = (struct op){.type = type, .value = value, .at = t->literals.len};
    return &t->ops[t->count++];
}

/* What was added behind a literal's beginning belongs to it. */
static void add_literal(struct template *t, const char *text, size_t len)
{
    struct op *last = t->count != 0 ? &t->ops[t->count - 1] : NULL;
    if (last == NULL || last->type != OP_LITERAL) {
        last = add_op(t, OP_LITERAL, NULL);
    }
    buf_add(&t->literals, text, len);
    last->len = t->literals.len - last->at;
}

static void add_constant(struct template *t, struct shape_state *s, const struct value *v)
{
    struct buf text;
    buf_init(&text, SIZE_MAX / 2);
    print(v, s, &text);
    add_literal(t, text.data, text.len);
    buf_finish(&text);
}

static void close_condition(struct template *t, size_t at)
{
    t->ops[at].skip = t->count;
    add_op(t, OP_LITERAL, NULL); /* where it is skipped to begins something new */
}

struct template *template_make(struct shape_state *s, const char *text)
{
    struct template *t = xcalloc(1, sizeof *t);
    size_t open[8], depth = 0;
    buf_init(&t->literals, SIZE_MAX / 2);
    while (*text != '\0') {
        char c = *text++;
        if (c == '$') {
            const struct value *v = read_name(&text);
            if (v->constant) {
                add_constant(t, s, v);
            } else {
                add_op(t, OP_VALUE, v);
            }
        } else if (c == '<') {
            open[depth++] = t->count;
            add_op(t, OP_IF, read_name(&text));
        } else if (c == '>') {
            close_condition(t, open[--depth]);
        } else if (c == '\n' && s->answer->crlf) {
            add_literal(t, "\r\n", 2);
        } else {
            add_literal(t, &c, 1);
        }
    }
    return t;
}

void template_free(struct template *t)
{
    if (t != NULL) {
        buf_finish(&t->literals);
        free(t->ops);
        free(t);
    }
}

void template_print(const struct template *t, struct shape_state *s, struct buf *out)
{
    for (size_t i = 0; i < t->count; i++) {
        const struct op *op = &t->ops[i];
        if (op->type == OP_LITERAL) {
            buf_add(out, t->literals.data + op->at, op->len);
        } else if (op->type == OP_VALUE) {
            print(op->value, s, out);
        } else if (!has(op->value, s)) {
            i = op->skip - 1;
        }
    }
}

void shape_print(struct shape_state *s, const char *text, struct buf *out)
{
    struct template *t = template_make(s, text);
    template_print(t, s, out);
    template_free(t);
}
