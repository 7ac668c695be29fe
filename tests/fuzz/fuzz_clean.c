/* clean: an answer gives the same lines and the same fault whatever pieces it comes in, nothing that
 * was given out is taken back, and the tail of a line is a beginning of what it becomes. What is the
 * range's own text comes out as it is, and no line comes out that is neither in the answer nor in
 * the file, but for white space and for the ends of a range of characters. */
#include "fuzz.h"

#include "edit/clean.h"

#define PART '\x1F' /* between the parts of an input: before, range, after, answer */

static struct text before, old, after;

static struct span part(const char **from, const char *end)
{
    const char *begin = *from, *to = memchr(begin, PART, (size_t)(end - begin));
    *from = to != NULL ? to + 1 : end;
    return (struct span){begin, (size_t)((to != NULL ? to : end) - begin)};
}

struct result {
    struct text out;
    enum clean_fault fault;
    bool shrunk;
};

static void check_tail(const struct buf *tail, const struct text *out, size_t count)
{
    if (count < out->count) {
        MUST(span_starts(text_line(out, count), (struct span){tail->data, tail->len}));
    }
}

static void play(const struct clean_context *context, struct span answer, bool cut,
                 struct fuzz_pieces pieces, struct result *r)
{
    struct clean *c = clean_new(context);
    struct buf tail;
    buf_init(&tail, SIZE_MAX);
    text_init(&r->out);
    for (size_t at = 0; at < answer.len;) {
        size_t n = pieces.seed == 0 ? 1 : fuzz_piece(&pieces), count = r->out.count;
        clean_feed(c, (struct span){answer.data + at, n}, &r->out);
        at += n;
        MUST(r->out.count >= count);
        check_tail(&tail, &r->out, count);
        struct span t = clean_tail(c);
        buf_clear(&tail);
        buf_add(&tail, t.data, t.len);
    }
    size_t count = r->out.count;
    clean_end(c, cut, &r->out);
    r->fault = clean_fault(c);
    if (!cut && r->fault == CLEAN_FINE) {
        check_tail(&tail, &r->out, count);
    }
    r->shrunk = clean_is_shrunk(c);
    MUST(clean_message(r->fault) != NULL && clean_hint(r->fault) != NULL);
    buf_finish(&tail);
    clean_free(c);
}

static struct span all_of(const struct text *t)
{
    return text_lines(t, 0, t->count);
}

static void check_same(const struct result *a, const struct result *b)
{
    struct span x = all_of(&a->out), y = all_of(&b->out);
    MUST(a->fault == b->fault && a->shrunk == b->shrunk);
    MUST(x.len == y.len && span_starts(x, y));
}

/* Each line stands in the answer or in the file. Not so where a token was left out of one. */
static void check_origin(const struct result *r, struct span answer)
{
    bool has_tokens = span_has(answer, span_of("<")) || span_has(answer, span_of("[")) ||
                      span_has(answer, span_of("]"));
    for (size_t i = 0; i < r->out.count && !has_tokens; i++) {
        struct span line = span_rtrim(span_ltrim(text_line(&r->out, i)));
        if (span_starts_with(line, "\xEF\xBB\xBF")) {
            line = span_skip(line, 3);
        }
        MUST(span_has(answer, line) || span_has(all_of(&old), line));
    }
}

static void check_all(const struct clean_context *context, struct span answer, bool cut)
{
    struct result whole, bytes, pieces;
    uint32_t seed = fuzz_hash(answer.data, answer.len) | 1;
    play(context, answer, cut, (struct fuzz_pieces){true, 1, answer.len}, &whole);
    play(context, answer, cut, (struct fuzz_pieces){false, 0, answer.len}, &bytes);
    play(context, answer, cut, (struct fuzz_pieces){false, seed, answer.len}, &pieces);
    check_same(&whole, &bytes);
    check_same(&whole, &pieces);
    if (context->head.len + context->foot.len == 0) {
        check_origin(&whole, answer);
    }
    text_finish(&whole.out);
    text_finish(&bytes.out);
    text_finish(&pieces.out);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static const char *const types[] = {"c",    "",     "python", "markdown",
                                        "html", "yaml", "lua",    "make"};
    static const struct indent indents[] = {
        {.tabs = {8}, .tab_count = 1, .step = 8},
        {.tabs = {4}, .tab_count = 1, .step = 4, .blanks = true},
    };
    static const char *const instructions[] = {"Improve this.", "Delete the blank lines."};
    const char *from = (const char *)bytes + 1, *end = (const char *)bytes + len;
    if (len < 1 || !fuzz_is_utf8(from, len - 1)) {
        return 0;
    }
    text_init(&before);
    text_init(&old);
    text_init(&after);
    text_add_lines(&before, part(&from, end));
    text_add_lines(&old, part(&from, end));
    text_add_lines(&after, part(&from, end));
    const struct span answer = part(&from, end);
    struct clean_context context = {
        .old = &old,
        .before = &before,
        .after = &after,
        .filetype = types[bytes[0] & 7],
        .indent = indents[bytes[0] >> 3 & 1],
        .insert = (bytes[0] & 0x10) != 0,
        .instruction = span_of(instructions[bytes[0] >> 5 & 1]),
        .first = before.count + 1,
    };
    if ((bytes[0] & 0x40) != 0 && old.count > 0) {
        struct span first = text_line(&old, 0), last = text_line(&old, old.count - 1);
        context.head = (struct span){first.data, first.len / 3};
        context.foot = span_skip(last, last.len - last.len / 3);
    }
    check_all(&context, answer, (bytes[0] & 0x80) != 0);
    text_finish(&before);
    text_finish(&old);
    text_finish(&after);
    return 0;
}
