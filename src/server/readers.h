/* The dialects' readers of one object each, for a server that speaks another one than it is
 * configured for: see foreign.h. */
#ifndef HUM_READERS_H
#define HUM_READERS_H

#include "server/emit.h"

void openai_read(const struct emit *e, const cJSON *root);
void ollama_read(const struct emit *e, const cJSON *root);
void anthropic_read(const struct emit *e, const cJSON *root);

/* Ends an anthropic message whose end was not told. */
void anthropic_finish(const struct emit *e);

#endif
