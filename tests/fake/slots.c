#include "slots.h"

#include <stdlib.h>
#include <string.h>

static struct memory *find(struct memory **list, const char *model)
{
    struct memory **at = list;
    while (*at && strcmp((*at)->model, model) != 0) {
        at = &(*at)->next;
    }
    if (!*at) {
        *at = xcalloc(1, sizeof **at);
        (*at)->model = xstrdup(model);
        buf_init(&(*at)->former, SIZE_MAX / 2);
    }
    return *at;
}

size_t slots_shared(struct memory **list, const char *model, const struct buf *prompt)
{
    struct buf *former = &find(list, model)->former;
    size_t n = 0;
    while (n < former->len && n < prompt->len && former->data[n] == prompt->data[n]) {
        n++;
    }
    buf_clear(former);
    buf_add(former, prompt->len ? prompt->data : "", prompt->len);
    return n;
}

static size_t common(const struct tokens *a, const struct tokens *b)
{
    size_t i = 0;
    for (; i < a->count && i < b->count; i++) {
        size_t a_len, b_len;
        const char *x = tokens_at(a, i, &a_len), *y = tokens_at(b, i, &b_len);
        if (a_len != b_len || memcmp(x, y, a_len) != 0) {
            break;
        }
    }
    return i;
}

static struct slot *add_slot(struct memory *m)
{
    struct slot **at = &m->slots;
    int id = 0;
    while (*at) {
        at = &(*at)->next;
        id++;
    }
    *at = xcalloc(1, sizeof **at);
    (*at)->id = id;
    tokens_init(&(*at)->text);
    return *at;
}

struct slot *slots_take(struct memory **list, const char *model, size_t count,
                        const struct tokens *prompt, size_t *cached)
{
    static uint64_t uses;
    struct memory *m = find(list, model);
    struct slot *best = NULL, *oldest = NULL;
    size_t most = 0, known = 0;
    for (struct slot *s = m->slots; s; s = s->next, known++) {
        size_t n = s->busy ? 0 : common(&s->text, prompt);
        if (n > most) {
            most = n;
            best = s;
        }
        if (!s->busy && (!oldest || s->used < oldest->used)) {
            oldest = s;
        }
    }
    /* As the real one: a slot that knows less than a tenth of the prompt is as good as any. */
    bool similar = best && most * 10 > prompt->count;
    struct slot *slot = similar ? best : known < count ? NULL : oldest;
    slot = slot ? slot : add_slot(m);
    size_t shared = common(&slot->text, prompt);
    *cached = shared && shared == prompt->count ? shared - 1 : shared;
    slot->busy = true;
    slot->used = ++uses;
    tokens_finish(&slot->text);
    for (size_t i = 0; i < prompt->count; i++) {
        size_t len;
        const char *text = tokens_at(prompt, i, &len);
        tokens_add(&slot->text, text, len);
    }
    return slot;
}

void slots_give(struct slot *slot, const struct tokens *text, size_t said)
{
    for (size_t i = 0; i < said && i < text->count; i++) {
        size_t len;
        const char *at = tokens_at(text, i, &len);
        tokens_add(&slot->text, at, len);
    }
    slot->busy = false;
}

void slots_forget(struct memory **list, const char *model)
{
    for (struct memory *m = *list; m; m = m->next) {
        if (model && strcmp(m->model, model) != 0) {
            continue;
        }
        buf_clear(&m->former);
        for (struct slot *s = m->slots; s; s = s->next) {
            if (!s->busy) {
                tokens_finish(&s->text);
            }
        }
    }
}

void slots_finish(struct memory **list)
{
    while (*list) {
        struct memory *m = *list;
        *list = m->next;
        while (m->slots) {
            struct slot *s = m->slots;
            m->slots = s->next;
            tokens_finish(&s->text);
            free(s);
        }
        buf_finish(&m->former);
        free(m->model);
        free(m);
    }
}
