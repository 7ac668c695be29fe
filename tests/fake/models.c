#include "models.h"

#include "base/hash.h"
#include "head.h"
#include "pattern.h"
#include "quote.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* A date in the past for everything that has one. */
#define MODIFIED "\"modified_at\":\"2026-01-02T03:04:05.123456789Z\""
#define CREATED "1767323045"

#define DETAILS(more)                                                                             \
    "\"details\":{\"parent_model\":\"\",\"format\":\"gguf\",\"family\":\"llama\","                \
    "\"families\":[\"llama\"],\"parameter_size\":\"1.2B\",\"quantization_level\":\"Q4_K_M\"" more \
    "}"

#define INSERT_TEMPLATE                                                                     \
    "{{- if .Suffix }}<|fim_prefix|>{{ .Prompt }}<|fim_suffix|>{{ .Suffix }}<|fim_middle|>" \
    "{{- else }}{{ .Prompt }}{{- end }}"

static const char tags_item[] =
    "{\"name\":$full_name,\"model\":$full_name," MODIFIED ",\"size\":3745248,\"digest\":"
    "\"$digest\"," DETAILS(
        ",\"context_length\":8192,\"embedding_length\":64") ",\"capabilities\":$capabilities}";

static const char ps_item[] =
    "{\"name\":$full_name,\"model\":$full_name,\"size\":3745248,\"digest\":\"$digest\"," DETAILS(
        "") ",\"expires_at\":\"2318-10-03T05:00:00.123456789Z\",\"size_vram\":0,\"context_length\":"
            "4096}";

static const char show[] =
    "{\"modelfile\":\"FROM fake\\nPARAMETER num_ctx 4096\\n\",\"parameters\":"
    "\"num_ctx                        4096\",\"template\":$template," DETAILS(
        "") ",\"model_info\":{\"general.architecture\":\"llama\",\"general.parameter_count\":"
            "1235814432,"
            "\"llama.context_length\":8192},\"capabilities\":$capabilities," MODIFIED "}";

static const char v1_item[] =
    "{\"id\":$full_name,\"object\":\"model\",\"created\":" CREATED ",\"owned_by\":\"library\"}";

static const char llama_begin[] =
    "{\"models\":[{\"name\":$name,\"model\":$name,\"modified_at\":\"\",\"size\":\"\","
    "\"digest\":\"\",\"type\":\"model\",\"description\":\"\",\"tags\":[\"\"],"
    "\"capabilities\":[\"completion\"],\"parameters\":\"\",\"details\":{\"parent_model\":\"\","
    "\"format\":\"gguf\",\"family\":\"\",\"families\":[\"\"],\"parameter_size\":\"\","
    "\"quantization_level\":\"\"}}],\"object\":\"list\",\"data\":[";

static const char llama_item[] =
    "{\"id\":$name,\"aliases\":[$name],\"tags\":[],\"object\":\"model\",\"architecture\":{"
    "\"input_modalities\":[\"text\"],\"output_modalities\":[\"text\"]},\"created\":" CREATED
    ",\"owned_by\":\"llamacpp\",\"meta\":{\"vocab_type\":2,\"n_vocab\":616,\"n_ctx\":4096,"
    "\"n_ctx_train\":8192,\"n_embd\":1248,\"n_params\":5936736,\"size\":3745248,"
    "\"ftype\":\"Q4_0\"}}";

static const char props_begin[] =
    "{\"default_generation_settings\":{\"params\":{},\"n_ctx\":4096},\"model_alias\":$name,"
    "\"model_path\":$path,\"build_info\":\"b11669-Debian\",\"total_slots\":";

/* What the patterns are filled in with. */
struct named {
    const char *name;
    const cJSON *model; /* or NULL */
};

static void add_quoted(struct buf *out, const char *text)
{
    quote(out, text, strlen(text), QUOTE_GO);
}

static void name(const void *of, struct buf *out)
{
    add_quoted(out, ((const struct named *)of)->name);
}

static void add_with(struct buf *out, const char *before, const char *text, const char *behind)
{
    struct buf whole;
    buf_init(&whole, SIZE_MAX / 2);
    buf_printf(&whole, "%s%s%s", before, text, behind);
    add_quoted(out, whole.data);
    buf_finish(&whole);
}

