#include "edit/placed.h"

#include "base/hash.h"
#include "edit/elision.h"
#include "edit/locate.h"
#include "edit/patch.h"
#include "edit/recast.h"
#include "edit/sign.h"
#include "proto.h"

#include <stdlib.h>

enum course {
    COURSE_NONE,     /* no block streams */
    COURSE_STREAMS,  /* its replacement goes into the align */
    COURSE_DEFERRED, /* it is placed when it is complete */
    COURSE_DROPPED,  /* it has a fault */
};

struct placed {
    struct seek_lines lines;
    struct patch *patch;
    struct text text;
    struct hunk *hunks;
    size_t count, room;
    bool *touched; /* old lines that are in a hunk; [count of lines]: the end */
    bool *between; /* something is inserted in front of that line */

    enum course course;
    struct seek_found found;
    struct recast recast;
    struct text there, given; /* the old lines of the block, and its new ones so far */
    size_t fed;               /* lines of given that the align has */
    struct align *align;
    size_t taken; /* hunks of the align that are in hunks */
    size_t reached;

    bool cut;       /* the answer has broken off */
    uint64_t *seen; /* hashes of blocks */
    size_t blocks;
    struct changes_faults faults;
};

/* ---- hunks --------------------------------------------------------------------------------- */

static bool is_free(const struct placed *p, size_t first, size_t count)
{
    for (size_t i = first; i < first + count || i == first; i++) {
        if (p->touched[i] || p->between[i]) {
            return false;
        }
    }
    return true;
}

/* text: where its new lines stand. */
static void add_hunk(struct placed *p, size_t first, const struct hunk *h, const struct text *text)
{
    if (p->count == p->room) {
        p->room = p->room == 0 ? 16 : p->room * 2;
        p->hunks = xrealloc(p->hunks, p->room * sizeof *p->hunks);
    }
    const struct hunk hunk = {first + h->first, h->count, p->text.count, h->new_count};
    for (size_t i = 0; i < h->new_count; i++) {
        text_add(&p->text, text_line(text, h->new_first + i));
    }
    if (p->text.bytes.error != HUM_OK) {
        return; /* its lines are not all there */
    }
    p->hunks[p->count++] = hunk;
    for (size_t i = first + h->first; i < first + h->first + h->count; i++) {
        p->touched[i] = true;
    }
    p->between[first + h->first] = p->between[first + h->first] || h->count == 0;
}

/* ---- a block that streams -------------------------------------------------------------------- */

static void fault(struct placed *p, enum verdict verdict, size_t line)
{
    verdict_add(&p->faults, verdict, line);
}

/* What has become certain. A hunk on lines that another block has changed is none. */
static void take_hunks(struct placed *p, size_t line)
{
    size_t count;
    const struct hunk *hunks = align_hunks(p->align, &count);
    for (; p->taken < count; p->taken++) {
        const struct hunk *h = &hunks[p->taken];
        if (is_free(p, p->found.first + h->first, h->count)) {
            add_hunk(p, p->found.first, h, align_new_text(p->align));
        } else {
            fault(p, VERDICT_OVERLAPS, line);
        }
    }
    p->reached = p->found.first + align_reached(p->align);
}

static void feed(struct placed *p, size_t line)
{
    for (; p->fed < p->given.count; p->fed++) {
        align_line(p->align, text_line(&p->given, p->fed));
    }
    take_hunks(p, line);
}

static void begin(struct placed *p)
{
    text_clear(&p->there);
    text_clear(&p->given);
    for (size_t i = 0; i < p->found.count; i++) {
        text_add(&p->there, p->lines.items[p->found.first + i].text);
    }
    recast_init(&p->recast, &p->lines, &p->found);
    p->align = align_new(&p->there);
    p->taken = p->fed = 0;
    p->course = COURSE_STREAMS;
}

static void stop(struct placed *p, bool cut, size_t line)
{
    if (p->align != NULL) {
        if (!cut) {
            recast_end(&p->recast, &p->given);
            feed(p, line);
        }
        align_end(p->align, cut);
        take_hunks(p, line);
        align_free(p->align);
        p->align = NULL;
        recast_finish(&p->recast);
        seek_found_finish(&p->found);
    }
}

