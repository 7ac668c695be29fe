/* Random files and random changes to them, as blocks of every form, as badly copied as models do it:
 * each block is put where it was made for, or refused and told; nothing else changes. */
#include "check.h"

#include "edit/changes.h"

#include <time.h>

#define ROUNDS 1500
#define LINES_MAX 120
#define EDITS_MAX 8

static uint64_t state;

static size_t below(size_t n)
{
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (size_t)(state >> 33) % n;
}

/* ---- a file and what shall be changed ------------------------------------------------------ */

struct edit {
    size_t first, count; /* lines of the file */
    struct text new;
    size_t before, behind; /* lines of context */
    size_t line;           /* of the answer where its block begins */
    bool refused;
};

enum copied { AS_IS, DEEPER, OUTDENTED, TRAILING, BLANKS, COPIES };

struct round {
    struct text old;
    struct edit edits[EDITS_MAX];
    size_t count;
    enum copied how;
    enum patch_form form;
    bool tabs;
};

static void add_random_line(const struct round *r, struct text *out)
{
    static const char *const words[] = {
        "alpha = one", "beta(two)", "if gamma then", "end", "return delta",
        "local e = 3", "",          "else"};
    struct buf line;
    size_t depth = below(4), word = below(10);
    buf_init(&line, 200);
    buf_add(&line, "", 0);
    if (word < 8 && words[word][0] != '\0') {
        for (size_t i = 0; i < depth; i++) {
            buf_add_str(&line, r->tabs ? "\t" : "    ");
        }
        buf_add_str(&line, words[word]);
    } else if (word >= 8) {
        for (size_t i = 0; i < depth; i++) {
            buf_add_str(&line, r->tabs ? "\t" : "    ");
        }
        buf_printf(&line, "value_%zu = %zu", below(500), below(100));
    }
    text_add(out, (struct span){line.data, line.len});
    buf_finish(&line);
}

static bool alike(struct span a, struct span b)
{
    a = span_ltrim(a);
    b = span_ltrim(b);
    return a.len == b.len && span_starts(a, b);
}

/* Whether its lines, indented anyhow, stand nowhere else: else a copy that is not exact may be exact
 * there. */
static bool is_alone(const struct round *r, const struct edit *e)
{
    size_t first = e->first - e->before, count = e->before + e->count + e->behind, found = 0;
    for (size_t i = 0; i + count <= r->old.count; i++) {
        bool same = true;
        for (size_t n = 0; n < count && same; n++) {
            same = alike(text_line(&r->old, i + n), text_line(&r->old, first + n));
        }
        found += same;
    }
    return found == 1;
}

static struct span first_text(const struct text *t, size_t first, size_t count)
{
    while (count > 1 && text_line(t, first).len == 0) {
        first++;
        count--;
    }
    return count > 0 ? text_line(t, first) : (struct span){"", 0};
}

/* Whether the replacement begins with the line that the search begins with, indented otherwise: if
 * both are outdented, it may seem that only one is. */
static bool moves_first(const struct round *r, const struct edit *e)
{
    size_t count = e->before + e->count + e->behind;
    struct span was = first_text(&r->old, e->first - e->before, count);
    struct span above = first_text(&r->old, e->first - e->before, e->before);
    struct span is = first_text(&e->new, 0, e->new.count);
    return above.len == 0 && alike(was, is) && was.len != is.len;
}

static void make_round(struct round *r)
{
    size_t at = below(5);
    memset(r, 0, sizeof *r);
    r->tabs = below(2) == 0;
    r->how = (enum copied)below(COPIES);
    r->form = (enum patch_form[]){PATCH_SEARCH, PATCH_UDIFF, PATCH_V4A}[below(3)];
    if (r->how == BLANKS && !r->tabs) {
        r->how = AS_IS;
    }
    text_init(&r->old);
    for (size_t i = 0, n = 10 + below(LINES_MAX - 10); i < n; i++) {
        add_random_line(r, &r->old);
    }
    for (; r->count < EDITS_MAX && at < r->old.count; at += 4 + below(12)) {
        struct edit *e = &r->edits[r->count++];
        e->first = at;
        e->count = below(3);
        e->count = e->first + e->count > r->old.count ? r->old.count - e->first : e->count;
        text_init(&e->new);
        for (size_t i = 0, n = below(3); i < n; i++) {
            add_random_line(r, &e->new);
        }
        e->before = below(4) < at ? below(4) % (at + 1) : 0;
        e->behind = below(3);
        if (e->first + e->count + e->behind > r->old.count) {
            e->behind = r->old.count - e->first - e->count;
        }
        if (e->before + e->count + e->behind == 0) {
            e->count = e->first < r->old.count; /* nothing says where it belongs */
        }
        at = e->first + e->count;
        if ((r->how != AS_IS && !is_alone(r, e)) || (r->how == OUTDENTED && moves_first(r, e))) {
            text_finish(&e->new);
            r->count--;
        }
    }
}

