#include "gather/item.h"

#include "base/utf8.h"
#include "gather/decode.h"
#include "gather/keep.h"
#include "gather/outline.h"
#include "gather/source.h"
#include "proto.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define HEAD (2U << 10)      /* bytes of a text that come with the result */
#define DIFF_TEXT (4U << 10) /* a longer diff does not */

const char *item_state_name(enum item_state state)
{
    static const char *const names[] = {
        [ITEM_OK] = "ok",
        [ITEM_MISSING] = "missing",
        [ITEM_OUTSIDE] = "outside",
        [ITEM_BINARY] = "binary",
        [ITEM_LARGE] = "large",
        [ITEM_UNREADABLE] = "unreadable",
        [ITEM_DIRECTORY] = "directory",
        [ITEM_SPECIAL] = "special",
        [ITEM_RANGE] = "range",
    };
    return names[state];
}

static struct span span_of_buf(const struct buf *b)
{
    return (struct span){b->data != NULL ? b->data : "", b->len};
}

/* ---- keeping --------------------------------------------------------------------------------- */

struct work {
    const struct item *item;
    const struct place *place;
    struct result *r;
    int error;
};

static void keep(struct work *w, struct span s, const char *ext, struct content *c)
{
    const struct place *p = w->place;
    if (p->folder[0] == '\0' || w->error != 0 || atomic_load(p->stop)) {
        return;
    }
    keep_name(s, ext, c->kept);
    if (!keep_write(p->folder, c->kept, s, &w->r->why)) {
        w->error = HUM_EBAD;
    }
}

/* ---- a text ---------------------------------------------------------------------------------- */

/* What has changed since the model has seen it. What it has seen may be gone: then nothing is known
 * of that. */
static void compare(struct work *w, struct span s, const struct content *c)
{
    struct result *r = w->r;
    const char *since = w->item->since;
    struct buf seen, diff;
    if (since == NULL || c->kept[0] == '\0' || w->error != 0) {
        return;
    }
    r->same = keep_is_same(since, c->kept);
    buf_init(&seen, LIMIT_MESSAGE);
    buf_init(&diff, SIZE_MAX);
    if (!r->same && keep_read(w->place->folder, since, &seen) &&
        difference(span_of_buf(&seen), s, w->place->stop, &diff, &r->changed)) {
        struct span text = span_of_buf(&diff);
        r->has_diff = true;
        content_measure(&r->diff, text);
        keep(w, text, "diff", &r->diff);
        if (text.len < DIFF_TEXT) {
            buf_add(&r->diff_text, text.data, text.len);
        }
    }
    buf_finish(&seen);
    buf_finish(&diff);
}

static void add_outline(struct work *w, struct span s)
{
    struct result *r = w->r;
    struct buf text;
    const char *name = w->item->name != NULL ? w->item->name : w->item->path;
    buf_init(&text, SIZE_MAX);
    outline(s, name != NULL ? name : "", r->about, w->place->stop, &text);
    struct span lines = span_of_buf(&text);
    content_measure(&r->outline, lines);
    r->has_outline = true;
    keep(w, lines, "txt", &r->outline);
    if (w->item->want == WANT_OUTLINE) {
        compare(w, lines, &r->outline);
    }
    buf_finish(&text);
}

static void take_text(struct work *w, struct span s, uint64_t bytes, bool sampled)
{
    struct result *r = w->r;
    const struct item *item = w->item;
    if (item->first > 0) {
        r->total = content_lines(s);
        if (sampled || !content_cut(&s, item->first, item->last)) {
            r->state = sampled ? ITEM_LARGE : ITEM_RANGE;
            r->all.lines = r->total;
            return;
        }
    }
    r->about = sampled;
    content_measure(&r->all, s);
    r->fence = content_fence(s);
    buf_add(&r->head, s.data, utf8_floor(s.data, s.len, HEAD));
    if (sampled) {
        content_extrapolate(&r->all, bytes);
    }
    bool fits = s.len <= w->place->largest || item->want == WANT_WHOLE || item->since != NULL;
    if (sampled || (!fits && item->want != WANT_OUTLINE)) {
        r->state = ITEM_LARGE;
    }
    if (r->state == ITEM_LARGE || item->want == WANT_OUTLINE) {
        add_outline(w, s);
    } else {
        keep(w, s, "txt", &r->all);
        compare(w, s, &r->all);
    }
}

/* ---- a file ---------------------------------------------------------------------------------- */

static void take_media(struct work *w, struct span bytes, bool sampled)
{
    struct result *r = w->r;
    r->is_pdf = strcmp(r->image.ext, "pdf") == 0;
    r->is_image = !r->is_pdf;
    r->state = r->is_pdf ? ITEM_BINARY : sampled ? ITEM_LARGE : ITEM_OK;
    if (r->state == ITEM_OK) {
        keep(w, bytes, r->image.ext, &r->all);
        r->same = w->item->since != NULL && keep_is_same(w->item->since, r->all.kept);
    }
}

