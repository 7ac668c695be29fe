#include "models.h"

#include "head.h"
#include "quote.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* A date in the past for everything that has one. */
#define MODIFIED "2026-01-02T03:04:05.123456789Z"
enum { CREATED = 1767323045 };

#define INSERT_TEMPLATE                                                                     \
    "{{- if .Suffix }}<|fim_prefix|>{{ .Prompt }}<|fim_suffix|>{{ .Suffix }}<|fim_middle|>" \
    "{{- else }}{{ .Prompt }}{{- end }}"

static const char *name_of(const cJSON *model)
{
    return cJSON_GetObjectItemCaseSensitive(model, "name")->valuestring;
}

static void add_quoted(struct buf *out, const char *text)
{
    quote(out, text, strlen(text), QUOTE_GO);
}

static void add_full_name(struct buf *out, const char *name)
{
    struct buf full;
    buf_init(&full, SIZE_MAX / 2);
    buf_printf(&full, "%s%s", name, strchr(name, ':') ? "" : ":latest");
    add_quoted(out, full.data);
    buf_finish(&full);
}

static void add_capabilities(struct buf *out, const cJSON *model)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(model, "capabilities");
    char *json = list ? cJSON_PrintUnformatted(list) : NULL;
    buf_add_str(out, json ? json : "[\"completion\"]");
    cJSON_free(json);
}

/* A digest that differs from model to model, which is all it is good for. */
static void add_digest(struct buf *out, const char *name)
{
    uint64_t x = 0xcbf29ce484222325u;
    for (const char *c = name; *c; c++) {
        x = (x ^ (unsigned char)*c) * 0x100000001b3u;
    }
    for (int i = 0; i < 4; i++) {
        buf_printf(out, "%016" PRIx64, x = x * 0x5851f42d4c957f2du + 1);
    }
}

static void add_details(struct buf *out, bool lengths)
{
    buf_add_str(out, "{\"parent_model\":\"\",\"format\":\"gguf\",\"family\":\"llama\","
                     "\"families\":[\"llama\"],\"parameter_size\":\"1.2B\","
                     "\"quantization_level\":\"Q4_K_M\"");
    if (lengths) {
        buf_add_str(out, ",\"context_length\":8192,\"embedding_length\":64");
    }
    buf_add_str(out, "}");
}

static void add_names(struct buf *out, const char *name)
{
    buf_add_str(out, "{\"name\":");
    add_full_name(out, name);
    buf_add_str(out, ",\"model\":");
    add_full_name(out, name);
}

static void answer(struct conn *c, struct buf *json)
{
    head_json(c, 200, json->data);
    buf_finish(json);
}

void models_tags(struct conn *c)
{
    const cJSON *model;
    struct buf out;
    buf_init(&out, SIZE_MAX / 2);
    buf_add_str(&out, "{\"models\":[");
    cJSON_ArrayForEach(model, script_models(&c->server->script))
    {
        buf_add_str(&out, out.data[out.len - 1] == '[' ? "" : ",");
        add_names(&out, name_of(model));
        buf_add_str(&out, ",\"modified_at\":\"" MODIFIED "\",\"size\":3745248,\"digest\":\"");
        add_digest(&out, name_of(model));
        buf_add_str(&out, "\",\"details\":");
        add_details(&out, true);
        buf_add_str(&out, ",\"capabilities\":");
        add_capabilities(&out, model);
        buf_add_str(&out, "}");
    }
    buf_add_str(&out, "]}");
    answer(c, &out);
}

void models_ps(struct conn *c)
{
    struct buf out;
    buf_init(&out, SIZE_MAX / 2);
    buf_add_str(&out, "{\"models\":[");
    for (const struct loaded *l = c->server->loaded; l; l = l->next) {
        buf_add_str(&out, l == c->server->loaded ? "" : ",");
        add_names(&out, l->name);
        buf_add_str(&out, ",\"size\":3745248,\"digest\":\"");
        add_digest(&out, l->name);
        buf_add_str(&out, "\",\"details\":");
        add_details(&out, false);
        buf_add_str(&out, ",\"expires_at\":\"2318-10-03T05:00:00.123456789Z\",\"size_vram\":0,"
                          "\"context_length\":4096}");
    }
    buf_add_str(&out, "]}");
    answer(c, &out);
}

