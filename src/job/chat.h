/* One reply in a chat, from the spec to its single ending: a generation's text goes through
 * utf8 into a sink, events go to Lua. */
#ifndef HUM_CHAT_H
#define HUM_CHAT_H

#include "base/value.h"
#include "job/job.h"

/* Starts from the spec of the "chat" method (doc/hum.txt, hum-protocol). Returns NULL
 * if the spec is wrong; the ending event was then sent already. */
struct job *chat_start(const struct job_env *env, int64_t id, const struct value *spec);

#endif
