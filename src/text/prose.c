#include "text/prose.h"

#include "base/buf.h"
#include "base/utf8.h"
#include "text/entity.h"

void prose_init(struct prose *p, struct buf *out)
{
    *p = (struct prose){0};
    flow_init(&p->flow, out);
    rows_init(&p->rows, &p->flow, out->cap);
    listing_init(&p->listing, out->cap);
}

void prose_finish(struct prose *p)
{
    rows_finish(&p->rows);
    listing_finish(&p->listing);
}

/* What a page leaves open. */
void prose_end(struct prose *p)
{
    listing_end(&p->listing, &p->flow);
    while (p->rows.tables > 0) {
        rows_close(&p->rows);
    }
}

/* ---- text ---------------------------------------------------------------------- */

/* Blanks that are characters of their own are blanks; soft hyphens and the like are nothing. */
static uint32_t plain_code(uint32_t c, bool fenced)
{
    bool blank = c == 0xA0 || c == 0x3000 || (c >= 0x2000 && c <= 0x200A) || c == 0x202F;
    bool nothing = c == 0xAD || c == 0xFEFF || (c >= 0x200B && c <= 0x200F) ||
                   (c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7F && c < 0xA0);
    return nothing ? 0 : blank && (!fenced || c == 0xA0) ? ' ' : c;
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
static void put(struct prose *p, struct span text)
{
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

static void put_entity(struct prose *p, uint32_t code)
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

void prose_html(struct prose *p, struct span text)
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

static void do_code(struct prose *p, const struct tag *tag)
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

static void do_fence(struct prose *p, const struct tag *tag)
{
    if (!tag->closes) {
        rows_make_plain(&p->rows);
        p->code = p->ticked = false;
        listing_begin(&p->listing, tag);
    }
}

/* ---- other elements ------------------------------------------------------------ */

static void do_table(struct prose *p, const struct tag *tag)
{
    if (tag->closes) {
        rows_close(&p->rows);
    } else {
        rows_open(&p->rows, tag_has_word(tag, "role", "presentation", NULL));
    }
}

static void do_heading(struct prose *p, const struct tag *tag)
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

static void do_list(struct prose *p, const struct tag *tag)
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
static void do_link(struct prose *p, const struct tag *tag)
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

static void do_image(struct prose *p, const struct tag *tag)
{
    struct span alt;
    if (tag_has(tag, "alt", &alt) && !is_blank_text(alt)) {
        put(p, span_of("[image: "));
        prose_html(p, alt);
        put(p, span_of("] "));
    }
}

static void do_break(struct prose *p)
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
static void do_lines(struct prose *p, unsigned breaks)
{
    if (p->listing.open) {
        listing_break(&p->listing);
    } else if (p->rows.celled) {
        put(p, span_of(" "));
    } else {
        flow_break(&p->flow, breaks, NULL);
    }
}

void prose_act(struct prose *p, enum deed deed, const struct tag *tag)
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