/* ---- its answer ------------------------------------------------------------------------------ */

/* White space that all lines of a block begin with. */
static size_t common_margin(const struct round *r, const struct edit *e)
{
    size_t least = SIZE_MAX;
    for (size_t i = e->first - e->before; i < e->first + e->count + e->behind; i++) {
        struct span line = text_line(&r->old, i);
        size_t margin = line.len - span_ltrim(line).len;
        least = line.len > 0 && margin < least ? margin : least;
    }
    for (size_t i = 0; i < e->new.count; i++) {
        struct span line = text_line(&e->new, i);
        size_t margin = line.len - span_ltrim(line).len;
        least = line.len > 0 && margin < least ? margin : least;
    }
    return least == SIZE_MAX ? 0 : least;
}

static void copy(const struct round *r, struct span line, size_t margin, struct buf *out)
{
    if (line.len == 0) {
        return;
    }
    switch (r->how) {
    case DEEPER:
        buf_add_str(out, r->tabs ? "\t" : "  ");
        break;
    case OUTDENTED:
        line = span_skip(line, margin);
        break;
    case BLANKS:
        for (; line.len > 0 && line.data[0] == '\t'; line = span_skip(line, 1)) {
            buf_add_str(out, "    ");
        }
        break;
    default:
        break;
    }
    buf_add(out, line.data, line.len);
    if (r->how == TRAILING) {
        buf_add_str(out, "  ");
    }
}

/* The lines, each behind a sign if there is one. */
static void write_lines(const struct round *r, const struct text *t, size_t first, size_t count,
                        size_t margin, const char *sign, struct buf *out)
{
    for (size_t i = first; i < first + count; i++) {
        buf_add_str(out, sign);
        copy(r, text_line(t, i), margin, out);
        buf_add_str(out, "\n");
    }
}

static void write_search(const struct round *r, const struct edit *e, size_t margin,
                         struct buf *out)
{
    size_t first = e->first - e->before, behind = e->first + e->count;
    buf_add_str(out, "a.lua\n```\n<<<<<<< SEARCH\n");
    write_lines(r, &r->old, first, e->before + e->count + e->behind, margin, "", out);
    buf_add_str(out, "=======\n");
    write_lines(r, &r->old, first, e->before, margin, "", out);
    write_lines(r, &e->new, 0, e->new.count, margin, "", out);
    write_lines(r, &r->old, behind, e->behind, margin, "", out);
    buf_add_str(out, ">>>>>>> REPLACE\n```\n");
}

static void write_hunk(const struct round *r, const struct edit *e, size_t margin, struct buf *out)
{
    buf_add_str(out, r->form == PATCH_UDIFF ? "@@ @@\n" : "@@\n");
    write_lines(r, &r->old, e->first - e->before, e->before, margin, " ", out);
    write_lines(r, &r->old, e->first, e->count, margin, "-", out);
    write_lines(r, &e->new, 0, e->new.count, margin, "+", out);
    write_lines(r, &r->old, e->first + e->count, e->behind, margin, " ", out);
}

static size_t count_lines(const struct buf *b)
{
    size_t n = 0;
    for (size_t i = 0; i < b->len; i++) {
        n += b->data[i] == '\n';
    }
    return n;
}

/* In any order. */
static void write_answer(struct round *r, struct buf *out)
{
    bool hunks = r->form != PATCH_SEARCH;
    buf_add_str(out, !hunks                   ? ""
                     : r->form == PATCH_UDIFF ? "```diff\n--- a/a.lua\n+++ b/a.lua\n"
                                              : "*** Begin Patch\n*** Update File: a.lua\n");
    size_t start = r->count > 0 ? below(r->count) : 0;
    for (size_t n = 0; n < r->count; n++) {
        struct edit *e = &r->edits[(start + n * 7) % r->count];
        if (r->count % 7 == 0) {
            e = &r->edits[(start + n) % r->count];
        }
        size_t margin = common_margin(r, e);
        e->line = count_lines(out) + 1 + (hunks ? 0 : 2);
        if (hunks) {
            write_hunk(r, e, margin, out);
        } else {
            write_search(r, e, margin, out);
        }
    }
    buf_add_str(out, !hunks ? "" : r->form == PATCH_UDIFF ? "```\n" : "*** End Patch\n");
}