/* Whether the line behind what was found looks like a divider: then this one may be text. */
static bool may_go_on(const struct placed *p)
{
    size_t next = p->found.first + p->found.count, count;
    struct span rest;
    return next < p->lines.count &&
           sign_of(p->lines.items[next].text, &count, &rest) == SIGN_DIVIDER;
}

static bool on_search(void *ctx, const struct patch_block *b)
{
    struct placed *p = ctx;
    const struct seek_want want = {.search = &b->search, .number = b->number};
    if (seek(&p->lines, &want, &p->found) != SEEK_FOUND) {
        seek_found_finish(&p->found);
        return false;
    }
    if (is_free(p, p->found.first, p->found.count) && !may_go_on(p)) {
        begin(p);
    } else {
        seek_found_finish(&p->found);
        p->course = COURSE_DEFERRED;
    }
    return true;
}

static void on_line(void *ctx, struct span line)
{
    struct placed *p = ctx;
    if (p->course != COURSE_STREAMS) {
        return;
    }
    recast_line(&p->recast, line, &p->given);
    if (elision_is(line)) { /* whether they stand for lines left out is seen at the end */
        stop(p, true, 0);
        p->course = COURSE_DEFERRED;
        return;
    }
    feed(p, 0);
}

/* ---- a complete block ------------------------------------------------------------------------ */

static uint64_t hash_of(const struct patch_block *b)
{
    const struct text *const texts[] = {&b->search, &b->replace, &b->anchors};
    uint64_t hash = HASH_START;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct span s = text_lines(texts[i], 0, texts[i]->count);
        for (size_t n = 0; n < s.len; n++) {
            hash = hash_byte(hash, s.data[n]);
        }
        hash = hash_byte(hash, '\xff');
    }
    return hash;
}

/* Whether it came before. */
static bool note(struct placed *p, const struct patch_block *b)
{
    uint64_t hash = hash_of(b);
    bool again = false;
    for (size_t i = 0; i < p->blocks; i++) {
        again = again || p->seen[i] == hash;
    }
    p->seen = xrealloc(p->seen, (p->blocks + 1) * sizeof *p->seen);
    p->seen[p->blocks++] = hash;
    return again;
}

/* All of it or nothing. */
static bool put_spot(struct placed *p, const struct spot *spot, bool test)
{
    struct text there;
    bool fits = true;
    size_t count;
    text_init(&there);
    for (size_t i = 0; i < spot->count; i++) {
        text_add(&there, p->lines.items[spot->first + i].text);
    }
    struct align *a = align_new(&there);
    for (size_t i = 0; i < spot->lines.count; i++) {
        align_line(a, text_line(&spot->lines, i));
    }
    align_end(a, false);
    const struct hunk *hunks = align_hunks(a, &count);
    for (size_t i = 0; i < count && fits; i++) {
        if (test) {
            fits = is_free(p, spot->first + hunks[i].first, hunks[i].count);
        } else {
            add_hunk(p, spot->first, &hunks[i], align_new_text(a));
        }
    }
    align_free(a);
    text_finish(&there);
    return fits;
}

static void put(struct placed *p, const struct patch_block *b)
{
    struct spots spots = {.items = NULL};
    struct spots_why why = {.place_count = 0};
    enum spots_end end = locate(&p->lines, b, &spots, &why);
    bool fits = end == SPOTS_FOUND;
    for (size_t i = 0; i < spots.count && fits; i++) {
        fits = put_spot(p, &spots.items[i], true);
    }
    for (size_t i = 0; i < spots.count && fits; i++) {
        put_spot(p, &spots.items[i], false);
        p->reached = spots.items[i].first + spots.items[i].count;
    }
    if (end != SPOTS_FOUND) {
        verdict_lost(&p->faults, &p->lines, b, end, &why);
    } else if (!fits) {
        fault(p, VERDICT_OVERLAPS, b->first);
    }
    spots_finish(&spots);
}

