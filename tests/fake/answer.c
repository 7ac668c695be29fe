#include "answer.h"

#include "pieces.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct field match_fields[] = {
    FIELD("path", STRING),
    FIELD("model", STRING),
    {"text", STRING | LIST, STRING, NULL, NULL, BY_HAND, 0},
    FIELD("nth", NUMBER),
    FIELD("load", BOOLEAN),
    FIELDS_END,
};

static const struct field when_fields[] = {
    FIELD("has", STRING),      FIELD("role", STRING),  FIELD("nth", NUMBER), FIELD("over", LIST),
    FIELD("thinking", STRING), FIELD("bytes", NUMBER), FIELDS_END,
};

static const struct field prompt_fields[] = {
    FIELD("prefix_ends", STRING),         FIELD("suffix_begins", STRING),
    FIELD_LIST("contains", STRING, NULL), FIELD_LIST("excludes", STRING, NULL),
    FIELD("max_bytes", NUMBER),           FIELDS_END,
};

static const struct field piece_fields[] = {
    FIELD("text", STRING),
    FIELD("times", NUMBER),
    FIELD("split", NUMBER),
    FIELD("base64", STRING),
    FIELD("pause_ms", NUMBER),
    FIELD_WORDS("end", " close reset stall "),
    FIELDS_END,
};

static const struct field fault_fields[] = {
    FIELD("at", NUMBER),
    FIELD_WORDS("do", " cut close reset stall pause truncate error raw huge empty "),
    FIELD("text", STRING),
    FIELD("size", NUMBER),
    FIELD("ms", NUMBER),
    FIELDS_END,
};

#define INTO(name, types, kind, member) FIELD_INTO(name, types, kind, struct answer, member)

const struct field answer_fields[] = {
    FIELD("text", STRING),
    FIELD_LIST("tokens", STRING, NULL),
    FIELD_LIST("escaped", STRING, NULL),
    FIELD("count", NUMBER),
    FIELD("seed", NUMBER),
    FIELD("token_bytes", NUMBER),
    {"thinking", STRING | LIST, STRING, NULL, NULL, BY_HAND, 0},
    FIELD("thinking_count", NUMBER),
    INTO("together", BOOLEAN, FLAG, together),
    INTO("done_text", STRING, TEXT, done_text),
    INTO("done_reason", STRING, TEXT, done_reason),
    INTO("stats", OBJECT, NODE, stats),
    FIELD("bytes_per_token", NUMBER),
    {"logprob", NUMBER | NEGATIVE | LIST, NUMBER | NEGATIVE, NULL, NULL, NODE,
     offsetof(struct answer, logprob)},
    INTO("interval_ms", NUMBER, TIME, interval_ns),
    INTO("per_chunk", NUMBER, COUNT, per_chunk),
    INTO("crlf", BOOLEAN, FLAG, crlf),
    INTO("last_newline", BOOLEAN, NO_FLAG, no_last_newline),
    INTO("sse_space", BOOLEAN, NO_FLAG, no_sse_space),
    INTO("comments", BOOLEAN, FLAG, comments),
    FIELD_LIST("faults", OBJECT, fault_fields),
    FIELD("continue", STRING | OBJECT),
    FIELD("continue_lines", NUMBER),
    FIELD("miss", NUMBER),
    FIELD("goes_on", BOOLEAN),

    INTO("status", NUMBER, STATUS, status),
    INTO("headers", OBJECT, NODE, headers),
    INTO("content_type", STRING, TEXT, content_type),
    INTO("first_ms", NUMBER, TIME, first_ns),
    INTO("early_headers", BOOLEAN, FLAG, early_headers),
    INTO("split", NUMBER, COUNT, split),
    INTO("chunk_bytes", NUMBER, COUNT, chunk_bytes),
    FIELD("json", ANY),
    FIELD("body", STRING),
    {"pieces", LIST, STRING | OBJECT, piece_fields, NULL, NODE, offsetof(struct answer, pieces)},
    FIELD_WORDS("framing", " raw "),
    FIELD("redirect", STRING),
    FIELD("replay", STRING),

    FIELD_OBJECT("match", match_fields),
    FIELD_OBJECT("when", when_fields),
    FIELD("times", NUMBER),
    FIELD_OBJECT("expect_prompt", prompt_fields),
    FIELDS_END,
};

