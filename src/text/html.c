#include "text/html.h"

#include "base/buf.h"
#include "text/element.h"
#include "text/prose.h"
#include "text/tag.h"

/* How much is read: of <main> alone, of all but what nobody reads, or even of what seems to be that. */
enum how { HOW_MAIN, HOW_ALL, HOW_WHOLE };

struct page {
    struct prose prose;
    struct buf *title;
    enum how how;
    size_t mains; /* of <main>, that are open */

    char skipped[TAG_NAME + 1]; /* an element that is passed over, "" for none ... */
    size_t skip_depth;          /* ... and how many of that name are open */
};

static bool is_unseen(const struct page *p)
{
    return p->skipped[0] != '\0' || (p->how == HOW_MAIN && p->mains == 0);
}

/* Of an element that opens: whether it is passed over. */
static bool is_passed_over(const struct page *p, const struct tag *tag)
{
    bool is_kept = p->how == HOW_WHOLE && (element_deed(tag) != DEED_SKIP ||
                                           span_is_among(span_of(tag->name), "nav footer"));
    return !is_kept && element_is_unread(tag);
}

/* Within an element that is passed over. */
static void count_skipped(struct page *p, const struct tag *tag)
{
    if (strcmp(tag->name, p->skipped) == 0) {
        p->skip_depth += tag->closes ? (size_t)-1 : (size_t)!element_is_void(tag);
        if (p->skip_depth == 0) {
            p->skipped[0] = '\0';
        }
    }
}

static void begin_skip(struct page *p, const struct tag *tag)
{
    if (!element_is_void(tag)) {
        memcpy(p->skipped, tag->name, sizeof p->skipped);
        p->skip_depth = 1;
    }
}

/* Text that is no HTML: passed over, or the title. Returns its length. */
static size_t read_raw(struct page *p, enum deed deed, const char *name, struct span rest)
{
    struct span raw = {rest.data, tag_find_end(rest, name)};
    if (deed == DEED_TITLE && p->skipped[0] == '\0' && p->title->len == 0) {
        struct prose title;
        prose_init(&title, p->title);
        prose_html(&title, raw);
        prose_finish(&title);
    }
    return raw.len;
}

static void count_main(struct page *p, const struct tag *tag)
{
    p->mains += tag->closes ? (p->mains > 0 ? (size_t)-1 : 0) : 1;
}

/* Returns how much of what follows the tag is done with it. */
static size_t on_tag(struct page *p, const struct tag *tag, struct span rest)
{
    enum deed deed = element_deed(tag);
    if (p->prose.listing.open && deed == DEED_FENCE && tag->closes && p->skipped[0] == '\0') {
        listing_end(&p->prose.listing, &p->prose.flow);
        return 0;
    }
    if ((deed == DEED_RAW || deed == DEED_TITLE) && !tag->closes) {
        return read_raw(p, deed, tag->name, rest);
    }
    if (p->skipped[0] != '\0') {
        count_skipped(p, tag);
        return 0;
    }
    if (!tag->closes && is_passed_over(p, tag)) {
        begin_skip(p, tag);
        return 0;
    }
    if (deed == DEED_MAIN) {
        count_main(p, tag);
    }
    bool in_code = deed == DEED_LINE || deed == DEED_PARAGRAPH || deed == DEED_BREAK ||
                   deed == DEED_CODE || deed == DEED_ROW;
    if (p->prose.listing.open && in_code && deed == DEED_ROW) {
        listing_break(&p->prose.listing);
    } else if (!is_unseen(p) || deed == DEED_MAIN) {
        if (!p->prose.listing.open || in_code) {
            prose_act(&p->prose, deed, tag);
        }
    }
    return 0;
}

static void take_text(struct page *p, struct span text)
{
    if (!is_unseen(p)) {
        prose_html(&p->prose, text);
    }
}

static void read_page(struct page *p, struct span page)
{
    size_t from = 0, at = 0;
    while (at < page.len) {
        const char *open = memchr(page.data + at, '<', page.len - at);
        struct tag tag;
        at = open != NULL ? (size_t)(open - page.data) : page.len;
        size_t n = at < page.len ? tag_read(span_skip(page, at), &tag) : 0;
        if (n == 0) {
            at += at < page.len;
            continue;
        }
        take_text(p, (struct span){page.data + from, at - from});
        at += n;
        at += on_tag(p, &tag, span_skip(page, at));
        from = at;
    }
    take_text(p, (struct span){page.data + from, page.len - from});
    prose_end(&p->prose);
}

static void read_as(enum how how, struct span page, struct buf *out, struct buf *title)
{
    struct page p = {.title = title, .how = how};
    buf_clear(title);
    prose_init(&p.prose, out);
    read_page(&p, page);
    prose_finish(&p.prose);
}

/* What is passed over may be all that there is, be it that its end is missing. */
void html_text(struct span page, struct buf *out, struct buf *title)
{
    if (page.len == 0) {
        return;
    }
    bool has_main = span_has(page, span_of("<main"));
    read_as(has_main ? HOW_MAIN : HOW_ALL, page, out, title);
    for (enum how how = HOW_ALL; how <= HOW_WHOLE && out->len == 0; how++) {
        read_as(how, page, out, title);
    }
}
