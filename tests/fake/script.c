#include "script.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const cJSON *get(const cJSON *object, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

static const char *string(const cJSON *object, const char *name, const char *otherwise)
{
    const cJSON *v = get(object, name);
    return cJSON_IsString(v) ? v->valuestring : otherwise;
}

static double number(const cJSON *object, const char *name, double otherwise)
{
    const cJSON *v = get(object, name);
    return cJSON_IsNumber(v) && v->valuedouble >= 0 ? v->valuedouble : otherwise;
}

static bool check_names(const cJSON *object, const char *what, const char *known, char *why)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, object)
    {
        char padded[80];
        snprintf(padded, sizeof padded, " %.70s ", item->string);
        if (!strstr(known, padded)) {
            snprintf(why, ANSWER_ERROR, "unknown field \"%.100s\" in %s", item->string, what);
            return false;
        }
    }
    return true;
}

static bool check_rules(const cJSON *rules, char why[ANSWER_ERROR])
{
    const cJSON *rule;
    cJSON_ArrayForEach(rule, rules)
    {
        if (!answer_check(rule, why)) {
            return false;
        }
        if (!check_names(get(rule, "match"), "match", " path method model text nth load ", why)) {
            return false;
        }
    }
    return true;
}

static bool check(const cJSON *root, char why[ANSWER_ERROR])
{
    static const char known[] = " rules scenarios default models server version key serial slots"
                                " check_host load_ms max_body fim ";
    const cJSON *scenario, *normal = get(root, "default");
    if (!cJSON_IsObject(root)) {
        snprintf(why, ANSWER_ERROR, "a script must be a JSON object or a list of rules");
        return false;
    }
    if (!check_names(root, "the script", known, why) || !check_rules(get(root, "rules"), why)) {
        return false;
    }
    cJSON_ArrayForEach(scenario, get(root, "scenarios"))
    {
        if (!answer_check(scenario, why)) {
            return false;
        }
    }
    return !normal || answer_check(normal, why);
}

/* Models are objects from here on, scenarios are models too. */
static void complete_models(cJSON *root)
{
    cJSON *given = cJSON_DetachItemFromObjectCaseSensitive(root, "models");
    cJSON *models = cJSON_AddArrayToObject(root, "models");
    struct script s = {.root = root};
    const cJSON *item;
    if (!given) {
        script_add_model(&s, "fake", NULL);
        script_add_model(&s, "thinker", "thinking");
    }
    cJSON_ArrayForEach(item, given)
    {
        if (cJSON_IsString(item)) {
            script_add_model(&s, item->valuestring, NULL);
        } else if (cJSON_IsString(get(item, "name"))) {
            cJSON_AddItemToArray(models, cJSON_Duplicate(item, true));
        }
    }
    cJSON_ArrayForEach(item, get(root, "scenarios"))
    {
        bool thinks = get(item, "thinking") || get(item, "thinking_count");
        if (!script_model(&s, item->string)) {
            script_add_model(&s, item->string, thinks ? "thinking" : NULL);
        }
    }
    cJSON_Delete(given);
}

bool script_load(struct script *s, const char *json, size_t len, char why[ANSWER_ERROR])
{
    const char *end = NULL;
    cJSON *root = cJSON_ParseWithLengthOpts(json, len, &end, false);
    if (!root) {
        snprintf(why, ANSWER_ERROR, "not JSON, near \"%.40s\"", end ? end : "");
        return false;
    }
    if (cJSON_IsArray(root)) {
        cJSON *object = cJSON_CreateObject();
        cJSON_AddItemToObject(object, "rules", root);
        root = object;
    }
    const char *server = string(root, "server", "both");
    bool llama = strcmp(server, "llama-server") == 0, ollama = strcmp(server, "ollama") == 0;
    bool good = check(root, why);
    if (good && !llama && !ollama && strcmp(server, "both") != 0) {
        snprintf(why, ANSWER_ERROR, "server must be both, ollama or llama-server");
        good = false;
    }
    if (!good) {
        cJSON_Delete(root);
        return false;
    }
    complete_models(root);
    script_finish(s);
    size_t rules = (size_t)cJSON_GetArraySize(get(root, "rules"));
    *s = (struct script){
        .root = root,
        .states = xcalloc(rules + 1, sizeof *s->states),
        .server = llama    ? SERVER_LLAMA
                  : ollama ? SERVER_OLLAMA
                           : SERVER_BOTH,
        .version = string(root, "version", "0.33.0"),
        .key = string(root, "key", NULL),
        .slots = cJSON_IsTrue(get(root, "serial")) ? 1 : (unsigned)number(root, "slots", 0),
        .check_host = cJSON_IsTrue(get(root, "check_host")),
        .load_ns = (uint64_t)(number(root, "load_ms", 0) * 1e6),
        .max_body = (size_t)number(root, "max_body", 64 << 20),
    };
    return true;
}

void script_finish(struct script *s)
{
    cJSON_Delete(s->root);
    free(s->states);
    *s = (struct script){0};
}

