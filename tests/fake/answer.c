#include "answer.h"

#include "pieces.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER = 1, BOOLEAN = 2, STRING = 4, LIST = 8, OBJECT = 16, ANY = 32 };

/* How a field is put into the struct. */
enum kind { BY_HAND, FLAG, NO_FLAG, COUNT, STATUS, TIME, TEXT, NODE };

static const struct field {
    const char *name;
    int types;
    int items; /* what a list holds */
    enum kind kind;
    size_t offset;
} fields[] = {
#define AT(member) offsetof(struct answer, member)
    {"text", STRING, 0, BY_HAND, 0},
    {"tokens", LIST, STRING, BY_HAND, 0},
    {"escaped", LIST, STRING, BY_HAND, 0},
    {"count", NUMBER, 0, BY_HAND, 0},
    {"seed", NUMBER, 0, BY_HAND, 0},
    {"token_bytes", NUMBER, 0, BY_HAND, 0},
    {"thinking", STRING | LIST, STRING, BY_HAND, 0},
    {"thinking_count", NUMBER, 0, BY_HAND, 0},
    {"together", BOOLEAN, 0, FLAG, AT(together)},
    {"done_text", STRING, 0, TEXT, AT(done_text)},
    {"stats", OBJECT, 0, NODE, AT(stats)},
    {"logprob", NUMBER | LIST, NUMBER, NODE, AT(logprob)},
    {"interval_ms", NUMBER, 0, TIME, AT(interval_ns)},
    {"per_chunk", NUMBER, 0, COUNT, AT(per_chunk)},
    {"crlf", BOOLEAN, 0, FLAG, AT(crlf)},
    {"last_newline", BOOLEAN, 0, NO_FLAG, AT(no_last_newline)},
    {"sse_space", BOOLEAN, 0, NO_FLAG, AT(no_sse_space)},
    {"comments", BOOLEAN, 0, FLAG, AT(comments)},
    {"faults", LIST, OBJECT, BY_HAND, 0},
    {"continue", STRING | OBJECT, 0, BY_HAND, 0},
    {"continue_lines", NUMBER, 0, BY_HAND, 0},
    {"miss", NUMBER, 0, BY_HAND, 0},

    {"status", NUMBER, 0, STATUS, AT(status)},
    {"headers", OBJECT, 0, NODE, AT(headers)},
    {"content_type", STRING, 0, TEXT, AT(content_type)},
    {"first_ms", NUMBER, 0, TIME, AT(first_ns)},
    {"early_headers", BOOLEAN, 0, FLAG, AT(early_headers)},
    {"split", NUMBER, 0, COUNT, AT(split)},
    {"chunk_bytes", NUMBER, 0, COUNT, AT(chunk_bytes)},
    {"json", ANY, 0, BY_HAND, 0},
    {"body", STRING, 0, BY_HAND, 0},
    {"pieces", LIST, STRING | OBJECT, NODE, AT(pieces)},
    {"framing", STRING, 0, BY_HAND, 0},
    {"redirect", STRING, 0, BY_HAND, 0},
    {"replay", STRING, 0, BY_HAND, 0},

    {"match", OBJECT, 0, BY_HAND, 0},
    {"when", OBJECT, 0, BY_HAND, 0},
    {"times", NUMBER, 0, BY_HAND, 0},
    {"expect_prompt", OBJECT, 0, BY_HAND, 0},
#undef AT
};

static const char *const fault_names[] = {
    [FAULT_CUT] = "cut",     [FAULT_CLOSE] = "close", [FAULT_RESET] = "reset",
    [FAULT_STALL] = "stall", [FAULT_PAUSE] = "pause", [FAULT_TRUNCATE] = "truncate",
    [FAULT_ERROR] = "error", [FAULT_RAW] = "raw",     [FAULT_HUGE] = "huge",
    [FAULT_EMPTY] = "empty",
};

