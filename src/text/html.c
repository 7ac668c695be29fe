#include "text/html.h"

#include "base/buf.h"
#include "base/utf8.h"
#include "text/entity.h"
#include "text/flow.h"
#include "text/tag.h"

#include <stdlib.h>

/* A table with more columns is no table. */
#define COLUMNS 40

enum deed {
    DEED_NONE,
    DEED_LINE,      /* stands on lines of its own */
    DEED_PARAGRAPH, /* ... with blank ones around it */
    DEED_HEADING,
    DEED_LIST,
    DEED_ITEM,
    DEED_ABOUT, /* what a term means */
    DEED_QUOTE,
    DEED_BREAK,
    DEED_RULE,
    DEED_CODE,
    DEED_FENCE,
    DEED_LINK,
    DEED_IMAGE,
    DEED_TABLE,
    DEED_ROW,
    DEED_CELL,
    DEED_MAIN,
    DEED_SKIP, /* with all that is in it */
    DEED_RAW,  /* likewise; what is in there is no HTML */
    DEED_TITLE,
};

struct element {
    char name[TAG_NAME + 1];
    enum deed deed;
};

/* In the order of strcmp; names as far as TAG_NAME goes. */
static const struct element elements[] = {
    {"a", DEED_LINK},          {"address", DEED_LINE},    {"article", DEED_PARAGRAPH},
    {"aside", DEED_PARAGRAPH}, {"audio", DEED_SKIP},      {"blockquote", DEED_QUOTE},
    {"br", DEED_BREAK},        {"button", DEED_SKIP},     {"canvas", DEED_SKIP},
    {"caption", DEED_LINE},    {"center", DEED_LINE},     {"code", DEED_CODE},
    {"dd", DEED_ABOUT},        {"details", DEED_LINE},    {"dialog", DEED_SKIP},
    {"div", DEED_LINE},        {"dl", DEED_PARAGRAPH},    {"dt", DEED_LINE},
    {"fieldset", DEED_LINE},   {"figcaption", DEED_LINE}, {"figure", DEED_PARAGRAPH},
    {"footer", DEED_SKIP},     {"form", DEED_LINE},       {"h1", DEED_HEADING},
    {"h2", DEED_HEADING},      {"h3", DEED_HEADING},      {"h4", DEED_HEADING},
    {"h5", DEED_HEADING},      {"h6", DEED_HEADING},      {"header", DEED_LINE},
    {"hr", DEED_RULE},         {"iframe", DEED_RAW},      {"img", DEED_IMAGE},
    {"kbd", DEED_CODE},        {"legend", DEED_LINE},     {"li", DEED_ITEM},
    {"main", DEED_MAIN},       {"math", DEED_SKIP},       {"menu", DEED_LIST},
    {"nav", DEED_SKIP},        {"noscript", DEED_SKIP},   {"object", DEED_SKIP},
    {"ol", DEED_LIST},         {"p", DEED_PARAGRAPH},     {"pre", DEED_FENCE},
    {"samp", DEED_CODE},       {"script", DEED_RAW},      {"section", DEED_PARAGRAPH},
    {"select", DEED_SKIP},     {"style", DEED_RAW},       {"summary", DEED_LINE},
    {"svg", DEED_SKIP},        {"table", DEED_TABLE},     {"td", DEED_CELL},
    {"template", DEED_SKIP},   {"textarea", DEED_RAW},    {"th", DEED_CELL},
    {"title", DEED_TITLE},     {"tr", DEED_ROW},          {"tt", DEED_CODE},
    {"ul", DEED_LIST},         {"video", DEED_SKIP},
};

enum how { HOW_MAIN, HOW_ALL, HOW_WHOLE };

struct page {
    struct flow flow;
    struct buf *title;
    enum how how;
    size_t mains; /* of <main>, that are open */

    char skipped[TAG_NAME + 1]; /* an element that is passed over, "" for none ... */
    size_t skip_depth;          /* ... and how many of that name are open */

    bool fenced;
    struct buf fence; /* the text of a <pre> */
    struct buf language;

    bool code;   /* within `code` ... */
    bool ticked; /* ... whose first mark is there */

    bool linked;
    size_t link_from;      /* where the words of a link begin ... */
    struct flow link_flow; /* ... and how the text stood there */

    size_t tables; /* that are open */
    bool plain;    /* the outermost is for looks: its cells are text */
    bool headed;   /* its first row was written */
    bool celled;
    struct buf row; /* cells of the row, each behind '\n' */
    size_t cells;
    bool cell_space;
};

/* ---- text ---------------------------------------------------------------------- */

