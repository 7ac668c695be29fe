#include "edit/above.h"

#include "edit/place.h"
#include "text/line.h"

#include <stdlib.h>

#define WEIGHT_MIN 6      /* letters of lines that are no chance */
#define LIGHT 3           /* ... with a blank line below */
#define LINES_OUTSIDE 3   /* lines of the file that are no chance ... */
#define WEIGHT_OUTSIDE 20 /* ... with so many letters */
#define LINES_SKIPPED 4   /* lines of the file that the answer may leave out there */
#define LINES_WATCHED 12  /* lines of the answer */

static struct span trim(struct span line)
{
    return span_rtrim(span_ltrim(line));
}

static bool says(struct span a, struct span b)
{
    a = trim(a);
    b = trim(b);
    return a.len == b.len && span_starts(a, b);
}

void above_init(struct above *a, const struct stage *stage)
{
    const struct text *before = stage->place->context.before;
    *a = (struct above){.stage = *stage};
    text_init(&a->held);
    a->lines = xcalloc(before->count + 1, sizeof *a->lines);
    for (size_t i = 0; i < before->count; i++) {
        if (!span_is_blank(text_line(before, i))) {
            a->lines[a->count++] = i;
        }
    }
}

void above_finish(struct above *a)
{
    text_finish(&a->held);
    free(a->lines);
}

static struct span line_above(const struct above *a, size_t i)
{
    return text_line(a->stage.place->context.before, a->lines[i]);
}

/* ---- giving -------------------------------------------------------------------- */

/* Blank lines in front of the first that is not. */
static void give_blanks(struct above *a)
{
    const struct place *p = a->stage.place;
    size_t count = p->wish.blanks || p->old_words == 0 ? 0 : p->first;
    for (size_t i = 0; i < count; i++) {
        stage_pass(&a->stage, text_line(p->context.old, i));
    }
    for (size_t i = 0; p->wish.blanks && i < a->blanks; i++) {
        stage_pass(&a->stage, (struct span){NULL, 0});
    }
}

static void give(struct above *a, struct span line)
{
    if (!a->begun && span_is_blank(line)) {
        a->blanks++;
        return;
    }
    if (!a->begun) {
        a->begun = true;
        give_blanks(a);
    }
    stage_pass(&a->stage, line);
}

static void release(struct above *a)
{
    for (size_t i = 0; i < a->held.count; i++) {
        give(a, text_line(&a->held, i));
    }
    text_clear(&a->held);
    a->start_count = a->matched = 0;
}

static size_t weight_held(const struct above *a)
{
    size_t weight = 0;
    for (size_t i = 0; i < a->held.count; i++) {
        weight += line_weight(line_of(text_line(&a->held, i)));
    }
    return weight;
}

/* ---- deciding ------------------------------------------------------------------ */

static void begin(struct above *a, struct span line)
{
    for (size_t i = a->count; i > 0 && a->start_count < ABOVE_STARTS; i--) {
        if (says(line_above(a, i - 1), line)) {
            a->starts[a->start_count++] = i - 1;
        }
    }
    if (a->start_count == 0) {
        give(a, line);
        return;
    }
    text_add(&a->held, line);
    a->matched = 1;
    a->whole = a->starts[0] + 1 == a->count;
}

/* The range begins with what is held. */
static bool is_own(const struct above *a)
{
    const struct text *old = a->stage.place->context.old;
    size_t at = 0;
    for (size_t i = 0; i < a->held.count; i++) {
        struct span line = span_rtrim(text_line(&a->held, i));
        while (at < old->count && span_is_blank(text_line(old, at))) {
            at++;
        }
        struct span was = at < old->count ? span_rtrim(text_line(old, at)) : (struct span){"", 0};
        if (line.len > 0 && (was.len != line.len || !span_starts(was, line))) {
            return false;
        }
        at += line.len > 0;
    }
    return true;
}

/* What is held is what stands above the range; line is the one behind it. */
static bool is_echo(const struct above *a, struct span line)
{
    const struct place *p = a->stage.place;
    size_t weight = weight_held(a);
    if (is_own(a)) {
        return false;
    }
    if (p->old_words > 0 && says(line, place_first(p))) {
        return true;
    }
    struct span first = span_first_word(span_ltrim(place_first(p)));
    struct span word = span_first_word(span_ltrim(line));
    bool alike = first.len > 0 && first.len == word.len && span_starts(first, word);
    bool spaced = a->matched == 1 && a->held.count > 1; /* "## Title" and a blank line */
    return weight >= WEIGHT_MIN ? a->matched > 1 || alike || spaced : spaced && weight >= LIGHT;
}

/* Lines of the file, but not up to the range. */
static bool is_outside(const struct above *a)
{
    return !a->stage.place->context.insert && a->matched >= LINES_OUTSIDE &&
           weight_held(a) >= WEIGHT_OUTSIDE && !is_own(a);
}

/* The answer begins as the file does, and goes on with lines of it after one that differs. */
static void watch(struct above *a, struct span line)
{
    for (size_t i = a->watched; i < a->count && i < a->watched + LINES_SKIPPED; i++) {
        if (says(line_above(a, i), line)) {
            a->watched = i + 1;
            a->again++;
            a->weight += line_weight(line_of(line));
            break;
        }
    }
    if (a->again >= LINES_OUTSIDE && a->weight >= WEIGHT_OUTSIDE) {
        stage_fail(&a->stage, CLEAN_OUTSIDE);
    }
    a->watches--;
}

static void begin_watch(struct above *a, size_t top)
{
    const struct clean_context *c = &a->stage.place->context;
    bool from_top = c->first == c->before->count + 1 && top == 0;
    if (from_top && !c->insert && !is_own(a)) {
        a->watched = a->again = a->matched;
        a->weight = weight_held(a);
        a->watches = LINES_WATCHED;
    }
}

/* Keeps the places whose next line is this one. */
static void follow(struct above *a, struct span line)
{
    size_t kept = 0, top = a->starts[a->start_count - 1];
    bool whole = false;
    for (size_t i = 0; i < a->start_count; i++) {
        size_t at = a->starts[i] + a->matched;
        if (at < a->count && says(line_above(a, at), line)) {
            a->starts[kept++] = a->starts[i];
            whole = whole || at + 1 == a->count;
        }
    }
    if (kept > 0) {
        a->start_count = kept;
        a->whole = whole;
        a->matched++;
        text_add(&a->held, line);
        return;
    }
    if (a->whole && is_echo(a, line)) {
        text_clear(&a->held);
    } else if (!a->whole && is_outside(a)) {
        stage_fail(&a->stage, CLEAN_OUTSIDE);
    } else {
        begin_watch(a, top);
    }
    release(a);
    give(a, line);
}

void above_line(struct above *a, struct span line)
{
    if (a->watches > 0 && !span_is_blank(line)) {
        watch(a, line);
    }
    if (a->held.count > 0 && span_is_blank(line)) {
        text_add(&a->held, line);
    } else if (a->held.count > 0) {
        follow(a, line);
    } else if (!a->begun && !span_is_blank(line)) {
        begin(a, line);
    } else {
        give(a, line);
    }
}

void above_end(struct above *a, bool cut)
{
    if (cut) {
        text_clear(&a->held);
    }
    release(a);
}
