#include "generate.h"

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
        buf_add_str(why, llama ? "parse error: the input is empty" : "missing request body");
        return NULL;
    }
    cJSON *json = cJSON_ParseWithLengthOpts(body->data, body->len, &end, false);
    size_t used = end != NULL ? (size_t)(end - body->data) : 0;
    bool mark = (unsigned char)*body->data == 0xef; /* of the byte order: cJSON takes it */
    if (json == NULL || mark) {
        buf_add_str(why, llama                            ? "parse error"
                         : !mark && used + 1 >= body->len ? "unexpected EOF"
                                                          : "invalid character");
        cJSON_Delete(json);
        return NULL;
    }
    if (has_raw_control(body->data, used)) {
        buf_add_str(why, "invalid character '\\n' in string literal");
        cJSON_Delete(json);
        return NULL;
    }
    return json;
}

#define NUMERIC (NUMBER | NEGATIVE)

static const struct field option_fields[] = {
    FIELD("num_ctx", NUMERIC),
    FIELD("num_predict", NUMERIC),
    FIELD("top_k", NUMERIC),
    FIELD("seed", NUMERIC),
    FIELD("num_keep", NUMERIC),
    FIELD("num_batch", NUMERIC),
    FIELD("num_gpu", NUMERIC),
    FIELD("num_thread", NUMERIC),
    FIELD("repeat_last_n", NUMERIC),
    FIELD("temperature", NUMERIC),
    FIELD("top_p", NUMERIC),
    FIELD("min_p", NUMERIC),
    FIELD("typical_p", NUMERIC),
    FIELD("repeat_penalty", NUMERIC),
    FIELD("presence_penalty", NUMERIC),
    FIELD("frequency_penalty", NUMERIC),
    FIELD_LIST("stop", STRING, NULL),
    FIELDS_OPEN,
};

static const struct field ollama_message_fields[] = {
    FIELD("role", STRING),
    FIELD("content", STRING),
    FIELDS_OPEN,
};

static const struct field ollama_fields[] = {
    FIELD("stream", BOOLEAN),
    FIELD_OBJECT("options", option_fields),
    FIELD_LIST("messages", OBJECT, ollama_message_fields),
    {"think", BOOLEAN | STRING, 0, NULL, " high medium low max ", BY_HAND, 0},
    FIELD("keep_alive", NUMERIC | STRING),
    FIELD("top_logprobs", NUMBER),
    FIELD("prompt", STRING),
    FIELD("suffix", STRING),
    FIELD("system", STRING),
    FIELD("template", STRING),
    FIELD("raw", BOOLEAN),
    FIELDS_OPEN,
};

static const struct field openai_message_fields[] = {
    FIELD("role", STRING),
    FIELD("content", STRING | LIST),
    FIELDS_OPEN,
};

static const struct field chunk_fields[] = {
    FIELD("text", STRING),
    FIELD("filename", STRING),
    FIELDS_OPEN,
};

static const struct field openai_fields[] = {
    FIELD("stream", BOOLEAN),
    FIELD("stream_options", OBJECT),
    FIELD_LIST("messages", OBJECT, openai_message_fields),
    FIELD("max_tokens", NUMERIC),
    FIELD("n_predict", NUMERIC),
    FIELD("temperature", NUMERIC),
    FIELD("stop", STRING | LIST),
    FIELD("prompt", STRING | LIST),
    FIELD("suffix", STRING),
    FIELD_LIST("input_extra", OBJECT, chunk_fields),
    FIELDS_OPEN,
};

static int refuse(struct buf *why, const char *text)
{
    buf_add_str(why, text);
    return 400;
}

static int check_types(const cJSON *body, const struct field *fields, struct buf *why)
{
    char text[WHY_SIZE];
    if (!cJSON_IsObject(body)) {
        return refuse(why, "the body is no object");
    }
    return schema_check(body, fields, text) ? 0 : refuse(why, text);
}

/* A duration has units, but for 0. */
static bool good_duration(const char *s)
{
    size_t digits = strspn(s, "+-0123456789."), len = strlen(s);
    return strcmp(s, "") == 0 || strcmp(s, "0") == 0 ||
           (digits != 0 && digits != len && strspn(s, "+-0123456789.hmsnuµ") == len);
}

int validate_ollama(const cJSON *body, bool chat, struct buf *why)
{
    int status = check_types(body, ollama_fields, why);
    bool raw = cJSON_IsTrue(field_get(body, "raw"));
    if (status != 0) {
        return status;
    }
    if (!good_duration(field_text(body, "keep_alive", ""))) {
        buf_printf(why, "time: missing unit in duration \"%s\"",
                   field_text(body, "keep_alive", ""));
        return 400;
    }
    if (chat &&
        strspn(field_text(body, "model", ""), " ") == strlen(field_text(body, "model", ""))) {
        return refuse(why, "model is required");
    }
    if (raw &&
        (*field_text(body, "system", "") != '\0' || *field_text(body, "template", "") != '\0')) {
        return refuse(why, "raw mode does not support template, system, or context");
    }
    return 0;
}

static int lacks(const char *field, struct buf *why)
{
    buf_printf(why, "[json.exception.out_of_range.403] key '%s' not found", field);
    return 400;
}

int validate_infill(const cJSON *body, struct buf *why)
{
    static const char *const texts[] = {"input_prefix", "input_suffix"};
    int status = check_types(body, openai_fields, why);
    for (size_t i = 0; status == 0 && i < 2; i++) {
        const cJSON *v = field_get(body, texts[i]);
        if (v == NULL) {
            return lacks(texts[i], why);
        }
        if (!cJSON_IsString(v)) {
            buf_printf(why, "[json.exception.type_error.302] type must be string, but is %s",
                       cJSON_IsNumber(v) ? "number" : "another");
            return 400;
        }
    }
    return status;
}

int validate_openai(const cJSON *body, bool chat, bool llama, struct buf *why)
{
    const cJSON *messages = field_get(body, "messages"), *message;
    int status = check_types(body, openai_fields, why);
    if (status != 0) {
        return status;
    }
    if (!chat) {
        bool lost = llama && field_get(body, "prompt") == NULL;
        return lost ? lacks("prompt", why) : 0;
    }
    if (!cJSON_IsArray(messages) || (!llama && messages->child == NULL)) {
        return refuse(why, llama ? "'messages' is required" : "[] is too short - 'messages'");
    }
    cJSON_ArrayForEach(message, messages)
    {
        if (*field_text(message, "role", "") == '\0') {
            return refuse(why, "Failed to parse messages: Missing 'role' in message");
        }
    }
    return 0;
}

/* What the service itself insists on; servers that copy it take more. */
int validate_messages(const cJSON *body, struct buf *why)
{
    const cJSON *messages = field_get(body, "messages"), *message;
    const char *wanted = "user";
    if (!cJSON_IsNumber(field_get(body, "max_tokens"))) {
        return refuse(why, "max_tokens: Field required");
    }
    if (cJSON_GetArraySize(messages) == 0) {
        return refuse(why, "messages: at least one message is required");
    }
    cJSON_ArrayForEach(message, messages)
    {
        if (strcmp(field_text(message, "role", ""), wanted) != 0) {
            return refuse(why, "messages: roles must alternate, and the first is the user's");
        }
        if (*generate_message_text(message) == '\0') {
            return refuse(why, "messages: text content blocks must be non-empty");
        }
        wanted = strcmp(wanted, "user") == 0 ? "assistant" : "user";
    }
    return 0;
}
