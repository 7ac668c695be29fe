/* From the bytes of a record to the objects of an API in it: one in most cases, several where a
 * server glues them together, in a list or in a string. What holds no object is passed over, and
 * becomes DIALECT_STRAY if it is words, DIALECT_ODD if it is broken JSON or a page. */
#ifndef HUM_RECORD_H
#define HUM_RECORD_H

#include "server/emit.h"

struct record_reader {
    void (*read)(const struct emit *e, const cJSON *object);
    void (*end)(const struct emit *e); /* OpenAI's "[DONE]" came, however it is written */
};

/* record is changed in place; it must be NUL-terminated behind len. */
void record_read(struct emit *e, char *record, size_t len, const struct record_reader *reader);

#endif
