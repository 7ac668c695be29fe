#include "edit/changed.h"

#include "edit/elision.h"
#include "edit/filled.h"
#include "edit/fold.h"
#include "edit/locate.h"
#include "edit/mistaken.h"

#include <stdlib.h>
#include <string.h>

void changed_init(struct changed *c, bool there, const struct text *old,
                  struct changes_faults *faults)
{
    revision_init(&c->revision, old);
    c->there = there;
    c->filetype = "";
    c->faults = faults;
}

void changed_finish(struct changed *c)
{
    revision_finish(&c->revision);
}

/* ---- whole files ---------------------------------------------------------------------------- */

static size_t count_text(const struct seek_lines *lines)
{
    size_t n = 0;
    for (size_t i = 0; i < lines->count; i++) {
        n += lines->items[i].key != FOLD_BLANK;
    }
    return n;
}

static bool ends_with_return(struct span line)
{
    return line.len > 0 && line.data[line.len - 1] == '\r';
}

/* The lines with the file's own line ends and byte order mark. */
static void adopt(const struct seek_lines *now, const struct patch_block *b, struct text *out)
{
    static const char bom[] = "\xEF\xBB\xBF";
    struct buf line;
    bool returns = now->count > 0;
    for (size_t i = 0; i < now->count && returns; i++) {
        returns = ends_with_return(now->items[i].text);
    }
    bool mark = now->count > 0 && span_starts_with(now->items[0].text, bom);
    bool drops = b->commented && now->count > 0 && b->replace.count > 0 &&
                 now->items[0].key != fold_key(text_line(&b->replace, 0));
    buf_init(&line, SIZE_MAX);
    for (size_t i = drops; i < b->replace.count; i++) {
        struct span s = text_line(&b->replace, i);
        buf_clear(&line);
        if (mark && i == drops && !span_starts_with(s, bom)) {
            buf_add_str(&line, bom);
        }
        buf_add(&line, s.data, s.len);
        if (returns) {
            buf_add(&line, "\r", 1);
        }
        text_add(out, (struct span){line.data, line.len});
    }
    buf_finish(&line);
}

static bool is_same(const struct seek_lines *now, const struct text *wanted)
{
    if (now->count != wanted->count) {
        return false;
    }
    for (size_t i = 0; i < now->count; i++) {
        struct span a = now->items[i].text, b = text_line(wanted, i);
        if (a.len != b.len || !span_starts(a, b)) {
            return false;
        }
    }
    return true;
}

/* Whether a line of the answer stands for lines that it leaves out. */
static bool is_elided(const struct seek_lines *now, const struct text *wanted)
{
    for (size_t i = 0; i < wanted->count; i++) {
        struct span line = text_line(wanted, i);
        bool known = !elision_is(line);
        uint64_t key = known ? FOLD_BLANK : fold_key(line);
        for (size_t n = 0; !known && n < now->count; n++) {
            known = now->items[n].key == key;
        }
        struct span above = i > 0 ? span_rtrim(text_line(wanted, i - 1)) : (struct span){"", 0};
        bool python = span_equals(fold_trim(line), "...") && above.len > 0 &&
                      above.data[above.len - 1] == ':';
        if (!known && !python) {
            return true;
        }
    }
    return false;
}

/* Whether lines that are left out could be filled in. */
static bool fill(const struct changed *c, struct text *wanted)
{
    struct text old;
    text_init(&old);
    revision_write(&c->revision, &old);
    bool fine = filled(&old, c->filetype, wanted);
    text_finish(&old);
    return fine;
}

static size_t text_of(const struct text *t)
{
    size_t n = 0;
    for (size_t i = 0; i < t->count; i++) {
        n += fold_key(text_line(t, i)) != FOLD_BLANK;
    }
    return n;
}

