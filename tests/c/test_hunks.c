/* What the hunks of the streaming diff look like, and when they finish: the edits of tests/fixtures/hunks.diff, which
 * has them as diffs, with a line "!" behind each line of the new text with which hunks finish. But for
 * one they are git's, with -U0 --indent-heuristic: "two functions change places" is as long there. */
#include "check.h"

#include "edit/align.h"
#include "edit/text.h"

#include <stddef.h>

#define CASES "tests/fixtures/hunks.diff"
#define HUNKS_MOST 20

struct edit {
    char name[100];
    struct text old, new;
    struct hunk hunks[HUNKS_MOST];
    size_t finished[HUNKS_MOST]; /* new lines after which each has finished */
    size_t count, done;
};

static void edit_init(struct edit *e, struct span name)
{
    memset(e, 0, sizeof *e);
    snprintf(e->name, sizeof e->name, "%.*s", (int)name.len, name.data);
    text_init(&e->old);
    text_init(&e->new);
}

static void edit_finish(struct edit *e)
{
    text_finish(&e->old);
    text_finish(&e->new);
}

/* A changed line belongs to the last hunk, or begins one. */
static struct hunk *hunk_here(struct edit *e)
{
    if (e->count > 0) {
        struct hunk *last = &e->hunks[e->count - 1];
        if (last->first + last->count == e->old.count &&
            last->new_first + last->new_count == e->new.count) {
            return last;
        }
    }
    CHECK(e->count < HUNKS_MOST);
    e->hunks[e->count] = (struct hunk){e->old.count, 0, e->new.count, 0};
    return &e->hunks[e->count++];
}

static void edit_add(struct edit *e, struct span line)
{
    struct span text = span_skip(line, 1);
    char kind = line.data[0];
    if (kind == '-') {
        hunk_here(e)->count++;
    } else if (kind == '+') {
        hunk_here(e)->new_count++;
    }
    if (kind == '!') {
        for (; e->done < e->count; e->done++) {
            e->finished[e->done] = e->new.count;
        }
        return;
    }
    if (kind != '+') {
        text_add(&e->old, text);
    }
    if (kind != '-') {
        text_add(&e->new, text);
    }
}

static void show(const struct align *a, const struct edit *e, const size_t *finished)
{
    size_t count;
    const struct hunk *h = align_hunks(a, &count);
    printf("    %s:\n", e->name);
    for (size_t i = 0; i < count; i++) {
        printf("    got    -%zu,%zu +%zu,%zu after %zu\n", h[i].first + 1, h[i].count,
               h[i].new_first + 1, h[i].new_count, finished[i]);
    }
    for (size_t i = 0; i < e->count; i++) {
        printf("    wanted -%zu,%zu +%zu,%zu after %zu\n", e->hunks[i].first + 1, e->hunks[i].count,
               e->hunks[i].new_first + 1, e->hunks[i].new_count, e->finished[i]);
    }
}

static void check_edit(struct edit *e)
{
    for (; e->done < e->count; e->done++) {
        e->finished[e->done] = SIZE_MAX; /* at the end */
    }
    struct align *a = align_new(&e->old);
    size_t finished[1000] = {0}, seen = 0, count;
    for (size_t i = 0; i < e->new.count; i++) {
        align_line(a, text_line(&e->new, i));
        align_hunks(a, &count);
        for (; seen < count && seen < 1000; seen++) {
            finished[seen] = i + 1;
        }
    }
    align_end(a, false);
    const struct hunk *h = align_hunks(a, &count);
    for (; seen < count && seen < 1000; seen++) {
        finished[seen] = SIZE_MAX;
    }
    bool same = count == e->count &&
                (count == 0 || (memcmp(h, e->hunks, count * sizeof *h) == 0 &&
                                memcmp(finished, e->finished, count * sizeof *finished) == 0));
    CHECK(same);
    if (!same) {
        show(a, e, finished);
    }
    align_free(a);
}

static void read_cases(struct buf *out)
{
    FILE *file = fopen(CASES, "rb");
    CHECK(file != NULL);
    char piece[4096];
    size_t n = 0;
    while (file != NULL && (n = fread(piece, 1, sizeof piece, file)) > 0) {
        buf_add(out, piece, n);
    }
    if (file != NULL) {
        fclose(file);
    }
}

static void realistic_edits_have_the_hunks_of_a_careful_reader(void)
{
    struct buf all;
    buf_init(&all, 1 << 20);
    read_cases(&all);
    buf_add_str(&all, "#\n"); /* ends the last one */
    struct span s = {all.data, all.len};
    struct edit e;
    edit_init(&e, span_of(""));
    size_t count = 0;
    for (size_t at = 0; at < s.len;) {
        struct span line = span_next_line(s, &at);
        if (span_starts_with(line, "#")) {
            check_edit(&e);
            edit_finish(&e);
            edit_init(&e, span_skip(line, line.len < 2 ? line.len : 2));
            count++;
        } else if (line.len > 0) {
            edit_add(&e, line);
        }
    }
    edit_finish(&e);
    CHECK(count > 50);
    buf_finish(&all);
}

int main(void)
{
    RUN(realistic_edits_have_the_hunks_of_a_careful_reader);
    return check_report("hunks");
}