static void add_code(struct buf *out, uint32_t c)
{
    char bytes[4];
    size_t n = 0;
    if (c < 0x80) {
        bytes[n++] = (char)c;
    } else if (c < 0x800) {
        bytes[n++] = (char)(0xC0 | c >> 6);
    } else if (c < 0x10000) {
        bytes[n++] = (char)(0xE0 | c >> 12);
    } else {
        bytes[n++] = (char)(0xF0 | c >> 18);
    }
    for (unsigned left = c < 0x80 ? 0 : c < 0x800 ? 1 : c < 0x10000 ? 2 : 3; left > 0; left--) {
        bytes[n++] = (char)(0x80 | (c >> (6 * (left - 1)) & 0x3F));
    }
    buf_add(out, bytes, n);
}

/* Blanks that are characters of their own are blanks; soft hyphens and the like are nothing. */
static uint32_t plain_code(uint32_t c, bool fenced)
{
    bool blank = c == 0xA0 || c == 0x3000 || (c >= 0x2000 && c <= 0x200A) || c == 0x202F;
    bool nothing = c == 0xAD || c == 0xFEFF || (c >= 0x200B && c <= 0x200F) ||
                   (c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7F && c < 0xA0);
    return nothing ? 0 : blank && (!fenced || c == 0xA0) ? ' ' : c;
}

/* Of one line: a '|' would end the cell. */
static void add_to_cell(struct page *p, struct span text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        if (is_space(c)) {
            p->cell_space = p->row.len > 0 && p->row.data[p->row.len - 1] != '\n';
            continue;
        }
        buf_add(&p->row, " ", p->cell_space);
        buf_add(&p->row, "\\", c == '|');
        buf_add(&p->row, &c, 1);
        p->cell_space = false;
    }
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
    if (p->fenced) {
        buf_add(&p->fence, text.data, text.len);
        return;
    }
    if (p->code && !p->ticked && !is_blank_text(text)) {
        p->ticked = true;
        put(p, span_of("`"));
    }
    if (p->celled) {
        add_to_cell(p, text);
    } else {
        flow_text(&p->flow, text);
    }
}

