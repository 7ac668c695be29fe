/* What a dialect finds in a record that has nothing of its own: an object of another dialect, which
 * is read as that one, or something else, whose words are kept. */
#ifndef HUM_FOREIGN_H
#define HUM_FOREIGN_H

#include "server/emit.h"

/* The object is none of the caller's dialect, and reports no error that emit_find_error knows. */
void foreign_read(const struct emit *e, const cJSON *object);

/* "[DONE]" in a dialect that has no such mark: it ends what came in another one. */
void foreign_end(const struct emit *e);

/* dialect->end of a dialect whose last record says that it is the last. */
void foreign_no_end(struct dialect_state *st, dialect_on_event on_event, void *ctx);

#endif
