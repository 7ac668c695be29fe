/* What the stand-in server of "make demo" says: texts of its own, no model. */
#ifndef FAKE_DEMO_H
#define FAKE_DEMO_H

#include "server.h"

/* The answer to a question, as a script would give it. The caller deletes it. */
cJSON *demo_answer(struct server *s, const char *question);

#endif
