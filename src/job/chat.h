/* One reply of a model, from the spec to its single ending: a generation's text goes through
 * its parts into a sink, events go to Lua. */
#ifndef HUM_CHAT_H
#define HUM_CHAT_H

#include "base/value.h"
#include "job/job.h"

/* Start from the spec of the method of that name (doc/hum.txt, hum-protocol): a chat's reply goes
 * to the end of a buffer, what is generated for others to a mark in one, or to Lua. Return NULL
 * if the spec is wrong; the ending event was then sent already. */
struct job *chat_start(const struct job_env *env, int64_t id, const struct value *spec);
struct job *generate_start(const struct job_env *env, int64_t id, const struct value *spec);

#endif
