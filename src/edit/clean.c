/* Bytes become lines here; what is done with them is in the steps, in this order:
 *
 *     control   special tokens of models
 *     envelope  fences, words, thoughts
 *     numbers   of lines
 *     above     what stands above the range already
 *     offset    where lines stand
 *     loop      what would come for ever
 *     elision   "... rest unchanged ..."
 *     below     what stands below the range already
 *     finish    ends of lines */
#include "edit/clean.h"

#include "base/utf8.h"
#include "edit/above.h"
#include "edit/below.h"
#include "edit/control.h"
#include "edit/elision.h"
#include "edit/envelope.h"
#include "edit/finish.h"
#include "edit/loop.h"
#include "edit/numbers.h"
#include "edit/offset.h"
#include "edit/place.h"
#include "edit/thinking.h"
#include "proto.h"

#include <stdlib.h>

#define NBSP "\xC2\xA0"
#define MARK "\xEF\xBB\xBF" /* of the byte order */
#define QUESTION_LINES 4    /* of a text that is nothing but a question */
#define HEAD 64             /* bytes that say whether the beginning of a line is certain */

struct clean {
    struct place place;
    struct buf line; /* that grows */
    bool begun;      /* a line that is not blank came */
    bool over;       /* a token has ended the answer */
    bool ended, cut;
    enum clean_fault fault;
    size_t look_at;      /* bytes of the line at which it is looked for repetition */
    struct buf rest;     /* of the line, without tokens */
    struct buf indented; /* ... with other blanks in front */
    const char *thought; /* in front of a patch: the tag that closes it */

    struct envelope envelope;
    struct numbers numbers;
    struct above above;
    struct offset offset;
    struct loop loop;
    struct elision elision;
    struct below below;
    struct finish finish;

    /* the line that grows, as it will be given */
    struct {
        struct buf text;
        size_t taken; /* bytes of line that are in it; 0: nothing is certain */
        size_t end;   /* in front of the blanks and backticks at its end */
        bool stops;   /* a token stands behind the end: what follows is not certain */
    } tail;
};

/* ---- from step to step --------------------------------------------------------- */

static void on_finish(void *ctx, struct span line)
{
    struct clean *c = ctx;
    finish_line(&c->finish, line);
}

static void on_below(void *ctx, struct span line)
{
    struct clean *c = ctx;
    below_line(&c->below, line);
}

static void on_placed(void *ctx, struct span line)
{
    struct clean *c = ctx;
    if (loop_line(&c->loop, line, &c->place.old)) {
        c->fault = c->fault == CLEAN_FINE ? CLEAN_LOOP : c->fault;
        return;
    }
    elision_line(&c->elision, line);
}

static void on_offset(void *ctx, struct span line)
{
    struct clean *c = ctx;
    offset_line(&c->offset, line);
}

static void on_above(void *ctx, struct span line)
{
    struct clean *c = ctx;
    above_line(&c->above, line);
}

static void on_numbers(void *ctx, struct span line)
{
    struct clean *c = ctx;
    numbers_line(&c->numbers, line);
}

static struct stage stage_of(struct clean *c, stage_give give)
{
    return (struct stage){&c->place, give, c, &c->fault};
}

struct clean *clean_new(const struct clean_context *context)
{
    struct clean *c = xcalloc(1, sizeof *c);
    place_init(&c->place, context);
    buf_init(&c->line, LIMIT_MESSAGE);
    buf_init(&c->rest, SIZE_MAX);
    buf_init(&c->indented, SIZE_MAX);
    buf_init(&c->tail.text, SIZE_MAX);
    c->look_at = LOOP_LONG;
    const struct stage numbers = stage_of(c, on_numbers), above = stage_of(c, on_above),
                       offset = stage_of(c, on_offset), placed = stage_of(c, on_placed),
                       below = stage_of(c, on_below), finish = stage_of(c, on_finish);
    envelope_init(&c->envelope, &numbers);
    numbers_init(&c->numbers, &above);
    above_init(&c->above, &offset);
    offset_init(&c->offset, &placed);
    elision_init(&c->elision, &below);
    below_init(&c->below, &finish);
    finish_init(&c->finish, &c->place);
    return c;
}

void clean_free(struct clean *c)
{
    if (c == NULL) {
        return;
    }
    envelope_finish(&c->envelope);
    numbers_finish(&c->numbers);
    above_finish(&c->above);
    offset_finish(&c->offset);
    elision_finish(&c->elision);
    below_finish(&c->below);
    finish_finish(&c->finish);
    place_finish(&c->place);
    buf_finish(&c->line);
    buf_finish(&c->rest);
    buf_finish(&c->indented);
    buf_finish(&c->tail.text);
    free(c);
}

