/* seek, recast: what is found differs from what was sought by what seek.h says alone; the lines
 * themselves as replacement leave the text as it is, byte by byte. The input is the text and, behind
 * a NUL, the lines to seek and, behind another, what replaces them. */
#include "fuzz.h"

#include "edit/dots.h"
#include "edit/fold.h"
#include "edit/partial.h"
#include "edit/recast.h"
#include "edit/seek.h"

/* A second opinion about a place: nothing but white space, dashes, quotes and the like differ. */
static void check_place(const struct seek_lines *lines, const struct seek_found *found)
{
    MUST(found->count == found->search.count && found->first + found->count <= lines->count);
    for (size_t i = 0; i < found->count; i++) {
        struct span there = lines->items[found->first + i].text;
        MUST(fold_equal(fold_trim(text_line(&found->search, i)), fold_trim(there)));
    }
}

static void recast_all(const struct seek_lines *lines, const struct seek_found *found,
                       const struct text *replace, struct text *out)
{
    struct recast r;
    recast_init(&r, lines, found);
    for (size_t i = 0; i < replace->count; i++) {
        recast_line(&r, text_line(replace, i), out);
        MUST(out->count <= i + 1);
    }
    recast_end(&r, out);
    recast_finish(&r);
}

/* Lines that are only repeated keep the file's bytes. */
static void check_same(const struct seek_lines *lines, const struct seek_found *found,
                       const struct text *search)
{
    struct text out;
    text_init(&out);
    recast_all(lines, found, search, &out);
    MUST(out.count == found->count);
    for (size_t i = 0; i < out.count; i++) {
        struct span a = text_line(&out, i), b = lines->items[found->first + i].text;
        MUST(a.len == b.len && span_starts(a, b));
    }
    text_finish(&out);
}

static void check_spots(const struct seek_lines *lines, const struct text *search,
                        const struct text *replace)
{
    for (int dots = 0; dots < 2; dots++) {
        struct spots spots = {.items = NULL};
        struct spots_why why = {.place_count = 0};
        enum spots_end end = dots ? dots_find(lines, search, replace, &spots, &why)
                                  : partial_find(lines, search, replace, &spots, &why);
        MUST(end == SPOTS_FOUND || spots.count == 0);
        for (size_t i = 0; i < spots.count; i++) {
            MUST(spots.items[i].first + spots.items[i].count <= lines->count);
            MUST(i == 0 ||
                 spots.items[i - 1].first + spots.items[i - 1].count <= spots.items[i].first);
        }
        spots_finish(&spots);
    }
}

static void check(const struct text *text, const struct text *search, const struct text *replace)
{
    struct seek_lines lines;
    struct seek_found found;
    struct text out;
    const struct seek_want want = {.search = search};
    seek_lines_init(&lines, text);
    text_init(&out);
    enum seek_end end = seek(&lines, &want, &found);
    if (end == SEEK_FOUND) {
        check_place(&lines, &found);
        check_same(&lines, &found, search);
        recast_all(&lines, &found, replace, &out);
    }
    MUST(end != SEEK_SEVERAL || found.place_count > 1);
    MUST(end != SEEK_ELSEWHERE);
    check_spots(&lines, search, replace);
    seek_found_finish(&found);
    text_finish(&out);
    seek_lines_finish(&lines);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct span s = {(const char *)bytes, len};
    struct text parts[3];
    for (size_t i = 0; i < 3; i++) {
        const char *end = s.len > 0 ? memchr(s.data, '\0', s.len) : NULL;
        size_t n = end != NULL ? (size_t)(end - s.data) : s.len;
        text_init(&parts[i]);
        text_add_lines(&parts[i], (struct span){s.data, n});
        s = span_skip(s, n < s.len ? n + 1 : n);
    }
    check(&parts[0], &parts[1], &parts[2]);
    for (size_t i = 0; i < 3; i++) {
        text_finish(&parts[i]);
    }
    return 0;
}
