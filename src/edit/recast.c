#include "edit/recast.h"

#include "edit/fold.h"

#include <string.h>

/* How far ahead a line of the search may be for one that repeats it. */
#define AHEAD 256

static bool same(struct span a, struct span b)
{
    return a.len == b.len && span_starts(a, b);
}

static bool is_blank_line(struct span line)
{
    return fold_key(line) == FOLD_BLANK;
}

static const char bom[] = "\xEF\xBB\xBF";

static size_t ends_of(struct span line)
{
    while (line.len > 0 && line.data[line.len - 1] == '\r') {
        line.len--;
    }
    return line.len - span_rtrim(line).len;
}

/* Whether lines of the search end with blanks, and none of the file's does. */
static bool strips_ends(const struct recast *r)
{
    bool own = false;
    for (size_t i = 0; i < r->found->count; i++) {
        if (ends_of(r->at[i].text) > 0) {
            return false;
        }
        own = own || ends_of(text_line(&r->found->search, i)) > 0;
    }
    return own;
}

void recast_init(struct recast *r, const struct seek_lines *lines, const struct seek_found *found)
{
    *r = (struct recast){.found = found, .at = lines->items + found->first, .habit = &lines->habit};
    r->skip = found->skipped;
    r->strips = !found->exact && strips_ends(r);
    r->mark = found->count > 0 && span_starts_with(r->at[0].text, bom);
    buf_init(&r->line, SIZE_MAX);
    buf_init(&r->text, SIZE_MAX);
    text_init(&r->blanks);
}

void recast_finish(struct recast *r)
{
    buf_finish(&r->line);
    buf_finish(&r->text);
    text_finish(&r->blanks);
}

/* ---- lines that are only repeated ---------------------------------------------------- */

/* Whether a line of the search is the same, white space at its end aside. */
static bool repeats(const struct recast *r, size_t i, struct span line)
{
    return i < r->found->count && same(span_rtrim(text_line(&r->found->search, i)), line);
}

/* The line of the search that this one repeats, SIZE_MAX: none. The cursor moves behind it; lines
 * that have been passed are looked at last. */
static size_t find_repeated(struct recast *r, struct span line)
{
    line = span_rtrim(line);
    if (line.len == 0) {
        size_t i = r->cursor;
        return repeats(r, i, line) ? r->cursor++ : SIZE_MAX;
    }
    for (size_t i = r->cursor; i < r->found->count && i < r->cursor + AHEAD; i++) {
        if (repeats(r, i, line)) {
            r->cursor = i + 1;
            return i;
        }
    }
    for (size_t n = 1; n <= r->cursor && n < AHEAD; n++) {
        if (repeats(r, r->cursor - n, line)) {
            return r->cursor - n;
        }
    }
    return SIZE_MAX;
}

/* ---- lines that are changed ---------------------------------------------------------- */

static size_t common_start(struct span a, struct span b)
{
    size_t n = 0, inner = 0;
    while (n < a.len && n < b.len && a.data[n] == b.data[n]) {
        n++;
    }
    while (inner < n && n < a.len && ((unsigned char)a.data[n - inner] & 0xC0) == 0x80) {
        inner++;
    }
    return n - inner;
}

static size_t common_end(struct span a, struct span b, size_t start)
{
    size_t n = 0;
    while (n < a.len - start && n < b.len - start &&
           a.data[a.len - 1 - n] == b.data[b.len - 1 - n]) {
        n++;
    }
    while (n > 0 && ((unsigned char)a.data[a.len - n] & 0xC0) == 0x80) {
        n--;
    }
    return n;
}

/* The line of the search, near the cursor, that has most in common with a text; SIZE_MAX: none has
 * half of it. */
static size_t most_alike(const struct recast *r, struct span text)
{
    size_t best = SIZE_MAX, most = text.len / 2;
    size_t first = r->cursor > 4 ? r->cursor - 4 : 0;
    for (size_t i = first; i < r->found->count && i < r->cursor + 8; i++) {
        struct span other = fold_trim(text_line(&r->found->search, i));
        size_t start = common_start(text, other);
        size_t shared = start + common_end(text, other, start);
        if (shared > most) {
            most = shared;
            best = i;
        }
    }
    return best;
}

/* A changed text with the file's own characters where it is not changed. */
static void write_text(struct recast *r, struct span text, struct buf *out)
{
    size_t i = r->found->folded ? most_alike(r, text) : SIZE_MAX;
    if (i == SIZE_MAX) {
        buf_add(out, text.data, text.len);
        return;
    }
    struct span from = fold_trim(text_line(&r->found->search, i)), to = fold_trim(r->at[i].text);
    size_t start = common_start(text, from), end = common_end(text, from, start);
    buf_add(out, to.data, fold_at(from, start, to));
    buf_add(out, text.data + start, text.len - start - end);
    size_t rest = fold_at(from, from.len - end, to);
    buf_add(out, to.data + rest, to.len - rest);
}

