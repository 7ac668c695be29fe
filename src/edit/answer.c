#include "edit/answer.h"

#include "base/buf.h"
#include "edit/clean.h"
#include "edit/marked.h"
#include "edit/placed.h"
#include "proto.h"

#include <stdlib.h>

/* Bytes of words to the reader behind the code: more than that is not waited for. */
#define REMARK 400

struct answer {
    const struct clean_context *context;
    struct clean_context plain_context; /* the same, for blocks */
    enum answer_form asked, form;
    bool decided; /* form is what comes */
    bool ended;
    bool has_markers; /* the range itself */
    bool called;      /* a tool */
    bool shrunk;      /* it takes much of the range away */
    struct buf raw;   /* all that came */
    size_t text_len;  /* bytes of it that are text, and no call */
    size_t searched;  /* bytes of it that have been looked through for a line's end */
    size_t complete;  /* so many of them when all code was known to have come; 0: it has not */
    size_t coded;     /* bytes of it that code has ... */
    size_t lined;     /* ... that plain has */
    struct marked marked;
    size_t marked_lines; /* that it has */

    /* Of the whole lines. */
    struct clean *code;
    struct text fresh; /* lines that have come of it and are not in align */
    struct align *align;

    /* Of blocks. */
    struct clean *plain; /* without thoughts */
    struct text lines;   /* that have come of it */
    size_t placed_lines; /* those of them that placed has */
    bool begins_diff;    /* the last line has opened its fence */
    struct placed *placed;
};

struct answer *answer_new(const struct clean_context *context, enum answer_form asked)
{
    struct answer *a = xcalloc(1, sizeof *a);
    a->context = context;
    a->plain_context = *context;
    a->plain_context.wants_patch = true;
    a->asked = a->form = asked;
    a->has_markers = marked_has(context->old);
    buf_init(&a->raw, LIMIT_MESSAGE);
    text_init(&a->fresh);
    text_init(&a->lines);
    marked_init(&a->marked, context->filetype);
    a->code = clean_new(context);
    a->plain = clean_new(&a->plain_context);
    a->align = align_new(context->old);
    a->placed = placed_new(context->old);
    return a;
}

void answer_free(struct answer *a)
{
    if (a != NULL) {
        clean_free(a->code);
        clean_free(a->plain);
        align_free(a->align);
        placed_free(a->placed);
        text_finish(&a->fresh);
        text_finish(&a->lines);
        buf_finish(&a->raw);
        free(a);
    }
}

static struct span bytes(const struct answer *a, size_t from, size_t to)
{
    return span_skip((struct span){a->raw.data, to}, from);
}

/* ---- whole lines --------------------------------------------------------------- */

static void align_fresh(struct answer *a)
{
    for (size_t i = 0; i < a->fresh.count; i++) {
        align_line(a->align, text_line(&a->fresh, i));
    }
    text_clear(&a->fresh);
}

static void feed_code(struct answer *a, size_t to)
{
    clean_feed(a->code, bytes(a, a->coded, to), &a->fresh);
    a->coded = to;
}

static bool is_whole_fault(const struct answer *a)
{
    return clean_fault(a->code) != CLEAN_FINE;
}

/* ---- blocks -------------------------------------------------------------------- */

static void feed_plain(struct answer *a, size_t to)
{
    clean_feed(a->plain, bytes(a, a->lined, to), &a->lines);
    a->lined = to;
}

/* A diff of one text may be nothing but its lines. */
static void place_line(struct answer *a, struct span line)
{
    if (a->begins_diff && !marked_is_head(line)) {
        placed_line(a->placed, span_of("@@"));
    }
    a->begins_diff = a->form == ANSWER_UDIFF && marked_is_fence(line);
    placed_line(a->placed, line);
}

static void place_lines(struct answer *a)
{
    for (; a->placed_lines < a->lines.count; a->placed_lines++) {
        place_line(a, text_line(&a->lines, a->placed_lines));
    }
}

/* ---- which of them ------------------------------------------------------------- */

static void decide(struct answer *a, enum answer_form form)
{
    a->form = form;
    a->decided = true;
}

static bool may_be_blocks(const struct answer *a)
{
    return a->asked != ANSWER_WHOLE || !a->has_markers;
}

