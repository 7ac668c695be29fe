/* Who is let in: Ollama's check of Host and Origin, and the key. */
#ifndef FAKE_ADMIT_H
#define FAKE_ADMIT_H

#include "generate.h"

/* False: the request has been refused. */
bool admit(struct context *x);

#endif
