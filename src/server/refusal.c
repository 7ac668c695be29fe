#include "server/refusal.h"

#include "base/buf.h"
#include "base/span.h"
#include "base/words.h"
#include "server/blame.h"
#include "server/endpoint.h"
#include "server/learned.h"
#include "server/level.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* A refusal with all that it takes to read it. */
struct reading {
    const struct endpoint *endpoint;
    const char *model;
    const struct refusal_facts *facts;
    cJSON *request;
    struct blame blame;
    bool loose;      /* the status says that the request is wrong */
    bool of_service; /* what was told holds for all its models */
    struct buf told; /* behind "the model ..." */
};

/* Returns whether that is news. */
static bool avoid(struct reading *r, const char *what)
{
    bool news = learned_avoid(r->endpoint, r->model, what);
    r->of_service = news ? learned_is_of_service(what) : r->of_service;
    return news;
}

static bool has_words(const struct reading *r, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count && words[i] != NULL; i++) {
        const char *const word[] = {words[i], NULL};
        if (!blame_says(&r->blame, word)) {
            return false;
        }
    }
    return true;
}

/* Whether the request has what the entry is about. */
static bool is_sent(const struct reading *r, const struct refusal *known)
{
    const cJSON *field = known->field != NULL ? json_get(r->request, known->field) : NULL;
    if (known->field == NULL || known->sent == NULL) {
        return known->field == NULL || field != NULL;
    }
    const cJSON *member = cJSON_IsObject(field) ? field->child : NULL;
    while (member != NULL && !json_is_text(member, known->sent)) {
        member = member->next;
    }
    return member != NULL || json_is_text(field, known->sent);
}

static bool read_table(struct reading *r)
{
    for (const struct refusal *known = r->facts->refusals; known != NULL && known->what != NULL;
         known++) {
        size_t count = sizeof known->words / sizeof *known->words;
        if (is_sent(r, known) && has_words(r, known->words, count) && avoid(r, known->what)) {
            const char *quote = known->told == NULL ? "\"" : "";
            buf_printf(&r->told, "does not take %s%s%s: sent without it", quote,
                       known->told != NULL ? known->told : known->what, quote);
            return true;
        }
    }
    return false;
}

/* ---- roles --------------------------------------------------------------------- */

static bool has_role(const struct reading *r, const char *role)
{
    const cJSON *messages = json_get(r->request, "messages");
    const cJSON *message = messages != NULL ? messages->child : NULL;
    for (; message != NULL; message = message->next) {
        if (json_is_text(json_get(message, "role"), role)) {
            return true;
        }
    }
    return false;
}

/* Templates of models, and their servers, say it in many ways. */
static bool is_about_role(const struct reading *r, const char *role)
{
    static const char *const system[] = {"system role",
                                         "'system'",
                                         "`system`",
                                         "\"system\"",
                                         "role system",
                                         "role: system",
                                         "role 'system",
                                         "roles must",
                                         "only user and assistant",
                                         "system instruction",
                                         "developer instruction",
                                         "system message",
                                         "system prompt",
                                         NULL};
    static const char *const developer[] = {"developer", NULL};
    static const char *const refused[] = {"not support",
                                          "unsupported",
                                          "not allowed",
                                          "not enabled",
                                          "unknown variant",
                                          "invalid",
                                          "must be",
                                          "should be",
                                          "not one of",
                                          "not permitted",
                                          "at the beginning",
                                          "must alternate",
                                          "only user and assistant",
                                          "expected",
                                          NULL};
    static const char *const place[] = {"role",    "instruction", "variant",
                                        "message", "prompt",      NULL};
    if (blame_points_at_role(&r->blame)) {
        return true;
    }
    return blame_says(&r->blame, strcmp(role, "system") == 0 ? system : developer) &&
           blame_says(&r->blame, refused) && blame_says(&r->blame, place);
}

