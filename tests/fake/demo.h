/* What the stand-in server of "make demo" says: texts of its own, no model. */
#ifndef FAKE_DEMO_H
#define FAKE_DEMO_H

#include <cjson/cJSON.h>
#include <stdbool.h>

/* The answer to a question, as a script would give it; first: nothing was answered in
 * this chat before. The caller deletes it. */
cJSON *demo_answer(const char *question, bool first);

#endif