static const cJSON *get(const cJSON *object, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

/* Checking */

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

bool answer_names(const cJSON *object, const char *what, const char *known, char why[ANSWER_ERROR])
{
    const cJSON *item;
    cJSON_ArrayForEach(item, object)
    {
        char padded[80];
        snprintf(padded, sizeof padded, " %.70s ", item->string);
        if (strstr(known, padded) == NULL) {
            snprintf(why, ANSWER_ERROR, "unknown field \"%.100s\" in %s", item->string, what);
            return false;
        }
    }
    return true;
}

static enum fault_type fault_type(const cJSON *fault)
{
    const cJSON *name = get(fault, "do");
    for (size_t i = 1; cJSON_IsString(name) && i < sizeof fault_names / sizeof *fault_names; i++) {
        if (strcmp(fault_names[i], name->valuestring) == 0) {
            return (enum fault_type)i;
        }
    }
    return FAULT_NONE;
}

static bool wrong(const cJSON *field, const char *what, char why[ANSWER_ERROR])
{
    snprintf(why, ANSWER_ERROR, "field \"%.100s\" %s", field->string, what);
    return false;
}

static bool check_faults(const cJSON *faults, char why[ANSWER_ERROR])
{
    const cJSON *fault, *item;
    cJSON_ArrayForEach(fault, faults)
    {
        if (fault_type(fault) == FAULT_NONE) {
            return wrong(faults, "needs a known \"do\"", why);
        }
        if (!answer_names(fault, "a fault", " at do text size ms ", why)) {
            return false;
        }
        cJSON_ArrayForEach(item, fault)
        {
            bool text = strcmp(item->string, "do") == 0 || strcmp(item->string, "text") == 0;
            if (type_of(item) != (text ? STRING : NUMBER)) {
                return wrong(item, "of a fault has the wrong type", why);
            }
        }
    }
    return true;
}

static bool check_prompt(const cJSON *expect, char why[ANSWER_ERROR])
{
    static const char known[] = " prefix_ends suffix_begins contains excludes max_bytes ";
    const cJSON *item, *text;
    cJSON_ArrayForEach(item, expect)
    {
        int number = strcmp(item->string, "max_bytes") == 0,
            list = *item->string == 'c' || *item->string == 'e';
        if (type_of(item) != (number ? NUMBER : list ? LIST : STRING)) {
            return wrong(item, "of expect_prompt is not known or has the wrong type", why);
        }
        for (text = list ? item->child : NULL; text != NULL; text = text->next) {
            if (!cJSON_IsString(text)) {
                return wrong(item, "of expect_prompt has an item of the wrong type", why);
            }
        }
    }
    return answer_names(expect, "expect_prompt", known, why);
}

static bool check_when(const cJSON *when, char why[ANSWER_ERROR])
{
    const cJSON *over = get(when, "over"), *nth = get(when, "nth"), *item;
    cJSON_ArrayForEach(item, when)
    {
        if (item != over && item != nth && !cJSON_IsString(item)) {
            return wrong(item, "of when has the wrong type", why);
        }
    }
    bool pair = cJSON_GetArraySize(over) == 2 && cJSON_IsString(over->child) &&
                cJSON_IsNumber(over->child->next);
    if ((over != NULL && !pair) || (nth != NULL && !cJSON_IsNumber(nth))) {
        return wrong(when, "has a bad condition", why);
    }
    return answer_names(when, "when", " has role nth over thinking ", why);
}

static bool check_items(const struct field *f, const cJSON *list, char why[ANSWER_ERROR])
{
    const cJSON *item;
    cJSON_ArrayForEach(item, list)
    {
        if ((type_of(item) & f->items) == 0) {
            return wrong(list, "has an item of the wrong type", why);
        }
    }
    return true;
}

static const struct field *find_field(const char *name)
{
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        if (strcmp(fields[i].name, name) == 0) {
            return &fields[i];
        }
    }
    return NULL;
}

static bool check_field(const cJSON *item, char why[ANSWER_ERROR])
{
    const struct field *f = find_field(item->string);
    if (f == NULL) {
        return wrong(item, "is not known", why);
    }
    if (f->types != ANY && (f->types & type_of(item)) == 0) {
        return wrong(item, "has the wrong type", why);
    }
    return f->types == ANY || !cJSON_IsArray(item) || check_items(f, item, why);
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
    return check_faults(get(src, "faults"), why) && check_prompt(get(src, "expect_prompt"), why) &&
           check_when(get(src, "when"), why) && listed_check(get(src, "pieces"), why);
}

bool answer_is_fixed(const cJSON *src)
{
    static const char *const names[] = {"status", "body", "json", "redirect", "replay", "pieces"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (get(src, names[i]) != NULL) {
            return true;
        }
    }
    return false;
}

/* Reading */

static size_t whole(const struct answer *a, const char *name, size_t otherwise)
{
    const cJSON *v = get(a->src, name);
    return v != NULL && v->valuedouble >= 0 && v->valuedouble < 1e15 ? (size_t)v->valuedouble
                                                                     : otherwise;
}

static const char *string(const struct answer *a, const char *name, const char *otherwise)
{
    const cJSON *v = get(a->src, name);
    return cJSON_IsString(v) ? v->valuestring : otherwise;
}

