#include "server/learned.h"

#include "base/buf.h"
#include "server/endpoint.h"
#include "server/json.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* So many endpoints and models are remembered, so many refusals of each. */
#define MODELS_MAX 64
#define AVOIDED_MAX 16

/* How deep an error's "param" or "loc" may stand. */
#define DEPTH_MAX 8

struct learned {
    struct learned *next;
    uint64_t endpoint; /* its configuration, hashed */
    char *model;
    char *avoided[AVOIDED_MAX];
    size_t count;
    int64_t max_tokens; /* 0: not known */
    bool begins_thinking;
};

static struct learned *all; /* the latest first */

static void free_one(struct learned *l)
{
    for (size_t i = 0; i < l->count; i++) {
        free(l->avoided[i]);
    }
    free(l->model);
    free(l);
}

static struct learned *find(const struct endpoint *e, const char *model)
{
    struct learned *l = all;
    while (l != NULL && (l->endpoint != e->hash || strcmp(l->model, model) != 0)) {
        l = l->next;
    }
    return l;
}

static struct learned *make(const struct endpoint *e, const char *model)
{
    struct learned *l = find(e, model);
    if (l != NULL) {
        return l;
    }
    l = xcalloc(1, sizeof *l);
    l->endpoint = e->hash;
    l->model = xstrdup(model);
    l->next = all;
    all = l;
    struct learned **at = &all;
    for (size_t i = 0; i < MODELS_MAX && *at != NULL; i++) {
        at = &(*at)->next;
    }
    if (*at != NULL) {
        free_one(*at);
        *at = NULL;
    }
    return l;
}

void learned_forget_all(void)
{
    while (all != NULL) {
        struct learned *l = all;
        all = l->next;
        free_one(l);
    }
}

const struct learned *learned_find(const struct endpoint *e, const char *model)
{
    return find(e, model);
}

bool learned_avoids(const struct learned *l, const char *what)
{
    for (size_t i = 0; l != NULL && i < l->count; i++) {
        if (strcmp(l->avoided[i], what) == 0) {
            return true;
        }
    }
    return false;
}

int64_t learned_limit(const struct learned *l, int64_t wanted)
{
    return l != NULL && l->max_tokens > 0 && l->max_tokens < wanted ? l->max_tokens : wanted;
}

bool learned_begins_thinking(const struct learned *l)
{
    return l != NULL && l->begins_thinking;
}

void learned_note_thinking(const struct endpoint *e, const char *model, bool begins)
{
    struct learned *l = begins ? make(e, model) : find(e, model);
    if (l != NULL) {
        l->begins_thinking = begins;
    }
}

/* ---- what an error says -------------------------------------------------------- */

static bool has_words(const char *text, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count && words[i] != NULL; i++) {
        if (text == NULL || strcasestr(text, words[i]) == NULL) {
            return false;
        }
    }
    return true;
}

static bool has_any(const char *text, const char *const *words)
{
    for (size_t i = 0; text != NULL && words[i] != NULL; i++) {
        if (strcasestr(text, words[i]) != NULL) {
            return true;
        }
    }
    return false;
}

