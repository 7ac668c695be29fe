/* parts: what goes to the target is valid UTF-8 whatever comes, nothing is held back at the end, and
 * text alone is the same in all pieces. */
#include "fuzz.h"

#include "job/parts.h"
#include "nvim/target.h"

struct log {
    struct buf text;
    int turns;
};

static void on_text(void *ctx, const char *text, size_t len)
{
    struct log *log = ctx;
    MUST(len > 0 && fuzz_is_utf8(text, len));
    buf_add(&log->text, text, len);
}

static void on_part(void *ctx, enum part part)
{
    struct log *log = ctx;
    buf_add_str(&log->text, part == PART_THINKING ? "[T]" : "[X]");
}

static void on_turn(void *ctx, const struct target_turn *turn, enum part part)
{
    struct log *log = ctx;
    MUST(part != PART_NONE && (turn->how != TURN_WRAP || turn->before != NULL));
    log->turns++;
}

static void on_afterthought(void *ctx, const char *text, size_t len)
{
    (void)ctx;
    MUST(len > 0 && fuzz_is_utf8(text, len));
}

static const struct parts_callbacks callbacks = {on_text, on_part, on_turn, on_afterthought};

enum how { MARKED = 1, TAKES = 2, GOES_ON = 4, ASKED = 8, MIXED = 16, BREAKS = 32 };

static void begin(struct parts *p, int how, const char *there, size_t len, struct log *log)
{
    const struct parts_form form = {"<think>\n", "\n</think>\n\n", (how & MARKED) != 0,
                                    (how & TAKES) != 0 || (how & MARKED) != 0};
    *log = (struct log){.turns = 0};
    buf_init(&log->text, SIZE_MAX);
    parts_init(p, &form, &callbacks, log);
    if (how & MARKED && how & GOES_ON && len > 0) {
        parts_go_on(p, there, len);
        parts_tell(p, how & ASKED, false);
    }
}

/* Of a mixed one each piece's first byte says what it is. */
static void play(struct parts *p, int how, const char *data, size_t len, bool whole)
{
    struct fuzz_pieces pieces = {whole, fuzz_hash(data, len), len};
    bool turned = false;
    while (pieces.left > 0) {
        size_t n = fuzz_piece(&pieces);
        char *piece = malloc(n); /* so that a read beyond it is seen */
        memcpy(piece, data + len - pieces.left - n, n);
        enum part part = how & MIXED && piece[0] & 1 ? PART_THINKING : PART_TEXT;
        if (how & MIXED && !turned && piece[0] == '!') {
            parts_add(p, PART_TEXT, "\n", 1);
            parts_turn(p, PART_THINKING);
            turned = true;
        }
        parts_add(p, part, piece, n);
        free(piece);
    }
    if (how & BREAKS) {
        parts_break(p);
    }
    parts_end(p);
}

/* The text stands behind what is there, and a NUL. */
static void run(int how, struct span there, size_t len, bool whole, struct log *log)
{
    struct parts p;
    begin(&p, how, there.data, there.len, log);
    play(&p, how, there.data + there.len + 1, len, whole);
    MUST(p.late.len == 0 && p.afterthought.len == 0 && p.piece.len == 0 && p.plain.len == 0);
    MUST(log->turns <= 1);
    parts_finish(&p);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    const char *data = (const char *)bytes, *cut;
    if (len < 2 || (cut = memchr(data + 1, '\0', len - 1)) == NULL) {
        return 0;
    }
    const struct span there = {data + 1, (size_t)(cut - data) - 1};
    size_t n = len - there.len - 2;
    struct log all, parts;
    run(data[0], there, n, true, &all);
    run(data[0], there, n, false, &parts);
    MUST(data[0] & MIXED ||
         (all.text.len == parts.text.len &&
          (n == 0 || memcmp(all.text.data, parts.text.data, all.text.len) == 0)));
    buf_finish(&all.text);
    buf_finish(&parts.text);
    return 0;
}