/* Behind another line of the answer, which both have. */
static void look(struct answer *a)
{
    if (may_be_blocks(a) && marked_form(&a->marked) != MARKED_NOTHING) {
        static const enum answer_form forms[] = {
            [MARKED_SEARCH] = ANSWER_SEARCH,
            [MARKED_PATCH] = ANSWER_PATCH,
            [MARKED_UDIFF] = ANSWER_UDIFF,
        };
        decide(a, forms[marked_form(&a->marked)]);
    } else if (a->asked == ANSWER_WHOLE &&
               (is_whole_fault(a) || (a->fresh.count > 0 && !marked_may_begin(&a->marked)))) {
        decide(a, ANSWER_WHOLE);
    }
}

static void mark_lines(struct answer *a)
{
    for (; a->marked_lines < a->lines.count; a->marked_lines++) {
        marked_line(&a->marked, text_line(&a->lines, a->marked_lines));
    }
}

/* While nothing is decided both have the same lines, and none that is not complete: so the form does
 * not depend on the pieces. */
static void take_lines(struct answer *a)
{
    while (!a->decided && a->searched < a->text_len) {
        const char *from = a->raw.data + a->searched;
        const char *end = memchr(from, '\n', a->text_len - a->searched);
        if (end == NULL) {
            a->searched = a->text_len;
            return;
        }
        a->searched = (size_t)(end - a->raw.data) + 1;
        feed_plain(a, a->searched);
        mark_lines(a);
        feed_code(a, a->searched);
        look(a);
    }
}

/* What is decided has all that came. */
static void take_rest(struct answer *a)
{
    if (a->form == ANSWER_WHOLE) {
        feed_code(a, a->text_len);
        align_fresh(a);
    } else {
        feed_plain(a, a->text_len);
        place_lines(a);
    }
}

void answer_feed(struct answer *a, struct span piece)
{
    if (a->ended || a->called || piece.len == 0) {
        return;
    }
    buf_add(&a->raw, piece.data, piece.len);
    a->text_len = a->raw.len;
    if (!a->decided) {
        take_lines(a);
    }
    if (a->decided) {
        take_rest(a);
    }
    if (a->complete == 0 && answer_is_complete(a)) {
        a->complete = a->text_len;
    }
}

void answer_call(struct answer *a, struct span call)
{
    if (!a->ended) {
        a->called = true;
        buf_add(&a->raw, call.data, call.len);
    }
}

/* ---- the end ------------------------------------------------------------------- */

static void end_whole(struct answer *a, bool cut)
{
    feed_code(a, a->text_len);
    cut = cut && !clean_is_complete(a->code);
    clean_end(a->code, cut, &a->fresh);
    align_fresh(a);
    align_end(a->align, cut || is_whole_fault(a));
    a->shrunk = !cut && !is_whole_fault(a) && clean_is_shrunk(a->code);
}

static void end_blocks(struct answer *a, bool cut)
{
    place_lines(a);
    placed_end(a->placed, cut);
    if (placed_blocks(a->placed) == 0 && placed_faults(a->placed)->count == 0) {
        a->form = ANSWER_WHOLE; /* it only looked like it */
        end_whole(a, cut);
    }
}

/* The last line may be the one that tells; if none does, these are the whole lines. */
static void decide_end(struct answer *a)
{
    mark_lines(a);
    feed_code(a, a->text_len);
    look(a);
    if (!a->decided) {
        decide(a, ANSWER_WHOLE);
    }
}

void answer_end(struct answer *a, enum answer_ending ending)
{
    if (a->ended) {
        return;
    }
    bool cut = ending == ANSWER_CUT || a->called || a->raw.error != HUM_OK;
    if (!a->decided || a->form != ANSWER_WHOLE) {
        feed_plain(a, a->text_len);
        clean_end(a->plain, cut, &a->lines);
    }
    if (!a->decided) {
        decide_end(a);
    }
    if (a->form == ANSWER_WHOLE) {
        end_whole(a, cut);
    } else {
        end_blocks(a, cut);
    }
    a->ended = true;
}

bool answer_is_complete(const struct answer *a)
{
    return a->decided && a->form == ANSWER_WHOLE && clean_is_complete(a->code);
}

