#include "server/learned.h"

#include "base/buf.h"
#include "server/endpoint.h"
#include "server/json.h"
#include "server/level.h"

#include <stdlib.h>
#include <string.h>

/* So many endpoints and models are remembered, so many refusals of each. */
#define MEMORIES_MAX 96
#define AVOIDED_MAX 24

struct memory {
    struct memory *next;
    uint64_t configured; /* the endpoint's configuration, hashed */
    char *endpoint;      /* its name */
    char *model;         /* NULL: of the endpoint, whatever the model */
    char *avoided[AVOIDED_MAX];
    size_t count;
    int64_t max_tokens; /* 0: not known */
    unsigned levels;    /* a set; 0: not known */
    bool as_written;
    bool begins_thinking;
};

static struct memory *all; /* the latest first */

/* ---- memory -------------------------------------------------------------------- */

static void free_one(struct memory *m)
{
    for (size_t i = 0; i < m->count; i++) {
        free(m->avoided[i]);
    }
    free(m->endpoint);
    free(m->model);
    free(m);
}

static bool is_same(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static struct memory *find(const struct endpoint *e, const char *model)
{
    struct memory *m = all;
    while (m != NULL && (m->configured != e->hash || !is_same(m->model, model))) {
        m = m->next;
    }
    return m;
}

static void drop_oldest(void)
{
    struct memory **at = &all;
    for (size_t i = 0; i < MEMORIES_MAX && *at != NULL; i++) {
        at = &(*at)->next;
    }
    if (*at != NULL) {
        free_one(*at);
        *at = NULL;
    }
}

static struct memory *make(const struct endpoint *e, const char *model)
{
    struct memory *m = find(e, model);
    if (m == NULL) {
        m = xcalloc(1, sizeof *m);
        m->configured = e->hash;
        m->endpoint = xstrdup(e->name != NULL ? e->name : "?");
        m->model = model != NULL ? xstrdup(model) : NULL;
        m->next = all;
        all = m;
        drop_oldest();
    }
    return m;
}

void learned_forget(const char *endpoint)
{
    for (struct memory **at = &all; *at != NULL;) {
        struct memory *m = *at;
        if (endpoint == NULL || strcmp(m->endpoint, endpoint) == 0) {
            *at = m->next;
            free_one(m);
        } else {
            at = &m->next;
        }
    }
}

bool learned_is_as_written(const struct endpoint *e)
{
    const struct memory *m = find(e, NULL);
    return m != NULL && m->as_written;
}

void learned_note_address(const struct endpoint *e, bool as_written)
{
    if (learned_is_as_written(e) != as_written) {
        make(e, NULL)->as_written = as_written;
    }
}

/* ---- what is known ------------------------------------------------------------- */

struct learned learned_of(const struct endpoint *e, const char *model)
{
    return (struct learned){&e->quirks, find(e, NULL), find(e, model)};
}

static bool remembers(const struct memory *m, const char *what)
{
    for (size_t i = 0; m != NULL && i < m->count; i++) {
        if (strcmp(m->avoided[i], what) == 0) {
            return true;
        }
    }
    return false;
}

/* Not by what is said of the service, but by its own word. */
static bool was_refused(const struct learned *l, const char *what)
{
    return l != NULL && (remembers(l->endpoint, what) || remembers(l->model, what));
}

bool learned_avoids(const struct learned *l, const char *what)
{
    char **known = l != NULL && l->quirks != NULL ? l->quirks->refuses : NULL;
    while (known != NULL && *known != NULL && strcmp(*known, what) != 0) {
        known++;
    }
    return was_refused(l, what) || (known != NULL && *known != NULL);
}

int64_t learned_limit(const struct learned *l, int64_t wanted)
{
    int64_t most = l != NULL && l->model != NULL ? l->model->max_tokens : 0;
    return most > 0 && most < wanted ? most : wanted;
}

static const char *const limits[] = {"max_tokens", "max_completion_tokens"};

/* The other name of a limit, NULL if the field is none. */
const char *learned_other_limit(const char *field)
{
    for (size_t i = 0; i < 2; i++) {
        if (strcmp(field, limits[i]) == 0) {
            return limits[1 - i];
        }
    }
    return NULL;
}

/* What a server refused counts for more than what is said of it. */
const char *learned_limit_name(const struct learned *l, const char *field)
{
    const char *other = learned_other_limit(field);
    const char *known = l != NULL && l->quirks != NULL ? l->quirks->limit : NULL;
    if (other == NULL) {
        return field;
    }
    if (was_refused(l, field)) {
        return was_refused(l, other) ? NULL : other;
    }
    bool better = (known != NULL && strcmp(known, other) == 0) || learned_avoids(l, field);
    return better && !was_refused(l, other) ? other : field;
}

unsigned learned_levels(const struct learned *l)
{
    return l != NULL && l->model != NULL && l->model->levels != 0 ? l->model->levels : LEVEL_ANY;
}

static const char *or_null(const char *text)
{
    return text != NULL && text[0] != '\0' ? text : NULL;
}

const char *learned_thoughts(const struct learned *l)
{
    bool taken = l != NULL && l->quirks != NULL && !learned_avoids(l, "thoughts:");
    return taken ? or_null(l->quirks->thoughts) : NULL;
}

const char *learned_think(const struct learned *l)
{
    return l != NULL && l->quirks != NULL ? or_null(l->quirks->think) : NULL;
}

const char *learned_prefill(const struct learned *l)
{
    bool taken = l != NULL && l->quirks != NULL && !learned_avoids(l, "message:prefill");
    return taken ? or_null(l->quirks->prefill) : NULL;
}

const char *learned_progress(const struct learned *l)
{
    const char *field = l != NULL && l->quirks != NULL ? or_null(l->quirks->progress) : NULL;
    return field != NULL && !learned_avoids(l, field) ? field : NULL;
}

bool learned_begins_thinking(const struct learned *l)
{
    return l != NULL && l->model != NULL && l->model->begins_thinking;
}

/* ---- what is told -------------------------------------------------------------- */

bool learned_is_of_service(const char *what)
{
    return strcmp(what, "stream_options") == 0;
}

bool learned_avoid(const struct endpoint *e, const char *model, const char *what)
{
    const struct learned known = learned_of(e, model);
    if (was_refused(&known, what)) {
        return false;
    }
    struct memory *m = make(e, learned_is_of_service(what) ? NULL : model); /* known may be gone */
    if (m->count == AVOIDED_MAX) {
        return false;
    }
    m->avoided[m->count++] = xstrdup(what);
    return true;
}

bool learned_lower(const struct endpoint *e, const char *model, int64_t max_tokens)
{
    struct memory *m = make(e, model);
    bool news = m->max_tokens == 0 || max_tokens < m->max_tokens;
    m->max_tokens = news ? max_tokens : m->max_tokens;
    return news;
}

bool learned_set_levels(const struct endpoint *e, const char *model, unsigned levels)
{
    struct memory *m = make(e, model);
    bool news = m->levels != levels;
    m->levels = levels;
    return news;
}

void learned_note_thinking(const struct endpoint *e, const char *model, bool begins)
{
    struct memory *m = begins ? make(e, model) : find(e, model);
    if (m != NULL) {
        m->begins_thinking = begins;
    }
}

void learned_revise(const struct learned *l, const char *body, size_t len, struct buf *out)
{
    char *copy = xstrndup(body, len);
    cJSON *request = json_parse(copy, len);
    free(copy);
    for (cJSON *field = request != NULL ? request->child : NULL; field != NULL;) {
        cJSON *next = field->next;
        const char *name = field->string != NULL ? field->string : "";
        const char *limit = learned_limit_name(l, name);
        if (limit != NULL && strcmp(limit, name) != 0) {
            cJSON_AddItemToObject(request, limit, cJSON_DetachItemViaPointer(request, field));
        } else if (limit == NULL || learned_avoids(l, name)) {
            cJSON_Delete(cJSON_DetachItemViaPointer(request, field));
        }
        field = next;
    }
    char *text = request != NULL ? cJSON_PrintUnformatted(request) : NULL;
    if (text != NULL) {
        buf_add_str(out, text);
    } else {
        buf_add(out, body, len);
    }
    cJSON_free(text);
    cJSON_Delete(request);
}
