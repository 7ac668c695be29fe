/* split: a reply is divided into thought and text the same way whatever pieces it comes in, and
 * whether a thought was expected or not, and as one divides it who sees it as a whole. */
#include "fuzz.h"

#include "base/fence.h"
#include "server/split.h"

#include <strings.h>

/* The bytes of the reply, each as what it is at last. */
struct divided {
    struct buf bytes;
    struct buf kinds; /* 'T' or 'X' for each */
    int told;
};

static void on_give(void *ctx, enum split_kind kind, const char *text, size_t len)
{
    struct divided *d = ctx;
    MUST(text[len] == '\0');
    if (kind == SPLIT_WAS_THOUGHT || kind == SPLIT_WAS_TEXT) {
        char was = kind == SPLIT_WAS_THOUGHT ? 'X' : 'T';
        MUST(d->told++ == 0 && len == 0 && d->kinds.len > 0);
        for (size_t i = 0; i < d->kinds.len; i++) {
            MUST(d->kinds.data[i] == was);
            d->kinds.data[i] = was == 'X' ? 'T' : 'X';
        }
        return;
    }
    MUST(len > 0);
    buf_add(&d->bytes, text, len);
    for (size_t i = 0; i < len; i++) {
        buf_add(&d->kinds, kind == SPLIT_TEXT ? "X" : "T", 1);
    }
}

static void divide(const char *data, size_t len, bool whole, bool expects, struct divided *d)
{
    struct fuzz_pieces pieces = {whole, fuzz_hash(data, len), len};
    struct split s;
    *d = (struct divided){.told = 0};
    buf_init(&d->bytes, SIZE_MAX);
    buf_init(&d->kinds, SIZE_MAX);
    split_init(&s, expects, on_give, d);
    while (pieces.left > 0) {
        size_t n = fuzz_piece(&pieces);
        char *piece = xmalloc(n + 1); /* so that a read beyond it is seen */
        memcpy(piece, data + len - pieces.left - n, n);
        piece[n] = '\0';
        split_text(&s, piece, n);
        free(piece);
    }
    split_end(&s, true);
    split_finish(&s);
}

static void finish(struct divided *d)
{
    buf_finish(&d->bytes);
    buf_finish(&d->kinds);
}

static void compare(const struct divided *a, const struct divided *b)
{
    MUST(a->bytes.len == b->bytes.len);
    MUST(a->bytes.len == 0 || memcmp(a->bytes.data, b->bytes.data, a->bytes.len) == 0);
    MUST(a->bytes.len == 0 || memcmp(a->kinds.data, b->kinds.data, a->bytes.len) == 0);
}

/* ---- a second opinion, of the whole reply at once ------------------------------ */

static const char *const opens[] = {
    "<think>",           "<thinking>",           "<thought>",
    "<reasoning>",       "<seed:think>",         "[THINK]",
    "\u25C1think\u25B7", "<|begin_of_thought|>", "<|START_THINKING|>",
    "<|channel>thought"};
static const char *const closes[] = {
    "</think>", "</thinking>",        "</thought>",         "</reasoning>",     "</seed:think>",
    "[/THINK]", "\u25C1/think\u25B7", "<|end_of_thought|>", "<|END_THINKING|>", "<channel|>"};
static const char *const others[] = {"<|start|>", "<|channel|>", "<|message|>"};
#define COUNT(list) (sizeof(list) / sizeof *(list))

static bool is_gap(char c)
{
    return c != '\0' && strchr(" \t\n\v\f\r", c) != NULL;
}

static int find_in(const char *const *list, size_t count, const char *data, size_t len)
{
    for (size_t i = 0; i < count; i++) {
        size_t n = strlen(list[i]);
        bool same = n <= len && (list[i][0] == '[' ? strncmp(data, list[i], n) == 0
                                                   : strncasecmp(data, list[i], n) == 0);
        if (same) {
            return (int)i;
        }
    }
    return -1;
}