static void full_name(const void *of, struct buf *out)
{
    const char *text = ((const struct named *)of)->name;
    add_with(out, "", text, strchr(text, ':') != NULL ? "" : ":latest");
}

static void path(const void *of, struct buf *out)
{
    add_with(out, "/srv/models/", ((const struct named *)of)->name, ".gguf");
}

/* It differs from model to model, which is all it is good for. */
static void digest(const void *of, struct buf *out)
{
    uint64_t x = hash_text(HASH_START, ((const struct named *)of)->name);
    for (int i = 0; i < 4; i++) {
        buf_printf(out, "%016" PRIx64, x = x * 0x5851f42d4c957f2du + 1);
    }
}

static void capabilities(const void *of, struct buf *out)
{
    const cJSON *model = ((const struct named *)of)->model;
    const cJSON *list = field_get(model, "capabilities");
    char *json = list != NULL ? cJSON_PrintUnformatted(list) : NULL;
    buf_add_str(out, json != NULL ? json : "[\"completion\"]");
    cJSON_free(json);
}

static void prompt_template(const void *of, struct buf *out)
{
    bool inserts = script_can(((const struct named *)of)->model, "insert");
    add_quoted(out, inserts ? INSERT_TEMPLATE : "{{ .Prompt }}");
}

static const struct value values[] = {
    {"name", name, NULL, false},
    {"full_name", full_name, NULL, false},
    {"path", path, NULL, false},
    {"digest", digest, NULL, false},
    {"template", prompt_template, NULL, false},
    {"capabilities", capabilities, NULL, false},
    {NULL, NULL, NULL, false},
};

static struct named named(const cJSON *model)
{
    const cJSON *given = field_get(model, "name");
    return (struct named){given != NULL ? given->valuestring : "none", model};
}

static void add_models(const struct context *x, const char *item, struct buf *out)
{
    const cJSON *model;
    cJSON_ArrayForEach(model, script_models(&x->conn->server->script))
    {
        struct named n = named(model);
        buf_add_str(out, model->prev->next != NULL ? "," : "");
        pattern_print(item, values, &n, out);
    }
}

static void answer(struct conn *c, struct buf *json, bool llama)
{
    struct head head = {
        .status = 200,
        .type = "application/json; charset=utf-8",
        .length = head_length(llama, json->len),
        .llama = llama,
    };
    head_answer(c, &head, json->data, json->len);
    buf_finish(json);
}

void models_tags(struct context *x)
{
    struct buf out;
    buf_init(&out, SIZE_MAX / 2);
    buf_add_str(&out, "{\"models\":[");
    add_models(x, tags_item, &out);
    buf_add_str(&out, "]}");
    answer(x->conn, &out, false);
}

void models_ps(struct context *x)
{
    struct buf out;
    buf_init(&out, SIZE_MAX / 2);
    buf_add_str(&out, "{\"models\":[");
    for (const struct loaded *l = x->conn->server->loaded; l != NULL; l = l->next) {
        struct named n = {.name = l->name};
        buf_add_str(&out, l == x->conn->server->loaded ? "" : ",");
        pattern_print(ps_item, values, &n, &out);
    }
    buf_add_str(&out, "]}");
    answer(x->conn, &out, false);
}

void models_list(struct context *x)
{
    struct named first = named(script_models(&x->conn->server->script)->child);
    struct buf out;
    buf_init(&out, SIZE_MAX / 2);
    if (x->llama) {
        pattern_print(llama_begin, values, &first, &out);
        add_models(x, llama_item, &out);
        buf_add_str(&out, "]}");
        answer(x->conn, &out, true);
        return;
    }
    buf_add_str(&out, "{\"object\":\"list\",\"data\":[");
    add_models(x, v1_item, &out);
    buf_add_str(&out, "]}\n");
    struct head head = {
        .status = 200,
        .type = "application/json",
        .length = head_length(false, out.len),
    };
    head_answer(x->conn, &head, out.data, out.len);
    buf_finish(&out);
}

