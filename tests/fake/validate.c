#include "validate.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* cJSON takes raw control characters in strings; the real parsers do not. */
static bool has_raw_control(const char *text, size_t len)
{
    bool quoted = false;
    for (size_t i = 0; i < len; i++) {
        if (quoted && (unsigned char)text[i] < 0x20) {
            return true;
        }
        if (quoted && text[i] == '\\') {
            i++;
        } else if (text[i] == '"') {
            quoted = !quoted;
        }
    }
    return false;
}

cJSON *validate_json(const struct buf *body, bool llama, struct buf *why)
{
    const char *end = NULL;
    if (body->len == 0) {
        buf_add_str(why, llama ? "[json.exception.parse_error.101] parse error at line 1, column "
                                 "1: attempting to parse an empty input; check that your input "
                                 "string or stream contains the expected JSON"
                               : "missing request body");
        return NULL;
    }
    if ((unsigned char)body->data[0] == 0xef) {
        buf_add_str(why, "invalid character 'ï' looking for beginning of value");
        return NULL;
    }
    cJSON *json = cJSON_ParseWithLengthOpts(body->data, body->len, &end, false);
    size_t used = end ? (size_t)(end - body->data) : 0;
    if (!json) {
        if (llama) {
            buf_printf(why,
                       "[json.exception.parse_error.101] parse error at line 1, column %zu: "
                       "syntax error while parsing value - unexpected end of input; "
                       "expected '[', '{', or a literal",
                       used + 1);
        } else if (!end || used + 1 >= body->len) {
            buf_add_str(why, "unexpected EOF");
        } else {
            buf_printf(why, "invalid character '%c' looking for beginning of value",
                       isprint((unsigned char)end[0]) ? end[0] : '?');
        }
        return NULL;
    }
    if (has_raw_control(body->data, used)) {
        buf_add_str(why, "invalid character '\\n' in string literal");
        cJSON_Delete(json);
        return NULL;
    }
    return json;
}

static int wrong_type(struct buf *why, const char *is, const char *field, const char *wanted)
{
    buf_printf(why, "json: cannot unmarshal %s into Go struct field %s of type %s", is, field,
               wanted);
    return 400;
}

static const char *go_type(const cJSON *v)
{
    if (cJSON_IsString(v)) {
        return "string";
    }
    if (cJSON_IsNumber(v)) {
        return "number";
    }
    if (cJSON_IsBool(v)) {
        return "bool";
    }
    return cJSON_IsArray(v) ? "array" : "object";
}

static bool set(const cJSON *v)
{
    return v && !cJSON_IsNull(v);
}

static int check_option_types(const cJSON *options, struct buf *why)
{
    static const char *const integers[] = {"num_ctx", "num_predict", "top_k",
                                           "seed",    "num_keep",    "num_batch",
                                           "num_gpu", "num_thread",  "repeat_last_n"};
    static const char *const floats[] = {"temperature",      "top_p",          "min_p",
                                         "typical_p",        "repeat_penalty", "presence_penalty",
                                         "frequency_penalty"};
    for (size_t i = 0; i < sizeof integers / sizeof *integers; i++) {
        const cJSON *v = cJSON_GetObjectItem(options, integers[i]);
        if (set(v) && !cJSON_IsNumber(v)) {
            buf_printf(why, "option \"%s\" must be of type integer", integers[i]);
            return 500;
        }
    }
    for (size_t i = 0; i < sizeof floats / sizeof *floats; i++) {
        const cJSON *v = cJSON_GetObjectItem(options, floats[i]);
        if (set(v) && !cJSON_IsNumber(v)) {
            buf_printf(why, "option \"%s\" must be of type float32", floats[i]);
            return 500;
        }
    }
    const cJSON *stop = cJSON_GetObjectItem(options, "stop");
    if (set(stop) && !cJSON_IsArray(stop)) {
        buf_add_str(why, "option \"stop\" must be of type array");
        return 500;
    }
    return 0;
}