static void take_bytes(struct work *w, struct span bytes, uint64_t size, bool sampled)
{
    struct result *r = w->r;
    struct buf other;
    struct span text;
    r->all.bytes = size;
    r->image = image_of(bytes);
    if (r->image.media != NULL) {
        take_media(w, bytes, sampled);
        return;
    }
    buf_init(&other, SIZE_MAX);
    if (sampled) { /* it may end within a character */
        bytes.len = utf8_floor(bytes.data, bytes.len, bytes.len - 1);
    }
    enum encoding encoding = decode(bytes, &other, &text);
    r->encoding = encoding == ENCODING_UTF8 ? NULL : encoding_name(encoding);
    if (encoding == ENCODING_NONE && !w->item->as_text) {
        r->state = ITEM_BINARY;
    } else {
        if (encoding == ENCODING_NONE) {
            buf_clear(&other);
            decode_anyway(bytes, &other);
            text = span_of_buf(&other);
        }
        take_text(w, text, size, sampled);
    }
    buf_finish(&other);
}

static enum item_state state_of(enum source_state state)
{
    static const enum item_state states[] = {
        [SOURCE_OK] = ITEM_OK,
        [SOURCE_MISSING] = ITEM_MISSING,
        [SOURCE_OUTSIDE] = ITEM_OUTSIDE,
        [SOURCE_UNREADABLE] = ITEM_UNREADABLE,
        [SOURCE_DIRECTORY] = ITEM_DIRECTORY,
        [SOURCE_SPECIAL] = ITEM_SPECIAL,
    };
    return states[state];
}

static void take_file(struct work *w)
{
    const struct place *p = w->place;
    struct buf bytes;
    buf_init(&bytes, SIZE_MAX);
    struct source s = source_read(w->item->path, p->root, w->item->force, p->stop, &bytes);
    w->r->state = state_of(s.state);
    w->r->real = s.real;
    s.real = NULL;
    if (s.state == SOURCE_UNREADABLE) {
        buf_add_str(&w->r->why, strerror(s.error));
    } else if (s.state == SOURCE_OK) {
        take_bytes(w, span_of_buf(&bytes), s.bytes, s.sampled);
    }
    source_finish(&s);
    buf_finish(&bytes);
}

/* What Neovim has may be no UTF-8. */
static void take_given(struct work *w)
{
    struct span s = span_of_buf(&w->item->text);
    struct buf clean;
    if (w->item->text.error != 0) { /* pieces of it were dropped */
        w->r->state = ITEM_LARGE;
        w->r->about = true;
        return;
    }
    buf_init(&clean, SIZE_MAX);
    if (utf8_valid(s.data, s.len) < s.len) {
        utf8_clean(s.data, s.len, &clean);
        s = span_of_buf(&clean);
    }
    take_text(w, s, s.len, false);
    buf_finish(&clean);
}

/* ---- names ----------------------------------------------------------------------------------- */

/* Whether there is such a folder, and where it really is. */
static bool find_folder(struct work *w)
{
    struct result *r = w->r;
    struct stat st;
    const struct place *p = w->place;
    r->real = realpath(w->item->path, NULL);
    if (r->real == NULL || stat(r->real, &st) != 0) {
        r->state = ITEM_MISSING;
    } else if (!S_ISDIR(st.st_mode)) {
        r->state = ITEM_MISSING;
        buf_add_str(&r->why, "it is not a folder");
    } else if (p->root[0] != '\0' && !w->item->force && !source_is_inside(r->real, p->root)) {
        r->state = ITEM_OUTSIDE;
    }
    return r->state == ITEM_OK;
}

static void take_names(struct work *w)
{
    struct result *r = w->r;
    const struct item *item = w->item;
    if (!find_folder(w)) {
        return;
    }
    const struct names_want want = {
        .base = r->real,
        .root = item->force ? "" : w->place->root,
        .pattern = item->pattern,
        .depth = item->kind == ITEM_DIR ? 1 : item->depth,
        .most = item->most,
        .ignored = item->force,
    };
    r->has_names = names_find(&want, w->place->stop, &r->names);
    if (!r->has_names) {
        r->state = ITEM_UNREADABLE;
        buf_add_str(&r->why, "the pattern is too long");
    }
}

/* ---- all kinds ------------------------------------------------------------------------------- */

int item_gather(struct item *item, const struct place *place, struct result *r)
{
    struct work w = {item, place, r, 0};
    buf_init(&r->why, SIZE_MAX);
    buf_init(&r->head, SIZE_MAX);
    buf_init(&r->diff_text, SIZE_MAX);
    switch (item->kind) {
    case ITEM_FILE:
        take_file(&w);
        break;
    case ITEM_TEXT:
        take_given(&w);
        break;
    case ITEM_GLOB:
    case ITEM_DIR:
    case ITEM_TREE:
        take_names(&w);
        break;
    }
    return w.error;
}

void item_finish(struct item *item)
{
    free(item->path);
    free(item->name);
    free(item->pattern);
    free(item->since);
    buf_finish(&item->text);
}

void result_finish(struct result *r)
{
    buf_finish(&r->why);
    buf_finish(&r->head);
    buf_finish(&r->diff_text);
    free(r->real);
    names_finish(&r->names);
}
