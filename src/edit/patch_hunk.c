/* Hunks of unified diffs, and chunks of patches. */
#include "edit/naming.h"
#include "edit/patch_state.h"
#include "edit/pathname.h"

#include <stdlib.h>

static const struct span none = {"", 0};

/* ---- files -------------------------------------------------------------------------------- */

static void begin_hunk(struct patch *p)
{
    patch_begin(p, p->state == IN_HUNKS ? PATCH_UDIFF : PATCH_V4A, p->line);
    p->block.action = p->added ? PATCH_ADD : PATCH_UPDATE;
}

/* A block that has no lines: a file goes, or moves. */
static void give_bare(struct patch *p, enum patch_form form, enum patch_action action)
{
    patch_begin(p, form, p->line);
    p->block.action = action;
    p->block.closed = true;
    patch_set(&p->block.to, (struct span){p->to.data, p->to.len});
    patch_set(&p->to, none);
    patch_give(p);
}

void patch_hunk_end(struct patch *p, bool closed)
{
    struct patch_block *b = &p->block;
    bool has_lines = b->search.count + b->replace.count > 0;
    if (b->form != PATCH_NONE && (has_lines || p->state == IN_ADDED) && !p->removed) {
        b->closed = closed;
        b->last = closed ? p->line - 1 : p->line;
        patch_set(&b->to, (struct span){p->to.data, p->to.len});
        patch_set(&p->to, none);
        patch_give(p);
    } else if (p->to.len > 0 && p->state == IN_PATCH) {
        give_bare(p, PATCH_V4A, PATCH_UPDATE);
    }
    b->form = PATCH_NONE;
}

/* The names of a diff may be words; then a fence or the line above it names the file. */
static void name_diff(struct patch *p, struct span old, struct span name)
{
    struct span above = {p->fence_above.data, p->fence_above.len}, found;
    bool moves = name.len == p->moved.len && span_equals(name, p->moved.data) &&
                 span_equals(old, p->name.data);
    if (pathname_is(name, true) && !moves) {
        patch_set(&p->name, name);
    } else if (pathname_is(old, true)) {
        patch_set(&p->name, old);
    } else if (p->mark != 0 && p->fence_name.len > 0) {
        patch_set(&p->name, (struct span){p->fence_name.data, p->fence_name.len});
    } else if (p->mark != 0 && above.len > 0 && naming_in_line(above, true, &found)) {
        patch_set(&p->name, found);
    } else if (p->standing.len > 0) {
        patch_set(&p->name, (struct span){p->standing.data, p->standing.len});
    } else if (name.len > 0) {
        patch_set(&p->name, name);
    }
}

void patch_diff_begin(struct patch *p, struct span old, struct span name, bool named)
{
    patch_hunk_end(p, true);
    p->state = IN_HUNKS;
    p->added = named && old.len == 0;
    p->removed = false;
    name_diff(p, old, name);
    if (named && name.len == 0) {
        give_bare(p, PATCH_UDIFF, PATCH_DELETE);
        p->removed = true;
    }
}

void patch_git_line(struct patch *p, struct span line)
{
    static const char from[] = "rename from ", to[] = "rename to ";
    if (p->state == IN_HUNKS || p->state == IN_PATCH) {
        patch_hunk_end(p, true);
    }
    p->state = IN_TEXT;
    if (span_starts_with(line, from)) {
        patch_set(&p->name, span_skip(line, sizeof from - 1));
    } else if (span_starts_with(line, to)) {
        patch_set(&p->to, span_skip(line, sizeof to - 1));
        patch_set(&p->moved, span_skip(line, sizeof to - 1));
        give_bare(p, PATCH_UDIFF, PATCH_UPDATE);
    }
}

static struct span unquote(struct span name)
{
    while (name.len > 1 && name.data[0] == name.data[name.len - 1] &&
           strchr("`\"'*", name.data[0]) != NULL) {
        name = (struct span){name.data + 1, name.len - 2};
    }
    return name;
}