void models_props(struct context *x)
{
    struct named first = named(script_models(&x->conn->server->script)->child);
    size_t slots = x->conn->server->script.slots;
    struct buf out;
    buf_init(&out, SIZE_MAX / 2);
    pattern_print(props_begin, values, &first, &out);
    buf_printf(&out, "%zu}", slots != 0 ? slots : SCRIPT_SLOTS);
    answer(x->conn, &out, true);
}

/* What the script has instead of the usual fields. */
static void replace_fields(struct buf *json, const cJSON *fields)
{
    const cJSON *field;
    if (fields == NULL) {
        return;
    }
    cJSON *object = cJSON_Parse(json->data);
    cJSON_ArrayForEach(field, fields)
    {
        cJSON_DeleteItemFromObjectCaseSensitive(object, field->string);
        cJSON_AddItemToObject(object, field->string, cJSON_Duplicate(field, true));
    }
    char *text = cJSON_PrintUnformatted(object);
    buf_clear(json);
    buf_add_str(json, text);
    cJSON_free(text);
    cJSON_Delete(object);
}

static void not_found(struct conn *c, const char *called)
{
    struct buf why;
    buf_init(&why, SIZE_MAX / 2);
    buf_printf(&why, "model '%s%s' not found", called,
               strchr(called, ':') != NULL ? "" : ":latest");
    head_error(c, false, 404, why.data);
    buf_finish(&why);
}

void models_show(struct context *x)
{
    const char *called = field_text(x->body, "model", "");
    if (*called == '\0') {
        head_error(x->conn, false, 400, x->why.len != 0 ? x->why.data : "model is required");
        return;
    }
    const cJSON *model = script_model(&x->conn->server->script, called);
    if (model == NULL) {
        not_found(x->conn, called);
        return;
    }
    struct named n = named(model);
    struct buf out;
    buf_init(&out, SIZE_MAX / 2);
    pattern_print(show, values, &n, &out);
    replace_fields(&out, field_get(model, "show"));
    answer(x->conn, &out, false);
}

static struct loaded **find(struct server *s, const char *name)
{
    struct loaded **at = &s->loaded;
    while (*at != NULL && strcmp((*at)->name, name) != 0) {
        at = &(*at)->next;
    }
    return at;
}

uint64_t models_load_time(const struct server *s, const char *name, const char *settings)
{
    const struct loaded *l = s->loaded;
    while (l != NULL && strcmp(l->name, name) != 0) {
        l = l->next;
    }
    return l != NULL && strcmp(l->settings, settings != NULL ? settings : "") == 0
               ? 0
               : s->script.load_ns;
}

void models_loaded(struct server *s, const char *name, const char *settings)
{
    const char *text = settings != NULL ? settings : "";
    struct loaded **at = find(s, name);
    if (*at != NULL && strcmp((*at)->settings, text) == 0) {
        return;
    }
    models_unload(s, name);
    struct loaded *l = xcalloc(1, sizeof *l);
    l->name = xstrdup(name);
    l->settings = xstrdup(text);
    l->next = s->loaded;
    s->loaded = l;
}

void models_unload(struct server *s, const char *name)
{
    struct loaded **at = find(s, name), *l = *at;
    if (l == NULL) {
        return;
    }
    *at = l->next;
    free(l->name);
    free(l->settings);
    free(l);
}

void models_finish(struct server *s)
{
    while (s->loaded != NULL) {
        models_unload(s, s->loaded->name);
    }
}

char *models_settings(const cJSON *body)
{
    static const char *const names[] = {"num_ctx",  "num_batch",  "num_gpu",
                                        "main_gpu", "num_thread", "use_mmap"};
    const cJSON *options = field_get(body, "options");
    struct buf out;
    buf_init(&out, SIZE_MAX / 2);
    buf_add_str(&out, cJSON_IsFalse(field_get(body, "shift")) ? "shift=false" : "");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const cJSON *v = field_get(options, names[i]);
        if (cJSON_IsNumber(v)) {
            buf_printf(&out, " %s=%g", names[i], v->valuedouble);
        }
    }
    char *settings = xstrdup(out.len ? out.data : "");
    buf_finish(&out);
    return settings;
}