static int check_think(const cJSON *think, struct buf *why)
{
    static const char known[] = " high medium low max ";
    if (!set(think) || cJSON_IsBool(think)) {
        return 0;
    }
    if (!cJSON_IsString(think)) {
        buf_add_str(why, "think must be a boolean or string (\"high\", \"medium\", \"low\", "
                         "\"max\", true, or false)");
        return 400;
    }
    struct buf padded;
    buf_init(&padded, SIZE_MAX / 2);
    buf_printf(&padded, " %s ", think->valuestring);
    bool good = strstr(known, padded.data) != NULL;
    buf_finish(&padded);
    if (good) {
        return 0;
    }
    buf_printf(why,
               "invalid think value: \"%s\" (must be \"high\", \"medium\", \"low\", \"max\", "
               "true, or false)",
               think->valuestring);
    return 400;
}

static int check_keep_alive(const cJSON *keep, struct buf *why)
{
    if (!set(keep) || cJSON_IsNumber(keep)) {
        return 0;
    }
    if (!cJSON_IsString(keep)) {
        buf_add_str(why, "Unsupported type: 'bool'");
        return 400;
    }
    const char *s = keep->valuestring;
    size_t digits = strspn(s, "+-0123456789."), len = strlen(s);
    if (len && digits == len && strcmp(s, "0") != 0) {
        buf_printf(why, "time: missing unit in duration \"%s\"", s);
        return 400;
    }
    if (!len || !digits || strspn(s, "+-0123456789.hmsnuµ") != len) {
        buf_printf(why, "time: invalid duration \"%s\"", s);
        return 400;
    }
    return 0;
}

static int check_messages(const cJSON *messages, struct buf *why)
{
    const cJSON *message;
    if (set(messages) && !cJSON_IsArray(messages)) {
        return wrong_type(why, go_type(messages), "ChatRequest.messages", "[]api.Message");
    }
    cJSON_ArrayForEach(message, messages)
    {
        const cJSON *content = cJSON_GetObjectItem(message, "content");
        if (!cJSON_IsObject(message)) {
            return wrong_type(why, go_type(message), "ChatRequest.messages", "api.Message");
        }
        if (set(content) && !cJSON_IsString(content)) {
            return wrong_type(why, go_type(content), "ChatRequest.messages.content", "string");
        }
    }
    return 0;
}

/* What only /api/generate has. */
static int check_generate(const cJSON *body, struct buf *why)
{
    static const char *const texts[] = {"prompt", "suffix", "system", "template"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const cJSON *v = cJSON_GetObjectItem(body, texts[i]);
        if (set(v) && !cJSON_IsString(v)) {
            char field[40];
            snprintf(field, sizeof field, "GenerateRequest.%s", texts[i]);
            return wrong_type(why, go_type(v), field, "string");
        }
    }
    const cJSON *system = cJSON_GetObjectItem(body, "system");
    const cJSON *template = cJSON_GetObjectItem(body, "template");
    bool more = (set(system) && *system->valuestring) ||
                (set(template) && *template->valuestring) ||
                cJSON_GetArraySize(cJSON_GetObjectItem(body, "context")) > 0;
    if (more && cJSON_IsTrue(cJSON_GetObjectItem(body, "raw"))) {
        buf_add_str(why, "raw mode does not support template, system, or context");
        return 400;
    }
    return 0;
}

static int check_logprobs(const cJSON *body, struct buf *why)
{
    const cJSON *top = cJSON_GetObjectItem(body, "top_logprobs");
    if (cJSON_IsNumber(top) && (top->valuedouble < 0 || top->valuedouble > 20)) {
        buf_add_str(why, "top_logprobs must be between 0 and 20");
        return 400;
    }
    return 0;
}

