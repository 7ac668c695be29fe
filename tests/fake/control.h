/* The routes below /_fake/, with which tests steer and question the fake server. They
 * are not logged and not counted. README.md lists them. */
#ifndef FAKE_CONTROL_H
#define FAKE_CONTROL_H

#include "conn.h"

void control_request(struct conn *c);

/* Something was noted in the journal: long polls may have their event. ctx is the server. */
void control_changed(void *ctx);

#endif
