#include "server/blame.h"

#include "base/span.h"
#include "base/words.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* How deep an error is looked into. */
#define DEPTH_MAX 8

/* So much of an error's words is looked at. */
#define WORDS_MAX ((size_t)16 << 10)

/* ---- the error ----------------------------------------------------------------- */

static void add_root(struct blame *e, const char *text, size_t len)
{
    char *copy = xstrndup(text, len);
    cJSON *root = e->count < BLAME_ROOTS ? json_parse(copy, len) : NULL;
    if (root != NULL) {
        e->roots[e->count++] = root;
    }
    free(copy);
}

/* A service in front of another quotes its error. */
static void unwrap(struct blame *e, const char *text)
{
    const char *begin = strpbrk(text, "{["), *end = text + strlen(text);
    while (begin != NULL && end > begin && end[-1] != '}' && end[-1] != ']') {
        end--;
    }
    if (begin != NULL && end > begin) {
        add_root(e, begin, (size_t)(end - begin));
    }
}

/* The texts for people; not what an error repeats of the request. */
static void gather(struct blame *e, const cJSON *item, int depth)
{
    static const char *const texts[] = {"message",
                                        "msg",
                                        "error",
                                        "detail",
                                        "details",
                                        "errors",
                                        "title",
                                        "description",
                                        "reason",
                                        "raw",
                                        "error_message",
                                        "errorMessage",
                                        "error_description",
                                        NULL};
    static const char *const repeated[] = {"input", "body", "request", "ctx", NULL};
    for (const cJSON *child = item != NULL ? item->child : NULL; child != NULL && depth < DEPTH_MAX;
         child = child->next) {
        if (words_is_one(child->string, repeated)) {
            continue;
        }
        if (cJSON_IsString(child) &&
            (child->string == NULL || words_is_one(child->string, texts))) {
            buf_add_str(&e->words, "\n");
            buf_add_str(&e->words, child->valuestring);
            unwrap(e, child->valuestring);
        }
        gather(e, child, depth + 1);
    }
}

/* "doesn't support" is read as "does not support" is. */
static void write_out(char *text)
{
    for (char *at = text != NULL ? strstr(text, "n't") : NULL; at != NULL; at = strstr(at, "n't")) {
        at[1] = 'o';
    }
}

void blame_init(struct blame *e, const char *body, size_t len, const char *text)
{
    *e = (struct blame){.count = 0};
    buf_init_secret(&e->words, WORDS_MAX);
    buf_add_str(&e->words, text != NULL ? text : "");
    if (body != NULL) {
        add_root(e, body, len);
    }
    if (body != NULL && e->count == 0) {
        unwrap(e, body);
    }
    for (size_t i = 0; i < e->count; i++) { /* which grows meanwhile */
        gather(e, e->roots[i], 0);
    }
    write_out(e->words.data);
}

void blame_finish(struct blame *e)
{
    for (size_t i = 0; i < e->count; i++) {
        cJSON_Delete(e->roots[i]);
    }
    buf_finish(&e->words);
}

/* ---- its words ----------------------------------------------------------------- */

bool blame_says(const struct blame *e, const char *const *words)
{
    return words_any(e->words.data, words);
}

bool blame_is_of_name(const struct blame *e)
{
    static const char *const words[] = {
        "not support",   "unsupported", "unknown",       "unrecognized",      "unrecognised",
        "not permitted", "not allowed", "unexpected",    "extra field",       "extra input",
        "not available", "not enabled", "no such field", "not a valid field", "not recognized",
        "deprecated",    NULL};
    return blame_says(e, words);
}

static bool is_of_value(const char *text)
{
    static const char *const words[] = {
        "must be", "should be", "range",   "greater than", "less than", "at least",  "at most",
        "between", "maximum",   "minimum", "exceed",       "too large", "too small", NULL};
    return words_any(text, words);
}

bool blame_is_of_value(const struct blame *e)
{
    return is_of_value(e->words.data);
}

static bool is_quote(char c)
{
    return c == '\'' || c == '"' || c == '`';
}

/* "Unrecognized request argument supplied: seed", "parameter seed" */
static bool is_announced(const char *text, const char *at)
{
    static const char *const before[] = {"parameter", "parameters", "argument",  "arguments",
                                         "field",     "fields",     "property",  "option",
                                         "supplied",  "key",        "permitted", "parameter(s)"};
    const char *end = at;
    while (end > text && (end[-1] == ' ' || end[-1] == ':')) {
        end--;
    }
    for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
        size_t len = strlen(before[i]);
        if (end < at && (size_t)(end - text) >= len &&
            strncasecmp(end - len, before[i], len) == 0) {
            return true;
        }
    }
    return false;
}

/* "seed is not supported", "seed: not known" */
static bool is_judged(const char *behind)
{
    static const char *const after[] = {":",
                                        " is not supported",
                                        " not supported",
                                        " is unsupported",
                                        " is not permitted",
                                        " is not allowed",
                                        " is unknown",
                                        " is not a valid",
                                        " parameter",
                                        " field"};
    for (size_t i = 0; i < sizeof after / sizeof *after; i++) {
        if (strncasecmp(behind, after[i], strlen(after[i])) == 0) {
            return true;
        }
    }
    return false;
}

/* A part of a path ("messages.0.stop") is another field, unless the path is that of the request. */
static bool is_part(const char *text, const char *at)
{
    static const char *const roots[] = {"body", "request"};
    if (at < text + 2 || at[-1] != '.' || !is_name(at[-2])) {
        return false;
    }
    for (size_t i = 0; i < sizeof roots / sizeof *roots; i++) {
        size_t len = strlen(roots[i]);
        if ((size_t)(at - 1 - text) >= len && strncmp(at - 1 - len, roots[i], len) == 0) {
            return false;
        }
    }
    return true;
}