static const char *const fault_names[] = {
    [FAULT_CUT] = "cut",     [FAULT_CLOSE] = "close", [FAULT_RESET] = "reset",
    [FAULT_STALL] = "stall", [FAULT_PAUSE] = "pause", [FAULT_TRUNCATE] = "truncate",
    [FAULT_ERROR] = "error", [FAULT_RAW] = "raw",     [FAULT_HUGE] = "huge",
    [FAULT_EMPTY] = "empty",
};

/* What the tables do not tell. */
static bool check_over(const cJSON *over, char why[WHY_SIZE])
{
    bool pair = cJSON_GetArraySize(over) == 2 && cJSON_IsString(over->child) &&
                cJSON_IsNumber(over->child->next);
    if (over != NULL && !pair) {
        snprintf(why, WHY_SIZE, "\"over\" must be a field and a number");
        return false;
    }
    return true;
}

static bool check_faults(const cJSON *faults, char why[WHY_SIZE])
{
    const cJSON *fault;
    cJSON_ArrayForEach(fault, faults)
    {
        if (field_get(fault, "do") == NULL) {
            snprintf(why, WHY_SIZE, "a fault needs \"do\"");
            return false;
        }
    }
    return true;
}

bool answer_check(const cJSON *answer, char why[WHY_SIZE])
{
    return check_over(field_get(field_get(answer, "when"), "over"), why) &&
           check_faults(field_get(answer, "faults"), why) &&
           listed_check(field_get(answer, "pieces"), why);
}

bool answer_is_fixed(const cJSON *src)
{
    static const char *const names[] = {"status", "body", "json", "redirect", "replay", "pieces"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (field_get(src, names[i]) != NULL) {
            return true;
        }
    }
    return false;
}

static enum fault_type fault_type(const cJSON *fault)
{
    const char *name = field_get(fault, "do")->valuestring;
    size_t i = 1;
    while (strcmp(fault_names[i], name) != 0) {
        i++;
    }
    return (enum fault_type)i;
}

static int by_at(const void *a, const void *b)
{
    const struct fault *x = a, *y = b;
    return (x->at > y->at) - (x->at < y->at);
}

static void read_faults(struct answer *a)
{
    const cJSON *list = field_get(a->src, "faults"), *item;
    a->faults = xcalloc((size_t)cJSON_GetArraySize(list) + 1, sizeof *a->faults);
    cJSON_ArrayForEach(item, list)
    {
        bool placed = field_get(item, "at") != NULL;
        a->faults[a->fault_count++] = (struct fault){
            .type = fault_type(item),
            .at = placed ? (size_t)field_number(item, "at", 0) : SIZE_MAX,
            .text = field_text(item, "text", ""),
            .size = (size_t)field_number(item, "size", 0),
            .ns = (uint64_t)(field_number(item, "ms", 0) * 1e6),
        };
    }
    qsort(a->faults, a->fault_count, sizeof *a->faults, by_at);
}

bool answer_file(struct buf *out, const char *name, const char *fixtures, char why[WHY_SIZE])
{
    struct buf path;
    buf_init(&path, SIZE_MAX / 2);
    buf_printf(&path, "%s/%s", fixtures, name);
    FILE *file = fopen(path.data, "rb");
    file = file != NULL ? file : fopen(name, "rb");
    buf_finish(&path);
    if (file == NULL) {
        snprintf(why, WHY_SIZE, "cannot read \"%.200s\"", name);
        return false;
    }
    char room[65536];
    size_t n;
    while ((n = fread(room, 1, sizeof room, file)) > 0) {
        buf_add(out, room, n);
    }
    fclose(file);
    return true;
}