void patch_file_begin(struct patch *p, enum sign sign, struct span name)
{
    patch_set(&p->name, unquote(name));
    p->added = sign == SIGN_ADD;
    p->removed = false;
    if (sign == SIGN_DELETE) {
        p->state = IN_TEXT;
        give_bare(p, PATCH_V4A, PATCH_DELETE);
        return;
    }
    p->state = sign == SIGN_ADD ? IN_ADDED : IN_PATCH;
    p->block.form = PATCH_NONE;
    if (p->added) {
        begin_hunk(p);
    }
}

/* ---- lines -------------------------------------------------------------------------------- */

/* Leaves the file; the line is read anew. */
static void leave(struct patch *p, struct span line, bool closed)
{
    patch_hunk_end(p, closed);
    p->state = IN_TEXT;
    patch_text(p, line);
}

void patch_hunk_body(struct patch *p, struct span line)
{
    struct patch_block *b = &p->block;
    char sign = line.len > 0 ? line.data[0] : ' ';
    bool prefixed = sign == ' ' || sign == '-' || sign == '+';
    struct span rest = prefixed && line.len > 0 ? span_skip(line, 1) : line;
    if (b->form == PATCH_NONE) {
        begin_hunk(p);
    }
    if (sign != '+') {
        text_add(&b->search, rest);
        text_add(&b->loose_search, sign == '-' ? rest : line);
    }
    if (sign != '-') {
        text_add(&b->replace, rest);
        text_add(&b->loose_replace, sign == '+' ? rest : line);
    }
}

static void place(struct patch *p, size_t first, struct span rest)
{
    struct patch_block *b = &p->block;
    if (b->form != PATCH_NONE && b->search.count + b->replace.count > 0) {
        patch_hunk_end(p, true);
    }
    if (b->form == PATCH_NONE) {
        begin_hunk(p);
    }
    b->number = first;
    b->weak_anchors = p->state == IN_HUNKS;
    if (rest.len > 0) {
        text_add(&b->anchors, rest);
    }
}

/* What a patch has besides lines and places. Whether the line is that. */
static bool is_patch_sign(struct patch *p, enum sign sign, struct span rest)
{
    if (sign == SIGN_MOVE) {
        patch_set(&p->to, rest);
    } else if (sign == SIGN_EOF) {
        p->block.at_end = true;
        patch_hunk_end(p, true);
    }
    return sign == SIGN_MOVE || sign == SIGN_EOF;
}

static bool is_body(struct span line)
{
    return line.len == 0 || line.data[0] == ' ' || line.data[0] == '-' || line.data[0] == '+';
}

void patch_hunk_line(struct patch *p, struct span line)
{
    size_t count, first;
    struct span rest, name;
    enum sign sign = is_body(line) ? SIGN_NONE : sign_of(line, &count, &rest);
    if (p->state == IN_PATCH && is_patch_sign(p, sign, rest)) {
        return;
    }
    if (sign == SIGN_SEARCH || (sign >= SIGN_BEGIN && sign <= SIGN_END)) {
        leave(p, line, true);
    } else if (patch_closes(p, line) && line.data[0] == p->mark) {
        leave(p, line, false);
    } else if (sign_is_hunk(line, &first, &rest)) {
        place(p, first, rest);
        p->block.action = span_has(line, span_of(" -0,0 +")) ? PATCH_ADD : p->block.action;
    } else if (sign_diff_name(line, '-', &name)) {
        patch_set(&p->held, line);
        p->holds = true;
    } else if (p->state == IN_HUNKS && sign_is_git(line)) {
        patch_git_line(p, line);
    } else if (line.len > 0 && line.data[0] == '\\') {
        return; /* no newline at the end of the file */
    } else if (is_body(line) || p->mark != 0 || p->state == IN_PATCH) {
        patch_hunk_body(p, line);
    } else {
        leave(p, line, true);
    }
}

void patch_added_line(struct patch *p, struct span line)
{
    size_t count;
    struct span rest;
    bool plus = line.len > 0 && line.data[0] == '+';
    enum sign sign = plus ? SIGN_NONE : sign_of(line, &count, &rest);
    if (sign >= SIGN_BEGIN && sign <= SIGN_END) {
        leave(p, line, true);
    } else if (!plus && patch_closes(p, line)) {
        leave(p, line, false);
    } else {
        text_add(&p->block.replace, plus ? span_skip(line, 1) : line);
    }
}