/* ---- lines --------------------------------------------------------------------- */

static struct span growing(const struct clean *c)
{
    return (struct span){c->line.data, c->line.len};
}

/* Of a patch: as it is, but for thoughts in front of it. */
static void take_patch_line(struct clean *c, struct span line)
{
    struct span words = span_ltrim(line);
    size_t len = 0;
    if (c->thought == NULL && !c->begun && words.len > 0) {
        c->thought = thinking_opens(&c->place, words, &len);
        line = c->thought != NULL ? span_skip(words, len) : line;
    }
    if (c->thought != NULL) {
        size_t at = thinking_find(line, c->thought, &len);
        if (at == line.len) {
            return;
        }
        line = span_skip(line, at + len);
        c->thought = NULL;
        if (span_is_blank(line)) {
            return;
        }
    }
    c->begun = c->begun || !span_is_blank(line);
    c->finish.count++;
    text_add(c->finish.out, line);
}

/* No-break blanks that a line of code is indented with are blanks. */
static void replace_wide_blanks(struct clean *c, struct span *line)
{
    size_t at = 0, wide = 0;
    while (at < line->len) {
        bool nbsp = span_starts_with(span_skip(*line, at), NBSP);
        if (!nbsp && !is_blank(line->data[at])) {
            break;
        }
        wide += nbsp;
        at += nbsp ? strlen(NBSP) : 1;
    }
    if (wide == 0 || c->place.language->prose || place_has(&c->place, span_of(NBSP))) {
        return;
    }
    buf_clear(&c->indented);
    for (size_t i = 0; i < at; i++) {
        bool inner = line->data[i] == NBSP[1] && i > 0 && line->data[i - 1] == NBSP[0];
        buf_add(&c->indented, line->data[i] == NBSP[0] ? " " : line->data + i, inner ? 0 : 1);
    }
    buf_add(&c->indented, line->data + at, line->len - at);
    *line = (struct span){c->indented.data, c->indented.len};
}

static void take_line(struct clean *c)
{
    struct span line = growing(c);
    if (!c->place.marked && span_starts_with(line, MARK)) {
        line = span_skip(line, strlen(MARK));
    }
    while (line.len > 0 && line.data[line.len - 1] == '\r') {
        line.len--;
    }
    if (c->place.context.wants_patch) {
        take_patch_line(c, line);
        return;
    }
    bool drop;
    replace_wide_blanks(c, &line);
    buf_clear(&c->rest);
    buf_add(&c->rest, "", 0);
    c->over = control_line(&c->place, line, !c->begun, &c->rest, &drop);
    c->begun = c->begun || !span_is_blank(line);
    if (!drop) {
        envelope_line(&c->envelope, (struct span){c->rest.data, c->rest.len});
    }
}

static void look_for_loop(struct clean *c)
{
    if (c->line.len == c->look_at) {
        c->look_at *= 2;
        if (loop_long(growing(c)) && c->fault == CLEAN_FINE) {
            c->fault = CLEAN_LOOP;
        }
    }
    if (c->line.error != 0 && c->fault == CLEAN_FINE) {
        c->fault = CLEAN_LOOP;
    }
}

/* Stops at the lengths at which it is looked for repetition, however the bytes are cut. */
static void grow(struct clean *c, struct span bytes)
{
    while (bytes.len > 0) {
        size_t room = c->look_at - c->line.len, len = bytes.len < room ? bytes.len : room;
        buf_add(&c->line, bytes.data, len);
        bytes = span_skip(bytes, len);
        look_for_loop(c);
        if (c->fault != CLEAN_FINE) {
            return;
        }
    }
}

static void end_line(struct clean *c)
{
    take_line(c);
    buf_clear(&c->line);
    buf_clear(&c->tail.text);
    c->tail.taken = c->tail.end = 0;
    c->tail.stops = false;
    c->look_at = LOOP_LONG;
}

static bool is_done(const struct clean *c)
{
    return c->ended || c->over || c->fault != CLEAN_FINE;
}

/* ---- the line that grows ------------------------------------------------------- */

/* What stands for code, or may. */
static bool may_be_remark(struct span words)
{
    return strchr("/#-*;%\"'.([:R{", words.data[0]) != NULL || words.data[0] == '\0' ||
           (unsigned char)words.data[0] >= 0x80;
}

