#include "answer.h"

#include <stdio.h>
#include <string.h>

enum field_type { NUMBER = 1, BOOLEAN = 2, STRING = 4, LIST = 8, OBJECT = 16, ANY = 31 };

static const struct field {
    const char *name;
    int types;
} fields[] = {
    {"text", STRING},           {"tokens", LIST},           {"escaped", LIST},
    {"file", STRING},           {"count", NUMBER},          {"seed", NUMBER},
    {"line", NUMBER},           {"token_bytes", NUMBER},    {"thinking", STRING | LIST},
    {"thinking_count", NUMBER}, {"together", BOOLEAN},      {"tool_calls", LIST},
    {"tools_in_done", BOOLEAN}, {"done_text", STRING},      {"done_reason", STRING},
    {"stats", OBJECT},          {"first_ms", NUMBER},       {"interval_ms", NUMBER},
    {"burst", NUMBER},          {"early_headers", BOOLEAN}, {"split", NUMBER},
    {"split_at", LIST},         {"split_ms", NUMBER},       {"chunk_bytes", NUMBER},
    {"chunk_at", LIST},         {"per_chunk", NUMBER},      {"crlf", BOOLEAN},
    {"bom", BOOLEAN},           {"last_newline", BOOLEAN},  {"sse_space", BOOLEAN},
    {"sse_done", BOOLEAN},      {"comments", BOOLEAN},      {"faults", LIST},
    {"status", NUMBER},         {"body", STRING},           {"json", ANY},
    {"content_type", STRING},   {"headers", OBJECT},        {"redirect", STRING},
    {"chunked", BOOLEAN},       {"replay", STRING},         {"expect", OBJECT},
    {"expect_headers", OBJECT}, {"expect_absent", LIST},    {"match", OBJECT},
    {"times", NUMBER},          {"name", STRING},           {"continue", STRING | OBJECT},
    {"continue_lines", NUMBER}, {"miss", NUMBER},           {"logprob", NUMBER | LIST},
    {"expect_prompt", OBJECT},
};

static int type_of(const cJSON *v)
{
    if (cJSON_IsNumber(v)) {
        return NUMBER;
    }
    if (cJSON_IsBool(v)) {
        return BOOLEAN;
    }
    if (cJSON_IsString(v)) {
        return STRING;
    }
    if (cJSON_IsArray(v)) {
        return LIST;
    }
    return cJSON_IsObject(v) ? OBJECT : 0;
}

static const char *const fault_names[] = {
    [FAULT_NONE] = "",       [FAULT_CUT] = "cut",     [FAULT_TRUNCATE] = "truncate",
    [FAULT_CLOSE] = "close", [FAULT_RESET] = "reset", [FAULT_STALL] = "stall",
    [FAULT_PAUSE] = "pause", [FAULT_ERROR] = "error", [FAULT_RAW] = "raw",
    [FAULT_HUGE] = "huge",   [FAULT_EMPTY] = "empty",
};

enum fault_type answer_fault_type(const cJSON *fault)
{
    const cJSON *name = cJSON_GetObjectItemCaseSensitive(fault, "do");
    if (!cJSON_IsString(name)) {
        return FAULT_NONE;
    }
    for (size_t i = 1; i < sizeof fault_names / sizeof *fault_names; i++) {
        if (strcmp(fault_names[i], name->valuestring) == 0) {
            return (enum fault_type)i;
        }
    }
    return FAULT_NONE;
}

static bool check_list(const cJSON *list, int type, char why[ANSWER_ERROR])
{
    const cJSON *item;
    cJSON_ArrayForEach(item, list)
    {
        if (type_of(item) == type) {
            continue;
        }
        snprintf(why, ANSWER_ERROR, "field \"%s\" has an item of the wrong type", list->string);
        return false;
    }
    return true;
}

static bool check_faults(const cJSON *faults, char why[ANSWER_ERROR])
{
    static const struct field known[] = {
        {"at", NUMBER}, {"do", STRING}, {"text", STRING}, {"size", NUMBER}, {"ms", NUMBER},
    };
    const cJSON *fault, *item;
    cJSON_ArrayForEach(fault, faults)
    {
        if (answer_fault_type(fault) == FAULT_NONE) {
            snprintf(why, ANSWER_ERROR, "a fault needs a known \"do\"");
            return false;
        }
        cJSON_ArrayForEach(item, fault)
        {
            size_t i = 0;
            while (i < 5 && strcmp(known[i].name, item->string) != 0) {
                i++;
            }
            if (i == 5 || type_of(item) != known[i].types) {
                snprintf(why, ANSWER_ERROR, "bad field \"%s\" of a fault", item->string);
                return false;
            }
        }
    }
    return true;
}

static bool check_prompt(const cJSON *expect, char why[ANSWER_ERROR])
{
    static const struct field known[] = {
        {"prefix_ends", STRING}, {"suffix_begins", STRING}, {"contains", LIST},
        {"excludes", LIST},      {"max_bytes", NUMBER},
    };
    const cJSON *item;
    cJSON_ArrayForEach(item, expect)
    {
        size_t i = 0;
        while (i < 5 && strcmp(known[i].name, item->string) != 0) {
            i++;
        }
        if (i == 5 || type_of(item) != known[i].types) {
            snprintf(why, ANSWER_ERROR, "bad field \"%.100s\" of expect_prompt", item->string);
            return false;
        }
        if (cJSON_IsArray(item) && !check_list(item, STRING, why)) {
            return false;
        }
    }
    return true;
}

static bool check_field(const cJSON *item, char why[ANSWER_ERROR])
{
    const char *name = item->string;
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        if (strcmp(fields[i].name, name) != 0) {
            continue;
        }
        if (!(fields[i].types & type_of(item)) && strcmp(name, "json") != 0) {
            snprintf(why, ANSWER_ERROR, "field \"%s\" has the wrong type", name);
            return false;
        }
        if (strcmp(name, "faults") == 0) {
            return check_list(item, OBJECT, why) && check_faults(item, why);
        }
        if (strcmp(name, "expect_prompt") == 0) {
            return check_prompt(item, why);
        }
        if (strcmp(name, "split_at") == 0 || strcmp(name, "chunk_at") == 0 ||
            strcmp(name, "logprob") == 0) {
            return check_list(item, NUMBER, why);
        }
        if (cJSON_IsArray(item) && strcmp(name, "tool_calls") != 0 && strcmp(name, "json") != 0) {
            return check_list(item, STRING, why);
        }
        return true;
    }
    snprintf(why, ANSWER_ERROR, "unknown field \"%s\"", name);
    return false;
}

bool answer_check(const cJSON *src, char why[ANSWER_ERROR])
{
    const cJSON *item;
    if (!cJSON_IsObject(src)) {
        snprintf(why, ANSWER_ERROR, "an answer must be an object");
        return false;
    }
    cJSON_ArrayForEach(item, src)
    {
        if (!check_field(item, why)) {
            return false;
        }
    }
    return true;
}

bool answer_is_fixed(const cJSON *src)
{
    static const char *const names[] = {"status", "body", "json", "redirect", "replay"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (cJSON_GetObjectItemCaseSensitive(src, names[i])) {
            return true;
        }
    }
    return false;
}
