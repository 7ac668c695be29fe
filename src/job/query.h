/* One request to an endpoint, such as for its list of models: its whole answer goes
 * to Lua as the event "result", or, of a stream of lines, each as an event "record" before that. */
#ifndef HUM_QUERY_H
#define HUM_QUERY_H

#include "base/value.h"
#include "job/job.h"

/* spec: {endpoint, method, path, at_root?, at_fill?, body?, model?, fills?, stream?, timeout}, in
 * seconds, 0: none.
 * Returns NULL if it is wrong; the error event was then sent already. */
struct job *query_start(const struct job_env *env, int64_t id, const struct value *spec);

#endif