/* What the script has instead of the usual fields. */
static void replace_fields(struct buf *json, const cJSON *fields)
{
    const cJSON *field;
    if (!fields) {
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

void models_show(struct conn *c, const cJSON *body)
{
    const cJSON *name = cJSON_GetObjectItem(body, "model");
    name = name ? name : cJSON_GetObjectItem(body, "name");
    if (!cJSON_IsString(name) || !*name->valuestring) {
        head_error(c, false, 400, "model is required");
        return;
    }
    const cJSON *model = script_model(&c->server->script, name->valuestring);
    struct buf out;
    buf_init(&out, SIZE_MAX / 2);
    if (!model) {
        bool tagged = strchr(name->valuestring, ':') != NULL;
        buf_printf(&out, "model '%s%s' not found", name->valuestring, tagged ? "" : ":latest");
        head_error(c, false, 404, out.data);
        buf_finish(&out);
        return;
    }
    buf_add_str(&out, "{\"modelfile\":\"FROM fake\\nPARAMETER num_ctx 4096\\n\",\"parameters\":"
                      "\"num_ctx                        4096\",\"template\":");
    add_quoted(&out, script_can(model, "insert") ? INSERT_TEMPLATE : "{{ .Prompt }}");
    buf_add_str(&out, ",\"details\":");
    add_details(&out, false);
    buf_add_str(&out, ",\"model_info\":{\"general.architecture\":\"llama\","
                      "\"general.parameter_count\":1235814432,\"llama.context_length\":8192},"
                      "\"capabilities\":");
    add_capabilities(&out, model);
    buf_add_str(&out, ",\"modified_at\":\"" MODIFIED "\"}");
    replace_fields(&out, cJSON_GetObjectItemCaseSensitive(model, "show"));
    answer(c, &out);
}

static void llama_models(struct conn *c)
{
    const cJSON *model = script_models(&c->server->script)->child;
    const char *name = model ? name_of(model) : "none";
    struct buf out, quoted;
    buf_init(&out, SIZE_MAX / 2);
    buf_init(&quoted, SIZE_MAX / 2);
    add_quoted(&quoted, name);
    const char *q = quoted.data;
    buf_printf(&out,
               "{\"models\":[{\"name\":%s,\"model\":%s,\"modified_at\":\"\",\"size\":\"\","
               "\"digest\":\"\",\"type\":\"model\",\"description\":\"\",\"tags\":[\"\"],"
               "\"capabilities\":[\"completion\"],\"parameters\":\"\",\"details\":{"
               "\"parent_model\":\"\",\"format\":\"gguf\",\"family\":\"\",\"families\":[\"\"],"
               "\"parameter_size\":\"\",\"quantization_level\":\"\"}}],\"object\":\"list\","
               "\"data\":[",
               q, q);
    cJSON_ArrayForEach(model, script_models(&c->server->script))
    {
        buf_clear(&quoted);
        add_quoted(&quoted, name_of(model));
        q = quoted.data;
        buf_printf(&out,
                   "%s{\"id\":%s,\"aliases\":[%s],\"tags\":[],\"object\":\"model\","
                   "\"architecture\":{\"input_modalities\":[\"text\"],"
                   "\"output_modalities\":[\"text\"]},\"created\":%d,\"owned_by\":\"llamacpp\","
                   "\"meta\":{\"vocab_type\":2,\"n_vocab\":616,\"n_ctx\":4096,"
                   "\"n_ctx_train\":8192,\"n_embd\":1248,\"n_params\":5936736,\"size\":3745248,"
                   "\"ftype\":\"Q4_0\"}}",
                   out.data[out.len - 1] == '[' ? "" : ",", q, q, CREATED);
    }
    buf_add_str(&out, "]}");
    struct head head = {
        .status = 200,
        .type = "application/json; charset=utf-8",
        .length = (int64_t)out.len,
        .llama = true,
    };
    head_answer(c, &head, out.data, out.len);
    buf_finish(&quoted);
    buf_finish(&out);
}

void models_list(struct conn *c, bool llama)
{
    const cJSON *model;
    struct buf out;
    if (llama) {
        llama_models(c);
        return;
    }
    buf_init(&out, SIZE_MAX / 2);
    buf_add_str(&out, "{\"object\":\"list\",\"data\":[");
    cJSON_ArrayForEach(model, script_models(&c->server->script))
    {
        buf_printf(&out, "%s{\"id\":", out.data[out.len - 1] == '[' ? "" : ",");
        add_full_name(&out, name_of(model));
        buf_printf(&out, ",\"object\":\"model\",\"created\":%d,\"owned_by\":\"library\"}", CREATED);
    }
    buf_add_str(&out, "]}\n");
    struct head head = {.status = 200, .type = "application/json", .length = (int64_t)out.len};
    head.length = out.len > 2048 ? -1 : head.length;
    head_answer(c, &head, out.data, out.len);
    buf_finish(&out);
}

static struct loaded **find(struct server *s, const char *name)
{
    struct loaded **at = &s->loaded;
    while (*at && strcmp((*at)->name, name) != 0) {
        at = &(*at)->next;
    }
    return at;
}

uint64_t models_load_time(const struct server *s, const char *name, const char *settings)
{
    const struct loaded *l = s->loaded;
    while (l && strcmp(l->name, name) != 0) {
        l = l->next;
    }
    return l && strcmp(l->settings, settings ? settings : "") == 0 ? 0 : s->script.load_ns;
}

void models_loaded(struct server *s, const char *name, const char *settings)
{
    const char *text = settings ? settings : "";
    struct loaded **at = find(s, name);
    if (*at && strcmp((*at)->settings, text) == 0) {
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
    if (!l) {
        return;
    }
    *at = l->next;
    free(l->name);
    free(l->settings);
    free(l);
}

void models_finish(struct server *s)
{
    while (s->loaded) {
        models_unload(s, s->loaded->name);
    }
}

char *models_settings(const cJSON *body)
{
    static const char *const names[] = {"num_ctx",  "num_batch",  "num_gpu",
                                        "main_gpu", "num_thread", "use_mmap"};
    const cJSON *options = cJSON_GetObjectItem(body, "options");
    struct buf out;
    buf_init(&out, SIZE_MAX / 2);
    buf_add_str(&out, cJSON_IsFalse(cJSON_GetObjectItem(body, "shift")) ? "shift=false" : "");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const cJSON *v = cJSON_GetObjectItem(options, names[i]);
        if (cJSON_IsNumber(v)) {
            buf_printf(&out, " %s=%g", names[i], v->valuedouble);
        }
    }
    char *settings = xstrdup(out.len ? out.data : "");
    buf_finish(&out);
    return settings;
}
