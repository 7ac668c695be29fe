/* Tool calls put together from the pieces in which OpenAI-compatible servers stream
 * them: the first piece of a call has its id and name, all have bits of the arguments. */
#ifndef HUM_CALLS_H
#define HUM_CALLS_H

#include "server/emit.h"

struct calls;

/* Adds "tool_calls" of a delta, an array or one of its pieces; NULL is none. *calls is made when it
 * is first needed. A piece is a tick, a wrong shape is passed over. */
void calls_add(struct calls **calls, const cJSON *pieces, const struct emit *e);

/* Adds a piece of a "function_call", as OpenAI's older interface has it: there is only one. */
void calls_add_function(struct calls **calls, const cJSON *function, const struct emit *e);

/* No more pieces come: every call becomes an event, in order, and is forgotten. Arguments that are
 * not JSON are given as a JSON string. */
void calls_flush(struct calls **calls, const struct emit *e);

void calls_free(struct calls *calls);

#endif
