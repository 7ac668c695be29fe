#include "edit/changes.h"

#include "edit/changed.h"
#include "edit/patch.h"

#include <stdlib.h>
#include <string.h>

struct entry {
    struct patch_block block;
    size_t file;
};

struct changes {
    struct entry **entries; /* in the order of the answer */
    size_t count;
    struct changes_file *files;
    size_t *joined; /* of each file the one whose blocks its own are */
    size_t file_count;
    struct changes_faults faults;
    size_t first, last; /* lines of the answer that count */
    bool cut;
    size_t end; /* its last line with text */
};

/* ---- blocks ------------------------------------------------------------------------------ */

static size_t file_of(struct changes *c, const struct patch_block *b)
{
    for (size_t i = 0; i < c->file_count; i++) {
        if (strcmp(c->files[i].name, b->name.data) == 0) {
            return i;
        }
    }
    c->files = xrealloc(c->files, (c->file_count + 1) * sizeof *c->files);
    c->files[c->file_count] = (struct changes_file){
        .name = xstrdup(b->name.data),
        .action = b->action,
        .to = xstrdup(""),
        .creates = patch_creates(b),
        .form = b->form,
    };
    return c->file_count++;
}

/* Later blocks tell what the first has not. */
static void note_block(struct changes_file *f, const struct patch_block *b)
{
    f->blocks++;
    f->action = b->action == PATCH_DELETE ? PATCH_DELETE : f->action;
    if (b->to.len > 0) {
        free((char *)f->to);
        f->to = xstrdup(b->to.data);
    }
}

static bool counts(const struct changes *c, size_t first, size_t last)
{
    return c->last == 0 || (first <= c->last && last >= c->first);
}

static void on_block(void *ctx, const struct patch_block *b)
{
    struct changes *c = ctx;
    if (!counts(c, b->first, b->last)) {
        return;
    }
    if (c->cut && !b->closed && b->last >= c->end) {
        verdict_cut(&c->faults, b->name.data, b->first);
        return;
    }
    struct entry *e = xcalloc(1, sizeof *e);
    patch_block_init(&e->block);
    patch_block_copy(&e->block, b);
    e->file = file_of(c, b);
    note_block(&c->files[e->file], b);
    c->entries = xrealloc(c->entries, (c->count + 1) * sizeof *c->entries);
    c->entries[c->count++] = e;
}

static void on_fault(void *ctx, enum patch_fault fault, size_t line, const char *name)
{
    struct changes *c = ctx;
    if (counts(c, line, line)) {
        verdict_broken(&c->faults, fault, name, line);
    }
}

/* ---- an answer ----------------------------------------------------------------------------- */

static size_t count_lines(struct span text)
{
    size_t n = 0, end = 0;
    for (size_t at = 0; at < text.len;) {
        struct span line = span_next_line(text, &at);
        n++;
        end = span_is_blank(line) ? end : n;
    }
    return end;
}

struct changes *changes_new(const struct changes_want *want)
{
    static const struct patch_calls calls = {NULL, NULL, on_block, on_fault};
    struct changes *c = xcalloc(1, sizeof *c);
    c->first = want->first;
    c->last = want->last;
    c->cut = want->cut;
    c->end = count_lines(want->text);
    struct patch *p = patch_new(&calls, c);
    for (size_t at = 0; at < want->text.len;) {
        patch_line(p, span_next_line(want->text, &at));
    }
    patch_end(p);
    patch_free(p);
    c->joined = xcalloc(c->file_count + 1, sizeof *c->joined);
    for (size_t i = 0; i < c->file_count; i++) {
        c->joined[i] = i;
    }
    return c;
}

void changes_free(struct changes *c)
{
    for (size_t i = 0; c != NULL && i < c->count; i++) {
        patch_block_finish(&c->entries[i]->block);
        free(c->entries[i]);
    }
    for (size_t i = 0; c != NULL && i < c->file_count; i++) {
        free((char *)c->files[i].name);
        free((char *)c->files[i].to);
        verdict_finish(&c->files[i].faults);
    }
    if (c != NULL) {
        verdict_finish(&c->faults);
        free(c->entries);
        free(c->files);
        free(c->joined);
    }
    free(c);
}

size_t changes_count(const struct changes *c)
{
    return c->file_count;
}

const struct changes_file *changes_file(const struct changes *c, size_t i)
{
    return &c->files[i];
}

const struct changes_faults *changes_faults(const struct changes *c)
{
    return &c->faults;
}

void changes_join(struct changes *c, size_t i, size_t j)
{
    c->joined[i] = c->joined[j];
}

/* ---- a file --------------------------------------------------------------------------------- */

/* Whether an earlier block of the file says the same. */
static bool is_repeated(const struct changes *c, size_t n, size_t file)
{
    for (size_t i = 0; i < n; i++) {
        if (c->joined[c->entries[i]->file] == file &&
            patch_block_equal(&c->entries[i]->block, &c->entries[n]->block)) {
            return true;
        }
    }
    return false;
}

/* Whether something other than a whole file is said of it: then that only shows it. */
static bool has_parts(const struct changes *c, size_t file)
{
    for (size_t i = 0; i < c->count; i++) {
        if (c->joined[c->entries[i]->file] == file && c->entries[i]->block.form != PATCH_WHOLE) {
            return true;
        }
    }
    return false;
}

void changes_apply(struct changes *c, size_t i, const struct changes_old *old, struct text *out)
{
    struct changes_file *f = &c->files[i];
    struct changed changed;
    bool parts = has_parts(c, i);
    changed_init(&changed, old->there, old->lines, &f->faults);
    changed.filetype = old->filetype;
    for (size_t n = 0; n < c->count; n++) {
        const struct patch_block *b = &c->entries[n]->block;
        if (c->joined[c->entries[n]->file] == i && !(parts && b->form == PATCH_WHOLE) &&
            !is_repeated(c, n, i)) {
            changed_block(&changed, b);
        }
    }
    f->action = changed.there ? (old->there ? PATCH_UPDATE : PATCH_ADD)
                              : (old->there ? PATCH_DELETE : PATCH_UPDATE);
    revision_write(&changed.revision, out);
    changed_finish(&changed);
}
