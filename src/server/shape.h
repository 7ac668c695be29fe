/* A model's words, in all the shapes that servers have for them: a text, a list of typed parts,
 * parts in parts, objects with a field for it; and the fields of a message in which text, thinking
 * and refusals stand. What has none of these shapes costs no more than itself: it becomes
 * DIALECT_UNREAD. */
#ifndef HUM_SHAPE_H
#define HUM_SHAPE_H

#include "server/emit.h"

/* Gives what item holds as events: of that type, but for parts that say that they are thinking.
 * Returns whether there was anything. item may be NULL. */
bool shape_text(const struct emit *e, enum dialect_event_type type, const cJSON *item);

/* The same for all fields of a message or of a delta, thinking first. A thought that comes in
 * several fields is given once; an empty one is a tick, but for the first. */
bool shape_message(const struct emit *e, const cJSON *message);

#endif
