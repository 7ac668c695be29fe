#include "text/html.h"

#include "base/buf.h"
#include "base/utf8.h"
#include "text/element.h"
#include "text/entity.h"
#include "text/flow.h"
#include "text/listing.h"
#include "text/rows.h"
#include "text/tag.h"

/* How much is read: of <main> alone, of all but what nobody reads, or even of what seems to be that. */
enum how { HOW_MAIN, HOW_ALL, HOW_WHOLE };

struct page {
    struct flow flow;
    struct rows rows;
    struct listing listing;
    struct buf *title;
    enum how how;
    size_t mains; /* of <main>, that are open */

    char skipped[TAG_NAME + 1]; /* an element that is passed over, "" for none ... */
    size_t skip_depth;          /* ... and how many of that name are open */

    bool code;   /* within `code` ... */
    bool ticked; /* ... whose first mark is there */

    bool linked;
    size_t link_from;      /* where the words of a link begin ... */
    struct flow link_flow; /* ... and how the text stood there */
};

/* ---- text ---------------------------------------------------------------------- */

/* Blanks that are characters of their own are blanks; soft hyphens and the like are nothing. */
static uint32_t plain_code(uint32_t c, bool fenced)
{
    bool blank = c == 0xA0 || c == 0x3000 || (c >= 0x2000 && c <= 0x200A) || c == 0x202F;
    bool nothing = c == 0xAD || c == 0xFEFF || (c >= 0x200B && c <= 0x200F) ||
                   (c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7F && c < 0xA0);
    return nothing ? 0 : blank && (!fenced || c == 0xA0) ? ' ' : c;
}

static bool is_unseen(const struct page *p)
{
    return p->skipped[0] != '\0' || (p->how == HOW_MAIN && p->mains == 0);
}

static bool is_blank_text(struct span text)
{
    size_t i = 0;
    while (i < text.len && is_space(text.data[i])) {
        i++;
    }
    return i == text.len;
}

/* Decoded text. */
static void put(struct page *p, struct span text)
{
    if (is_unseen(p)) {
        return;
    }
    if (p->listing.open) {
        listing_text(&p->listing, text);
        return;
    }
    if (p->code && !p->ticked && !is_blank_text(text)) {
        p->ticked = true;
        put(p, span_of("`"));
    }
    if (p->rows.celled) {
        rows_text(&p->rows, text);
    } else {
        flow_text(&p->flow, text);
    }
}

static void put_entity(struct page *p, uint32_t code)
{
    struct buf bytes;
    code = plain_code(code, p->listing.open);
    if (code == 0) {
        return;
    }
    buf_init(&bytes, 8);
    utf8_add(&bytes, code);
    put(p, (struct span){bytes.data, bytes.len});
    buf_finish(&bytes);
}

/* Characters that are no text go, entities become what they mean. */
static void put_html(struct page *p, struct span text)
{
    size_t from = 0, i = 0;
    while (i < text.len) {
        uint32_t code = 0;
        unsigned char c = (unsigned char)text.data[i];
        size_t n = c == '&' ? entity_read(span_skip(text, i), &code) : 0;
        if (n == 0 && c == 0xC2 && i + 1 < text.len && (unsigned char)text.data[i + 1] <= 0xAD) {
            n = 2; /* no-break spaces, soft hyphens, controls */
            code = 0x80 | ((unsigned char)text.data[i + 1] & 0x3Fu);
        } else if (n == 0 && ((c < 0x20 && !is_space(text.data[i])) || c == 0x7F || c == '\r')) {
            n = 1;
        }
        if (n > 0) {
            put(p, (struct span){text.data + from, i - from});
            put_entity(p, code);
            from = i + n;
        }
        i += n > 0 ? n : 1;
    }
    put(p, (struct span){text.data + from, text.len - from});
}

/* ---- code ---------------------------------------------------------------------- */

static void do_code(struct page *p, const struct tag *tag)
{
    if (p->listing.open) {
        listing_tag(&p->listing, tag);
        return;
    }
    if (tag->closes && p->ticked && p->rows.celled) {
        buf_add_str(&p->rows.row, "`");
    } else if (tag->closes && p->ticked) {
        flow_close(&p->flow, "`");
    }
    p->code = !tag->closes;
    p->ticked = false;
}

static void do_fence(struct page *p, const struct tag *tag)
{
    if (!tag->closes) {
        rows_make_plain(&p->rows);
        p->code = p->ticked = false;
        listing_begin(&p->listing, tag);
    }
}

/* ---- other elements ------------------------------------------------------------ */

static void do_table(struct page *p, const struct tag *tag)
{
    if (tag->closes) {
        rows_close(&p->rows);
    } else {
        rows_open(&p->rows, tag_has_word(tag, "role", "presentation", NULL));
    }
}

static void do_heading(struct page *p, const struct tag *tag)
{
    static const char *const marks[] = {"# ", "## ", "### ", "#### ", "##### ", "###### "};
    rows_make_plain(&p->rows);
    flow_break(&p->flow, 2, tag->closes ? NULL : marks[tag->name[1] - '1']);
}

/* 1 if it is none. */
static int number_of(struct span text)
{
    int number = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (i == 6 || text.data[i] < '0' || text.data[i] > '9') {
            return 1;
        }
        number = 10 * number + (text.data[i] - '0');
    }
    return text.len > 0 ? number : 1;
}