/* The text is empty, or becomes so. */
static void put_all(struct placed *p, const struct patch_block *b)
{
    struct spot spot = {0, p->lines.count, b->replace};
    bool blank = true;
    for (size_t i = 0; i < p->lines.count; i++) {
        blank = blank && span_is_blank(p->lines.items[i].text);
    }
    if (!blank && b->action != PATCH_DELETE) {
        const struct spots_why why = {.place_count = 0};
        verdict_lost(&p->faults, &p->lines, b, SPOTS_NOWHERE, &why);
    } else if (!put_spot(p, &spot, true)) {
        fault(p, VERDICT_OVERLAPS, b->first);
    } else {
        put_spot(p, &spot, false);
    }
}

static void put_block(struct placed *p, const struct patch_block *b)
{
    if (patch_creates(b) || b->action == PATCH_DELETE) {
        put_all(p, b);
    } else {
        put(p, b);
    }
}

static void on_block(void *ctx, const struct patch_block *b)
{
    struct placed *p = ctx;
    if (b->form == PATCH_WHOLE) {
        return;
    }
    enum course course = p->course;
    p->course = COURSE_NONE;
    bool again = note(p, b);
    if (course == COURSE_STREAMS) {
        stop(p, false, b->first);
    } else if (p->cut && !b->closed) {
        verdict_cut(&p->faults, "", b->first);
    } else if (!again) {
        put_block(p, b);
    }
}

static void on_fault(void *ctx, enum patch_fault what, size_t line, const char *name)
{
    struct placed *p = ctx;
    (void)name; /* there is one text */
    stop(p, true, line);
    p->course = COURSE_NONE;
    if (what != PATCH_OPEN) {
        verdict_broken(&p->faults, what, "", line);
    }
}

/* ---- an answer ------------------------------------------------------------------------------- */

struct placed *placed_new(const struct text *old)
{
    static const struct patch_calls calls = {on_search, on_line, on_block, on_fault};
    struct placed *p = xcalloc(1, sizeof *p);
    seek_lines_init(&p->lines, old);
    p->patch = patch_new(&calls, p);
    p->touched = xcalloc(old->count + 1, sizeof *p->touched);
    p->between = xcalloc(old->count + 1, sizeof *p->between);
    text_init(&p->text);
    text_init(&p->there);
    text_init(&p->given);
    return p;
}

void placed_free(struct placed *p)
{
    if (p == NULL) {
        return;
    }
    stop(p, true, 0);
    patch_free(p->patch);
    seek_lines_finish(&p->lines);
    text_finish(&p->text);
    text_finish(&p->there);
    text_finish(&p->given);
    verdict_finish(&p->faults);
    free(p->touched);
    free(p->between);
    free(p->hunks);
    free(p->seen);
    free(p);
}

void placed_line(struct placed *p, struct span line)
{
    patch_line(p->patch, line);
}

void placed_end(struct placed *p, bool cut)
{
    p->cut = cut; /* what ends from now on has no end of its own */
    patch_end(p->patch);
}

/* ---- what has come of it ---------------------------------------------------------------------- */

const struct hunk *placed_hunks(const struct placed *p, size_t *count)
{
    *count = p->count;
    return p->hunks;
}

const struct text *placed_text(const struct placed *p)
{
    return &p->text;
}

size_t placed_open(const struct placed *p, size_t *at)
{
    size_t count = 0;
    *at = p->reached;
    if (p->align != NULL) {
        align_open(p->align, &count, at);
        *at += p->found.first;
    }
    return count;
}

struct span placed_open_row(const struct placed *p, size_t i)
{
    size_t count, at;
    const size_t *rows = align_open(p->align, &count, &at);
    return text_line(align_new_text(p->align), rows[i]);
}

size_t placed_reached(const struct placed *p)
{
    return p->reached;
}

size_t placed_blocks(const struct placed *p)
{
    return p->blocks;
}

const struct changes_faults *placed_faults(const struct placed *p)
{
    return &p->faults;
}
