/* The messages of a request, as dialect.h has them: what is wrong with them, and what their parts
 * are. Pure. */
#ifndef HUM_MESSAGE_H
#define HUM_MESSAGE_H

#include <stdbool.h>

struct value;

/* Whether a part is of this type; whether it is an image that is in the request, as base64. */
bool message_part_is(const struct value *part, const char *type);
bool message_part_is_image(const struct value *part);

/* What is wrong with the messages of a request, a static text, or NULL. They may have parts that are
 * not read yet: {type="kept", path}, {type="image", media, path}. */
const char *messages_wrong(const struct value *messages);

/* Likewise, of messages that are to be sent: no part may be left that was not read. */
const char *messages_unsendable(const struct value *messages);

#endif