static void do_list(struct page *p, const struct tag *tag)
{
    struct span start;
    rows_make_plain(&p->rows);
    if (tag->closes) {
        flow_leave(&p->flow, FLOW_LIST);
        return;
    }
    int number = strcmp(tag->name, "ol") == 0 ? 1 : -1;
    if (number > 0 && tag_has(tag, "start", &start)) {
        number = number_of(start);
    }
    flow_enter(&p->flow, FLOW_LIST, number);
}

/* The sign behind a heading that leads to itself is no text of it. */
static void do_link(struct page *p, const struct tag *tag)
{
    static const char *const signs[] = {"#", "\xc2\xb6", "\xc2\xa7", "\xf0\x9f\x94\x97"};
    struct buf *out = p->flow.out;
    if (!tag->closes) {
        p->linked = !p->rows.celled;
        p->link_from = out->len;
        p->link_flow = p->flow;
        return;
    }
    struct span words = {out->data, 0};
    if (p->linked && out->len > p->link_from) {
        words = (struct span){out->data + p->link_from, out->len - p->link_from};
    }
    while (words.len > 0 && is_space(words.data[0])) {
        words = span_skip(words, 1);
    }
    if (p->link_flow.mark != NULL && span_starts_with(words, p->link_flow.mark)) {
        words = span_skip(words, strlen(p->link_flow.mark));
    }
    for (size_t i = 0; p->linked && i < sizeof signs / sizeof *signs; i++) {
        if (words.len > 0 && span_equals(words, signs[i])) {
            out->len = p->link_from;
            out->data[out->len] = '\0';
            p->flow = p->link_flow;
            break;
        }
    }
    p->linked = false;
}

static void do_image(struct page *p, const struct tag *tag)
{
    struct span alt;
    if (tag_has(tag, "alt", &alt) && !is_blank_text(alt)) {
        put(p, span_of("[image: "));
        put_html(p, alt);
        put(p, span_of("] "));
    }
}

static void do_break(struct page *p)
{
    if (p->listing.open) {
        put(p, span_of("\n"));
    } else if (p->rows.celled) {
        put(p, span_of(" "));
    } else {
        flow_break(&p->flow, 1, NULL);
    }
}

/* Lines within a cell do not make it text: many have one paragraph. */
static void do_lines(struct page *p, unsigned breaks)
{
    if (p->listing.open) {
        listing_break(&p->listing);
    } else if (p->rows.celled) {
        put(p, span_of(" "));
    } else {
        flow_break(&p->flow, breaks, NULL);
    }
}

static void act(struct page *p, enum deed deed, const struct tag *tag)
{
    switch (deed) {
    case DEED_LINE:
        do_lines(p, 1);
        break;
    case DEED_PARAGRAPH:
    case DEED_MAIN:
        do_lines(p, 2);
        break;
    case DEED_HEADING:
        do_heading(p, tag);
        break;
    case DEED_LIST:
        do_list(p, tag);
        break;
    case DEED_ITEM:
        if (!tag->closes) {
            rows_make_plain(&p->rows);
            flow_item(&p->flow);
        }
        break;
    case DEED_ABOUT:
        do_lines(p, 1);
        p->flow.mark = tag->closes || p->rows.celled ? NULL : ": ";
        break;
    case DEED_QUOTE:
        rows_make_plain(&p->rows);
        if (tag->closes) {
            flow_leave(&p->flow, FLOW_QUOTE);
        } else {
            flow_enter(&p->flow, FLOW_QUOTE, -1);
        }
        break;
    case DEED_BREAK:
        do_break(p);
        break;
    case DEED_RULE:
        do_lines(p, 2);
        break;
    case DEED_CODE:
        do_code(p, tag);
        break;
    case DEED_LINK:
        do_link(p, tag);
        break;
    case DEED_IMAGE:
        do_image(p, tag);
        break;
    case DEED_TABLE:
        do_table(p, tag);
        break;
    case DEED_ROW:
        rows_row(&p->rows);
        break;
    case DEED_CELL:
        if (!tag->closes) {
            rows_cell(&p->rows);
        }
        break;
    case DEED_FENCE:
        do_fence(p, tag);
        break;
    case DEED_NONE:
    case DEED_SKIP:
    case DEED_RAW:
    case DEED_TITLE:
        break;
    }
}

/* ---- the page ------------------------------------------------------------------ */

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
        struct page title = {.how = HOW_WHOLE};
        flow_init(&title.flow, p->title);
        put_html(&title, raw);
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
    if (p->listing.open && deed == DEED_FENCE && tag->closes && p->skipped[0] == '\0') {
        listing_end(&p->listing, &p->flow);
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
    if (p->listing.open && in_code && deed == DEED_ROW) {
        listing_break(&p->listing);
    } else if (!is_unseen(p) || deed == DEED_MAIN) {
        if (!p->listing.open || in_code) {
            act(p, deed, tag);
        }
    }
    return 0;
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
        put_html(p, (struct span){page.data + from, at - from});
        at += n;
        at += on_tag(p, &tag, span_skip(page, at));
        from = at;
    }
    put_html(p, (struct span){page.data + from, page.len - from});
    listing_end(&p->listing, &p->flow);
    while (p->rows.tables > 0) {
        rows_close(&p->rows);
    }
}

static void read_as(enum how how, struct span page, struct buf *out, struct buf *title)
{
    struct page p = {.title = title, .how = how};
    buf_clear(title);
    flow_init(&p.flow, out);
    rows_init(&p.rows, &p.flow, out->cap);
    listing_init(&p.listing, out->cap);
    read_page(&p, page);
    rows_finish(&p.rows);
    listing_finish(&p.listing);
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
