#include "job/parts.h"

#include "nvim/target.h"

#include <stdlib.h>
#include <string.h>

void parts_init(struct parts *p, const struct parts_form *form,
                const struct parts_callbacks *callbacks, void *ctx)
{
    *p = (struct parts){
        .open = xstrdup(form->open),
        .close = xstrdup(form->close),
        .marked = form->marked,
        .takes_thoughts = form->takes_thoughts,
        .callbacks = callbacks,
        .ctx = ctx,
        .at_line_start = true,
    };
    tags_init(&p->tags);
    utf8_init(&p->utf8);
    buf_init(&p->plain, SIZE_MAX);
    buf_init(&p->piece, SIZE_MAX); /* a record's text, which has its cap */
    buf_init(&p->unshown, SIZE_MAX);
    buf_init(&p->late, SIZE_MAX);
    seam_init(&p->seam);
    buf_init(&p->joined, SIZE_MAX);
    buf_init(&p->afterthought, SIZE_MAX);
}

void parts_finish(struct parts *p)
{
    free(p->open);
    free(p->close);
    tags_finish(&p->tags);
    buf_finish(&p->plain);
    buf_finish(&p->piece);
    buf_finish(&p->unshown);
    buf_finish(&p->late);
    seam_finish(&p->seam);
    buf_finish(&p->joined);
    buf_finish(&p->afterthought);
}

enum part parts_now(const struct parts *p)
{
    return p->part == PART_NONE && p->afterthought.len > 0 ? PART_THINKING : p->part;
}

/* ---- one part ------------------------------------------------------------------ */

static void send_piece(struct parts *p)
{
    if (p->piece.len > 0) {
        p->at_line_start = p->piece.data[p->piece.len - 1] == '\n';
        p->callbacks->on_text(p->ctx, p->piece.data, p->piece.len);
        buf_clear(&p->piece);
    }
}

static void close_thinking(struct parts *p)
{
    bool at_line_start =
        p->piece.len > 0 ? p->piece.data[p->piece.len - 1] == '\n' : p->at_line_start;
    buf_add_str(&p->piece, p->close + (at_line_start && p->close[0] == '\n'));
}

/* What the tags have made certain. */
static void add_plain(struct parts *p)
{
    utf8_feed(&p->utf8, p->plain.data, p->plain.len, &p->piece);
    buf_clear(&p->plain);
}

/* What the seam has. */
static void add_joined(struct parts *p)
{
    tags_feed(&p->tags, p->joined.data, p->joined.len, &p->plain);
    add_plain(p);
    buf_clear(&p->joined);
}

/* What is held back of the part goes out. */
static void flush_part(struct parts *p)
{
    if (p->goes_on && p->part == PART_TEXT) {
        seam_end(&p->seam, &p->joined);
        add_joined(p);
    }
    if (p->marked) {
        tags_end(&p->tags, &p->plain);
        add_plain(p);
    }
    utf8_end(&p->utf8, &p->piece);
}

/* What the part still needs goes out before anything of the next. */
static void end_part(struct parts *p)
{
    flush_part(p);
    if (p->part == PART_THINKING) {
        close_thinking(p);
    }
    p->part = PART_NONE;
    send_piece(p);
}

static void begin_part(struct parts *p, enum part part)
{
    p->part = part;
    p->callbacks->on_part(p->ctx, part);
    buf_clear(&p->unshown);
    if (p->goes_on) {
        tags_resume(&p->tags, &p->seam.fence, !p->at_line_start);
    } else if (p->marked) {
        tags_begin(&p->tags, part == PART_THINKING);
    }
    if (part == PART_THINKING && p->takes_thoughts) {
        buf_add(&p->piece, "\n", p->marked && !p->at_line_start);
        buf_add_str(&p->piece, p->open);
    }
}

static void feed_part(struct parts *p, enum part part, const char *text, size_t len)
{
    if (p->part != part) {
        end_part(p);
        begin_part(p, part);
    }
    if (part == PART_THINKING && !p->takes_thoughts) {
        buf_add(&p->unshown, text, len);
        return;
    }
    if (p->goes_on) {
        seam_feed(&p->seam, text, len, &p->joined);
        add_joined(p);
    } else if (p->marked) {
        tags_feed(&p->tags, text, len, &p->plain);
        add_plain(p);
    } else {
        utf8_feed(&p->utf8, text, len, &p->piece);
    }
    send_piece(p);
}

/* ---- a reply from its beginning on --------------------------------------------- */

static bool is_in_fence(const struct parts *p)
{
    return p->marked && p->part == PART_TEXT && fence_is_open(&p->tags.fence);
}

