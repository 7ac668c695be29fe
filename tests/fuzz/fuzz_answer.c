/* answer, journal: the same hunks, form and fault whatever pieces an answer comes in; what was told
 * as finished stays; hunks do not touch each other and lie in the range; rows of a part only grow. */
#include "fuzz.h"

#include "base/buf.h"
#include "edit/answer.h"
#include "edit/journal.h"

#define PART '\x1F' /* between the parts of an input: its first byte (form, cut), range, answer */

struct result {
    struct buf hunks, log;
    enum answer_form form;
    const char *fault;
    bool shrunk;
};

static void add_hunks(const struct answer *a, size_t *seen, struct result *r)
{
    size_t count;
    const struct hunk *hunks = answer_hunks(a, &count);
    MUST(count >= *seen);
    for (; *seen < count; ++*seen) {
        const struct hunk *h = &hunks[*seen];
        buf_printf(&r->hunks, "%zu %zu %zu\n", h->first, h->count, h->new_count);
        for (size_t i = 0; i < h->new_count; i++) {
            struct span line = text_line(answer_text(a), h->new_first + i);
            buf_add(&r->hunks, line.data, line.len);
            buf_add(&r->hunks, "\n", 1);
        }
    }
}

static void check_rows(const struct answer *a, struct answer_open *last)
{
    struct answer_open open = answer_open(a);
    MUST(open.part >= last->part);
    MUST(open.part != last->part || open.count >= last->count);
    for (size_t i = 0; i < open.count; i++) {
        (void)answer_open_row(a, i);
    }
    *last = open;
}

static int by_place(const void *a, const void *b)
{
    const struct hunk *x = a, *y = b;
    return x->first < y->first ? -1 : x->first > y->first;
}

static void check_places(const struct answer *a, const struct text *old)
{
    size_t count, at = 0;
    const struct hunk *hunks = answer_hunks(a, &count);
    struct hunk *sorted = xcalloc(count + 1, sizeof *sorted);
    for (size_t i = 0; i < count; i++) {
        sorted[i] = hunks[i];
    }
    qsort(sorted, count, sizeof *sorted, by_place);
    for (size_t i = 0; i < count; i++) {
        MUST(sorted[i].first >= at && sorted[i].first + sorted[i].count <= old->count);
        MUST(sorted[i].count + sorted[i].new_count > 0);
        at = sorted[i].first + sorted[i].count;
    }
    free(sorted);
}

static void play(const struct clean_context *context, enum answer_form asked, struct span text,
                 bool cut, struct fuzz_pieces pieces, struct result *r)
{
    struct answer *a = answer_new(context, asked);
    struct journal journal = {0};
    struct answer_open open = {0};
    size_t seen = 0;
    buf_init(&r->hunks, SIZE_MAX);
    buf_init(&r->log, SIZE_MAX);
    for (size_t at = 0; at < text.len;) {
        size_t n = pieces.seed == 0 ? 1 : fuzz_piece(&pieces);
        answer_feed(a, (struct span){text.data + at, n});
        at += n;
        journal_write(&journal, a, &r->log);
        add_hunks(a, &seen, r);
        check_rows(a, &open);
    }
    answer_end(a, cut ? ANSWER_CUT : ANSWER_SAID);
    journal_write(&journal, a, &r->log);
    add_hunks(a, &seen, r);
    check_places(a, context->old);
    MUST(answer_open(a).count == 0 && answer_tail(a).len == 0);
    MUST(answer_raw(a).len == text.len);
    r->form = answer_form(a);
    r->fault = answer_fault(a).code;
    r->shrunk = answer_is_shrunk(a);
    answer_free(a);
}

static void check_same(const struct result *x, const struct result *y)
{
    MUST(x->form == y->form && x->shrunk == y->shrunk && x->hunks.len == y->hunks.len);
    MUST(x->hunks.len == 0 || memcmp(x->hunks.data, y->hunks.data, x->hunks.len) == 0);
    MUST((x->fault == NULL) == (y->fault == NULL));
    MUST(x->fault == NULL || strcmp(x->fault, y->fault) == 0);
}

static void finish(struct result *r)
{
    buf_finish(&r->hunks);
    buf_finish(&r->log);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    const char *data = (const char *)bytes, *end = data + len;
    const char *part = len > 0 ? memchr(data, PART, len) : NULL;
    if (part == NULL || len > 1024 || !fuzz_is_utf8(data + 1, len - 1)) {
        return 0;
    }
    struct text old, none;
    text_init(&old);
    text_init(&none);
    text_add_lines(&old, (struct span){data + 1, (size_t)(part - data) - (part > data)});
    const struct span answer = {part + 1, (size_t)(end - part - 1)};
    const struct clean_context context = {
        .old = &old, .before = &none, .after = &none, .filetype = "c", .instruction = span_of("x")};
    enum answer_form asked = (enum answer_form)(bytes[0] & 3);
    bool cut = (bytes[0] & 4) != 0;
    uint32_t seed = len % 4 == 0 ? 0 : fuzz_hash(data, len) | 1; /* 0: byte by byte */
    struct result whole, pieces;
    play(&context, asked, answer, cut, (struct fuzz_pieces){true, 1, answer.len}, &whole);
    play(&context, asked, answer, cut, (struct fuzz_pieces){false, seed, answer.len}, &pieces);
    check_same(&whole, &pieces);
    finish(&whole);
    finish(&pieces);
    text_finish(&old);
    text_finish(&none);
    return 0;
}
