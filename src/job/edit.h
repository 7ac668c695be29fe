/* An edit: a model's reply that rewrites a range of lines. What comes of it goes to Lua as events,
 * "hunks"; the helper has the old lines as they were when it began, and knows nothing of the
 * buffer. */
#ifndef HUM_JOB_EDIT_H
#define HUM_JOB_EDIT_H

#include "base/value.h"
#include "job/job.h"

/* Starts from the spec (doc/hum.txt, hum-protocol). Returns NULL if it is wrong; the ending event was
 * then sent already. */
struct job *edit_start(const struct job_env *env, int64_t id, const struct value *spec);

#endif
