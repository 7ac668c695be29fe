#include "edit/patch.h"

#include "base/thought.h"
#include "edit/fenceline.h"
#include "edit/naming.h"
#include "edit/patch_state.h"

#include <stdlib.h>
#include <string.h>

/* A line names what stands below it, with so many blank lines in between at most. */
#define GAP_MAX 2

/* ---- blocks --------------------------------------------------------------------------- */

void patch_set(struct buf *to, struct span name)
{
    buf_clear(to);
    buf_add(to, name.data, name.len);
    buf_add(to, "", 0);
}

void patch_begin(struct patch *p, enum patch_form form, size_t first)
{
    patch_block_clear(&p->block);
    p->block.form = form;
    p->block.first = first;
    p->block.last = first;
}

void patch_give(struct patch *p)
{
    patch_set(&p->block.name, (struct span){p->name.data, p->name.len});
    p->calls->on_block(p->ctx, &p->block);
    p->block.form = PATCH_NONE;
}

/* ---- fences ---------------------------------------------------------------------------- */

static size_t indent_of(struct span line)
{
    return line.len - span_ltrim(line).len;
}

bool patch_closes(const struct patch *p, struct span line)
{
    size_t run;
    struct span info;
    return p->mark != 0 && indent_of(line) <= 3 && sign_fence(line, &run, &info) == p->mark &&
           run >= p->run && info.len == 0;
}

void patch_close(struct patch *p)
{
    p->mark = 0;
    p->state = IN_TEXT;
    buf_clear(&p->above);
}

static bool is_diff(struct span info)
{
    struct span word = span_first_word(info);
    return span_equals(word, "diff") || span_equals(word, "udiff") || span_equals(word, "patch");
}

/* A fence of Markdown round the whole answer: what stands in it is the answer. */
static bool is_envelope(struct span info, bool first)
{
    struct span name;
    return first && fenceline_tag(info) == FENCE_MARKDOWN && !naming_in_info(info, &name);
}

static void open_fence(struct patch *p, char mark, size_t run, size_t indent, struct span info)
{
    struct span name = {"", 0}, above = {p->above.data, p->above.len};
    bool near = p->above.len > 0 && p->line - p->above_line <= GAP_MAX + 1;
    p->mark = mark;
    p->run = run;
    p->indent = indent;
    p->opened = p->line;
    p->nested = 0;
    p->diff = is_diff(info);
    buf_clear(&p->fence_above);
    if (near) {
        buf_add(&p->fence_above, above.data, above.len);
    }
    if (!naming_in_info(info, &name) &&
        (!near || !naming_in_line(above, false, &name) || !naming_fits(info, name))) {
        name.len = 0;
    }
    patch_set(&p->fence_name, name);
    buf_clear(&p->above);
    if (!p->diff) {
        patch_whole_begin(p);
    }
}

/* ---- lines outside of blocks ------------------------------------------------------------- */

static const char *thought_begins(const struct patch *p, struct span line)
{
    struct span s = span_ltrim(line);
    for (const struct thought_tag *tag = thought_tags; !p->text && tag->open != NULL; tag++) {
        if (s.len > 0 && thought_match(s, tag->open) == THOUGHT_WHOLE) {
            return tag->close;
        }
    }
    return NULL;
}

/* What follows the end of the thought in its line is text again. */
static void thought_line(struct patch *p, struct span line)
{
    for (size_t at = 0; at < line.len; at++) {
        struct span rest = span_skip(line, at);
        if (thought_match(rest, p->thought) == THOUGHT_WHOLE) {
            p->state = IN_TEXT;
            rest = span_skip(rest, strlen(p->thought));
            if (!span_is_blank(rest)) {
                patch_text(p, span_ltrim(rest));
            }
            return;
        }
    }
}

static bool is_marker_text(struct patch *p, struct span line)
{
    size_t count;
    struct span rest;
    enum sign sign = sign_of(line, &count, &rest);
    switch (sign) {
    case SIGN_SEARCH:
        patch_search_begin(p, count, rest);
        return true;
    case SIGN_UPDATE:
    case SIGN_ADD:
    case SIGN_DELETE:
        patch_file_begin(p, sign, rest);
        return true;
    case SIGN_REPLACE:
        p->calls->on_fault(p->ctx, PATCH_STRAY, p->line, "");
        return true;
    case SIGN_BEGIN:
    case SIGN_MOVE:
    case SIGN_EOF:
    case SIGN_END:
        return true;
    case SIGN_DIVIDER:
    case SIGN_NONE:
        break;
    }
    return false;
}

/* The first line of a diff's fence that has a name, without the line of its place. */
static bool is_bare_hunk(const struct patch *p, struct span line)
{
    struct span name, above = {p->fence_above.data, p->fence_above.len};
    bool body = line.len > 0 && strchr(" -+", line.data[0]) != NULL && !span_is_blank(line);
    return body && p->line == p->opened + 1 &&
           (p->fence_name.len > 0 || naming_in_line(above, true, &name));
}

static bool is_diff_text(struct patch *p, struct span line)
{
    struct span name, rest;
    size_t first;
    if (sign_diff_name(line, '-', &name)) {
        patch_set(&p->held, line);
        p->holds = true;
        return true;
    }
    if (sign_is_git(line)) {
        patch_git_line(p, line);
        return true;
    }
    if (p->diff && (sign_is_hunk(line, &first, &rest) || is_bare_hunk(p, line))) {
        patch_diff_begin(p, (struct span){"", 0}, (struct span){"", 0}, false);
        patch_hunk_line(p, line);
        return true;
    }
    return false;
}