static void read_field(struct answer *a, const struct field *f, const cJSON *item)
{
    char *at = (char *)a + f->offset;
    double n = item->valuedouble > 0 && item->valuedouble < 1e15 ? item->valuedouble : 0;
    switch (f->kind) {
    case FLAG:
        *(bool *)at = cJSON_IsTrue(item);
        break;
    case NO_FLAG:
        *(bool *)at = !cJSON_IsTrue(item);
        break;
    case COUNT:
        *(size_t *)at = (size_t)n;
        break;
    case STATUS:
        *(int *)at = item->valueint;
        break;
    case TIME:
        *(uint64_t *)at = (uint64_t)(n * 1e6);
        break;
    case TEXT:
        *(const char **)at = item->valuestring;
        break;
    case NODE:
        *(const cJSON **)at = item;
        break;
    default:
        break;
    }
}

static int by_at(const void *a, const void *b)
{
    const struct fault *x = a, *y = b;
    return (x->at > y->at) - (x->at < y->at);
}

static void read_faults(struct answer *a)
{
    const cJSON *list = get(a->src, "faults"), *item;
    a->faults = xcalloc((size_t)cJSON_GetArraySize(list) + 1, sizeof *a->faults);
    cJSON_ArrayForEach(item, list)
    {
        const cJSON *at = get(item, "at"), *text = get(item, "text");
        const cJSON *size = get(item, "size"), *ms = get(item, "ms");
        a->faults[a->fault_count++] = (struct fault){
            .type = fault_type(item),
            .at = at != NULL ? (size_t)at->valuedouble : SIZE_MAX,
            .text = text != NULL ? text->valuestring : "",
            .size = size != NULL ? (size_t)size->valuedouble : 0,
            .ns = ms != NULL ? (uint64_t)(ms->valuedouble * 1e6) : 0,
        };
    }
    qsort(a->faults, a->fault_count, sizeof *a->faults, by_at);
}

bool answer_file(struct buf *out, const char *name, const char *fixtures, char why[ANSWER_ERROR])
{
    struct buf path;
    buf_init(&path, SIZE_MAX / 2);
    buf_printf(&path, "%s/%s", fixtures, name);
    FILE *file = fopen(path.data, "rb");
    file = file != NULL ? file : fopen(name, "rb");
    buf_finish(&path);
    if (file == NULL) {
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

static void add_text(const struct answer *a, struct tokens *t, const char *text)
{
    size_t n = whole(a, "token_bytes", 0);
    if (n != 0) {
        tokens_cut_even(t, text, strlen(text), n);
    } else {
        tokens_cut(t, text, strlen(text));
    }
}

static void fit(const struct answer *a, struct tokens *t, const char *name)
{
    const cJSON *count = get(a->src, name);
    if (count != NULL && t->count != 0) {
        tokens_fit(t, whole(a, name, 0));
    } else if (count != NULL) {
        tokens_make(t, whole(a, name, 0), whole(a, "seed", 1));
    }
}

static void read_tokens(struct answer *a)
{
    add_text(a, &a->text, string(a, "text", ""));
    add_list(&a->text, get(a->src, "tokens"));
    add_list(&a->text, get(a->src, "escaped"));
    fit(a, &a->text, "count");
    const cJSON *thinking = get(a->src, "thinking");
    if (cJSON_IsArray(thinking)) {
        add_list(&a->thinking, thinking);
    }
    add_text(a, &a->thinking, string(a, "thinking", ""));
    fit(a, &a->thinking, "thinking_count");
    a->escaped = get(a->src, "escaped") != NULL;
}

static void add_header(struct answer *a, const char *name, const char *value)
{
    cJSON *headers = cJSON_GetObjectItemCaseSensitive(a->src, "headers");
    headers = headers != NULL ? headers : cJSON_AddObjectToObject(a->src, "headers");
    cJSON_AddStringToObject(headers, name, value);
}

static bool read_body(struct answer *a, const char *fixtures, char why[ANSWER_ERROR])
{
    const cJSON *json = get(a->src, "json");
    const char *redirect = string(a, "redirect", NULL), *replay = string(a, "replay", NULL);
    a->raw = replay != NULL || strcmp(string(a, "framing", ""), "raw") == 0;
    a->status = redirect != NULL ? 307 : 200;
    a->content_type = get(a->src, "pieces") != NULL ? "text/event-stream" : "application/json";
    buf_add_str(&a->body, string(a, "body", ""));
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

bool answer_init(struct answer *a, const cJSON *src, const char *fixtures, char why[ANSWER_ERROR])
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
    const cJSON *item;
    cJSON_ArrayForEach(item, a->src)
    {
        read_field(a, find_field(item->string), item);
    }
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
