/* What the fields of a request ask of its reply. */
#ifndef FAKE_SPEC_H
#define FAKE_SPEC_H

#include "generate.h"
#include "reply.h"

struct reply_spec spec_of(const struct context *x);

bool spec_native(enum route r);          /* a generation of Ollama's own API */
bool spec_unloads(const cJSON *request); /* keep_alive is 0, as a number or a duration */

#endif