static void note_text(struct patch *p, struct span line)
{
    struct span name = {"", 0};
    patch_set(&p->above, line);
    p->above_line = p->line;
    if (naming_heads(line, &name) || span_ltrim(line).data[0] == '#') {
        patch_set(&p->standing, name);
    }
}

void patch_text(struct patch *p, struct span line)
{
    size_t run, indent = indent_of(line);
    struct span info;
    const char *thought = thought_begins(p, line);
    if (thought != NULL) {
        p->thought = thought;
        p->state = IN_THOUGHT;
        thought_line(p, line);
        return;
    }
    bool first = !p->text;
    p->text = p->text || !span_is_blank(line);
    if (is_marker_text(p, line) || is_diff_text(p, line)) {
        return;
    }
    if (patch_closes(p, line)) {
        patch_close(p);
        return;
    }
    char mark = sign_fence(line, &run, &info);
    if (mark != 0 && p->mark == 0 && !is_envelope(info, first)) {
        open_fence(p, mark, run, indent, info);
    } else if (mark == 0 && !span_is_blank(line)) {
        note_text(p, line);
    }
}

/* ---- lines ------------------------------------------------------------------------------- */

static struct span without_indent(const struct patch *p, struct span line)
{
    for (size_t n = 0; p->mark != 0 && n < p->indent && line.len > 0 && is_blank(line.data[0]);
         n++) {
        line = span_skip(line, 1);
    }
    return line;
}

/* Without the sign of a quote, if the block began in one. */
static struct span without_quote(struct patch *p, struct span line)
{
    size_t count;
    struct span bare = span_ltrim(line), info;
    bool quoted = bare.len > 0 && bare.data[0] == '>';
    bare = quoted ? span_skip(bare, bare.len > 1 && bare.data[1] == ' ' ? 2 : 1) : line;
    if (quoted && p->state == IN_TEXT && p->mark == 0) {
        p->quote =
            sign_fence(bare, &count, &info) != 0 || sign_of(bare, &count, &info) == SIGN_SEARCH;
    }
    p->quote = p->quote && quoted;
    return p->quote ? bare : line;
}

static void read_line(struct patch *p, struct span line)
{
    line = without_indent(p, without_quote(p, line));
    switch (p->state) {
    case IN_TEXT:
        patch_text(p, line);
        break;
    case IN_THOUGHT:
        thought_line(p, line);
        break;
    case IN_SEARCH:
    case IN_REPLACE:
        patch_search_line(p, line);
        break;
    case IN_HUNKS:
    case IN_PATCH:
        patch_hunk_line(p, line);
        break;
    case IN_ADDED:
        patch_added_line(p, line);
        break;
    case IN_WHOLE:
        patch_whole_line(p, line);
        break;
    }
}

/* "--- name": it begins a file if "+++ name" follows, else it is what it would be without that. */
static bool resolve_held(struct patch *p, struct span line)
{
    struct span held = {p->held.data, p->held.len}, old, name;
    p->holds = false;
    if (sign_diff_name(without_indent(p, line), '+', &name) && sign_diff_name(held, '-', &old)) {
        patch_diff_begin(p, old, name, true);
        return true;
    }
    p->line--;
    if (p->state == IN_HUNKS || p->state == IN_PATCH) {
        patch_hunk_body(p, held);
    } else if (p->state == IN_WHOLE) {
        patch_whole_add(p, held);
    } else {
        patch_set(&p->above, held);
        p->above_line = p->line;
    }
    p->line++;
    return false;
}

void patch_line(struct patch *p, struct span line)
{
    p->line++;
    if (line.len > 0 && line.data[line.len - 1] == '\r') {
        line.len--;
    }
    if (!p->holds || !resolve_held(p, line)) {
        read_line(p, line);
    }
}

void patch_end(struct patch *p)
{
    if (p->holds) {
        p->line++;
        resolve_held(p, (struct span){"", 0});
        p->line--;
    }
    p->line++;
    switch (p->state) {
    case IN_SEARCH:
    case IN_REPLACE:
        patch_search_end(p);
        break;
    case IN_HUNKS:
    case IN_PATCH:
    case IN_ADDED:
        patch_hunk_end(p, false);
        break;
    case IN_WHOLE:
        patch_whole_end(p, false);
        break;
    case IN_TEXT:
    case IN_THOUGHT:
        break;
    }
    p->state = IN_TEXT;
}

struct patch *patch_new(const struct patch_calls *calls, void *ctx)
{
    struct patch *p = xcalloc(1, sizeof *p);
    p->calls = calls;
    p->ctx = ctx;
    struct buf *const bufs[] = {&p->fence_name, &p->fence_above, &p->above, &p->name,
                                &p->held,       &p->to,          &p->moved, &p->standing};
    for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++) {
        buf_init(bufs[i], SIZE_MAX);
        buf_add(bufs[i], "", 0);
    }
    patch_block_init(&p->block);
    return p;
}

void patch_free(struct patch *p)
{
    struct buf *const bufs[] = {&p->fence_name, &p->fence_above, &p->above, &p->name,
                                &p->held,       &p->to,          &p->moved, &p->standing};
    for (size_t i = 0; p != NULL && i < sizeof bufs / sizeof *bufs; i++) {
        buf_finish(bufs[i]);
    }
    if (p != NULL) {
        patch_block_finish(&p->block);
    }
    free(p);
}
