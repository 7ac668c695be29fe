#include "base/around.h"

#include <stdint.h>
#include <string.h>

void around_text_init(struct around_text *t)
{
    buf_init(&t->left, SIZE_MAX);
    buf_init(&t->after, SIZE_MAX);
    buf_reserve(&t->left, 0);
    buf_reserve(&t->after, 0);
}

void around_text_finish(struct around_text *t)
{
    buf_finish(&t->left);
    buf_finish(&t->after);
}

void around_text_type(struct around_text *t, const char *text, size_t len)
{
    buf_add(&t->left, text, len);
}

struct around around_text_view(const struct around_text *t)
{
    return around_text_ahead(t, 0);
}

struct around around_text_ahead(const struct around_text *t, size_t bytes)
{
    const char *left = t->left.data;
    size_t len = t->left.len > bytes ? t->left.len - bytes : 0;
    const char *lf = span_find_last((struct span){left, len}, '\n');
    size_t line = lf != NULL ? (size_t)(lf + 1 - left) : 0;
    return (struct around){
        .before = {left, line},
        .line = {left + line, t->left.len - line},
        .after = {t->after.data, t->after.len},
    };
}
