/* The streaming diff: whatever the lines, its hunks are the difference, only more of them come, and
 * the rows that it shows are added. A byte of the input is a line, 0xFF stands between the old
 * text and the new one. */
#include "fuzz.h"

#include "edit/align.h"
#include "edit/text.h"

#include <string.h>

#define DULL 8 /* bytes below that are lines that tell nothing */

static struct hunk known[5000];

static struct span line_of(uint8_t byte)
{
    static const char *const dull[DULL] = {"", "}", "  }", "{", "end", "x", "  x", ");"};
    static char line[40];
    if (byte < DULL) {
        return span_of(dull[byte]);
    }
    snprintf(line, sizeof line, "%*svalue_of_%u", byte % 3 * 2, "", byte);
    return span_of(line);
}

static bool lines_are_equal(const struct text *a, size_t i, const struct text *b, size_t j)
{
    struct span x = text_line(a, i), y = text_line(b, j);
    return x.len == y.len && span_starts(x, y);
}

/* Lines i up to *i = end, and as many of the new text, are equal. */
static void check_kept(const struct text *old, const struct text *new, size_t *i, size_t *j,
                       size_t end)
{
    for (; *i < end; ++*i, ++*j) {
        MUST(*j < new->count &&lines_are_equal(old, *i, new, *j));
    }
}

static size_t check_hunks(const struct align *a, const struct text *old, size_t end)
{
    size_t count, i = 0, j = 0;
    const struct hunk *h = align_hunks(a, &count);
    const struct text *new = align_new_text(a);
    for (size_t n = 0; n < count; n++) {
        MUST(h[n].count + h[n].new_count > 0);
        MUST(n == 0 || h[n].first > i);
        check_kept(old, new, &i, &j, h[n].first);
        MUST(i == h[n].first && j == h[n].new_first);
        i += h[n].count;
        j += h[n].new_count;
    }
    check_kept(old, new, &i, &j, end);
    MUST(i == end);
    return j;
}

static void check_rows(const struct align *a, const struct text *old)
{
    size_t count, at;
    const size_t *rows = align_open(a, &count, &at);
    for (size_t r = 0; r < count; r++) {
        bool is_between = r > 0 && r + 1 < count && rows[r + 1] == rows[r - 1] + 2;
        for (size_t i = at; i < old->count && !is_between; i++) {
            MUST(!lines_are_equal(old, i, align_new_text(a), rows[r]));
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    const uint8_t *mark = len > 0 ? memchr(bytes, 0xFF, len) : NULL;
    if (mark == NULL) {
        return 0;
    }
    struct text old;
    text_init(&old);
    for (const uint8_t *byte = bytes; byte < mark; byte++) {
        text_add(&old, line_of(*byte));
    }
    struct align *a = align_new(&old);
    size_t known_count = 0, count;
    for (const uint8_t *byte = mark + 1; byte < bytes + len; byte++) {
        align_line(a, line_of(*byte));
        const struct hunk *h = align_hunks(a, &count);
        MUST(count >= known_count && count < 5000);
        MUST(known_count == 0 || memcmp(h, known, known_count * sizeof *h) == 0);
        if (count > known_count) {
            check_hunks(a, &old, align_reached(a));
        }
        for (; known_count < count; known_count++) {
            known[known_count] = h[known_count];
        }
    }
    check_rows(a, &old);
    align_end(a, false);
    MUST(check_hunks(a, &old, old.count) == align_new_text(a)->count);
    align_free(a);
    text_finish(&old);
    return 0;
}
