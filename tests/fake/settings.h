/* llama-server's long list of what a generation is made with. */
#ifndef FAKE_SETTINGS_H
#define FAKE_SETTINGS_H

#include "conn.h"

/* The fields as an object: those of a request, in a final record... */
void settings_of_request(const cJSON *request, struct buf *out);

/* ... and the usual ones, in GET /props, which is answered as a whole. */
void settings_props(struct conn *c);

#endif