static void take_whole(struct changed *c, const struct patch_block *b)
{
    const struct spots_why why = {.place_count = 0};
    struct seek_lines *now = &c->revision.now;
    struct text wanted;
    text_init(&wanted);
    adopt(now, b, &wanted);
    bool elided = is_elided(now, &wanted) && !(c->there && fill(c, &wanted));
    size_t before = count_text(now), after = text_of(&wanted);
    if (elided) {
        verdict_lost(c->faults, now, b, SPOTS_ELIDED, &why);
    } else if (mistaken(now, &wanted, patch_underlines(b))) {
        verdict_add(c->faults, VERDICT_MISTAKEN, b->first);
    } else if (c->there && is_same(now, &wanted)) {
        verdict_add(c->faults, VERDICT_SAME, b->first);
    } else if (after + before / 3 < before) {
        verdict_shrunk(c->faults, before - after, before, b->first);
    } else {
        revision_set(&c->revision, &wanted);
        c->there = true;
    }
    text_finish(&wanted);
}

/* ---- new files, and those that go ------------------------------------------------------------- */

static void take_new(struct changed *c, const struct patch_block *b)
{
    struct seek_lines *now = &c->revision.now;
    bool empty = count_text(now) == 0;
    if (empty) {
        revision_set(&c->revision, &b->replace);
        c->there = true;
    } else if (is_same(now, &b->replace)) {
        verdict_add(c->faults, VERDICT_SAME, b->first);
    } else if (b->action == PATCH_ADD) {
        verdict_add(c->faults, VERDICT_EXISTS, b->first);
    } else {
        const struct spots_why why = {.place_count = 0};
        verdict_lost(c->faults, now, b, SPOTS_NOWHERE, &why);
    }
}

static void take_deleted(struct changed *c, const struct patch_block *b)
{
    struct text none;
    if (!c->there) {
        verdict_add(c->faults, VERDICT_MISSING, b->first);
        return;
    }
    text_init(&none);
    revision_set(&c->revision, &none);
    text_finish(&none);
    c->there = false;
}

/* ---- parts -------------------------------------------------------------------------------------- */

/* Where it fits nowhere, or where others have changed the lines, the text as it is by now may be
 * what it is meant for. Whether it was put there. */
static bool put_now(struct changed *c, const struct patch_block *b, bool *changes)
{
    struct spots spots = {.items = NULL};
    struct spots_why why = {.place_count = 0};
    bool found = revision_is_touched(&c->revision) &&
                 locate(&c->revision.now, b, &spots, &why) == SPOTS_FOUND;
    if (found) {
        revision_put_now(&c->revision, &spots, changes);
    }
    spots_finish(&spots);
    return found;
}

static void take_part(struct changed *c, const struct patch_block *b)
{
    struct spots spots = {.items = NULL};
    struct spots_why why = {.place_count = 0};
    bool changes = true;
    enum spots_end end = locate(&c->revision.old, b, &spots, &why);
    bool put = end == SPOTS_FOUND && revision_put_old(&c->revision, &spots, &changes);
    put = put || (end != SPOTS_SEVERAL && put_now(c, b, &changes));
    if (put && !changes) {
        verdict_add(c->faults, VERDICT_SAME, b->first);
    } else if (!put && end == SPOTS_FOUND) {
        verdict_add(c->faults, VERDICT_OVERLAPS, b->first);
    } else if (!put) {
        verdict_lost(c->faults, &c->revision.old, b, end, &why);
    }
    spots_finish(&spots);
}

void changed_block(struct changed *c, const struct patch_block *block)
{
    bool bare = block->search.count + block->replace.count == 0;
    bool only = c->there && block->search.count == 0 && count_text(&c->revision.now) == 0;
    if (block->action == PATCH_DELETE) {
        take_deleted(c, block);
    } else if (block->form == PATCH_WHOLE) {
        take_whole(c, block);
    } else if ((only && !bare) || (patch_creates(block) &&
                                   (block->form == PATCH_SEARCH || block->action == PATCH_ADD))) {
        take_new(c, block);
    } else if (!c->there) {
        verdict_add(c->faults, VERDICT_MISSING, block->first);
    } else if (!bare || block->to.len == 0) {
        take_part(c, block);
    }
}
