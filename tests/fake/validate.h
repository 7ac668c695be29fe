/* What the real servers refuse in a request before they look at the model. */
#ifndef FAKE_VALIDATE_H
#define FAKE_VALIDATE_H

#include "base/buf.h"

#include <cjson/cJSON.h>
#include <stdbool.h>

/* The body as JSON, or NULL with the status 400 text in why: empty, cut, a byte order
 * mark, raw control characters in a string. What follows the first value is ignored. */
cJSON *validate_json(const struct buf *body, bool llama, struct buf *why);

/* Status 0, or the status and the text of the first thing wrong. */
int validate_ollama(const cJSON *body, bool chat, struct buf *why);
int validate_infill(const cJSON *body, struct buf *why);
int validate_openai(const cJSON *body, bool chat, bool llama, struct buf *why);

#endif