static void add_list(struct tokens *t, const cJSON *list)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, list)
    {
        tokens_add(t, item->valuestring, strlen(item->valuestring));
    }
}

static void add_text(const struct answer *a, struct tokens *t, const char *text)
{
    size_t n = (size_t)field_number(a->src, "token_bytes", 0);
    if (n != 0) {
        tokens_cut_even(t, text, strlen(text), n);
    } else {
        tokens_cut(t, text, strlen(text));
    }
}

static void fit(const struct answer *a, struct tokens *t, const char *name)
{
    const cJSON *count = field_get(a->src, name);
    if (count != NULL && t->count != 0) {
        tokens_fit(t, (size_t)field_number(a->src, name, 0));
    } else if (count != NULL) {
        tokens_make(t, (size_t)field_number(a->src, name, 0),
                    (size_t)field_number(a->src, "seed", 1));
    }
}

static void read_tokens(struct answer *a)
{
    add_text(a, &a->text, field_text(a->src, "text", ""));
    add_list(&a->text, field_get(a->src, "tokens"));
    add_list(&a->text, field_get(a->src, "escaped"));
    fit(a, &a->text, "count");
    const cJSON *thinking = field_get(a->src, "thinking");
    if (cJSON_IsArray(thinking)) {
        add_list(&a->thinking, thinking);
    }
    add_text(a, &a->thinking, field_text(a->src, "thinking", ""));
    fit(a, &a->thinking, "thinking_count");
    a->escaped = field_get(a->src, "escaped") != NULL;
}

static void add_header(struct answer *a, const char *name, const char *value)
{
    cJSON *headers = cJSON_GetObjectItem(a->src, "headers");
    headers = headers != NULL ? headers : cJSON_AddObjectToObject(a->src, "headers");
    cJSON_AddStringToObject(headers, name, value);
}

static bool read_body(struct answer *a, const char *fixtures, char why[WHY_SIZE])
{
    const cJSON *json = field_get(a->src, "json");
    const char *redirect = field_text(a->src, "redirect", NULL),
               *replay = field_text(a->src, "replay", NULL);
    a->raw = replay != NULL || strcmp(field_text(a->src, "framing", ""), "raw") == 0;
    a->status = redirect != NULL ? 307 : 200;
    a->content_type =
        field_get(a->src, "pieces") != NULL ? "text/event-stream" : "application/json";
    buf_add_str(&a->body, field_text(a->src, "body", ""));
    if (json != NULL) {
        char *text = cJSON_PrintUnformatted(json);
        buf_add_str(&a->body, text);
        cJSON_free(text);
    }
    if (redirect != NULL) {
        add_header(a, "Location", redirect);
    }
    return replay == NULL || answer_file(&a->body, replay, fixtures, why);
}

bool answer_init(struct answer *a, const cJSON *src, const char *fixtures, char why[WHY_SIZE])
{
    *a = (struct answer){
        .src = cJSON_Duplicate(src, true),
        .fixed = answer_is_fixed(src),
        .done_text = "",
        .per_chunk = 1,
    };
    tokens_init(&a->thinking);
    tokens_init(&a->text);
    buf_init(&a->body, SIZE_MAX / 2);
    if (!read_body(a, fixtures, why)) {
        answer_finish(a);
        return false;
    }
    read_tokens(a);
    read_faults(a);
    schema_read(a->src, answer_fields, a);
    return true;
}

double answer_logprob(const struct answer *a, size_t token)
{
    const cJSON *v = a->logprob;
    if (cJSON_IsArray(v)) {
        for (v = v->child; v != NULL && v->next != NULL && token != 0; token--) {
            v = v->next;
        }
    }
    return v != NULL ? v->valuedouble : -0.1;
}

void answer_finish(struct answer *a)
{
    tokens_finish(&a->thinking);
    tokens_finish(&a->text);
    buf_finish(&a->body);
    free(a->faults);
    cJSON_Delete(a->src);
}
