#include "complete/trim/torso.h"

#include "text/line.h"

#include <string.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

size_t torso_tokens(struct span line)
{
    struct span word = span_last_word(line);
    size_t len = line.len - word.len;
    /* 3.14: the number begins before the point. */
    if (word.len > 0 && is_digit(word.data[0]) && len > 1 && line.data[len - 1] == '.' &&
        is_digit(line.data[len - 2])) {
        len -= 1 + span_last_word((struct span){line.data, len - 1}).len;
    }
    while (len > 0 && line.data[len - 1] == '\\') {
        len--;
    }
    len = span_rtrim((struct span){line.data, len}).len;
    return span_is_blank((struct span){line.data, len}) ? span_rtrim(line).len : len;
}

bool torso_is_whole(struct span head)
{
    long depth = 0;
    head = span_rtrim(head);
    for (size_t i = 0; i < head.len; i++) {
        depth += is_opening_bracket(head.data[i]) - is_closing_bracket(head.data[i]);
    }
    char last = head.len > 0 ? head.data[head.len - 1] : '\0';
    return depth <= 0 && (last == ';' || is_closing_bracket(last));
}

bool torso_goes_on(struct span line)
{
    line = span_rtrim(line);
    char last = line.len > 0 ? line.data[line.len - 1] : '\0';
    return last != '\0' && strchr("{([,=+-*/&|<:\\", last) != NULL;
}
