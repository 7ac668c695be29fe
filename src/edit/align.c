#include "edit/align.h"

#include "edit/classes.h"
#include "edit/compare.h"
#include "edit/rejoin.h"
#include "edit/slide.h"

#include <stdlib.h>

/* Old lines in front of an open part into which its runs may move up. */
#define SLIDE_MOST 256

/* Lines that are shown though it is not certain that they are added. */
#define GAP_MOST 4

#define FIRST_ROOM 8

struct align {
    struct classes classes;
    struct compare compare;
    struct rejoin rejoin;
    size_t old, new; /* up to here all is decided */
    bool open;       /* ... and there the texts have parted */
    bool ended;
    size_t *rows; /* lines that are added for certain */
    size_t row_count, row_room;
    struct hunk *hunks;
    size_t hunk_count, hunk_room;
    uint64_t steps; /* of what is counted nowhere else */
};

/* What is decided at a time: lines of both texts, in front of them lines that are equal, into which
 * runs may move. */
struct part {
    struct slide_side old, new;
    size_t lead; /* so many */
};

struct align *align_new(const struct text *old)
{
    struct align *a = xcalloc(1, sizeof *a);
    classes_init(&a->classes, old);
    compare_init(&a->compare);
    rejoin_init(&a->rejoin, &a->classes);
    return a;
}

void align_free(struct align *a)
{
    if (a == NULL) {
        return;
    }
    classes_finish(&a->classes);
    compare_finish(&a->compare);
    rejoin_finish(&a->rejoin);
    free(a->rows);
    free(a->hunks);
    free(a);
}

/* ---- deciding ---- */

/* The lines that are decided up to these ends, and those in front of them that are no hunk's. One
 * line stays between the last hunk and what moves up. */
static struct part part_up_to(const struct align *a, size_t old_end, size_t new_end)
{
    size_t free_lines = a->old;
    if (a->hunk_count > 0) {
        const struct hunk *last = &a->hunks[a->hunk_count - 1];
        free_lines = a->old - (last->first + last->count) - 1;
    }
    size_t lead = free_lines < SLIDE_MOST ? free_lines : SLIDE_MOST;
    const struct classes *c = &a->classes;
    struct part p = {
        .old = {c->of_old, c->old->count, a->old - lead, old_end - a->old + lead, NULL},
        .new = {c->of_new, c->new.count, a->new - lead, new_end - a->new + lead, NULL},
        .lead = lead,
    };
    p.old.changed = xcalloc(p.old.count, sizeof *p.old.changed);
    p.new.changed = xcalloc(p.new.count, sizeof *p.new.changed);
    return p;
}

static void add_hunk(struct align *a, struct hunk hunk)
{
    if (a->hunk_count == a->hunk_room) {
        a->hunk_room = a->hunk_room > 0 ? 2 * a->hunk_room : FIRST_ROOM;
        a->hunks = xrealloc(a->hunks, a->hunk_room * sizeof *a->hunks);
    }
    a->hunks[a->hunk_count++] = hunk;
}

static size_t changed_from(const struct slide_side *s, size_t at)
{
    size_t end = at;
    while (end < s->count && s->changed[end]) {
        end++;
    }
    return end - at;
}

static void add_hunks(struct align *a, const struct part *p)
{
    for (size_t i = 0, j = 0; i < p->old.count || j < p->new.count; i++, j++) {
        size_t count = changed_from(&p->old, i), new_count = changed_from(&p->new, j);
        if (count > 0 || new_count > 0) {
            add_hunk(a, (struct hunk){p->old.first + i, count, p->new.first + j, new_count});
        }
        i += count;
        j += new_count;
    }
}

/* One side of what is compared: without the lines that are equal at its beginning and end. */
static struct compare_side side_of(const struct slide_side *s, size_t lead, size_t same)
{
    /* A text without lines may have no array of them. */
    return (struct compare_side){s->lines != NULL ? s->lines + s->first + lead : NULL,
                                 s->count - lead - same, s->changed + lead};
}

/* Finishes what is open. The last `same` lines of both parts are equal. */
static void decide(struct align *a, size_t old_end, size_t new_end, size_t same)
{
    /* At the end of a run one line stays between the hunks of this part and of the next. */
    size_t fixed = same > 0 ? 1 : 0;
    struct part p = part_up_to(a, old_end - fixed, new_end - fixed);
    struct compare_side old = side_of(&p.old, p.lead, same - fixed);
    struct compare_side new = side_of(&p.new, p.lead, same - fixed);
    compare_lines(&a->compare, &old, &new, a->classes.count);
    a->steps += slide_runs(&a->classes, &p.old, &p.new);
    add_hunks(a, &p);
    a->steps += p.old.count + p.new.count;
    free(p.old.changed);
    free(p.new.changed);
    a->old = old_end;
    a->new = new_end;
    a->open = false;
    a->row_count = 0;
}

/* ---- lines ---- */

static void add_row(struct align *a, size_t line)
{
    if (a->row_count == a->row_room) {
        a->row_room = a->row_room > 0 ? 2 * a->row_room : FIRST_ROOM;
        a->rows = xrealloc(a->rows, a->row_room * sizeof *a->rows);
    }
    a->rows[a->row_count++] = line;
}

/* Lines of blanks and brackets between the last row and a line: nobody would read the rows without
 * them. */
static void add_gap(struct align *a, size_t line)
{
    size_t first = a->row_count > 0 ? a->rows[a->row_count - 1] + 1 : line;
    for (size_t i = first; i < line; i++) {
        if (line - first > GAP_MOST || a->classes.list[a->classes.of_new[i]].weight > 0) {
            return;
        }
    }
    for (size_t i = first; i < line; i++) {
        add_row(a, i);
    }
}

static void open_line(struct align *a, size_t line)
{
    if (!classes_is_ahead(&a->classes, a->classes.of_new[line], a->old)) {
        add_gap(a, line);
        add_row(a, line);
    }
    struct run run;
    if (rejoin_line(&a->rejoin, &run)) {
        decide(a, run.old + run.count, run.new + run.count, run.count);
    }
}

void align_line(struct align *a, struct span line)
{
    struct classes *c = &a->classes;
    size_t at = c->new.count;
    if (a->ended || !classes_add(c, line)) {
        return;
    }
    a->steps++;
    if (!a->open && a->old < c->old->count && c->of_old[a->old] == c->of_new[at]) {
        a->old++;
        a->new ++;
        return;
    }
    if (!a->open) {
        a->open = true;
        rejoin_part(&a->rejoin, a->old, at);
    }
    open_line(a, at);
}

void align_end(struct align *a, bool cut)
{
    if (!a->ended && !cut) {
        decide(a, a->classes.old->count, a->classes.new.count, 0);
    }
    a->ended = true;
    a->open = false;
    a->row_count = 0;
}

/* ---- what is known ---- */

size_t align_reached(const struct align *a)
{
    return a->old;
}

const struct hunk *align_hunks(const struct align *a, size_t *count)
{
    *count = a->hunk_count;
    return a->hunks;
}

const size_t *align_open(const struct align *a, size_t *count, size_t *at)
{
    *count = a->row_count;
    *at = a->old;
    return a->rows;
}

const struct text *align_new_text(const struct align *a)
{
    return &a->classes.new;
}

uint64_t align_steps(const struct align *a)
{
    return a->steps + a->compare.steps + a->rejoin.steps;
}
