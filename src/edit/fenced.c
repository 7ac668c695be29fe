#include "edit/fenced.h"

#include "edit/place.h"
#include "edit/prose.h"

#define INDENT_MAX 3 /* a fence stands at most so much deeper than the one that it closes */
#define LONG_RUN 4   /* a fence of so many marks is closed by as many, and by no fewer */

static struct span trim(struct span line)
{
    return span_rtrim(span_ltrim(line));
}

void fenced_init(struct fenced *f, const struct stage *stage)
{
    *f = (struct fenced){.stage = *stage};
    text_init(&f->held);
}

void fenced_finish(struct fenced *f)
{
    text_finish(&f->held);
}

void fenced_open(struct fenced *f, const struct fenceline *fence, bool nests)
{
    f->fence = *fence;
    f->nests = nests;
    f->begun = false;
    f->inner = 0;
    f->holds = FENCED_NONE;
    text_clear(&f->held);
}

static void give(struct fenced *f, struct span line)
{
    f->begun = f->begun || !span_is_blank(line);
    stage_pass(&f->stage, line);
}

static void release(struct fenced *f)
{
    for (size_t i = 0; i < f->held.count; i++) {
        give(f, text_line(&f->held, i));
    }
    text_clear(&f->held);
    f->holds = FENCED_NONE;
}

/* Behind what may close the code the first line that is not blank is addressed to the reader. */
static bool is_remark(const struct fenced *f, struct span words)
{
    return prose_is_talk(f->stage.place, words);
}

static bool holds_remark(const struct fenced *f)
{
    for (size_t i = 1; i < f->held.count; i++) {
        struct span words = trim(text_line(&f->held, i));
        if (words.len > 0) {
            return is_remark(f, words);
        }
    }
    return false;
}

/* "}```": bytes of the code in front of the ticks, 0: it does not end so. */
static size_t code_before_ticks(struct span line)
{
    struct span words = span_rtrim(line);
    size_t n = words.len;
    while (n > 0 && words.data[n - 1] == '`') {
        n--;
    }
    size_t ticks = words.len - n;
    struct span code = span_rtrim((struct span){line.data, n});
    for (size_t i = 0; ticks >= 3 && i < code.len; i++) {
        /* "/// ```" is a fence in a comment. */
        if (is_word(code.data[i]) || strchr("})];>", code.data[i]) != NULL) {
            return code.len;
        }
    }
    return 0;
}

/* ---- where fences nest --------------------------------------------------------- */

static bool take_fence(struct fenced *f, struct span line, const struct fenceline *l)
{
    bool bare = l->info.len == 0, was_closing = f->holds == FENCED_CLOSING;
    if (f->inner > 0) {
        f->inner = bare && l->mark == f->inner_mark && l->run >= f->inner ? 0 : f->inner;
        give(f, line);
        return false;
    }
    /* What opens a block has its code right below. */
    bool apart = f->held.count > 1 && span_is_blank(text_line(&f->held, 1));
    if (was_closing && (holds_remark(f) || (!bare && apart))) {
        return true;
    }
    if (bare && !was_closing) {
        text_add(&f->held, line);
        f->holds = FENCED_CLOSING;
        return l->mark == f->fence.mark && l->run >= f->fence.run && l->run >= LONG_RUN;
    }
    /* One that may have closed the code has opened a block; this one closes it, or is in it. */
    release(f);
    give(f, line);
    if (!bare) {
        f->inner = was_closing ? 3 : l->run;
        f->inner_mark = l->mark;
    }
    return false;
}

static bool take_nested(struct fenced *f, struct span line)
{
    struct fenceline l;
    if (fenceline_of(line, &l) && l.indent <= f->fence.indent + INDENT_MAX) {
        bool round = !f->begun && f->holds == FENCED_NONE && f->fence.info.len == 0 &&
                     fenceline_tag(l.info) == FENCE_MARKDOWN;
        if (round) {
            fenced_open(f, &l, true);
            return false;
        }
        return take_fence(f, line, &l);
    }
    if (f->holds == FENCED_CLOSING) {
        text_add(&f->held, line);
        return false;
    }
    give(f, line);
    return false;
}

/* ---- where they do not --------------------------------------------------------- */

static bool take_flat(struct fenced *f, struct span line)
{
    struct fenceline l;
    struct span words = trim(line);
    if (f->holds == FENCED_TICKS && words.len == 0) {
        text_add(&f->held, line);
        return false;
    }
    if (f->holds == FENCED_TICKS && is_remark(f, words)) {
        return true;
    }
    release(f);
    if (fenceline_of(line, &l) && l.indent <= f->fence.indent + INDENT_MAX) {
        if (l.info.len > 0 && !f->begun) { /* a fence round a fence */
            fenced_open(f, &l, false);
            return false;
        }
        return true;
    }
    if (code_before_ticks(line) > 0) {
        text_add(&f->held, line);
        f->holds = FENCED_TICKS;
        return false;
    }
    give(f, line);
    return false;
}

bool fenced_line(struct fenced *f, struct span line)
{
    bool closed = f->nests ? take_nested(f, line) : take_flat(f, line);
    if (closed) {
        fenced_end(f);
    }
    return closed;
}

bool fenced_end(struct fenced *f)
{
    bool closed = f->holds != FENCED_NONE;
    if (f->holds == FENCED_TICKS) {
        struct span line = text_line(&f->held, 0);
        give(f, (struct span){line.data, code_before_ticks(line)});
    }
    f->holds = FENCED_NONE;
    text_clear(&f->held);
    return closed;
}
