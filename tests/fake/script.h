/* What the fake server was told: settings, models, and which answer a request gets. */
#ifndef FAKE_SCRIPT_H
#define FAKE_SCRIPT_H

#include "answer.h"
#include "request.h"

#include <cjson/cJSON.h>

/* Which real server is imitated on which paths. */
enum server_kind {
    SERVER_BOTH,   /* Ollama below /api, llama-server below /v1 */
    SERVER_OLLAMA, /* Ollama everywhere */
    SERVER_LLAMA,  /* llama-server: Ollama's paths are 404 */
};

struct rule_state {
    unsigned seen; /* requests that fit all but nth */
    unsigned used;
};

/* How many requests there were for each model, for "when". */
struct counted {
    struct counted *next;
    char *model;
    unsigned requests;
};

struct script {
    cJSON *root;
    struct rule_state *states; /* one for each rule */
    struct counted *counted;
    bool played;        /* "answers": requests for a reply are not checked, only answered, */
    bool only_messages; /* and those of one path; every other is not there */
    enum server_kind server;
    const char *version;
    const char *key; /* required bearer key, or NULL */
    size_t slots;    /* so many requests at a time for each model, 0: no limit */
    bool check_host; /* Ollama's check of Host and Origin */
    uint64_t load_ns;
    unsigned continued; /* answers that went on in a document */
};

enum { SCRIPT_SLOTS = 4 }; /* of llama-server, if there is no limit */

/* Takes over json (an object, or a list of rules), replacing what was there. On
 * failure nothing changes and why tells. */
bool script_load(struct script *s, const char *json, size_t len, char why[WHY_SIZE]);
void script_finish(struct script *s);

struct script_query {
    const struct request *request;
    const cJSON *body;     /* or NULL */
    const char *model;     /* or "" */
    const char *last_text; /* of the last message, or the whole prompt, or "" */
    const char *begun;     /* the same, if the assistant has begun it; else NULL */
    bool generates;        /* rules without a path are for these requests only */
    bool loads;            /* the request only loads a model: for rules that say so */
};

/* The first rule that fits, or the script's default (for known models), or NULL. Counts the
 * use. */
const cJSON *script_answer(struct script *s, const struct script_query *q);

/* Whether the answer goes on with what the assistant has begun (or NULL): its text begins so. */
bool script_goes_on(const cJSON *answer, const char *begun);

/* The script's list. Each is {"name":.., "capabilities":[..]}; names without a tag mean
 * ":latest". */
const cJSON *script_models(const struct script *s);
const cJSON *script_model(const struct script *s, const char *name);
bool script_can(const cJSON *model, const char *capability);

/* demo.c: what the stand-in server of "make demo" says. */
extern const char demo_script[];

#endif
