#include "answer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const cJSON *get(const struct answer *a, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(a->src, name);
}

static double number(const struct answer *a, const char *name, double otherwise)
{
    const cJSON *v = get(a, name);
    return v && v->valuedouble >= 0 && v->valuedouble < 1e15 ? v->valuedouble : otherwise;
}

static size_t whole(const struct answer *a, const char *name, size_t otherwise)
{
    return (size_t)number(a, name, (double)otherwise);
}

static uint64_t duration(const struct answer *a, const char *name)
{
    return (uint64_t)(number(a, name, 0) * 1e6);
}

static bool flag(const struct answer *a, const char *name, bool otherwise)
{
    const cJSON *v = get(a, name);
    return v ? cJSON_IsTrue(v) : otherwise;
}

static const char *string(const struct answer *a, const char *name, const char *otherwise)
{
    const cJSON *v = get(a, name);
    return v ? v->valuestring : otherwise;
}

static int by_size(const void *a, const void *b)
{
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    return (x > y) - (x < y);
}

static size_t read_offsets(const cJSON *list, size_t **out)
{
    size_t n = (size_t)cJSON_GetArraySize(list), i = 0;
    const cJSON *item;
    *out = xcalloc(n, sizeof **out);
    cJSON_ArrayForEach(item, list)
    {
        (*out)[i++] = item->valuedouble > 0 ? (size_t)item->valuedouble : 0;
    }
    if (n) {
        qsort(*out, n, sizeof **out, by_size);
    }
    return n;
}

static int by_at(const void *a, const void *b)
{
    const struct fault *x = a, *y = b;
    return (x->at > y->at) - (x->at < y->at);
}

static void read_faults(struct answer *a)
{
    const cJSON *list = get(a, "faults"), *item;
    size_t i = 0;
    a->fault_count = (size_t)cJSON_GetArraySize(list);
    a->faults = xcalloc(a->fault_count, sizeof *a->faults);
    cJSON_ArrayForEach(item, list)
    {
        const cJSON *at = cJSON_GetObjectItemCaseSensitive(item, "at");
        const cJSON *text = cJSON_GetObjectItemCaseSensitive(item, "text");
        const cJSON *size = cJSON_GetObjectItemCaseSensitive(item, "size");
        const cJSON *ms = cJSON_GetObjectItemCaseSensitive(item, "ms");
        a->faults[i++] = (struct fault){
            .type = answer_fault_type(item),
            .at = at ? (size_t)at->valuedouble : SIZE_MAX,
            .text = text ? text->valuestring : "",
            .size = size ? (size_t)size->valuedouble : 0,
            .ns = ms ? (uint64_t)(ms->valuedouble * 1e6) : 0,
        };
    }
    if (i) {
        qsort(a->faults, i, sizeof *a->faults, by_at);
    }
}

