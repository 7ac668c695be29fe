/* Text with a cursor in it, for the tests of trim/. */
#ifndef HUM_CURSOR_H
#define HUM_CURSOR_H

#include "complete/trim/context.h"

#include <string.h>

/* The place of '~' in a file of that type; views code. */
static inline struct trim_context cursor_in(const char *code, const char *filetype)
{
    const char *cursor = strchr(code, '~'), *line = cursor;
    while (line > code && line[-1] != '\n') {
        line--;
    }
    return (struct trim_context){
        .around = {.before = {code, (size_t)(line - code)},
                   .line = {line, (size_t)(cursor - line)},
                   .after = span_of(cursor + 1)},
        .language = language_of(filetype),
    };
}

#endif
