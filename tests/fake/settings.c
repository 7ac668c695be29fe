#include "settings.h"

#include "head.h"
#include "quote.h"
#include "shape.h"

#include <inttypes.h>
#include <string.h>

static double number(const cJSON *request, const char *name, double otherwise)
{
    const cJSON *v = cJSON_GetObjectItemCaseSensitive(request, name);
    return cJSON_IsNumber(v) ? v->valuedouble : otherwise;
}

static void add_number(const cJSON *request, const char *name, double otherwise, struct buf *out)
{
    buf_printf(out, "\"%s\":", name);
    figure_double((float)number(request, name, otherwise), out);
    buf_add_str(out, ",");
}

static void add_whole(const cJSON *request, const char *name, double otherwise, struct buf *out)
{
    buf_printf(out, "\"%s\":%" PRId64 ",", name, (int64_t)number(request, name, otherwise));
}

static void add_list(const cJSON *request, const char *name, const char *otherwise, struct buf *out)
{
    const cJSON *v = cJSON_GetObjectItemCaseSensitive(request, name);
    char *json = cJSON_IsArray(v) ? cJSON_PrintUnformatted(v) : NULL;
    buf_printf(out, "\"%s\":%s,", name, json ? json : otherwise);
    cJSON_free(json);
}

static void add_sampling(const cJSON *request, struct buf *out)
{
    add_whole(request, "seed", 4294967295, out);
    add_number(request, "temperature", 0.8, out);
    buf_add_str(out, "\"dynatemp_range\":0.0,\"dynatemp_exponent\":1.0,");
    add_whole(request, "top_k", 40, out);
    add_number(request, "top_p", 0.95, out);
    add_number(request, "min_p", 0.05, out);
    buf_add_str(out, "\"top_n_sigma\":-1.0,\"xtc_probability\":0.0,"
                     "\"xtc_threshold\":0.10000000149011612,\"typical_p\":1.0,"
                     "\"repeat_last_n\":64,");
    add_number(request, "repeat_penalty", 1, out);
    buf_add_str(out, "\"presence_penalty\":0.0,\"frequency_penalty\":0.0,"
                     "\"dry_multiplier\":0.0,\"dry_base\":1.75,\"dry_allowed_length\":2,"
                     "\"dry_penalty_last_n\":64,");
}

static void add_length(const cJSON *request, struct buf *out)
{
    double most = number(request, "n_predict", number(request, "max_tokens", -1));
    buf_printf(out,
               "\"max_tokens\":%.0f,\"n_predict\":%.0f,\"n_keep\":0,\"n_discard\":0,"
               "\"ignore_eos\":false,\"stream\":%s,",
               most, most, cJSON_IsTrue(cJSON_GetObjectItem(request, "stream")) ? "true" : "false");
}

/* props has no lists and another way with thoughts. */
static void add_settings(const cJSON *request, bool props, struct buf *out)
{
    buf_add_str(out, "{");
    add_sampling(request, out);
    buf_add_str(out, props ? "" : "\"dry_sequence_breakers\":[\"\\n\",\":\",\"\\\"\",\"*\"],");
    buf_add_str(out, "\"mirostat\":0,\"mirostat_tau\":5.0,\"mirostat_eta\":0.10000000149011612,"
                     "\"adaptive_target\":-1.0,\"adaptive_decay\":0.8999999761581421,");
    if (!props) {
        add_list(request, "stop", "[]", out);
    }
    add_length(request, out);
    buf_add_str(out, props ? "" : "\"logit_bias\":[],");
    add_whole(request, "n_probs", 0, out);
    buf_printf(out,
               "\"min_keep\":0,%s\"chat_format\":\"Content-only\",\"reasoning_format\":\"%s\","
               "\"reasoning_in_content\":false,\"generation_prompt\":\"\",",
               props ? ""
                     : "\"grammar\":\"\",\"grammar_lazy\":false,\"grammar_triggers\":[],"
                       "\"preserved_tokens\":[],",
               props ? "none" : "deepseek");
    add_list(request, "samplers",
             "[\"penalties\",\"dry\",\"top_n_sigma\",\"top_k\",\"typ_p\",\"top_p\",\"min_p\","
             "\"xtc\",\"temperature\"]",
             out);
    buf_add_str(out, "\"speculative.types\":\"none\",\"timings_per_token\":false,"
                     "\"post_sampling_probs\":false,\"backend_sampling\":false,\"lora\":[]}");
}

void settings_of_request(const cJSON *request, struct buf *out)
{
    add_settings(request, false, out);
}

static void add_model(const struct server *s, struct buf *out)
{
    const cJSON *model = script_models(&s->script)->child;
    const cJSON *name = cJSON_GetObjectItemCaseSensitive(model, "name");
    struct buf path;
    buf_init(&path, SIZE_MAX / 2);
    buf_printf(&path, "/srv/models/%s.gguf", name ? name->valuestring : "none");
    buf_add_str(out, "\"model_alias\":");
    quote(out, path.data + 12, path.len - 17, QUOTE_PLAIN);
    buf_add_str(out, ",\"model_ftype\":\"Q4_0\",\"model_path\":");
    quote(out, path.data, path.len, QUOTE_PLAIN);
    buf_finish(&path);
}

void settings_props(struct conn *c)
{
    unsigned slots = c->server->script.slots ? c->server->script.slots : SCRIPT_SLOTS;
    struct buf out;
    buf_init(&out, SIZE_MAX / 2);
    buf_add_str(&out, "{\"default_generation_settings\":{\"params\":");
    add_settings(NULL, true, &out);
    buf_printf(&out, ",\"n_ctx\":4096},\"total_slots\":%u,", slots);
    add_model(c->server, &out);
    buf_add_str(&out,
                ",\"modalities\":{\"vision\":false,\"video\":false,\"audio\":false},"
                "\"media_marker\":\"<__media_fake__>\",\"endpoint_slots\":true,"
                "\"endpoint_props\":false,\"endpoint_metrics\":false,\"ui\":true,"
                "\"ui_settings\":{},\"chat_template\":\"{%- for m in messages %}{{- m['content'] "
                "}}{%- endfor %}\",\"chat_template_caps\":{\"supports_object_arguments\":true,"
                "\"supports_parallel_tool_calls\":true,\"supports_preserve_reasoning\":true,"
                "\"supports_reasoning_effort\":false,\"supports_string_content\":true,"
                "\"supports_system_role\":true,\"supports_tool_calls\":true,"
                "\"supports_tools\":true,\"supports_typed_content\":false},"
                "\"bos_token\":\"<|endoftext|>\",\"eos_token\":\"<|im_end|>\","
                "\"build_info\":\"b11669-Debian\",\"is_sleeping\":false,"
                "\"cors_proxy_enabled\":false}");
    struct head head = {
        .status = 200,
        .type = "application/json; charset=utf-8",
        .length = (int64_t)out.len,
        .llama = true,
    };
    head_answer(c, &head, out.data, out.len);
    buf_finish(&out);
}