/* Thinking that had to wait comes behind the fence, which is closed if there is no more text. */
static void give_late(struct parts *p)
{
    struct buf late = p->late;
    if (late.len == 0) {
        return;
    }
    buf_init(&p->late, SIZE_MAX);
    if (is_in_fence(p)) {
        flush_part(p);
        send_piece(p);
        buf_add(&p->piece, "\n", !p->at_line_start);
        fence_close(&p->tags.fence, &p->piece);
    }
    feed_part(p, PART_THINKING, late.data, late.len);
    buf_finish(&late);
}

static void add(struct parts *p, enum part part, const char *text, size_t len)
{
    if (part == PART_THINKING && is_in_fence(p)) {
        buf_add(&p->late, text, len);
        return;
    }
    feed_part(p, part, text, len);
    if (p->late.len > 0 && p->at_line_start && !is_in_fence(p)) {
        give_late(p);
    }
}

/* It goes where thinking goes. */
static void turn_to_thinking(struct parts *p)
{
    flush_part(p);
    send_piece(p);
    struct target_turn turn = {.how = TURN_CLEAR};
    if (p->marked) {
        close_thinking(p);
        turn = (struct target_turn){
            TURN_WRAP,
            p->open,
            p->close + strlen(p->close) - p->piece.len,
        };
        buf_clear(&p->piece);
    }
    p->part = PART_NONE;
    p->callbacks->on_turn(p->ctx, &turn, PART_THINKING);
}

/* Thinking that was kept back was text. */
static void add_kept(struct parts *p, struct buf *kept)
{
    struct buf text = *kept;
    buf_init(kept, SIZE_MAX);
    parts_add(p, PART_TEXT, text.data, text.len);
    buf_finish(&text);
}

static void turn_to_text(struct parts *p)
{
    const struct target_turn turn = {.how = TURN_UNWRAP, .before = p->open};
    if (p->marked) {
        tags_turn(&p->tags, false, &p->plain);
        add_plain(p);
        send_piece(p);
    }
    p->part = PART_TEXT;
    p->callbacks->on_turn(p->ctx, &turn, PART_TEXT);
}

/* ---- a reply that goes on ------------------------------------------------------ */

void parts_go_on(struct parts *p, const char *text, size_t len)
{
    p->goes_on = true;
    seam_open(&p->seam, text, len);
    p->at_line_start = text[len - 1] == '\n';
}

void parts_tell(struct parts *p, bool asked, bool trimmed)
{
    seam_tell(&p->seam, asked, trimmed);
}

static void add_afterthought(struct parts *p, const char *text, size_t len)
{
    if (parts_now(p) == PART_NONE) {
        p->callbacks->on_part(p->ctx, PART_THINKING);
    }
    buf_add(&p->afterthought, text, len);
}

static void send_afterthought(struct parts *p)
{
    if (p->afterthought.len > 0) {
        struct buf clean;
        buf_init(&clean, SIZE_MAX);
        utf8_clean(p->afterthought.data, p->afterthought.len, &clean);
        p->callbacks->on_afterthought(p->ctx, clean.data, clean.len);
        buf_finish(&clean);
        buf_clear(&p->afterthought);
    }
}

static void add_behind(struct parts *p, enum part part, const char *text, size_t len)
{
    if (part == PART_THINKING) {
        add_afterthought(p, text, len);
        return;
    }
    send_afterthought(p);
    feed_part(p, PART_TEXT, text, len);
}

/* What came is taken away again, and put before the text. */
static void turn_to_afterthought(struct parts *p)
{
    const struct target_turn turn = {.how = TURN_CLEAR};
    if (p->seam.open) {
        buf_add(&p->afterthought, p->seam.held.data, p->seam.held.len);
    } else {
        flush_part(p);
        send_piece(p);
        p->callbacks->on_turn(p->ctx, &turn, PART_THINKING);
    }
    seam_reopen(&p->seam);
    p->part = PART_NONE;
    p->at_line_start = p->seam.overlap.there[p->seam.overlap.len - 1] == '\n';
}

/* ---- any reply ----------------------------------------------------------------- */

void parts_add(struct parts *p, enum part part, const char *text, size_t len)
{
    (p->goes_on ? add_behind : add)(p, part, text, len);
}

void parts_turn(struct parts *p, enum part part)
{
    if (part == PART_THINKING) {
        (p->goes_on ? turn_to_afterthought : turn_to_thinking)(p);
    } else if (p->goes_on) {
        add_kept(p, &p->afterthought);
    } else if (!p->takes_thoughts) {
        add_kept(p, &p->unshown);
    } else {
        turn_to_text(p);
    }
}

void parts_break(struct parts *p)
{
    seam_break(&p->seam);
}

void parts_end(struct parts *p)
{
    give_late(p);
    end_part(p);
    send_afterthought(p);
}
