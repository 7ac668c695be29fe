/* What comes of a generation, as its dialect tells it, on its way to the kind of the reply, to Lua and
 * into the figures. */
#ifndef HUM_REPLY_TAKE_H
#define HUM_REPLY_TAKE_H

#include "job/reply_kind.h"

struct dialect_event;

void reply_take(struct reply *r, const struct dialect_event *event);

/* The sink has handed over all text in front of a notice, an enum reply_notice. Lua takes the end of
 * the buffer for where a part begins, so the event must not overtake text. */
void reply_notice(struct reply *r, int notice);

/* The request is not sent again: it is measured, and gone. */
void reply_drop_request(struct reply *r);

#endif
