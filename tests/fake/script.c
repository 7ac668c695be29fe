#include "script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define INTO(name, types, kind, member) FIELD_INTO(name, types, kind, struct script, member)

static const struct field script_fields[] = {
    FIELD_LIST("rules", OBJECT, answer_fields),
    FIELD_OBJECT("default", answer_fields),
    FIELD_LIST("models", STRING | OBJECT, NULL),
    FIELD("fim", OBJECT | BOOLEAN),
    FIELD_WORDS("server", " both ollama llama-server "),
    FIELD_WORDS("suffix", " used ignored "),
    INTO("version", STRING, TEXT, version),
    INTO("key", STRING, TEXT, key),
    INTO("slots", NUMBER, COUNT, slots),
    INTO("check_host", BOOLEAN, FLAG, check_host),
    INTO("load_ms", NUMBER, TIME, load_ns),
    FIELDS_END,
};

/* A line of the cases; what is none of the server's business is passed over. */
static const struct field case_fields[] = {
    FIELD_LIST("answers", OBJECT, answer_fields),
    FIELD("dialect", STRING),
    FIELD_LIST("models", STRING | OBJECT, NULL),
    FIELD("version", STRING),
    FIELD("key", STRING),
    FIELDS_OPEN,
};

static bool check_rules(const cJSON *rules, char why[WHY_SIZE])
{
    const cJSON *rule;
    cJSON_ArrayForEach(rule, rules)
    {
        if (!answer_check(rule, why)) {
            return false;
        }
    }
    return true;
}

static void add_model(cJSON *models, const char *name, const char *capability)
{
    cJSON *model = cJSON_CreateObject();
    cJSON_AddStringToObject(model, "name", name);
    cJSON *list = cJSON_AddArrayToObject(model, "capabilities");
    cJSON_AddItemToArray(list, cJSON_CreateString("completion"));
    if (capability != NULL) {
        cJSON_AddItemToArray(list, cJSON_CreateString(capability));
    }
    cJSON_AddItemToArray(models, model);
}

/* Models are objects from here on. */
static void complete_models(cJSON *root)
{
    cJSON *given = cJSON_DetachItemFromObjectCaseSensitive(root, "models");
    cJSON *models = cJSON_AddArrayToObject(root, "models");
    const cJSON *item;
    if (given == NULL) {
        add_model(models, "fake", NULL);
        add_model(models, "thinker", "thinking");
    }
    cJSON_ArrayForEach(item, given)
    {
        if (cJSON_IsString(item)) {
            add_model(models, item->valuestring, NULL);
        } else if (cJSON_IsString(field_get(item, "name"))) {
            cJSON_AddItemToArray(models, cJSON_Duplicate(item, true));
        }
    }
    cJSON_Delete(given);
}

/* The script's JSON, checked; NULL if it is not good. */
static cJSON *read_root(const char *json, size_t len, char why[WHY_SIZE])
{
    const char *end = NULL;
    cJSON *root = cJSON_ParseWithLengthOpts(json, len, &end, false);
    if (root == NULL) {
        snprintf(why, WHY_SIZE, "not JSON, near \"%.40s\"", end != NULL ? end : "");
        return NULL;
    }
    if (cJSON_IsArray(root)) {
        cJSON *object = cJSON_CreateObject();
        cJSON_AddItemToObject(object, "rules", root);
        root = object;
    }
    const cJSON *answers = field_get(root, "answers");
    if (!cJSON_IsObject(root)) {
        snprintf(why, WHY_SIZE, "a script must be a JSON object or a list of rules");
    } else if (schema_check(root, answers != NULL ? case_fields : script_fields, why) &&
               check_rules(answers != NULL ? answers : field_get(root, "rules"), why) &&
               (answers != NULL || answer_check(field_get(root, "default"), why))) {
        return root;
    }
    cJSON_Delete(root);
    return NULL;
}

bool script_load(struct script *s, const char *json, size_t len, char why[WHY_SIZE])
{
    cJSON *root = read_root(json, len, why);
    if (root == NULL) {
        return false;
    }
    cJSON *answers = cJSON_DetachItemFromObjectCaseSensitive(root, "answers");
    if (answers != NULL) {
        cJSON_DeleteItemFromObject(root, "rules");
        cJSON_DeleteItemFromObject(root, "default");
        cJSON_AddItemToObject(root, "rules", answers);
    }
    complete_models(root);
    script_finish(s);
    size_t rules = (size_t)cJSON_GetArraySize(field_get(root, "rules"));
    const char *server = field_text(root, "server", "both");
    *s = (struct script){
        .root = root,
        .states = xcalloc(rules + 1, sizeof *s->states),
        .played = answers != NULL,
        .only_messages = strcmp(field_text(root, "dialect", ""), "anthropic") == 0,
        .server = *server == 'l'   ? SERVER_LLAMA
                  : *server == 'o' ? SERVER_OLLAMA
                                   : SERVER_BOTH,
        .version = "0.33.0",
    };
    schema_read(root, script_fields, s);
    return true;
}

void script_finish(struct script *s)
{
    while (s->counted != NULL) {
        struct counted *c = s->counted;
        s->counted = c->next;
        free(c->model);
        free(c);
    }
    cJSON_Delete(s->root);
    free(s->states);
    *s = (struct script){0};
}