static void put_entity(struct page *p, uint32_t code)
{
    struct buf bytes;
    code = plain_code(code, p->fenced);
    if (code == 0) {
        return;
    }
    buf_init(&bytes, 8);
    add_code(&bytes, code);
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

/* ---- tables -------------------------------------------------------------------- */

static struct span cell_at(const struct page *p, size_t *at)
{
    const char *from = p->row.data + *at + 1;
    size_t left = p->row.len - *at - 1;
    const char *end = memchr(from, '\n', left);
    size_t len = end != NULL ? (size_t)(end - from) : left;
    *at += len + 1;
    return (struct span){from, len};
}

static bool has_text(const struct page *p)
{
    for (size_t i = 0; i < p->row.len; i++) {
        if (p->row.data[i] != '\n') {
            return true;
        }
    }
    return false;
}

static void write_row(struct page *p)
{
    struct buf line;
    buf_init(&line, SIZE_MAX);
    for (size_t at = 0; at < p->row.len;) {
        struct span cell = cell_at(p, &at);
        buf_add_str(&line, "| ");
        buf_add(&line, cell.data, cell.len);
        buf_add(&line, " ", cell.len > 0);
    }
    buf_add_str(&line, "|");
    flow_line(&p->flow, (struct span){line.data, line.len});
    if (!p->headed) {
        buf_clear(&line);
        for (size_t i = 0; i < p->cells; i++) {
            buf_add_str(&line, "| --- ");
        }
        buf_add_str(&line, "|");
        flow_line(&p->flow, (struct span){line.data, line.len});
    }
    p->headed = true;
    buf_finish(&line);
}

/* As text that goes on. */
static void write_cells(struct page *p)
{
    for (size_t at = 0; at < p->row.len;) {
        flow_text(&p->flow, cell_at(p, &at));
        flow_text(&p->flow, span_of(" "));
    }
}

static void end_row(struct page *p)
{
    p->celled = p->cell_space = false;
    if (p->cells > 1 && p->cells <= COLUMNS && has_text(p)) {
        write_row(p);
    } else if (has_text(p)) {
        flow_break(&p->flow, 1, NULL);
        write_cells(p);
        flow_break(&p->flow, 1, NULL);
    }
    buf_clear(&p->row);
    p->cells = 0;
}

/* What stands in a cell makes lines of its own: this is no table of words. */
static void make_plain(struct page *p)
{
    if (p->tables > 0 && !p->plain) {
        p->plain = true;
        p->celled = p->cell_space = false;
        write_cells(p);
        buf_clear(&p->row);
        p->cells = 0;
    }
}

static void do_table(struct page *p, const struct tag *tag)
{
    if (!tag->closes) {
        if (p->tables > 0) {
            make_plain(p);
        }
        flow_break(&p->flow, p->tables > 0 ? 1 : 2, NULL);
        if (p->tables++ == 0) {
            p->plain = tag_has_word(tag, "role", "presentation", NULL);
            p->headed = false;
        }
    } else if (p->tables > 0) {
        end_row(p);
        flow_break(&p->flow, --p->tables > 0 ? 1 : 2, NULL);
    }
}

static void do_cell(struct page *p, const struct tag *tag)
{
    if (p->tables == 0 || p->plain) {
        put(p, span_of(" "));
    } else if (!tag->closes) {
        buf_add(&p->row, "\n", 1);
        p->cells++;
        p->celled = true;
        p->cell_space = false;
    }
}

static void do_row(struct page *p)
{
    if (p->tables == 0 || p->plain) {
        flow_break(&p->flow, 1, NULL);
    } else {
        end_row(p);
    }
}

/* ---- code ---------------------------------------------------------------------- */

static void do_code(struct page *p, const struct tag *tag)
{
    struct span language;
    if (p->fenced) {
        if (!tag->closes && p->language.len == 0 &&
            (tag_has_word(tag, "class", "language-", &language) ||
             tag_has_word(tag, "class", "lang-", &language))) {
            buf_add(&p->language, language.data, language.len);
        }
        return;
    }
    if (tag->closes && p->code && p->ticked) {
        p->code = false;
        if (p->celled) {
            buf_add_str(&p->row, "`");
        } else {
            flow_close(&p->flow, "`");
        }
    }
    p->code = !tag->closes;
    p->ticked = false;
}

static void begin_fence(struct page *p, const struct tag *tag)
{
    make_plain(p);
    p->fenced = true;
    p->code = false;
    buf_clear(&p->fence);
    buf_clear(&p->language);
    do_code(p, tag);
}

/* More backticks than follow each other in the text. */
static void add_fence_mark(struct buf *line, struct span text)
{
    size_t longest = 2, run = 0;
    for (size_t i = 0; i < text.len; i++) {
        run = text.data[i] == '`' ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    for (size_t i = 0; i <= longest; i++) {
        buf_add(line, "`", 1);
    }
}

static void add_language(struct buf *line, const struct buf *language)
{
    for (size_t i = 0; i < language->len && i < 30; i++) {
        char c = language->data[i];
        if (!is_key(c) && c != '+' && c != '#' && c != '.') {
            return;
        }
        buf_add(line, &c, 1);
    }
}

static struct span code_of(const struct page *p)
{
    struct span code = {p->fence.data, p->fence.len};
    size_t lines = 0; /* the blank ones that it begins with */
    for (size_t i = 0; i < code.len && is_space(code.data[i]); i++) {
        lines = code.data[i] == '\n' ? i + 1 : lines;
    }
    code = span_skip(code, lines);
    while (code.len > 0 && is_space(code.data[code.len - 1])) {
        code.len--;
    }
    return code;
}

static void end_fence(struct page *p)
{
    struct span code = code_of(p), line;
    struct buf mark;
    if (!p->fenced) {
        return;
    }
    p->fenced = p->code = false;
    if (code.len == 0) {
        return;
    }
    buf_init(&mark, SIZE_MAX);
    add_fence_mark(&mark, code);
    size_t ticks = mark.len;
    add_language(&mark, &p->language);
    flow_break(&p->flow, 2, NULL);
    flow_line(&p->flow, (struct span){mark.data, mark.len});
    for (size_t at = 0; at <= code.len;) {
        line = span_next_line(code, &at);
        flow_line(&p->flow, span_rtrim(line));
    }
    flow_line(&p->flow, (struct span){mark.data, ticks});
    flow_break(&p->flow, 2, NULL);
    buf_finish(&mark);
}

/* What makes a line, within code: a line of its own. */
static void break_code(struct page *p)
{
    if (!is_unseen(p) && p->fence.len > 0 && p->fence.data[p->fence.len - 1] != '\n') {
        buf_add(&p->fence, "\n", 1);
    }
}

/* ---- other elements ------------------------------------------------------------ */

static void do_heading(struct page *p, const struct tag *tag)
{
    static const char *const marks[] = {"# ", "## ", "### ", "#### ", "##### ", "###### "};
    make_plain(p);
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
    make_plain(p);
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
        p->linked = !p->celled;
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
    if (p->fenced) {
        put(p, span_of("\n"));
    } else if (p->celled) {
        put(p, span_of(" "));
    } else {
        flow_break(&p->flow, 1, NULL);
    }
}

/* Lines within a cell do not make it text: many have one paragraph. */
static void do_lines(struct page *p, unsigned breaks)
{
    if (p->fenced) {
        break_code(p);
    } else if (p->celled) {
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
            make_plain(p);
            flow_item(&p->flow);
        }
        break;
    case DEED_ABOUT:
        do_lines(p, 1);
        p->flow.mark = tag->closes || p->celled ? NULL : ": ";
        break;
    case DEED_QUOTE:
        make_plain(p);
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
        do_row(p);
        break;
    case DEED_CELL:
        do_cell(p, tag);
        break;
    case DEED_FENCE:
        if (!tag->closes) {
            begin_fence(p, tag);
        }
        break;
    case DEED_NONE:
    case DEED_SKIP:
    case DEED_RAW:
    case DEED_TITLE:
        break;
    }
}

/* ---- the page ------------------------------------------------------------------ */

static int compare(const void *name, const void *element)
{
    return strcmp(name, ((const struct element *)element)->name);
}

static enum deed deed_of(const struct tag *tag)
{
    const struct element *found =
        bsearch(tag->name, elements, sizeof elements / sizeof *elements, sizeof *elements, compare);
    return found != NULL ? found->deed : DEED_NONE;
}

static bool is_void(const struct tag *tag)
{
    static const char *const names =
        "area base br col embed hr img input link meta source track wbr";
    return span_is_among(span_of(tag->name), names) ||
           (tag->attributes.len > 0 && tag->attributes.data[tag->attributes.len - 1] == '/');
}

/* Of an element that opens: whether nobody reads it. */
static bool is_passed_over(const struct page *p, const struct tag *tag, enum deed deed)
{
    if (p->how == HOW_WHOLE &&
        (deed != DEED_SKIP || span_is_among(span_of(tag->name), "nav footer"))) {
        return false;
    }
    return deed == DEED_SKIP || tag_has(tag, "hidden", NULL) ||
           tag_has_word(tag, "role", "navigation", NULL) ||
           tag_has_word(tag, "aria-hidden", "true", NULL);
}

/* Within an element that is passed over. */
static void count_skipped(struct page *p, const struct tag *tag)
{
    if (strcmp(tag->name, p->skipped) == 0) {
        p->skip_depth += tag->closes ? (size_t)-1 : (size_t)!is_void(tag);
        if (p->skip_depth == 0) {
            p->skipped[0] = '\0';
        }
    }
}

static void begin_skip(struct page *p, const struct tag *tag)
{
    if (!is_void(tag)) {
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
    enum deed deed = deed_of(tag);
    if (p->fenced && deed == DEED_FENCE && tag->closes && p->skipped[0] == '\0') {
        end_fence(p);
        return 0;
    }
    if ((deed == DEED_RAW || deed == DEED_TITLE) && !tag->closes) {
        return read_raw(p, deed, tag->name, rest);
    }
    if (p->skipped[0] != '\0') {
        count_skipped(p, tag);
        return 0;
    }
    if (!tag->closes && is_passed_over(p, tag, deed)) {
        begin_skip(p, tag);
        return 0;
    }
    if (deed == DEED_MAIN) {
        count_main(p, tag);
    }
    bool in_code = deed == DEED_LINE || deed == DEED_PARAGRAPH || deed == DEED_BREAK ||
                   deed == DEED_CODE || deed == DEED_ROW;
    if (p->fenced && in_code && deed == DEED_ROW) {
        break_code(p);
    } else if (!is_unseen(p) || deed == DEED_MAIN) {
        if (!p->fenced || in_code) {
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
    end_fence(p);
    end_row(p);
}

static void read_as(enum how how, struct span page, struct buf *out, struct buf *title)
{
    struct page p = {.title = title, .how = how};
    buf_clear(title);
    flow_init(&p.flow, out);
    buf_init(&p.fence, out->cap);
    buf_init(&p.language, 100);
    buf_init(&p.row, out->cap);
    read_page(&p, page);
    buf_finish(&p.fence);
    buf_finish(&p.language);
    buf_finish(&p.row);
}

/* What is passed over may be all that there is, be it that its end is missing. */
void html_text(struct span page, struct buf *out, struct buf *title)
{
    bool has_main = span_has(page, span_of("<main"));
    read_as(has_main ? HOW_MAIN : HOW_ALL, page, out, title);
    for (enum how how = HOW_ALL; how <= HOW_WHOLE && out->len == 0; how++) {
        read_as(how, page, out, title);
    }
}
