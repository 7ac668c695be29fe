/* The ending event of a reply: what it says, and when all of the reply is in Neovim, that it is sent. */
#ifndef HUM_REPLY_ENDING_H
#define HUM_REPLY_ENDING_H

#include "job/reply_kind.h"

/* Notes in r->told why it fails. A prompt that is too long gets a code of its own. */
void reply_tell_failure(struct reply *r, struct failure f);

/* Sends what r->ending and r->told say, with the figures; the inspection is handed on. */
void reply_send_ending(struct reply *r);

#endif