const cJSON *script_models(const struct script *s)
{
    return field_get(s->root, "models");
}

/* Ollama's lookup: case does not matter, no tag means ":latest". */
static bool same_model(const char *a, const char *b)
{
    size_t x = strlen(a), y = strlen(b);
    x -= x > 7 && strcasecmp(a + x - 7, ":latest") == 0 ? 7 : 0;
    y -= y > 7 && strcasecmp(b + y - 7, ":latest") == 0 ? 7 : 0;
    return x == y && strncasecmp(a, b, x) == 0;
}

const cJSON *script_model(const struct script *s, const char *name)
{
    const cJSON *model;
    cJSON_ArrayForEach(model, script_models(s))
    {
        if (same_model(field_text(model, "name", ""), name)) {
            return model;
        }
    }
    return NULL;
}

bool script_can(const cJSON *model, const char *capability)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, field_get(model, "capabilities"))
    {
        if (cJSON_IsString(item) && strcmp(item->valuestring, capability) == 0) {
            return true;
        }
    }
    return false;
}

/* Counts one more request for that model. */
static unsigned count_request(struct script *s, const char *model)
{
    struct counted **at = &s->counted;
    while (*at != NULL && !same_model((*at)->model, model)) {
        at = &(*at)->next;
    }
    if (*at == NULL) {
        *at = xcalloc(1, sizeof **at);
        (*at)->model = xstrdup(model);
    }
    return ++(*at)->requests;
}

static bool has_role(const cJSON *body, const char *role)
{
    const cJSON *message;
    cJSON_ArrayForEach(message, field_get(body, "messages"))
    {
        if (strcmp(field_text(message, "role", ""), role) == 0) {
            return true;
        }
    }
    return false;
}

/* Whether the condition holds for a request that is the nth for its model. */
static bool holds(const cJSON *when, const struct script_query *q, unsigned nth)
{
    const cJSON *body = q->body;
    const char *has = field_text(when, "has", NULL), *role = field_text(when, "role", NULL);
    const char *thinking = field_text(when, "thinking", NULL);
    const cJSON *over = field_get(when, "over");
    return (has == NULL || cJSON_GetObjectItemCaseSensitive(body, has) != NULL) &&
           (role == NULL || has_role(body, role)) && field_number(when, "nth", nth) == nth &&
           (thinking == NULL ||
            strcmp(field_text(field_get(body, "thinking"), "type", ""), thinking) == 0) &&
           (over == NULL ||
            field_number(body, over->child->valuestring, 0) > over->child->next->valuedouble) &&
           (double)q->request->body.len >= field_number(when, "bytes", 0);
}

/* Whether it holds that text, or one of that list. */
static bool mentions(const char *whole, const cJSON *wanted)
{
    const cJSON *item;
    if (!cJSON_IsArray(wanted)) {
        return wanted == NULL || strstr(whole, wanted->valuestring) != NULL;
    }
    cJSON_ArrayForEach(item, wanted)
    {
        if (strstr(whole, item->valuestring) != NULL) {
            return true;
        }
    }
    return false;
}

bool script_goes_on(const cJSON *answer, const char *begun)
{
    return begun != NULL && cJSON_IsTrue(field_get(answer, "goes_on")) &&
           strncmp(field_text(answer, "text", ""), begun, strlen(begun)) == 0;
}

/* Whether the rule is about such a message. What the assistant has begun has no question, by which
 * a rule that goes on with it could be chosen. */
static bool is_about(const cJSON *rule, const struct script_query *q, unsigned nth_of_model)
{
    if (q->begun != NULL && cJSON_IsTrue(field_get(rule, "goes_on"))) {
        return script_goes_on(rule, q->begun);
    }
    return holds(field_get(rule, "when"), q, nth_of_model) &&
           mentions(q->last_text, field_get(field_get(rule, "match"), "text"));
}

static bool fits(const cJSON *rule, struct rule_state *state, const struct script_query *q,
                 unsigned nth_of_model)
{
    const cJSON *match = field_get(rule, "match"), *nth = field_get(match, "nth");
    const char *path = field_text(match, "path", NULL);
    if ((path != NULL ? strcmp(path, q->request->path) != 0 : !q->generates) ||
        cJSON_IsTrue(field_get(match, "load")) != q->loads ||
        !same_model(field_text(match, "model", q->model), q->model) ||
        !is_about(rule, q, nth_of_model)) {
        return false;
    }
    state->seen++;
    if (nth != NULL && nth->valuedouble != state->seen) {
        return false;
    }
    if (field_get(rule, "times") != NULL && state->used >= field_number(rule, "times", 0)) {
        return false;
    }
    state->used++;
    return true;
}

const cJSON *script_answer(struct script *s, const struct script_query *q)
{
    bool says = q->generates && !q->loads;
    unsigned nth = says ? count_request(s, q->model) : 0;
    const cJSON *rule;
    size_t i = 0;
    cJSON_ArrayForEach(rule, field_get(s->root, "rules"))
    {
        if (fits(rule, &s->states[i++], q, nth)) {
            return rule;
        }
    }
    return says ? field_get(s->root, "default") : NULL;
}