static bool is_name(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

static bool is_quote(char c)
{
    return c == '\'' || c == '"' || c == '`';
}

/* A long name, or one with "_", is no word of the language; a short one has to look like a name. */
static const char *find_name(const char *text, const char *field)
{
    size_t len = strlen(field);
    bool plain = len < 8 && strchr(field, '_') == NULL;
    for (const char *at = text != NULL ? strstr(text, field) : NULL; at != NULL;
         at = strstr(at + 1, field)) {
        bool whole = (at == text || !is_name(at[-1])) && !is_name(at[len]);
        bool marked = at[len] == ':' || (at > text && is_quote(at[-1]));
        if (whole && (!plain || marked)) {
            return at;
        }
    }
    return NULL;
}

/* Whether a "param" or "loc" in the error is this field, or begins with it. */
static bool points_at(const cJSON *item, const char *field, int depth)
{
    size_t len = strlen(field);
    for (const cJSON *child = item != NULL ? item->child : NULL; child != NULL && depth < DEPTH_MAX;
         child = child->next) {
        bool param = child->string != NULL && strcmp(child->string, "param") == 0;
        bool loc = child->string != NULL && strcmp(child->string, "loc") == 0;
        if (param && cJSON_IsString(child) && strncmp(child->valuestring, field, len) == 0 &&
            !is_name(child->valuestring[len])) {
            return true;
        }
        for (const cJSON *part = loc ? child->child : NULL; part != NULL; part = part->next) {
            if (cJSON_IsString(part) && strcmp(part->valuestring, field) == 0) {
                return true;
            }
        }
        if (points_at(child, field, depth + 1)) {
            return true;
        }
    }
    return false;
}

/* ---- what is learned from it --------------------------------------------------- */

/* A refusal with all that it takes to read it. */
struct reading {
    struct learned *learned;
    const struct learned_facts *facts;
    cJSON *request;
    cJSON *error;
    struct buf *told;
};

static bool avoid(struct reading *r, const char *what, const char *told)
{
    struct learned *l = r->learned;
    if (l->count == AVOIDED_MAX || learned_avoids(l, what)) {
        return false;
    }
    l->avoided[l->count++] = xstrdup(what);
    if (told != NULL) {
        buf_add_str(r->told, told);
    } else {
        buf_printf(r->told, "\"%s\"", what);
    }
    return true;
}

static bool read_table(struct reading *r)
{
    for (const struct refusal *known = r->facts->refusals; known != NULL && known->what != NULL;
         known++) {
        size_t count = sizeof known->words / sizeof *known->words;
        bool fits = known->field == NULL || json_get(r->request, known->field) != NULL;
        if (fits && has_words(r->facts->text, known->words, count) &&
            avoid(r, known->what, known->told)) {
            return true;
        }
    }
    return false;
}

/* Reads the number at *at and goes behind it. A part of a name ("gpt-5", "8b", "2.5") is -1. */
static int64_t read_number(const char *text, const char **at)
{
    const char *p = *at;
    bool stands_alone = p == text || !(is_name(p[-1]) || p[-1] == '-' || p[-1] == '.');
    int64_t n = 0;
    while (isdigit((unsigned char)*p) || (*p == ',' && isdigit((unsigned char)p[1]))) {
        n = *p == ',' || n > INT64_MAX / 100 ? n : n * 10 + (*p - '0');
        p++;
    }
    *at = p;
    bool goes_on = is_name(*p) || ((*p == '-' || *p == '.') && is_name(p[1]));
    return stands_alone && !goes_on ? n : -1;
}

/* The largest number in the text that is smaller than what was asked for, 0 if there is none. */
static int64_t smaller_number(const char *text, int64_t asked)
{
    int64_t found = 0;
    for (const char *at = text; at != NULL && *at != '\0';) {
        if (isdigit((unsigned char)*at)) {
            int64_t n = read_number(text, &at);
            found = n < asked && n > found ? n : found;
        } else {
            at++;
        }
    }
    return found;
}

static const char *const limits[] = {"max_tokens", "max_completion_tokens", NULL};

/* "max_tokens: 8192 > 4096, which is the maximum allowed number of output tokens". What is left of
 * the context is another number for each chat. */
static bool read_limit(struct reading *r)
{
    static const char *const context[] = {"context", NULL};
    if (has_any(r->facts->text, context)) {
        return false;
    }
    for (size_t i = 0; limits[i] != NULL; i++) {
        int64_t asked = json_count(json_get(r->request, limits[i]));
        if (asked <= 1 ||
            !(find_name(r->facts->text, limits[i]) != NULL || points_at(r->error, limits[i], 0))) {
            continue;
        }
        int64_t limit = smaller_number(r->facts->text, asked);
        int64_t known = r->learned->max_tokens;
        if (limit > 0 && (known == 0 || limit < known)) {
            r->learned->max_tokens = limit;
            buf_printf(r->told, "more than %lld tokens (\"%s\")", (long long)limit, limits[i]);
            return true;
        }
    }
    return false;
}

/* A request makes no sense without these. */
static bool is_needed(const char *field)
{
    static const char *const needed[] = {"model",  "messages", "stream", "system",
                                         "prompt", "input",    NULL};
    for (size_t i = 0; needed[i] != NULL; i++) {
        if (strcmp(field, needed[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* The error is about the value, which is the user's to change. */
static bool is_about_value(const char *text)
{
    static const char *const words[] = {
        "must be", "should be", "range",   "greater than", "less than", "at least",  "at most",
        "between", "maximum",   "minimum", "exceed",       "too large", "too small", NULL};
    return has_any(text, words);
}

/* Of the fields that the error names in words the one that comes first. */
static bool read_field(struct reading *r)
{
    const char *text = r->facts->text, *first = NULL, *found = NULL;
    if (is_about_value(text)) {
        return false;
    }
    for (const cJSON *field = r->request != NULL ? r->request->child : NULL; field != NULL;
         field = field->next) {
        if (field->string == NULL || is_needed(field->string) ||
            learned_avoids(r->learned, field->string)) {
            continue;
        }
        if (points_at(r->error, field->string, 0)) {
            return avoid(r, field->string, NULL);
        }
        const char *at = find_name(text, field->string);
        if (at != NULL && (first == NULL || at < first)) {
            first = at;
            found = field->string;
        }
    }
    return found != NULL && avoid(r, found, NULL);
}

static cJSON *parse(const char *data, size_t len)
{
    char *copy = xstrndup(data != NULL ? data : "", len);
    cJSON *root = json_parse(copy, len);
    free(copy);
    return root;
}

bool learned_read(const struct endpoint *e, const char *model, const struct learned_facts *facts,
                  struct buf *told)
{
    if (facts->status != 400 && facts->status != 422) {
        return false;
    }
    struct reading r = {
        .learned = make(e, model),
        .facts = facts,
        .request = parse(facts->body, facts->body_len),
        .error = parse(facts->error, facts->error_len),
        .told = told,
    };
    bool news = read_table(&r) || read_limit(&r) || read_field(&r);
    cJSON_Delete(r.request);
    cJSON_Delete(r.error);
    return news;
}
