/* Answers with blocks, and what they make of files: tables for tests/c/test_changes*.c. */
#ifndef HUM_CHANGES_EXAMPLE_H
#define HUM_CHANGES_EXAMPLE_H

#include "check.h"

#include "edit/changes.h"
#include "edit/placed.h"

/* Most rows say nothing of what is told, or of the name. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

/* One file. wanted NULL: as it was. told: words of a fault, NULL: none. name NULL: "a.lua"; old NULL:
 * it is not there. */
struct example {
    const char *what, *old, *answer, *wanted, *told, *name;
};

static inline void example_tell(const struct changes_faults *faults, struct buf *out)
{
    for (size_t i = 0; i < faults->count; i++) {
        buf_printf(out, "%zu: %s. %s\n", faults->items[i].line, faults->items[i].message,
                   faults->items[i].hint != NULL ? faults->items[i].hint : "");
    }
}

static inline void example_write(const struct text *lines, struct buf *out)
{
    struct span all = text_lines(lines, 0, lines->count);
    buf_add(out, all.data, all.len);
    buf_add(out, "", 0);
}

static inline void example_apply(const struct example *x, bool cut, struct buf *out,
                                 struct buf *told)
{
    const char *name = x->name != NULL ? x->name : "a.lua";
    const struct changes_want want = {.text = span_of(x->answer), .cut = cut};
    struct changes *c = changes_new(&want);
    struct text old, new;
    text_init(&old);
    text_init(&new);
    text_add_lines(&old, span_of(x->old != NULL ? x->old : ""));
    bool found = false;
    for (size_t i = 0; i < changes_count(c); i++) {
        const struct changes_file *f = changes_file(c, i);
        if (strcmp(f->name, name) == 0) {
            found = true;
            const struct changes_old is = {x->old != NULL, &old, "lua"};
            changes_apply(c, i, &is, &new);
            example_tell(&f->faults, told);
        } else {
            buf_printf(told, "also \"%s\"\n", f->name);
        }
    }
    example_tell(changes_faults(c), told);
    buf_add(told, "", 0);
    example_write(found ? &new : &old, out);
    text_finish(&old);
    text_finish(&new);
    changes_free(c);
}

static inline int example_by_place(const void *a, const void *b)
{
    const struct hunk *x = a, *y = b;
    return x->first != y->first ? (x->first < y->first ? -1 : 1) : (x->count > 0) - (y->count > 0);
}

/* The same answer while it streams into the one text: if nothing is told, the same comes of it. */
static inline void example_stream(const struct example *x)
{
    struct text old, new;
    struct buf out;
    struct span answer = span_of(x->answer);
    size_t count, from = 0;
    text_init(&old);
    text_init(&new);
    buf_init(&out, SIZE_MAX);
    text_add_lines(&old, span_of(x->old));
    struct placed *p = placed_new(&old);
    for (size_t at = 0; at < answer.len;) {
        placed_line(p, span_next_line(answer, &at));
    }
    placed_end(p, false);
    const struct hunk *hunks = placed_hunks(p, &count);
    struct hunk *sorted = xcalloc(count + 1, sizeof *sorted);
    for (size_t i = 0; i < count; i++) {
        sorted[i] = hunks[i];
    }
    qsort(sorted, count, sizeof *sorted, example_by_place);
    for (size_t i = 0; i < count; i++) {
        const struct hunk *h = &sorted[i];
        text_add_lines(&new, text_lines(&old, from, h->first - from));
        text_add_lines(&new, text_lines(placed_text(p), h->new_first, h->new_count));
        from = h->first + h->count;
    }
    text_add_lines(&new, text_lines(&old, from, old.count - from));
    example_write(&new, &out);
    if (placed_blocks(p) > 0 && placed_faults(p)->count == 0) {
        check_texts(x->what, 0, "streamed", out.data, x->wanted != NULL ? x->wanted : x->old);
    }
    free(sorted);
    placed_free(p);
    buf_finish(&out);
    text_finish(&old);
    text_finish(&new);
}

static inline void example_check(const struct example *x, bool cut)
{
    if (x->old != NULL && x->told == NULL && !cut) {
        example_stream(x);
    }
    struct buf out, told;
    buf_init(&out, SIZE_MAX);
    buf_init(&told, SIZE_MAX);
    example_apply(x, cut, &out, &told);
    check_texts(x->what, 0, "new", out.data,
                x->wanted != NULL ? x->wanted
                : x->old != NULL  ? x->old
                                  : "");
    if (x->told == NULL || strstr(told.data, x->told) == NULL) {
        check_texts(x->what, 0, "told", told.data, x->told != NULL ? x->told : "");
    }
    buf_finish(&out);
    buf_finish(&told);
}

static inline void example_check_all(const struct example *list, size_t count, bool cut)
{
    for (size_t i = 0; i < count; i++) {
        example_check(&list[i], cut);
    }
}

#define EXAMPLES(...)                                               \
    do {                                                            \
        static const struct example list[] = {__VA_ARGS__};         \
        example_check_all(list, sizeof list / sizeof *list, false); \
    } while (0)
#define CUT_EXAMPLES(...)                                          \
    do {                                                           \
        static const struct example list[] = {__VA_ARGS__};        \
        example_check_all(list, sizeof list / sizeof *list, true); \
    } while (0)

/* A block of search and replace, with a name and a fence. */
#define SR(search, replace) "<<<<<<< SEARCH\n" search "=======\n" replace ">>>>>>> REPLACE\n"
#define BLOCK(search, replace) "a.lua\n```lua\n" SR(search, replace) "```\n"

#endif
