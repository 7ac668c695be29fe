/* Answers of a chat brought into files: no server is asked, and each call is answered at once, by
 * the event "result", or "error" if the call is wrong. */
#ifndef HUM_APPLY_H
#define HUM_APPLY_H

#include "base/value.h"

#include <stdint.h>

struct rpc;

/* spec: {text, block? = {first, last}, cut?}. The result: {files = {{name, action, to, creates, form,
 * blocks}}, faults}. */
void apply_blocks(struct rpc *rpc, int64_t id, const struct value *spec);

/* spec: the same, with files = {{name, there, lines, filetype?, same?}}, names as the other call gave them. The
 * result: {files = {{name, action, to, form, hunks = {{first, last, new}}, faults}}, faults}, a
 * fault being {message, hint, line}. Files that were not given, and those that are another one's,
 * are not in it. */
void apply_files(struct rpc *rpc, int64_t id, const struct value *spec);

#endif
