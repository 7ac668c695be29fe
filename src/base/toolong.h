/* Whether a server says that a prompt is longer than the model's context window, and by which
 * figures. Servers say it in a dozen ways, some only by a code beside a message that does not, some
 * by what went wrong after they had cut the prompt themselves. Pure. */
#ifndef HUM_TOOLONG_H
#define HUM_TOOLONG_H

#include <stdbool.h>
#include <stdint.h>

/* In tokens; 0: the server does not say. */
struct toolong {
    int64_t prompt; /* that were sent */
    int64_t window; /* that there is room for, the answer included */
};

/* text: the server's words; body: the whole answer as it came, for codes and figures beside them.
 * Either may be NULL. *found, unless NULL, is set in any case. */
bool toolong_says(const char *text, const char *body, struct toolong *found);

#endif