/* OpenAI's own models have the developer in place of the system. */
static bool has_developer(const struct reading *r)
{
    static const char *const words[] = {"'developer'",
                                        "`developer`",
                                        "\"developer\"",
                                        "developer role",
                                        "does not support 'system'",
                                        NULL};
    return blame_says(&r->blame, words);
}

static bool read_role(struct reading *r)
{
    static const char *const roles[] = {"role:system", "role:developer"};
    for (size_t i = 0; i < 2; i++) {
        const char *role = roles[i] + strlen("role:");
        if (!has_role(r, role) || !is_about_role(r, role) || !avoid(r, roles[i])) {
            continue;
        }
        bool developer = i == 0 && has_developer(r);
        if (i == 0 && !developer) {
            avoid(r, roles[1]);
        }
        const struct learned now = learned_of(r->endpoint, r->model);
        const char *sent = !learned_avoids(&now, roles[0]) ? "as the system's"
                           : developer                     ? "as the developer's"
                                                           : "in front of the first question";
        buf_printf(&r->told, "does not take the %s role: its words are sent %s", role, sent);
        return true;
    }
    return false;
}

/* ---- levels -------------------------------------------------------------------- */

/* The level of thinking in the request, and the top-level field where it stands. */
static const char *sent_level(const struct reading *r, const char **field)
{
    static const char *const places[][2] = {{"reasoning_effort", NULL},
                                            {"think", NULL},
                                            {"output_config", "effort"},
                                            {"reasoning", "effort"}};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        const cJSON *level = json_get(r->request, places[i][0]);
        level = places[i][1] != NULL ? json_get(level, places[i][1]) : level;
        if (cJSON_IsString(level)) {
            *field = places[i][0];
            return level->valuestring;
        }
    }
    return NULL;
}

/* The levels that the error lists, 0 if it lists none. */
static unsigned listed_levels(const struct reading *r, enum level sent)
{
    static const char *const lists[] = {"must be",     "supported values", "one of",    "should be",
                                        "expected",    "allowed",          "use ",      "either",
                                        "only",        "valid values",     "available", "supports",
                                        "options are", "choose",           "accepts",   NULL};
    return blame_says(&r->blame, lists) ? level_in(r->blame.words.data) & ~LEVEL_BIT(sent) : 0;
}

static bool is_about_level(const struct reading *r, const char *field)
{
    static const char *const words[] = {
        "effort",          "think value", "thinking level", "thinking_level", "reasoning level",
        "reasoning value", NULL};
    return blame_says(&r->blame, words) || blame_points_at(&r->blame, r->request, field);
}

static bool read_level(struct reading *r)
{
    const char *field = NULL, *name = sent_level(r, &field);
    enum level sent = name != NULL ? level_named(name) : LEVELS;
    if (sent == LEVELS || !is_about_level(r, field)) {
        return false;
    }
    /* What was refused before is not asked for again, even if it is listed. */
    const struct learned known = learned_of(r->endpoint, r->model);
    unsigned listed = listed_levels(r, sent) & learned_levels(&known);
    enum level next = level_nearest(listed, sent);
    if (next != LEVELS && learned_set_levels(r->endpoint, r->model, listed)) {
        buf_printf(&r->told, "does not take the level \"%s\": sent with \"%s\"", name,
                   level_name(next));
        return true;
    }
    if (strcmp(field, "think") == 0 && avoid(r, "think:level")) {
        buf_add_str(&r->told, "does not take levels of thinking: sent without one");
        return true;
    }
    return false;
}

/* ---- the limit of tokens ------------------------------------------------------- */

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

/* "max_tokens: 8192 > 4096, which is the maximum allowed number of output tokens". What is left of
 * the context is another number for each chat. */