int validate_ollama(const cJSON *body, bool chat, struct buf *why)
{
    const cJSON *model = cJSON_GetObjectItem(body, "model");
    const cJSON *stream = cJSON_GetObjectItem(body, "stream");
    const cJSON *options = cJSON_GetObjectItem(body, "options");
    int status;
    if (!cJSON_IsObject(body)) {
        return wrong_type(why, go_type(body), "", "api.ChatRequest");
    }
    if (set(stream) && !cJSON_IsBool(stream)) {
        return wrong_type(why, go_type(stream), "ChatRequest.stream", "bool");
    }
    if (set(options) && !cJSON_IsObject(options)) {
        return wrong_type(why, go_type(options), "ChatRequest.options", "map[string]interface {}");
    }
    if ((status = check_messages(cJSON_GetObjectItem(body, "messages"), why)) ||
        (status = check_think(cJSON_GetObjectItem(body, "think"), why)) ||
        (status = check_keep_alive(cJSON_GetObjectItem(body, "keep_alive"), why)) ||
        (status = check_logprobs(body, why)) || (!chat && (status = check_generate(body, why)))) {
        return status;
    }
    if (chat &&
        (!cJSON_IsString(model) || strspn(model->valuestring, " ") == strlen(model->valuestring))) {
        buf_add_str(why, "model is required");
        return 400;
    }
    return check_option_types(options, why);
}

static int lacks(const char *field, struct buf *why)
{
    buf_printf(why, "[json.exception.out_of_range.403] key '%s' not found", field);
    return 400;
}

static int check_chunks(const cJSON *chunks, struct buf *why)
{
    const cJSON *chunk;
    if (chunks && !cJSON_IsArray(chunks)) {
        buf_add_str(why, "\"input_extra\" must be an array of {\"filename\": string, "
                         "\"text\": string}");
        return 400;
    }
    cJSON_ArrayForEach(chunk, chunks)
    {
        const cJSON *name = cJSON_GetObjectItemCaseSensitive(chunk, "filename");
        if (!cJSON_IsString(cJSON_GetObjectItemCaseSensitive(chunk, "text"))) {
            buf_add_str(why, "extra_context chunk must contain a \"text\" field with a string "
                             "value");
            return 400;
        }
        if (name && !cJSON_IsString(name)) {
            buf_add_str(why, "extra_context chunk's \"filename\" field must be a string");
            return 400;
        }
    }
    return 0;
}

int validate_infill(const cJSON *body, struct buf *why)
{
    static const char *const texts[] = {"input_prefix", "input_suffix"};
    int status = check_chunks(cJSON_GetObjectItemCaseSensitive(body, "input_extra"), why);
    for (size_t i = 0; !status && i < 2; i++) {
        const cJSON *v = cJSON_GetObjectItemCaseSensitive(body, texts[i]);
        if (!v) {
            return lacks(texts[i], why);
        }
        if (!cJSON_IsString(v)) {
            buf_printf(why, "[json.exception.type_error.302] type must be string, but is %s",
                       cJSON_IsBool(v)   ? "boolean"
                       : cJSON_IsNull(v) ? "null"
                                         : go_type(v));
            return 400;
        }
    }
    return status;
}

int validate_openai(const cJSON *body, bool chat, bool llama, struct buf *why)
{
    const cJSON *messages = cJSON_GetObjectItemCaseSensitive(body, "messages"), *message;
    const cJSON *limit = cJSON_GetObjectItemCaseSensitive(body, "max_tokens");
    if (!chat) {
        const cJSON *prompt = cJSON_GetObjectItem(body, "prompt");
        if (llama && !prompt) {
            return lacks("prompt", why);
        }
        if (!llama && set(prompt) && !cJSON_IsString(prompt)) {
            return wrong_type(why, go_type(prompt), "CompletionRequest.prompt", "string");
        }
        return 0;
    }
    if (!cJSON_IsArray(messages)) {
        buf_add_str(why, llama ? "'messages' is required" : "[] is too short - 'messages'");
        return 400;
    }
    if (!llama && !messages->child) {
        buf_add_str(why, "[] is too short - 'messages'");
        return 400;
    }
    if (set(limit) && !cJSON_IsNumber(limit)) {
        buf_printf(why, "[json.exception.type_error.302] type must be number, but is %s",
                   go_type(limit));
        return 400;
    }
    cJSON_ArrayForEach(message, messages)
    {
        if (llama && !cJSON_IsString(cJSON_GetObjectItemCaseSensitive(message, "role"))) {
            buf_add_str(why, "Failed to parse messages: Missing 'role' in message");
            return 500;
        }
    }
    return 0;
}
