/* How a model is told to go on with its own last message: services take the beginning of a reply in
 * different ways, or not at all. */
#ifndef HUM_PREFILL_H
#define HUM_PREFILL_H

struct learned;
struct value;

/* Of a request that has "ask", what the user would say (a text), behind a last message of the
 * assistant. */
enum prefill {
    PREFILL_NONE,    /* the request has none: nothing goes on */
    PREFILL_ASKED,   /* a last message of the user, "ask" */
    PREFILL_PLAIN,   /* the last message is gone on with */
    PREFILL_PREFIX,  /* likewise, if it has prefix = true */
    PREFILL_PARTIAL, /* likewise, if it has partial = true */
    PREFILL_FIELDS,  /* continue_final_message = true, add_generation_prompt = false */
};

/* By the quirk "prefill": "plain", "prefix", "partial", "fields". The model is asked if there is
 * none, if it is of a later version of the Lua side, or if it was refused. */
enum prefill prefill_of(const struct value *request, const struct learned *learned);

/* The member that the last message gets, "" for none: ",\"prefix\":true". */
const char *prefill_member(enum prefill way);

#endif