static bool begins_certainly(struct clean *c, struct span head)
{
    struct span words = span_ltrim(head);
    size_t skip;
    if (words.len == 0 || c->place.context.foot.len > 0 || may_be_remark(words) ||
        !envelope_passes(&c->envelope, words) || !numbers_pass(&c->numbers, head, &skip) ||
        !above_passes(&c->above) || c->elision.held.count > 0 || c->below.over) {
        return false;
    }
    buf_clear(&c->tail.text);
    return offset_preview(&c->offset, head, &c->tail.text) &&
           below_passes(&c->below, (struct span){c->tail.text.data, c->tail.text.len});
}

static void follow_tail(struct clean *c)
{
    struct span line = growing(c);
    size_t from = c->tail.text.len;
    if (c->tail.stops) {
        return;
    }
    if (c->tail.taken == 0) {
        struct span head = {line.data, line.len < HEAD ? line.len : HEAD};
        if (line.len == 0 || !begins_certainly(c, head)) {
            buf_clear(&c->tail.text);
            return;
        }
        c->tail.taken = head.len;
        from = 0;
    }
    buf_add(&c->tail.text, line.data + c->tail.taken, line.len - c->tail.taken);
    c->tail.taken = line.len;
    struct span text = {c->tail.text.data, c->tail.text.len};
    size_t token = control_first(&c->place, text, from);
    c->tail.stops = token < text.len;
    if (token < from) { /* it was not complete then */
        from = c->tail.end = 0;
    }
    for (size_t i = token; i > from; i--) {
        if (!is_blank(c->tail.text.data[i - 1]) && c->tail.text.data[i - 1] != '`') {
            c->tail.end = i;
            break;
        }
    }
}

struct span clean_tail(const struct clean *c)
{
    if (is_done(c) || c->tail.taken == 0 || c->tail.end == 0) {
        return (struct span){NULL, 0};
    }
    struct span tail = {c->tail.text.data, c->tail.end};
    tail.len -= control_open(&c->place, tail);
    tail.len = utf8_whole(tail.data, tail.len);
    return span_rtrim(tail);
}

/* ---- all ----------------------------------------------------------------------- */

void clean_feed(struct clean *c, struct span bytes, struct text *out)
{
    size_t at = 0;
    c->finish.out = out;
    while (at < bytes.len && !is_done(c)) {
        struct span line = span_next_line(bytes, &at);
        grow(c, line);
        if (at <= bytes.len && bytes.data[at - 1] == '\n' && c->fault == CLEAN_FINE) {
            end_line(c);
        }
    }
    if (!is_done(c)) {
        follow_tail(c);
    }
}

static bool is_less(const struct clean *c)
{
    size_t was = c->place.old_words, now = c->finish.words;
    return was > now && 3 * (was - now) > was;
}

static void judge(struct clean *c)
{
    const struct place *p = &c->place;
    bool empty = c->finish.words == 0 && (!p->context.wants_patch || c->finish.count == 0);
    if (c->fault != CLEAN_FINE || c->cut) {
        return;
    }
    if (empty && (!p->wish.removes || p->old_words == 0)) {
        c->fault = CLEAN_EMPTY;
    } else if (c->finish.asks && c->finish.words <= QUESTION_LINES &&
               !span_has(text_lines(p->context.old, 0, p->context.old->count), span_of("?"))) {
        c->fault = CLEAN_QUESTION;
    } else if (c->envelope.open_fence && is_less(c) && !c->finish.ends_as_old) {
        c->fault = CLEAN_OPEN_FENCE;
    }
}

void clean_end(struct clean *c, bool cut, struct text *out)
{
    c->finish.out = out;
    if (c->ended) {
        return;
    }
    if (!is_done(c) && !cut && c->line.len > 0) {
        end_line(c);
    }
    c->ended = true;
    c->cut = cut;
    envelope_end(&c->envelope, cut);
    numbers_end(&c->numbers, cut);
    above_end(&c->above, cut);
    offset_end(&c->offset, cut);
    elision_end(&c->elision, cut);
    below_end(&c->below, cut);
    if (c->fault == CLEAN_FINE) {
        finish_end(&c->finish, cut);
    }
    judge(c);
}

enum clean_fault clean_fault(const struct clean *c)
{
    return c->fault;
}

bool clean_is_complete(const struct clean *c)
{
    return c->over || (c->envelope.in == ENVELOPE_AFTER && !c->place.context.wants_patch);
}

bool clean_is_shrunk(const struct clean *c)
{
    const struct place *p = &c->place;
    bool wanted = c->finish.words == 0 ? p->wish.all : p->wish.less || p->conflict;
    return !wanted && !p->context.wants_patch && is_less(c);
}
