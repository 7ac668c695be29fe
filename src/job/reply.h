/* One reply of a model, from the spec to its single ending, whatever becomes of its text: what jobs
 * have in common that ask a model. They embed it, as their first member, and say by a table what
 * they do with what comes; what they make of it goes to Neovim through the reply's sink. */
#ifndef HUM_REPLY_H
#define HUM_REPLY_H

#include "job/reply_kind.h"

/* Starts one that is all zero, and the first member of memory that free() takes. Returns the job, or
 * NULL if the spec is wrong: the ending event was sent then, and all is freed. */
struct job *reply_start(struct reply *r, const struct job_ops *job, const struct reply_ops *ops,
                        const struct job_env *env, int64_t id, const struct value *spec);

/* Nothing more is wanted of it: the model is stopped, and the ending is as if it had said all. Within
 * add and call. */
void reply_enough(struct reply *r);

/* Operations that all kinds have. */
void reply_stop(struct job *j, bool discard);
void reply_free(struct job *j);
void reply_describe(const struct job *j, struct job_info *info);
void reply_suspect(struct job *j);
bool reply_uses(const struct job *j, const char *url, const char *model);
const struct inspection *reply_inspection(const struct job *j, char *const **secrets);

#endif