bool answer_file(struct buf *out, const char *name, const char *fixtures, char why[ANSWER_ERROR])
{
    struct buf path;
    buf_init(&path, SIZE_MAX / 2);
    buf_printf(&path, "%s/%s", fixtures, name);
    FILE *file = fopen(path.data, "rb");
    if (!file) {
        file = fopen(name, "rb");
    }
    buf_finish(&path);
    if (!file) {
        snprintf(why, ANSWER_ERROR, "cannot read \"%.200s\"", name);
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

static void cut(const struct answer *a, struct tokens *t, const char *text, size_t len)
{
    size_t n = whole(a, "token_bytes", 0);
    if (n) {
        tokens_cut_even(t, text, len, n);
    } else {
        tokens_cut(t, text, len);
    }
}

static bool read_text(struct answer *a, const char *fixtures, char why[ANSWER_ERROR])
{
    const cJSON *count = get(a, "count");
    if (get(a, "file")) {
        struct buf text;
        buf_init(&text, SIZE_MAX / 2);
        bool good = answer_file(&text, string(a, "file", ""), fixtures, why);
        if (good) {
            cut(a, &a->text, text.len ? text.data : "", text.len);
        }
        buf_finish(&text);
        if (!good) {
            return false;
        }
    }
    cut(a, &a->text, string(a, "text", ""), strlen(string(a, "text", "")));
    add_list(&a->text, get(a, "tokens"));
    add_list(&a->text, get(a, "escaped"));
    a->escaped = get(a, "escaped") != NULL;
    if (count && a->text.count) {
        tokens_fit(&a->text, whole(a, "count", 0));
    } else if (count) {
        tokens_make(&a->text, whole(a, "count", 0), (uint64_t)number(a, "seed", 1),
                    whole(a, "line", 12));
    }
    return true;
}

static void read_thinking(struct answer *a)
{
    const cJSON *thinking = get(a, "thinking");
    if (cJSON_IsString(thinking)) {
        cut(a, &a->thinking, thinking->valuestring, strlen(thinking->valuestring));
    } else {
        add_list(&a->thinking, thinking);
    }
    size_t count = whole(a, "thinking_count", 0);
    if (count && a->thinking.count) {
        tokens_fit(&a->thinking, count);
    } else if (count) {
        tokens_make(&a->thinking, count, (uint64_t)number(a, "seed", 1), whole(a, "line", 12));
    }
}

static bool read_body(struct answer *a, const char *fixtures, char why[ANSWER_ERROR])
{
    const cJSON *json = get(a, "json");
    const char *redirect = string(a, "redirect", NULL);
    a->content_type = string(a, "content_type", "application/json; charset=utf-8");
    a->status = (int)whole(a, "status", redirect ? 307 : get(a, "body") || json ? 200 : 0);
    if (get(a, "replay")) {
        a->replay = true;
        return answer_file(&a->body, string(a, "replay", ""), fixtures, why);
    }
    buf_add_str(&a->body, string(a, "body", ""));
    if (json) {
        char *text = cJSON_PrintUnformatted(json);
        buf_add_str(&a->body, text);
        cJSON_free(text);
    }
    if (redirect) {
        cJSON *headers = cJSON_GetObjectItemCaseSensitive(a->src, "headers");
        headers = headers ? headers : cJSON_AddObjectToObject(a->src, "headers");
        cJSON_AddStringToObject(headers, "Location", redirect);
    }
    return true;
}

bool answer_init(struct answer *a, const cJSON *src, const char *fixtures, char why[ANSWER_ERROR])
{
    *a = (struct answer){.src = cJSON_Duplicate(src, true)};
    tokens_init(&a->thinking);
    tokens_init(&a->text);
    buf_init(&a->body, SIZE_MAX / 2);
    if (!read_text(a, fixtures, why) || !read_body(a, fixtures, why)) {
        answer_finish(a);
        return false;
    }
    read_thinking(a);
    read_faults(a);
    a->together = flag(a, "together", false);
    a->tools_in_done = flag(a, "tools_in_done", false);
    a->tool_calls = get(a, "tool_calls");
    a->stats = get(a, "stats");
    a->logprob = get(a, "logprob");
    a->done_text = string(a, "done_text", "");
    a->done_reason = string(a, "done_reason", "stop");
    a->first_ns = duration(a, "first_ms");
    a->interval_ns = duration(a, "interval_ms");
    a->burst = whole(a, "burst", a->interval_ns ? 1 : 0);
    a->early_headers = flag(a, "early_headers", false);
    a->split = whole(a, "split", 0);
    a->split_ns = duration(a, "split_ms");
    a->split_at_count = read_offsets(get(a, "split_at"), &a->split_at);
    a->chunk_bytes = whole(a, "chunk_bytes", 0);
    a->chunk_at_count = read_offsets(get(a, "chunk_at"), &a->chunk_at);
    a->per_chunk = whole(a, "per_chunk", 1);
    a->crlf = flag(a, "crlf", false);
    a->bom = flag(a, "bom", false);
    a->last_newline = flag(a, "last_newline", true);
    a->sse_space = flag(a, "sse_space", true);
    a->sse_done = flag(a, "sse_done", true);
    a->comments = flag(a, "comments", false);
    a->headers = get(a, "headers");
    a->chunked = flag(a, "chunked", false);
    return true;
}

double answer_logprob(const struct answer *a, size_t token)
{
    const cJSON *v = a->logprob;
    if (cJSON_IsArray(v)) {
        for (v = v->child; v && v->next && token; token--) {
            v = v->next;
        }
    }
    return v ? v->valuedouble : -0.1;
}

void answer_finish(struct answer *a)
{
    tokens_finish(&a->thinking);
    tokens_finish(&a->text);
    buf_finish(&a->body);
    free(a->split_at);
    free(a->chunk_at);
    free(a->faults);
    cJSON_Delete(a->src);
}
