#include "edit/sniff.h"

#include "edit/patch.h"

static void on_sniffed(void *ctx, const struct patch_block *block)
{
    enum patch_form *form = ctx;
    if (*form == PATCH_NONE) {
        *form = block->form;
    }
}

static void on_sniffed_fault(void *ctx, enum patch_fault fault, size_t line, const char *name)
{
    enum patch_form *form = ctx;
    (void)line;
    (void)name;
    if (*form == PATCH_NONE && fault != PATCH_STRAY && fault != PATCH_OPEN) {
        *form = PATCH_SEARCH;
    }
}

enum patch_form patch_sniff(const struct text *answer)
{
    static const struct patch_calls calls = {NULL, NULL, on_sniffed, on_sniffed_fault};
    enum patch_form form = PATCH_NONE;
    struct patch *p = patch_new(&calls, &form);
    for (size_t i = 0; i < answer->count && form == PATCH_NONE; i++) {
        patch_line(p, text_line(answer, i));
    }
    if (form == PATCH_NONE) {
        patch_end(p);
    }
    patch_free(p);
    return form;
}
