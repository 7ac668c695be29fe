/* Events to Lua: see proto.h. */
#ifndef HUM_EVENT_H
#define HUM_EVENT_H

#include "base/ending.h"
#include "base/failure.h"

#include <stdint.h>

struct buf;
struct rpc;

/* Begins an event; the caller appends data (one value) with wire_*. */
struct buf *event_begin(struct rpc *rpc, const char *name, int64_t id);

/* Appends code, message, hint and status of a failure, EVENT_FAILURE_FIELDS pairs of a
 * map, to out (any buffer), and logs the message. */
#define EVENT_FAILURE_FIELDS 4
void event_failure(struct buf *out, const struct failure *f);

/* Appends reason, ending, message and hint, EVENT_ENDING_FIELDS pairs of a map, to out. What it
 * says repeats none of the secrets, see mask_text. */
#define EVENT_ENDING_FIELDS 4
void event_ending(struct buf *out, const struct ending_facts *ending, char *const *secrets);

/* A whole event: what was learned of an endpoint, a sentence. id: of the request that it was
 * learned by, 0: one of completion. secrets as above. */
void event_learned(struct rpc *rpc, int64_t id, const char *endpoint, const char *told,
                   char *const *secrets);

/* A whole error event that has nothing but the failure. */
void event_error(struct rpc *rpc, int64_t id, const struct failure *f);

#endif
