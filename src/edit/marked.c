#include "edit/marked.h"

#include "edit/sign.h"

void marked_init(struct marked *m, const char *filetype)
{
    *m = (struct marked){.is_diff = span_is_among(span_of(filetype), "diff git gitcommit patch")};
}

static enum marked_form form_of(struct span line)
{
    size_t count;
    struct span rest;
    switch (sign_of(line, &count, &rest)) {
    case SIGN_SEARCH:
        return MARKED_SEARCH;
    case SIGN_BEGIN:
    case SIGN_UPDATE:
    case SIGN_ADD:
    case SIGN_DELETE:
        return MARKED_PATCH;
    case SIGN_NONE:
    case SIGN_DIVIDER:
    case SIGN_REPLACE:
    case SIGN_MOVE:
    case SIGN_EOF:
    case SIGN_END:
    default:
        return sign_is_hunk(line, &count, &rest) ? MARKED_UDIFF : MARKED_NOTHING;
    }
}

bool marked_is_fence(struct span line)
{
    size_t run;
    struct span info;
    return sign_fence(line, &run, &info) != 0 &&
           span_is_among(span_first_word(info), "diff udiff patch");
}

bool marked_is_head(struct span line)
{
    struct span name;
    return form_of(line) != MARKED_NOTHING || sign_is_git(line) ||
           sign_diff_name(line, '-', &name) || sign_diff_name(line, '+', &name);
}

static bool wraps(struct span line)
{
    size_t run;
    struct span info;
    return sign_fence(line, &run, &info) != 0 ||
           span_starts_with(span_ltrim(line), "apply_patch <<");
}

void marked_line(struct marked *m, struct span line)
{
    struct span name;
    bool follows = m->minus && sign_diff_name(line, '+', &name);
    m->minus = sign_diff_name(line, '-', &name);
    m->wraps = wraps(line);
    if (m->form != MARKED_NOTHING) {
        return;
    }
    m->form = form_of(line);
    if (m->form == MARKED_NOTHING && (follows || (!m->is_diff && marked_is_fence(line)))) {
        m->form = MARKED_UDIFF;
    }
}

enum marked_form marked_form(const struct marked *m)
{
    return m->form;
}

bool marked_may_begin(const struct marked *m)
{
    return m->minus || m->wraps;
}

bool marked_has(const struct text *text)
{
    bool minus = false;
    for (size_t i = 0; i < text->count; i++) {
        struct span line = text_line(text, i), name;
        if (form_of(line) != MARKED_NOTHING || (minus && sign_diff_name(line, '+', &name))) {
            return true;
        }
        minus = sign_diff_name(line, '-', &name);
    }
    return false;
}