void script_add_model(struct script *s, const char *name, const char *capability)
{
    cJSON *model = cJSON_CreateObject();
    cJSON_AddStringToObject(model, "name", name);
    cJSON *list = cJSON_AddArrayToObject(model, "capabilities");
    cJSON_AddItemToArray(list, cJSON_CreateString("completion"));
    if (capability) {
        cJSON_AddItemToArray(list, cJSON_CreateString(capability));
    }
    cJSON_AddItemToArray(cJSON_GetObjectItemCaseSensitive(s->root, "models"), model);
}

const cJSON *script_models(const struct script *s)
{
    return get(s->root, "models");
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
        if (same_model(string(model, "name", ""), name)) {
            return model;
        }
    }
    return NULL;
}

bool script_can(const cJSON *model, const char *capability)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, get(model, "capabilities"))
    {
        if (cJSON_IsString(item) && strcmp(item->valuestring, capability) == 0) {
            return true;
        }
    }
    return false;
}

const cJSON *script_scenario(const struct script *s, const char *name)
{
    const cJSON *scenario;
    cJSON_ArrayForEach(scenario, get(s->root, "scenarios"))
    {
        if (same_model(scenario->string, name)) {
            return scenario;
        }
    }
    return NULL;
}

static bool fits(const cJSON *rule, struct rule_state *state, const struct script_query *q)
{
    const cJSON *match = get(rule, "match"), *nth = get(match, "nth");
    const char *path = string(match, "path", NULL), *text = string(match, "text", NULL);
    if (path ? strcmp(path, q->request->path) != 0 : !q->generates) {
        return false;
    }
    if (cJSON_IsTrue(get(match, "load")) != q->loads) {
        return false;
    }
    if (strcasecmp(string(match, "method", q->request->method), q->request->method) != 0) {
        return false;
    }
    if (!same_model(string(match, "model", q->model), q->model)) {
        return false;
    }
    if (text && !strstr(q->last_text, text)) {
        return false;
    }
    state->seen++;
    if (nth && nth->valuedouble != state->seen) {
        return false;
    }
    if (get(rule, "times") && state->used >= number(rule, "times", 0)) {
        return false;
    }
    state->used++;
    return true;
}

const cJSON *script_answer(struct script *s, const struct script_query *q)
{
    const cJSON *rule;
    size_t i = 0;
    cJSON_ArrayForEach(rule, get(s->root, "rules"))
    {
        if (fits(rule, &s->states[i++], q)) {
            return rule;
        }
    }
    if (!q->generates || q->loads) {
        return NULL;
    }
    const cJSON *scenario = script_scenario(s, q->model);
    return scenario ? scenario : get(s->root, "default");
}

/* Objects must hold at least the expected fields, lists exactly as many items. */
static bool holds(const cJSON *have, const cJSON *want, char why[ANSWER_ERROR])
{
    const char *name = want->string ? want->string : "item";
    const cJSON *item;
    if (!have || (have->type & 0xff) != (want->type & 0xff)) {
        snprintf(why, ANSWER_ERROR, "\"%.100s\" is %s", name, have ? "of another type" : "missing");
        return false;
    }
    if (cJSON_IsArray(want)) {
        const cJSON *other = have->child;
        if (cJSON_GetArraySize(have) != cJSON_GetArraySize(want)) {
            snprintf(why, ANSWER_ERROR, "\"%.100s\" has another length", name);
            return false;
        }
        cJSON_ArrayForEach(item, want)
        {
            if (!holds(other, item, why)) {
                return false;
            }
            other = other->next;
        }
        return true;
    }
    if (cJSON_IsObject(want)) {
        cJSON_ArrayForEach(item, want)
        {
            if (!holds(get(have, item->string), item, why)) {
                return false;
            }
        }
        return true;
    }
    if (cJSON_Compare(have, want, true)) {
        return true;
    }
    snprintf(why, ANSWER_ERROR, "\"%.100s\" has another value", name);
    return false;
}

bool script_expected(const cJSON *answer, const struct request *r, const cJSON *body,
                     char why[ANSWER_ERROR])
{
    const cJSON *item;
    cJSON_ArrayForEach(item, get(answer, "expect"))
    {
        if (!holds(get(body, item->string), item, why)) {
            return false;
        }
    }
    cJSON_ArrayForEach(item, get(answer, "expect_headers"))
    {
        char name[100];
        snprintf(name, sizeof name, "%s", item->string);
        for (char *c = name; *c; c++) {
            *c = (char)tolower((unsigned char)*c);
        }
        const char *value = request_header(r, name);
        bool good = cJSON_IsString(item) ? value && strcmp(value, item->valuestring) == 0 : !value;
        if (!good) {
            snprintf(why, ANSWER_ERROR, "header \"%s\" is %.120s", name, value ? value : "missing");
            return false;
        }
    }
    cJSON_ArrayForEach(item, get(answer, "expect_absent"))
    {
        if (get(body, item->valuestring)) {
            snprintf(why, ANSWER_ERROR, "\"%.100s\" should not be there", item->valuestring);
            return false;
        }
    }
    return true;
}