/* Where text begins behind a tag or at the very beginning. */
static size_t skip_lead(const char *data, size_t len, size_t at, bool broken)
{
    size_t line = at;
    while (at < len && is_gap(data[at])) {
        broken = broken || data[at] == '\n';
        line = data[at] == '\n' ? at + 1 : line;
        at++;
    }
    return at == len || !broken ? at : line;
}

static void judge(struct divided *d, char kind, const char *data, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        buf_add(&d->bytes, data + i, 1);
        buf_add(&d->kinds, &kind, 1);
    }
}

/* The beginning of the line if there are only blanks before at, else at. */
static size_t without_indent(const char *data, size_t low, size_t at)
{
    size_t line = at;
    while (line > low && is_gap(data[line - 1]) && data[line - 1] != '\n') {
        line--;
    }
    return line == low || data[line - 1] == '\n' ? line : at;
}

static void judge_tagged(const char *data, size_t len, size_t at, int tag, struct divided *d)
{
    size_t from = skip_lead(data, len, at + strlen(opens[tag]), false);
    size_t to = from;
    while (to < len && find_in(closes + tag, 1, data + to, len - to) < 0) {
        to++;
    }
    size_t end = to;
    while (to < len && end > from && is_gap(data[end - 1])) {
        end--;
    }
    judge(d, 'T', data, from, end);
    if (to < len) {
        judge(d, 'X', data, skip_lead(data, len, to + strlen(closes[tag]), false), len);
    }
}

static bool is_alone(const char *data, size_t len, size_t low, size_t line, size_t end)
{
    struct fence f;
    fence_init(&f);
    fence_feed(&f, data + low, line - low);
    while (end < len && data[end] != '\n' && is_gap(data[end])) {
        end++;
    }
    return (line == low || data[line - 1] == '\n') && (end == len || data[end] == '\n') &&
           !fence_is_open(&f);
}

static void judge_open(const char *data, size_t len, size_t from, struct divided *d)
{
    size_t at = from;
    int tag = -1;
    while (at < len && (tag = find_in(closes, COUNT(closes), data + at, len - at)) < 0 &&
           find_in(opens, COUNT(opens), data + at, len - at) < 0 &&
           find_in(others, COUNT(others), data + at, len - at) < 0) {
        at++;
    }
    size_t line = without_indent(data, from, at);
    size_t end = tag >= 0 ? at + strlen(closes[tag]) : at;
    bool thought = tag >= 0 && is_alone(data, len, from, line, end);
    judge(d, thought ? 'T' : 'X', data, from, thought ? line : len);
    if (thought) {
        judge(d, 'X', data, skip_lead(data, len, end, false), len);
    }
}

/* Channels are left to the tests, so are indents that are longer than any tag's. Returns whether it
 * has an opinion. */
static bool judge_reply(const char *data, size_t len, struct divided *d)
{
    size_t from = skip_lead(data, len, 0, true), at = from, run = 0;
    *d = (struct divided){.told = 0};
    buf_init(&d->bytes, SIZE_MAX);
    buf_init(&d->kinds, SIZE_MAX);
    for (size_t i = 0; i < len; i++) {
        run = is_gap(data[i]) ? run + 1 : 0;
        if (run > 100) {
            return false;
        }
    }
    while (at < len && is_gap(data[at])) {
        at++;
    }
    int tag = find_in(opens, COUNT(opens), data + at, len - at);
    if (tag >= 0) {
        judge_tagged(data, len, at, tag, d);
    } else if (find_in(others, 2, data + at, len - at) < 0) {
        judge_open(data, len, from, d);
    } else {
        return false;
    }
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    const char *data = (const char *)bytes;
    struct divided whole, pieces, expected, judged;
    if (len == 0) {
        return 0;
    }
    divide(data, len, true, false, &whole);
    divide(data, len, false, false, &pieces);
    divide(data, len, false, true, &expected);
    compare(&whole, &pieces);
    compare(&whole, &expected);
    if (judge_reply(data, len, &judged)) {
        compare(&whole, &judged);
    }
    finish(&whole);
    finish(&pieces);
    finish(&expected);
    finish(&judged);
    return 0;
}
