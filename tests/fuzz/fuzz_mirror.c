/* mirror and excerpt: edits and positions decoded from bytes. The text is the same as one kept
 * in one piece, and an excerpt is what stands around its position, within the budgets. */
#include "fuzz.h"

#include "base/around.h"
#include "base/buf.h"
#include "base/value.h"
#include "complete/excerpt.h"
#include "nvim/mirror.h"
#include "proto.h"

#define MAX_TEXT (1u << 20)
#define MAX_LINES 8

/* Numbers and text taken from the front; zeros and nothing when it is empty. */
struct input {
    const char *data;
    size_t len;
};

static size_t number(struct input *in)
{
    if (in->len == 0) {
        return 0;
    }
    in->len--;
    return (unsigned char)*in->data++;
}

/* Up to the next "\n", which no line contains. */
static struct value line(struct input *in)
{
    size_t n = number(in) % 80;
    struct value v = {.type = VALUE_STRING};
    n = n < in->len ? n : in->len;
    const char *stop = n > 0 ? memchr(in->data, '\n', n) : NULL;
    v.as.string.data = in->data;
    v.as.string.len = stop != NULL ? (size_t)(stop - in->data) : n;
    in->data += n;
    in->len -= n;
    return v;
}

/* Where a line begins in a text whose lines all end with "\n". */
static size_t offset(const struct buf *text, size_t row)
{
    size_t at = 0;
    while (row-- > 0) {
        at = (size_t)((char *)memchr(text->data + at, '\n', text->len - at) - text->data) + 1;
    }
    return at;
}

static void splice(struct buf *text, size_t first, size_t last, const struct value *lines)
{
    size_t from = offset(text, first), to = offset(text, last);
    struct buf result;
    buf_init(&result, MAX_TEXT);
    buf_add(&result, text->data, from);
    for (size_t i = 0; i < lines->as.array.count; i++) {
        const struct value *v = &lines->as.array.items[i];
        buf_add(&result, v->as.string.data, v->as.string.len);
        buf_add(&result, "\n", 1);
    }
    buf_add(&result, text->data + to, text->len - to);
    if (result.len == 0) {
        buf_add(&result, "\n", 1);
    }
    buf_finish(text);
    *text = result;
}

static void must_be(const struct buf *got, const char *data, size_t len)
{
    MUST(got->len == len);
    MUST(len == 0 || memcmp(got->data, data, len) == 0);
}

static void edit(struct input *in, struct mirror *m, struct excerpt *e, struct buf *text)
{
    struct value lines = {.type = VALUE_ARRAY};
    size_t count = number(in) % (MAX_LINES + 1), all = mirror_lines(m);
    size_t first = number(in) % (all + 2), last = first + number(in) % 6;
    struct value items[MAX_LINES];
    for (size_t i = 0; i < count; i++) {
        items[i] = line(in);
    }
    lines.as.array.items = items;
    lines.as.array.count = count;
    int error = mirror_apply(m, (int64_t)first, (int64_t)last, &lines);
    MUST(error == (last <= all ? 0 : HUM_EBAD));
    if (error == 0) {
        excerpt_edit(e, (int64_t)first, (int64_t)last, count);
        splice(text, first, last, &lines);
    }
}

static void check_text(const struct mirror *m, const struct buf *text)
{
    struct buf all;
    buf_init(&all, MAX_TEXT);
    mirror_range(m, 0, mirror_lines(m), &all);
    must_be(&all, text->data, text->len);
    buf_finish(&all);
}

/* What ends at a position, or begins there, is at most 3 bytes short of max or of the text. */
static void check_around(const struct mirror *m, const struct buf *text, size_t row, size_t col,
                         size_t max)
{
    size_t at = offset(text, row) + col, left_over = text->len - 1 - at;
    struct buf out;
    buf_init(&out, MAX_TEXT);
    mirror_before(m, row, col, max, &out);
    MUST(out.len <= max && (out.len == at || out.len + 3 >= max));
    must_be(&out, text->data + at - out.len, out.len);
    buf_clear(&out);
    mirror_after(m, row, col, max, &out);
    MUST(out.len <= max && (out.len == left_over || out.len + 3 >= max));
    must_be(&out, text->data + at, out.len);
    buf_finish(&out);
}

static void check_excerpt(struct excerpt *e, const struct mirror *m, const struct buf *text,
                          size_t row, size_t col, size_t max)
{
    size_t at = offset(text, row) + col;
    struct around_text read;
    around_text_init(&read);
    excerpt_read(e, m, row, col, (struct excerpt_budget){.left = max, .after = max / 2}, &read);
    const struct around around = around_text_view(&read);
    MUST(read.left.len <= max && read.after.len <= max / 2);
    size_t begin = at - read.left.len;
    must_be(&read.left, text->data + begin, read.left.len);
    must_be(&read.after, text->data + at, read.after.len);
    MUST(around.line.len == col || around.before.len == 0);
    MUST(around.line.len < col || begin == 0 || text->data[begin - 1] == '\n');
    around_text_finish(&read);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct input in = {(const char *)bytes, len};
    struct mirror *m = mirror_new();
    struct excerpt e;
    excerpt_init(&e);
    struct buf text;
    buf_init(&text, MAX_TEXT);
    buf_add(&text, "\n", 1);
    while (in.len > 0) {
        edit(&in, m, &e, &text);
        check_text(m, &text);
        size_t row = number(&in) % mirror_lines(m);
        size_t line_len;
        mirror_line(m, row, &line_len);
        size_t col = number(&in) % (line_len + 1);
        size_t max = number(&in) * 2;
        check_around(m, &text, row, col, max);
        check_excerpt(&e, m, &text, row, col, max);
    }
    mirror_free(m);
    buf_finish(&text);
    return 0;
}
