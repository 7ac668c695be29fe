/* Whole files in fences with a name, and fences that turn out to hold blocks. */
#include "edit/naming.h"
#include "edit/patch_state.h"
#include "edit/pathname.h"

void patch_whole_begin(struct patch *p)
{
    p->state = IN_WHOLE;
    patch_begin(p, PATCH_WHOLE, p->line);
}

/* Markdown has fences of its own, and may show blocks. */
static bool is_markdown(const struct patch *p)
{
    return pathname_is_markup((struct span){p->fence_name.data, p->fence_name.len});
}

static size_t text_lines_of(const struct text *t)
{
    size_t n = 0;
    for (size_t i = 0; i < t->count && n < 3; i++) {
        n += !span_is_blank(text_line(t, i));
    }
    return n;
}

/* It is no file: what was read is a line above the block at most, perhaps with a fence below it that
 * stands within this one. */
static void turn(struct patch *p, struct span line)
{
    const struct text *lines = &p->block.replace;
    struct span rest;
    size_t run, number;
    buf_clear(&p->above);
    for (size_t i = lines->count; i-- > 0;) {
        struct span info, name, above = text_line(lines, i);
        bool fence = sign_fence(above, &run, &info) != 0;
        if (!span_is_blank(above) && (!fence || naming_in_info(info, &name))) {
            patch_set(&p->above, fence ? name : above);
            p->above_line = p->line - (lines->count - i);
            break;
        }
    }
    p->diff = p->diff || sign_is_hunk(line, &number, &rest);
    p->block.form = PATCH_NONE;
    p->state = IN_TEXT;
    patch_text(p, line);
}

static bool begins_block(const struct patch *p, struct span line)
{
    size_t count, lines = text_lines_of(&p->block.replace);
    struct span rest;
    enum sign sign = sign_of(line, &count, &rest);
    if (is_markdown(p) && lines > 1) {
        return false;
    }
    if (lines == 0 && (sign_is_git(line) || sign_diff_name(line, '-', &rest) ||
                       (p->fence_name.len > 0 && sign_is_hunk(line, &count, &rest)))) {
        return true;
    }
    return sign == SIGN_SEARCH || sign == SIGN_BEGIN || sign == SIGN_UPDATE || sign == SIGN_ADD ||
           sign == SIGN_DELETE;
}

void patch_whole_add(struct patch *p, struct span line)
{
    struct span name;
    if (p->fence_name.len == 0 && text_lines_of(&p->block.replace) == 0 &&
        naming_in_comment(line, &name)) {
        patch_set(&p->fence_name, name);
        p->block.commented = true;
    }
    text_add(&p->block.replace, line);
}

void patch_whole_line(struct patch *p, struct span line)
{
    size_t run;
    struct span info, name;
    if (p->nested == 0 && patch_closes(p, line)) {
        patch_whole_end(p, true);
        return;
    }
    if (begins_block(p, line)) {
        turn(p, line);
        return;
    }
    if (is_markdown(p) && sign_fence(line, &run, &info) == p->mark && run >= p->run) {
        p->nested = info.len > 0 ? p->nested + 1 : p->nested - (p->nested > 0);
    }
    if (sign_diff_name(line, '-', &name) && text_lines_of(&p->block.replace) == 0) {
        patch_set(&p->held, line);
        p->holds = true;
        return;
    }
    patch_whole_add(p, line);
}

void patch_whole_end(struct patch *p, bool closed)
{
    if (p->fence_name.len > 0 && closed) {
        p->block.last = p->line;
        patch_set(&p->name, (struct span){p->fence_name.data, p->fence_name.len});
        patch_give(p);
    } else if (p->fence_name.len > 0) {
        p->calls->on_fault(p->ctx, PATCH_OPEN, p->block.first, p->fence_name.data);
    }
    p->block.form = PATCH_NONE;
    patch_close(p);
}
