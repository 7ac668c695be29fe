#include "server/again.h"

#include "base/buf.h"
#include "base/wipe.h"
#include "server/endpoint.h"
#include "server/learned.h"
#include "server/missing.h"
#include "server/refusal.h"

#include <time.h>

/* So often a model may refuse what is in a request: mostly a field each time. */
#define REFUSALS_MAX 8

void again_init(struct again *a, const struct endpoint *e)
{
    *a = (struct again){.as_written = e->as_written != NULL && learned_is_as_written(e)};
}

void again_finish(struct again *a)
{
    wipe_text(a->missing);
    a->missing = NULL;
}

/* Once, whichever address came first. */
static bool move(struct again *a, const struct again_facts *f)
{
    if (!f->moves || a->missing != NULL ||
        !missing_is_address(f->answer.status, f->answer.body, f->body_len, f->answer.text)) {
        return false;
    }
    a->missing = xstrdup(f->url != NULL ? f->url : "?");
    a->as_written = !a->as_written;
    a->moved = true;
    return true;
}

static bool learn(struct again *a, const struct again_facts *f, struct buf *told)
{
    const struct refusal_facts facts = {
        .status = f->answer.status,
        .error = f->answer.body,
        .error_len = f->body_len,
        .text = f->answer.text,
        .body = f->request,
        .body_len = f->request_len,
        .refusals = f->refusals,
    };
    if (a->refusals == REFUSALS_MAX || !refusal_read(f->endpoint, f->model, &facts, told)) {
        return false;
    }
    a->refusals++;
    return true;
}

enum again_how again_judge(struct again *a, const struct again_facts *f, int64_t *ms,
                           struct buf *told)
{
    *ms = f->waits && f->request != NULL ? retry_next_ms(&a->retry, &f->answer, time(NULL)) : -1;
    if (*ms >= 0) {
        return AGAIN_LATER;
    }
    bool now = move(a, f) || (f->request != NULL && learn(a, f, told));
    return now ? AGAIN_NOW : AGAIN_NOT;
}

void again_add_missing(const struct again *a, struct buf *text)
{
    if (a->missing != NULL) {
        buf_add_str(text, text->len == 0 ? "there is nothing" : "");
        buf_printf(text, "; nor at %s", a->missing);
    }
}

bool again_held(struct again *a, const struct endpoint *e, struct buf *told)
{
    if (!a->moved) {
        return false;
    }
    a->moved = false;
    learned_note_address(e, a->as_written);
    buf_printf(told, "endpoint \"%s\" is reached at %s: %s does not exist",
               e->name != NULL ? e->name : "?", a->as_written ? e->as_written : e->url, a->missing);
    return true;
}
