/* Chats, generations and completions: whether the request is good, and its reply. */
#ifndef FAKE_GENERATE_H
#define FAKE_GENERATE_H

#include "reply.h"

enum route {
    ROUTE_NONE,
    ROUTE_OTHER, /* no generation */
    ROUTE_CHAT,
    ROUTE_GENERATE,
    ROUTE_V1_CHAT,
    ROUTE_V1_COMPLETIONS,
    ROUTE_MESSAGES,
    ROUTE_INFILL,
};

struct fill;

/* One request on its way to an answer. */
struct context {
    struct conn *conn;
    const struct request *request;
    enum route route;
    bool llama; /* the path belongs to llama-server here */
    cJSON *body;
    struct buf why; /* what is wrong with the body */
    const char *model;
    bool loads;              /* the request only loads or unloads its model */
    const struct fill *fill; /* NULL: it is none to fill in */
};

bool generate_is(enum route r); /* one of those routes */

/* Whether the request has no prompt, which loads the model. */
bool generate_loads(const struct context *x);

const char *generate_model(const cJSON *body);           /* "" if none is named */
const char *generate_message_text(const cJSON *message); /* OpenAI's may be a list of parts */
const char *generate_last_text(const cJSON *body);       /* of the last message, or the prompt */

/* The text of the last message if it is the assistant's, who is to go on with it; else NULL. */
const char *generate_begun(const cJSON *body);

/* Answers with what the script says (scripted: meant for this request), or, with answer
 * NULL, with what is usual. */
void generate_answer(struct context *x, const cJSON *answer, bool scripted);

/* The same for any path, without looking at the request. */
void generate_reply(struct context *x, const cJSON *answer);

/* validate.c: what the real servers refuse in a request before they look at the model. */

/* The body as JSON, or NULL with the status 400 text in why: empty, cut, a byte order
 * mark, raw control characters in a string. What follows the first value is ignored. */
cJSON *validate_json(const struct buf *body, bool llama, struct buf *why);

/* Status 0, or the status and the text of the first thing wrong. */
int validate_ollama(const cJSON *body, bool chat, struct buf *why);
int validate_messages(const cJSON *body, struct buf *why);
int validate_infill(const cJSON *body, struct buf *why);
int validate_openai(const cJSON *body, bool chat, bool llama, struct buf *why);

/* spec.c: what the fields of a request ask of its reply. */
struct reply_spec spec_of(const struct context *x);
bool spec_native(enum route r);          /* a generation of Ollama's own API */
bool spec_unloads(const cJSON *request); /* keep_alive is 0, as a number or a duration */

#endif
