#include "edit/filled.h"

#include "edit/clean.h"

bool filled(const struct text *old, const char *filetype, struct text *lines)
{
    static const struct span fence = {"````````````\n", 13};
    struct text none, out;
    text_init(&none);
    text_init(&out);
    const struct clean_context context = {
        .old = old, .before = &none, .after = &none, .filetype = filetype, .first = 1};
    struct clean *clean = clean_new(&context);
    clean_feed(clean, fence, &out);
    clean_feed(clean, text_lines(lines, 0, lines->count), &out);
    clean_feed(clean, fence, &out);
    clean_end(clean, false, &out);
    bool fine = clean_fault(clean) == CLEAN_FINE;
    clean_free(clean);
    text_finish(&none);
    text_finish(lines);
    *lines = out;
    return fine;
}