bool answer_is_over(const struct answer *a)
{
    bool is_whole = a->decided ? a->form == ANSWER_WHOLE : a->asked == ANSWER_WHOLE;
    return a->called || a->raw.error != HUM_OK || (is_whole && is_whole_fault(a)) ||
           (a->complete > 0 && a->text_len - a->complete > REMARK);
}

/* ---- what has become of it ----------------------------------------------------- */

static bool has_blocks(const struct answer *a)
{
    return a->decided && a->form != ANSWER_WHOLE;
}

const struct text *answer_text(const struct answer *a)
{
    return has_blocks(a) ? placed_text(a->placed) : align_new_text(a->align);
}

const struct hunk *answer_hunks(const struct answer *a, size_t *count)
{
    return has_blocks(a) ? placed_hunks(a->placed, count) : align_hunks(a->align, count);
}

struct answer_open answer_open(const struct answer *a)
{
    struct answer_open open = {0};
    answer_hunks(a, &open.part);
    if (a->ended) {
        open.at = answer_reached(a);
    } else if (has_blocks(a)) {
        open.count = placed_open(a->placed, &open.at);
        open.part += placed_blocks(a->placed) + placed_faults(a->placed)->count;
    } else {
        align_open(a->align, &open.count, &open.at);
    }
    return open;
}

struct span answer_open_row(const struct answer *a, size_t i)
{
    if (has_blocks(a)) {
        return placed_open_row(a->placed, i);
    }
    size_t count, at;
    return text_line(align_new_text(a->align), align_open(a->align, &count, &at)[i]);
}

size_t answer_reached(const struct answer *a)
{
    return has_blocks(a) ? placed_reached(a->placed) : align_reached(a->align);
}

struct span answer_tail(const struct answer *a)
{
    bool is_code = a->decided && a->form == ANSWER_WHOLE && !a->ended;
    return is_code ? clean_tail(a->code) : (struct span){NULL, 0};
}

enum answer_form answer_form(const struct answer *a)
{
    return a->form;
}

static struct answer_fault fault_of_code(const struct answer *a)
{
    static const char *const codes[CLEAN_FAULTS] = {
        [CLEAN_EMPTY] = "empty",     [CLEAN_PROSE] = "prose",     [CLEAN_QUESTION] = "question",
        [CLEAN_THOUGHT] = "thought", [CLEAN_ELIDED] = "elided",   [CLEAN_LOOP] = "loop",
        [CLEAN_TOOL] = "tool",       [CLEAN_ENVELOPE] = "json",   [CLEAN_OPEN_FENCE] = "fence",
        [CLEAN_MARKER] = "marker",   [CLEAN_OUTSIDE] = "outside",
    };
    enum clean_fault fault = clean_fault(a->code);
    return (struct answer_fault){codes[fault], clean_message(fault), clean_hint(fault)};
}

struct answer_fault answer_fault(const struct answer *a)
{
    size_t count;
    answer_hunks(a, &count);
    if (a->raw.error != HUM_OK) {
        return (struct answer_fault){"toobig", "the answer is longer than hum can read", ""};
    }
    if (a->called && count == 0) {
        return (struct answer_fault){"tool", clean_message(CLEAN_TOOL), clean_hint(CLEAN_TOOL)};
    }
    if (!has_blocks(a)) {
        return fault_of_code(a);
    }
    const struct changes_faults *faults = placed_faults(a->placed);
    if (faults->count == 0) {
        return (struct answer_fault){0};
    }
    const struct changes_fault *first = &faults->items[0];
    return (struct answer_fault){"block", first->message, first->hint != NULL ? first->hint : ""};
}

bool answer_is_shrunk(const struct answer *a)
{
    return a->shrunk;
}

static const char *const form_names[] = {
    [ANSWER_WHOLE] = "whole",
    [ANSWER_SEARCH] = "search",
    [ANSWER_PATCH] = "patch",
    [ANSWER_UDIFF] = "udiff",
};

const char *answer_form_name(enum answer_form form)
{
    return form_names[form];
}

enum answer_form answer_form_named(struct span name)
{
    for (enum answer_form form = ANSWER_WHOLE; form <= ANSWER_UDIFF; form++) {
        if (span_equals(name, form_names[form])) {
            return form;
        }
    }
    return ANSWER_WHOLE;
}

struct span answer_raw(const struct answer *a)
{
    return (struct span){a->raw.data, a->raw.len};
}
