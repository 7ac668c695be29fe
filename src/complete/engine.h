/* Suggestions for the code being typed: the buffers that they are for. The methods of proto.h that
 * are about completion end here, each in its buffer or in what all buffers share (supply.h). */
#ifndef HUM_ENGINE_H
#define HUM_ENGINE_H

#include "base/value.h"

#include <stdbool.h>
#include <stdint.h>

struct buf;
struct engine;
struct supply_env;

struct engine *engine_new(const struct supply_env *env);
void engine_free(struct engine *e);

/* A chat has begun or ended. */
void engine_on_chat(struct engine *e);

/* Notifications of Lua and Neovim, with their parameters. Returns false for a method that
 * is none of them. */
bool engine_handle(struct engine *e, const char *method, const struct value *params);

/* A notification was too long to be read; its first parameter was buf. */
void engine_on_too_big(struct engine *e, const char *method, int64_t buf);

/* Appends the text of the attached buffer that is the first parameter, each line with its
 * "\n", or nil. */
void engine_mirror(struct engine *e, const struct value *params, struct buf *out);

/* Appends a map of counts. */
void engine_info(const struct engine *e, struct buf *out);

#endif
