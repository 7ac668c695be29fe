/* What a message refers to, gathered: files are read, kept with the chat, measured, compared with
 * what the model has seen. The loop goes on meanwhile: all of it happens on a thread of libuv's. */
#ifndef HUM_JOB_GATHER_H
#define HUM_JOB_GATHER_H

#include "base/value.h"
#include "job/job.h"

#include <stdint.h>

/* Starts it; |hum-protocol| has the spec. NULL: the call was wrong, which Lua has been told. env needs
 * no http. */
struct job *gather_start(const struct job_env *env, int64_t id, const struct value *spec);

/* A piece of a text that belongs to the item with this index, counted from 1. Nothing if j is no
 * such job, or no such text is due. */
void gather_piece(struct job *j, int64_t index, const struct value *text);

#endif