/* A long name, or one with "_", is no word of the language; a short one has to look like a name. */
static const char *find_name(const char *text, const char *field)
{
    size_t len = strlen(field);
    bool plain = len < 8 && strchr(field, '_') == NULL;
    for (const char *at = text != NULL ? strstr(text, field) : NULL; at != NULL;
         at = strstr(at + 1, field)) {
        bool whole = (at == text || !is_name(at[-1])) && !is_name(at[len]) && !is_part(text, at);
        bool marked = (at > text && is_quote(at[-1]) && is_quote(at[len])) || is_judged(at + len) ||
                      is_announced(text, at);
        if (whole && (!plain || marked)) {
            return at;
        }
    }
    return NULL;
}

/* Some services say "reasoningEffort", or "ReasoningEffort", where they take "reasoning_effort". */
const char *blame_name(const struct blame *e, const char *field)
{
    char *camel = xstrdup(field), *end = camel;
    for (const char *c = field; *c != '\0'; c++) {
        bool joined = *c == '_' && islower((unsigned char)c[1]);
        c += joined;
        *end++ = (char)(joined ? toupper((unsigned char)*c) : *c);
    }
    *end = '\0';
    const char *at = find_name(e->words.data, field);
    bool other = at == NULL && strcmp(camel, field) != 0;
    at = other ? find_name(e->words.data, camel) : at;
    *camel = (char)toupper((unsigned char)*camel);
    at = other && at == NULL ? find_name(e->words.data, camel) : at;
    free(camel);
    return at;
}

/* ---- its pointers -------------------------------------------------------------- */

/* Whether a path ("stream_options.include_usage") begins with that field. */
static bool begins_with(const cJSON *path, const char *field)
{
    size_t len = strlen(field);
    return cJSON_IsString(path) && strncmp(path->valuestring, field, len) == 0 &&
           !is_name(path->valuestring[len]);
}

/* Of the parts of a place, "body" and names of schemas among them, the first that is a field of the
 * request. */
static const char *field_at(const cJSON *place, const cJSON *request)
{
    for (const cJSON *part = place->child; part != NULL; part = part->next) {
        if (cJSON_IsString(part) &&
            cJSON_GetObjectItemCaseSensitive(request, part->valuestring) != NULL) {
            return part->valuestring;
        }
    }
    return NULL;
}

static bool points_at(const cJSON *entry, const cJSON *request, const char *field)
{
    static const char *const paths[] = {"param", "field", "parameter", "loc"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        const cJSON *path = json_get(entry, paths[i]);
        const char *at = cJSON_IsArray(path) ? field_at(path, request) : NULL;
        if (begins_with(path, field) || (at != NULL && strcmp(at, field) == 0)) {
            return true;
        }
    }
    return false;
}

/* The words beside a pointer; they may stand in another place. */
static const char *words_of(const cJSON *entry)
{
    const cJSON *words = json_get(entry, "msg");
    words = words != NULL ? words : json_get(entry, "message");
    return cJSON_IsString(words) ? words->valuestring : "";
}

static bool find_pointer(const cJSON *item, const cJSON *request, const char *field, int depth)
{
    if (points_at(item, request, field) && !is_of_value(words_of(item))) {
        return true;
    }
    const cJSON *child = item != NULL && depth < DEPTH_MAX ? item->child : NULL;
    while (child != NULL && !find_pointer(child, request, field, depth + 1)) {
        child = child->next;
    }
    return child != NULL;
}

bool blame_points_at(const struct blame *e, const cJSON *request, const char *field)
{
    size_t i = 0;
    while (i < e->count && !find_pointer(e->roots[i], request, field, 0)) {
        i++;
    }
    return i < e->count;
}

/* "messages[0].role", or {"body", "messages", 0, "role"} */
static bool is_role(const cJSON *path)
{
    bool messages = false, role = false;
    for (const cJSON *part = cJSON_IsArray(path) ? path->child : NULL; part != NULL;
         part = part->next) {
        messages = messages || json_is_text(part, "messages");
        role = role || json_is_text(part, "role");
    }
    if (!cJSON_IsString(path)) {
        return messages && role;
    }
    const char *end = strrchr(path->valuestring, '.');
    return begins_with(path, "messages") && end != NULL && strcmp(end, ".role") == 0;
}

static bool find_role(const cJSON *item, int depth)
{
    if (is_role(json_get(item, "param")) || is_role(json_get(item, "loc"))) {
        return true;
    }
    const cJSON *child = item != NULL && depth < DEPTH_MAX ? item->child : NULL;
    while (child != NULL && !find_role(child, depth + 1)) {
        child = child->next;
    }
    return child != NULL;
}

/* In words, too: "messages.0.role: Input should be 'user'", "('body', 'messages', 0, 'role')" */
static bool names_role(const char *text)
{
    static const char list[] = "messages";
    for (const char *at = text != NULL ? strstr(text, list) : NULL; at != NULL;
         at = strstr(at + 1, list)) {
        const char *digit = at + strlen(list) + strspn(at + strlen(list), ".[', ");
        const char *name = digit + strspn(digit, "0123456789");
        const char *role = name + strspn(name, ".]', ");
        if (digit < name && name < role && strncmp(role, "role", 4) == 0 && !is_name(role[4])) {
            return true;
        }
    }
    return false;
}

bool blame_points_at_role(const struct blame *e)
{
    size_t i = 0;
    while (i < e->count && !find_role(e->roots[i], 0)) {
        i++;
    }
    return i < e->count || names_role(e->words.data);
}