/* ---- what comes of it ------------------------------------------------------------------------- */

static bool same_lines(struct span a, struct span b)
{
    return a.len == b.len && span_starts(a, b);
}

/* Two blocks that say the same are one. */
static bool say_the_same(const struct round *r, const struct edit *a, const struct edit *b)
{
    size_t count = a->before + a->count + a->behind;
    return count == b->before + b->count + b->behind && a->before == b->before &&
           same_lines(text_lines(&r->old, a->first - a->before, count),
                      text_lines(&r->old, b->first - b->before, count)) &&
           same_lines(text_lines(&a->new, 0, a->new.count), text_lines(&b->new, 0, b->new.count));
}

static void mark_refused(struct round *r, const struct changes_faults *faults)
{
    for (size_t i = 0; i < faults->count; i++) {
        bool found = false;
        for (size_t n = 0; n < r->count; n++) {
            if (r->edits[n].line == faults->items[i].line) {
                r->edits[n].refused = found = true;
            }
        }
        CHECK(found);
    }
    for (size_t i = 0; i < r->count; i++) {
        for (size_t n = 0; n < r->count && !r->edits[i].refused; n++) {
            r->edits[i].refused =
                r->edits[n].refused && say_the_same(r, &r->edits[i], &r->edits[n]);
        }
    }
}

static void write_wanted(const struct round *r, struct text *out)
{
    size_t at = 0;
    for (size_t i = 0; i < r->count; i++) {
        const struct edit *e = &r->edits[i];
        text_add_lines(out, text_lines(&r->old, at, e->first - at));
        if (e->refused) {
            text_add_lines(out, text_lines(&r->old, e->first, e->count));
        } else {
            text_add_lines(out, text_lines(&e->new, 0, e->new.count));
        }
        at = e->first + e->count;
    }
    text_add_lines(out, text_lines(&r->old, at, r->old.count - at));
}

/* Blanks that the model adds to all lines may stay at the ends of new ones. */
static bool is_same(const struct round *r, const struct text *a, const struct text *b)
{
    bool same = a->count == b->count;
    for (size_t i = 0; same && i < a->count; i++) {
        struct span x = text_line(a, i), y = text_line(b, i);
        x = r->how == TRAILING ? span_rtrim(x) : x;
        same = x.len == y.len && span_starts(x, y);
    }
    return same;
}

static bool play(struct round *r, size_t *applied, size_t *refused)
{
    struct buf answer;
    struct text new, wanted;
    buf_init(&answer, SIZE_MAX);
    text_init(&new);
    text_init(&wanted);
    write_answer(r, &answer);
    const struct changes_want want = {.text = {answer.data, answer.len}};
    struct changes *c = changes_new(&want);
    const struct changes_old old = {true, &r->old, "lua"};
    bool same = true;
    if (changes_count(c) == 1) {
        changes_apply(c, 0, &old, &new);
        mark_refused(r, &changes_file(c, 0)->faults);
        write_wanted(r, &wanted);
        struct span a = text_lines(&new, 0, new.count);
        struct span b = text_lines(&wanted, 0, wanted.count);
        same = is_same(r, &new, &wanted);
        if (!same) {
            printf("answer:\n%sgot:\n%.*swanted:\n%.*s", answer.data, (int)a.len, a.data,
                   (int)b.len, b.data);
        }
        for (size_t i = 0; i < r->count; i++) {
            *refused += r->edits[i].refused;
            *applied += !r->edits[i].refused;
        }
    }
    changes_free(c);
    buf_finish(&answer);
    text_finish(&new);
    text_finish(&wanted);
    return same;
}

static void blocks_change_their_own_lines_or_nothing(void)
{
    const char *given = getenv("HUM_SEED");
    uint64_t seed = given != NULL ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
    size_t applied = 0, refused = 0;
    bool same = true;
    for (size_t i = 0; i < ROUNDS && same; i++) {
        struct round r;
        state = seed + i;
        below(1);
        make_round(&r);
        same = play(&r, &applied, &refused);
        if (!same) {
            printf("HUM_SEED=%" PRIu64 " makes it again\n", seed + i);
        }
        for (size_t n = 0; n < r.count; n++) {
            text_finish(&r.edits[n].new);
        }
        text_finish(&r.old);
    }
    CHECK(same);
    CHECK(applied > refused / 4);
    printf("seed %" PRIu64 ": %zu applied, %zu refused\n", seed, applied, refused);
}

int main(void)
{
    RUN(blocks_change_their_own_lines_or_nothing);
    return check_report("changes_random");
}