static bool read_limit(struct reading *r)
{
    static const char *const context[] = {"context", NULL};
    if (blame_says(&r->blame, context)) {
        return false;
    }
    for (const cJSON *field = r->request != NULL ? r->request->child : NULL; field != NULL;
         field = field->next) {
        const char *name = field->string;
        if (name == NULL || learned_other_limit(name) == NULL) {
            continue;
        }
        int64_t asked = json_count(field);
        bool named =
            blame_name(&r->blame, name) != NULL || blame_points_at(&r->blame, r->request, name);
        int64_t limit = named && asked > 1 ? smaller_number(r->facts->text, asked) : 0;
        if (limit > 0) {
            bool news = learned_lower(r->endpoint, r->model, limit);
            buf_printf(&r->told, "takes at most %lld tokens (\"%s\")", (long long)limit, name);
            return news;
        }
    }
    return false;
}

/* ---- fields -------------------------------------------------------------------- */

/* A request makes no sense without these, or not the sense that was meant. */
static bool is_needed(const char *field)
{
    static const char *const needed[] = {
        "model",        "messages",     "stream",          "system",
        "prompt",       "suffix",       "input",           "tools",
        "tool_choice",  "input_prefix", "response_format", "format",
        "input_suffix", "raw",          "options",         NULL};
    return words_is_one(field, needed);
}

/* The user cannot have written a wrong value there: it is hum that does. */
static bool is_ours(const char *field)
{
    static const char *const ours[] = {"stream_options",
                                       "reasoning_effort",
                                       "think",
                                       "thinking",
                                       "enable_thinking",
                                       "reasoning",
                                       "thinking_budget",
                                       "output_config",
                                       "logprobs",
                                       "chat_template_kwargs",
                                       NULL};
    return words_is_one(field, ours);
}

static void tell_field(struct reading *r, const char *field, size_t before)
{
    const char *other = learned_other_limit(field);
    const struct learned now = learned_of(r->endpoint, r->model);
    if (other != NULL && learned_limit_name(&now, field) != NULL) {
        buf_printf(&r->told, "%stakes the limit as \"%s\", not as \"%s\"",
                   before > 0 ? ", and " : "", other, field);
    } else {
        buf_printf(&r->told, "%s \"%s\"", before > 0 ? "," : "does not take", field);
    }
}

/* All that the error points at. */
static bool read_pointers(struct reading *r)
{
    size_t count = 0;
    bool without = false, of_service = true;
    for (const cJSON *field = r->request != NULL ? r->request->child : NULL; field != NULL;
         field = field->next) {
        if (field->string != NULL && !is_needed(field->string) &&
            blame_points_at(&r->blame, r->request, field->string) && avoid(r, field->string)) {
            tell_field(r, field->string, count++);
            without = without || learned_other_limit(field->string) == NULL;
            of_service = of_service && r->of_service;
        }
    }
    r->of_service = of_service;
    if (without) {
        buf_add_str(&r->told, count > 1 ? ": sent without them" : ": sent without it");
    }
    return count > 0;
}

/* Of the fields that the error names in words the one that comes first. */
static bool read_names(struct reading *r)
{
    const char *first = NULL, *found = NULL;
    const struct learned known = learned_of(r->endpoint, r->model);
    bool of_value = blame_is_of_value(&r->blame);
    bool of_name = blame_is_of_name(&r->blame); /* a limit may as well have been reached */
    for (const cJSON *field = r->request != NULL ? r->request->child : NULL; field != NULL;
         field = field->next) {
        const char *name = field->string;
        if (name == NULL || is_needed(name) || learned_avoids(&known, name) ||
            (of_value && !is_ours(name)) || (learned_other_limit(name) != NULL && !of_name)) {
            continue;
        }
        const char *at = blame_name(&r->blame, name);
        if (at != NULL && (first == NULL || at < first)) {
            first = at;
            found = name;
        }
    }
    if (found == NULL || !avoid(r, found)) {
        return false;
    }
    tell_field(r, found, 0);
    const struct learned now = learned_of(r->endpoint, r->model);
    bool renamed = learned_other_limit(found) != NULL && learned_limit_name(&now, found) != NULL;
    buf_add_str(&r->told, renamed ? "" : ": sent without it");
    return true;
}

