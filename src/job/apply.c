#include "job/apply.h"

#include "edit/align.h"
#include "edit/changes.h"
#include "nvim/event.h"
#include "nvim/wire.h"
#include "proto.h"
#include "server/endpoint.h"

#include <stdlib.h>

static void refuse(struct rpc *rpc, int64_t id, const char *why)
{
    const struct failure f = endpoint_failure(NULL, HUM_ESPEC, why);
    event_error(rpc, id, &f);
}

/* ---- what both take ------------------------------------------------------------------------ */

static bool read_text(const struct value *spec, struct span *text)
{
    const struct value *v = value_get(spec, "text");
    if (v == NULL || v->type != VALUE_STRING) {
        return false;
    }
    *text = (struct span){v->as.string.data, v->as.string.len};
    return true;
}

static size_t line_number(const struct value *v)
{
    int64_t n = value_int(v, 0);
    return n > 0 ? (size_t)n : 0;
}

static struct changes *read_changes(const struct value *spec)
{
    const struct value *block = value_get(spec, "block");
    struct changes_want want = {
        .first = line_number(value_get(block, "first")),
        .last = line_number(value_get(block, "last")),
        .cut = value_bool(value_get(spec, "cut"), false),
    };
    return read_text(spec, &want.text) ? changes_new(&want) : NULL;
}

/* ---- what is told -------------------------------------------------------------------------- */

static void write_pair(struct buf *out, const char *key, const char *text)
{
    wire_cstr(out, key);
    wire_cstr(out, text);
}

static void write_head(struct buf *out, const struct changes_file *f)
{
    static const char *const actions[] = {
        [PATCH_UPDATE] = "update", [PATCH_ADD] = "add", [PATCH_DELETE] = "delete"};
    static const char *const forms[] = {[PATCH_NONE] = "",
                                        [PATCH_SEARCH] = "search",
                                        [PATCH_UDIFF] = "udiff",
                                        [PATCH_V4A] = "patch",
                                        [PATCH_WHOLE] = "whole"};
    write_pair(out, "name", f->name);
    write_pair(out, "action", actions[f->action]);
    write_pair(out, "to", f->to);
    write_pair(out, "form", forms[f->form]);
}
#define HEAD_PAIRS 4

static void write_faults(struct buf *out, const struct changes_faults *faults)
{
    wire_cstr(out, "faults");
    wire_array(out, (uint32_t)faults->count);
    for (size_t i = 0; i < faults->count; i++) {
        const struct changes_fault *fault = &faults->items[i];
        wire_map(out, fault->hint != NULL ? 3 : 2);
        write_pair(out, "message", fault->message);
        if (fault->hint != NULL) {
            write_pair(out, "hint", fault->hint);
        }
        wire_cstr(out, "line");
        wire_int(out, (int64_t)fault->line);
    }
}

void apply_blocks(struct rpc *rpc, int64_t id, const struct value *spec)
{
    struct changes *c = read_changes(spec);
    if (c == NULL) {
        refuse(rpc, id, "blocks.text is missing, or not what it should be");
        return;
    }
    struct buf *out = event_begin(rpc, EVENT_RESULT, id);
    wire_map(out, 2);
    wire_cstr(out, "files");
    wire_array(out, (uint32_t)changes_count(c));
    for (size_t i = 0; i < changes_count(c); i++) {
        const struct changes_file *f = changes_file(c, i);
        wire_map(out, HEAD_PAIRS + 2);
        write_head(out, f);
        wire_cstr(out, "creates");
        wire_bool(out, f->creates);
        wire_cstr(out, "blocks");
        wire_int(out, (int64_t)f->blocks);
    }
    write_faults(out, changes_faults(c));
    changes_free(c);
}

/* ---- files --------------------------------------------------------------------------------- */

static void write_hunks(struct buf *out, const struct text *old, const struct text *new)
{
    struct align *a = align_new(old);
    size_t count;
    for (size_t i = 0; i < new->count; i++) {
        align_line(a, text_line(new, i));
    }
    align_end(a, false);
    const struct hunk *hunks = align_hunks(a, &count);
    wire_cstr(out, "hunks");
    wire_array(out, (uint32_t)count);
    for (size_t i = 0; i < count; i++) {
        const struct hunk *h = &hunks[i];
        wire_map(out, 3);
        wire_cstr(out, "first");
        wire_int(out, (int64_t)h->first + 1);
        wire_cstr(out, "last");
        wire_int(out, (int64_t)(h->first + h->count));
        wire_cstr(out, "new");
        wire_array(out, (uint32_t)h->new_count);
        for (size_t n = 0; n < h->new_count; n++) {
            struct span line = text_line(new, h->new_first + n);
            wire_str(out, line.data, line.len);
        }
    }
    align_free(a);
}

/* A file of the call, as far as it is one of the answer. */
struct given {
    const struct value *spec;
    size_t file; /* of the changes; SIZE_MAX: it is none */
    bool own;    /* no other file's */
};

static size_t file_named(const struct changes *c, const struct value *name)
{
    for (size_t i = 0; i < changes_count(c); i++) {
        if (value_is_string(name, changes_file(c, i)->name)) {
            return i;
        }
    }
    return SIZE_MAX;
}

/* "same" counts from 1, as Lua does. */
static size_t read_given(struct changes *c, const struct value *files, struct given *all)
{
    size_t own = 0;
    for (size_t i = 0; i < files->as.array.count; i++) {
        const struct value *one = &files->as.array.items[i];
        size_t same = line_number(value_get(one, "same"));
        all[i] = (struct given){one, file_named(c, value_get(one, "name")), true};
        if (same > 0 && same <= i && all[i].file != SIZE_MAX && all[same - 1].file != SIZE_MAX) {
            changes_join(c, all[i].file, all[same - 1].file);
            all[i].own = false;
        }
        all[i].own = all[i].own && all[i].file != SIZE_MAX;
        own += all[i].own;
    }
    return own;
}

static void write_file(struct changes *c, const struct given *given, struct buf *out)
{
    const struct changes_file *f = changes_file(c, given->file);
    struct text old, new;
    text_init(&old);
    text_init(&new);
    bool there = value_bool(value_get(given->spec, "there"), true);
    if (there && text_from_value(&old, value_get(given->spec, "lines")) != 0) {
        text_clear(&old);
        there = false;
    }
    char *filetype = value_strdup_or(value_get(given->spec, "filetype"), "");
    const struct changes_old is = {there, &old, filetype};
    changes_apply(c, given->file, &is, &new);
    free(filetype);
    wire_map(out, HEAD_PAIRS + 2);
    write_head(out, f);
    write_hunks(out, &old, &new);
    write_faults(out, &f->faults);
    text_finish(&old);
    text_finish(&new);
}

void apply_files(struct rpc *rpc, int64_t id, const struct value *spec)
{
    const struct value *files = value_get(spec, "files");
    struct changes *c = read_changes(spec);
    if (c == NULL || files == NULL || files->type != VALUE_ARRAY) {
        refuse(rpc, id, "apply.text or apply.files is missing, or not what it should be");
        changes_free(c);
        return;
    }
    struct given *all = xcalloc(files->as.array.count + 1, sizeof *all);
    size_t own = read_given(c, files, all);
    struct buf *out = event_begin(rpc, EVENT_RESULT, id);
    wire_map(out, 2);
    wire_cstr(out, "files");
    wire_array(out, (uint32_t)own);
    for (size_t i = 0; i < files->as.array.count; i++) {
        if (all[i].own) {
            write_file(c, &all[i], out);
        }
    }
    write_faults(out, changes_faults(c));
    free(all);
    changes_free(c);
}
