/* What the journal says of requests. */
#ifndef FAKE_NOTE_H
#define FAKE_NOTE_H

#include "generate.h"

/* A request came; f NULL: it is none to fill in. */
void note_request(const struct context *x, const struct fill *f);

/* An event about the model that a request needs. */
void note_model(struct conn *c, const char *event, const char *model);

#endif