/* A service does not take the thoughts that it was said to want back. */
static bool read_thoughts(struct reading *r)
{
    const struct learned known = learned_of(r->endpoint, r->model);
    const char *field = learned_thoughts(&known);
    if (field == NULL || blame_name(&r->blame, field) == NULL || !blame_is_of_name(&r->blame) ||
        !avoid(r, "thoughts:")) {
        return false;
    }
    buf_printf(&r->told, "does not take thoughts as \"%s\": sent without them", field);
    return true;
}

/* ---- a last message of the assistant ------------------------------------------- */

static bool ends_with_assistant(const struct reading *r)
{
    const cJSON *messages = json_get(r->request, "messages");
    const cJSON *last = cJSON_GetArrayItem(messages, cJSON_GetArraySize(messages) - 1);
    return json_is_text(json_get(last, "role"), "assistant");
}

/* Each server says it in its own words, and each field that tells it what the message is may be
 * the one that is refused. */
static bool names_prefill(const struct reading *r)
{
    static const char *const words[] = {"prefill",
                                        "last message",
                                        "last role",
                                        "final message",
                                        "continue_final_message",
                                        "add_generation_prompt",
                                        "assistant message",
                                        "\"prefix\"",
                                        "'prefix'",
                                        "\"partial\"",
                                        "'partial'",
                                        NULL};
    return blame_says(&r->blame, words);
}

/* sure: its words are about that. Else they are about nothing that is known, and it is worth a try. */
static bool read_prefill(struct reading *r, bool sure)
{
    static const char *const context[] = {"context", "too long", "too many tokens", NULL};
    bool blamed = sure ? names_prefill(r) : r->loose && !blame_says(&r->blame, context);
    if (!blamed || !ends_with_assistant(r) || !avoid(r, "message:prefill")) {
        return false;
    }
    buf_add_str(&r->told, "does not go on with a message of its own: it is asked to");
    return true;
}

/* Where the status does not say that the request is wrong, the words must say that it is a name
 * that is refused. */
static bool read_fields(struct reading *r)
{
    if (!r->loose && !blame_is_of_name(&r->blame)) {
        return false;
    }
    return read_pointers(r) || read_names(r);
}

static bool read_all(struct reading *r)
{
    return read_level(r) || read_table(r) || read_prefill(r, true) || read_role(r) ||
           read_thoughts(r) || (r->loose && read_limit(r)) || read_fields(r) ||
           read_prefill(r, false);
}

static cJSON *parse(const char *data, size_t len)
{
    char *copy = xstrndup(data != NULL ? data : "", len);
    cJSON *root = json_parse(copy, len);
    free(copy);
    return root;
}

/* Some servers, and those in front of them, have another status than 400 and 422 for it. */
static bool is_worth_reading(long status)
{
    static const long statuses[] = {0, 400, 404, 405, 415, 422, 500, 501};
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        if (status == statuses[i]) {
            return true;
        }
    }
    return false;
}

bool refusal_read(const struct endpoint *e, const char *model, const struct refusal_facts *facts,
                  struct buf *told)
{
    if (!is_worth_reading(facts->status)) {
        return false;
    }
    struct reading r = {
        .endpoint = e,
        .model = model,
        .facts = facts,
        .request = parse(facts->body, facts->body_len),
        .loose = facts->status == 400 || facts->status == 422,
    };
    buf_init(&r.told, SIZE_MAX);
    blame_init(&r.blame, facts->error, facts->error_len, facts->text);
    bool news = read_all(&r);
    if (news && r.of_service) {
        buf_printf(told, "endpoint \"%s\" %s", e->name != NULL ? e->name : "?", r.told.data);
    } else if (news) {
        buf_printf(told, "the model \"%s\" at endpoint \"%s\" %s", model,
                   e->name != NULL ? e->name : "?", r.told.data);
    }
    blame_finish(&r.blame);
    buf_finish(&r.told);
    cJSON_Delete(r.request);
    return news;
}