static void write_white(struct recast *r, struct span white, struct buf *out)
{
    r->text.len = 0;
    if (r->found->plain) {
        margin_retab(r->habit, white, &r->text);
        white = (struct span){r->text.data, r->text.len};
    }
    margin_write(&r->found->margin, white, !r->begun, out);
}

/* Whether the replacement, whose first line with text that is, begins as the search does, but is
 * indented as the file, which the search is not: only that was outdented. */
static bool stands(const struct recast *r, struct span line)
{
    size_t i = 0;
    while (i < r->found->count && is_blank_line(text_line(&r->found->search, i))) {
        i++;
    }
    if (i == r->found->count) {
        return false;
    }
    struct span search = text_line(&r->found->search, i), white = margin_of(line);
    return same(fold_trim(line), fold_trim(search)) && same(white, margin_of(r->at[i].text)) &&
           white.len > margin_of(search).len;
}

static void write_changed(struct recast *r, struct span line)
{
    struct span text = fold_trim(line), white = margin_of(line);
    size_t end = white.len + text.len;
    r->stands = r->begun ? r->stands : stands(r, line);
    if (r->stands) {
        buf_add(&r->line, white.data, white.len);
    } else {
        write_white(r, white, &r->line);
    }
    write_text(r, text, &r->line);
    buf_add(&r->line, line.data + end, r->strips ? 0 : line.len - end);
}

/* ---- lines -------------------------------------------------------------------------- */

/* Whether the line in whose place the next one stands ends with a carriage return. */
static bool is_returned(const struct recast *r)
{
    size_t count = r->found->count;
    if (count == 0) {
        return false;
    }
    struct span line = r->at[r->cursor < count ? r->cursor : count - 1].text;
    return line.len > 0 && line.data[line.len - 1] == '\r';
}

static void add(struct recast *r, struct span line, struct text *out)
{
    size_t repeated = r->found->exact ? SIZE_MAX : find_repeated(r, line);
    r->line.len = 0;
    if (repeated != SIZE_MAX) {
        struct span there = r->at[repeated].text;
        if (repeated == 0 && !r->mark && span_starts_with(there, bom)) {
            there = span_skip(there, sizeof bom - 1); /* it stands in front of another line now */
        }
        buf_add(&r->line, there.data, there.len);
    } else if (is_blank_line(line)) {
        buf_add(&r->line, line.data, r->found->exact ? line.len : 0);
    } else {
        write_changed(r, line);
    }
    bool returned = r->line.len > 0 && r->line.data[r->line.len - 1] == '\r';
    if (!returned && !r->found->exact && repeated == SIZE_MAX && is_returned(r)) {
        buf_add(&r->line, "\r", 1);
    }
    struct span whole = {r->line.data, r->line.len};
    if (r->mark && !span_starts_with(whole, bom)) {
        buf_add(&r->line, "", 0);
        buf_reserve(&r->line, 3);
        memmove(r->line.data + 3, r->line.data, r->line.len);
        memcpy(r->line.data, bom, 3);
        r->line.len += 3;
    }
    r->mark = false;
    r->begun = r->begun || !is_blank_line(line);
    text_add(out, (struct span){r->line.data, r->line.len});
}

/* As the search was changed before it was found. */
static struct span as_meant(struct recast *r, struct span line, struct buf *decoded)
{
    if (r->found->numbered) {
        seek_unnumber(&line);
    }
    if (r->found->decoded) {
        fold_decode(line, decoded);
        return (struct span){decoded->data, decoded->len};
    }
    return line;
}

/* The first of those that were held back; the others are left out. */
static void give_blanks(struct recast *r, size_t count, struct text *out)
{
    for (size_t i = 0; i < count; i++) {
        add(r, text_line(&r->blanks, i), out);
    }
    text_clear(&r->blanks);
}

void recast_line(struct recast *r, struct span line, struct text *out)
{
    bool blank = is_blank_line(line);
    if (blank && r->skip > 0) {
        r->skip--;
        return;
    }
    r->skip = 0;
    if (blank && r->found->left > 0) {
        text_add(&r->blanks, line);
        return;
    }
    give_blanks(r, r->blanks.count, out);
    struct buf decoded;
    buf_init(&decoded, SIZE_MAX);
    add(r, as_meant(r, line, &decoded), out);
    buf_finish(&decoded);
}

void recast_end(struct recast *r, struct text *out)
{
    size_t left = r->found->left, count = r->blanks.count;
    give_blanks(r, count > left ? count - left : 0, out);
}
