#include "edit/block.h"

#include "edit/pathname.h"
#include "edit/sign.h"

#include <string.h>

#define TEXTS(b)                                                                             \
    {                                                                                        \
        &(b)->search, &(b)->replace, &(b)->loose_search, &(b)->loose_replace, &(b)->anchors, \
            &(b)->raw                                                                        \
    }
#define TEXT_COUNT 6

void patch_block_init(struct patch_block *b)
{
    struct text *const texts[] = TEXTS(b);
    *b = (struct patch_block){.form = PATCH_NONE};
    buf_init(&b->name, SIZE_MAX);
    buf_init(&b->to, SIZE_MAX);
    for (size_t i = 0; i < TEXT_COUNT; i++) {
        text_init(texts[i]);
    }
}

void patch_block_finish(struct patch_block *b)
{
    struct text *const texts[] = TEXTS(b);
    buf_finish(&b->name);
    buf_finish(&b->to);
    for (size_t i = 0; i < TEXT_COUNT; i++) {
        text_finish(texts[i]);
    }
}

static void set(struct buf *to, const struct buf *from)
{
    buf_clear(to);
    if (from != NULL) {
        buf_add(to, from->data, from->len);
    }
    buf_add(to, "", 0);
}

void patch_block_clear(struct patch_block *b)
{
    struct text *const texts[] = TEXTS(b);
    for (size_t i = 0; i < TEXT_COUNT; i++) {
        text_clear(texts[i]);
    }
    set(&b->name, NULL);
    set(&b->to, NULL);
    b->form = PATCH_NONE;
    b->action = PATCH_UPDATE;
    b->first = b->last = b->number = b->divider_count = 0;
    b->closed = b->weak_anchors = b->at_end = b->commented = false;
}

void patch_block_copy(struct patch_block *to, const struct patch_block *from)
{
    struct text *const texts[] = TEXTS(to);
    const struct text *const others[] = TEXTS(from);
    patch_block_clear(to);
    for (size_t i = 0; i < TEXT_COUNT; i++) {
        text_add_lines(texts[i], text_lines(others[i], 0, others[i]->count));
    }
    set(&to->name, &from->name);
    set(&to->to, &from->to);
    to->form = from->form;
    to->action = from->action;
    to->first = from->first;
    to->last = from->last;
    to->number = from->number;
    to->closed = from->closed;
    to->weak_anchors = from->weak_anchors;
    to->at_end = from->at_end;
    to->commented = from->commented;
    to->divider_count = from->divider_count;
    memcpy(to->dividers, from->dividers, sizeof to->dividers);
}

static bool same(const struct text *a, const struct text *b)
{
    struct span x = text_lines(a, 0, a->count), y = text_lines(b, 0, b->count);
    return a->count == b->count && x.len == y.len && span_starts(x, y);
}

bool patch_block_equal(const struct patch_block *a, const struct patch_block *b)
{
    return a->form == b->form && a->action == b->action && a->number == b->number &&
           strcmp(a->to.data, b->to.data) == 0 && same(&a->anchors, &b->anchors) &&
           same(&a->search, &b->search) && same(&a->replace, &b->replace);
}

bool patch_creates(const struct patch_block *block)
{
    if (block->action == PATCH_ADD || block->form == PATCH_WHOLE) {
        return true;
    }
    for (size_t i = 0; i < block->search.count; i++) {
        if (!span_is_blank(text_line(&block->search, i))) {
            return false;
        }
    }
    return block->form == PATCH_SEARCH;
}

static bool is_divider(const struct patch_block *b, size_t line)
{
    for (size_t i = 0; i < b->divider_count; i++) {
        if (b->dividers[i] == line) {
            return true;
        }
    }
    return false;
}

bool patch_underlines(const struct patch_block *block)
{
    return pathname_is_markup((struct span){block->name.data, block->name.len});
}

static bool is_fence(struct span line, bool bare)
{
    size_t run;
    struct span info;
    return sign_fence(line, &run, &info) != 0 && (!bare || info.len == 0);
}

/* A part in a fence of its own. */
static bool is_wrapped(const struct patch_block *b, size_t first, size_t end)
{
    return end - first >= 2 && is_fence(text_line(&b->raw, first), false) &&
           is_fence(text_line(&b->raw, end - 1), true);
}

/* Dividers at the ends of the replacement are some too many. Where both parts have fences round them,
 * these are not the file's. */
void patch_divide(const struct patch_block *block, size_t i, struct text *search,
                  struct text *replace)
{
    size_t at = block->dividers[i], first = at + 1, end = block->raw.count;
    while (first < end && is_divider(block, first)) {
        first++;
    }
    while (end > first && !patch_underlines(block) && is_divider(block, end - 1)) {
        end--;
    }
    bool wrapped = !patch_underlines(block) && is_wrapped(block, 0, at) &&
                   (first == end || is_wrapped(block, first, end));
    size_t off = wrapped ? 1 : 0, other = wrapped && first < end ? 1 : 0;
    text_clear(search);
    text_clear(replace);
    text_add_lines(search, text_lines(&block->raw, off, at - 2 * off));
    text_add_lines(replace, text_lines(&block->raw, first + other, end - first - 2 * other));
}
