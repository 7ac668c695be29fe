/* Where a generation ends before the script's text does: at the request's limit of tokens or
 * at one of its stop strings. */
#ifndef FAKE_LIMIT_H
#define FAKE_LIMIT_H

#include "tokens.h"

#include <cjson/cJSON.h>

enum stop_type { STOP_EOS, STOP_LIMIT, STOP_WORD };

struct limit {
    size_t tokens;     /* SIZE_MAX: none */
    const cJSON *stop; /* a string, a list of strings, or NULL */
};

/* Cuts t. Sets *word to the stop string for STOP_WORD; it lives in limit->stop. */
enum stop_type limit_apply(const struct limit *limit, struct tokens *t, const char **word);

#endif
