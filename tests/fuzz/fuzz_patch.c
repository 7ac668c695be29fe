/* patch, changes, placed: whatever an answer says, hunks that are finished stay as they are, lie
 * within the text and do not overlap; a file that goes has no lines; each fault has words and a line;
 * blocks that stream into a text give what they give as a whole.
 * The input is the text and, behind a NUL, the answer. */
#include "fuzz.h"

#include "edit/align.h"
#include "edit/changes.h"
#include "edit/placed.h"

/* ---- one text, while it streams ------------------------------------------------------ */

static void look(const struct placed *p, const struct text *old, size_t *finished, uint32_t *hash)
{
    size_t count, at;
    const struct hunk *hunks = placed_hunks(p, &count);
    MUST(count >= *finished);
    uint32_t now = count > 0 ? fuzz_hash((const char *)hunks, *finished * sizeof *hunks) : 0;
    MUST(*finished == 0 || now == *hash);
    for (size_t i = *finished; i < count; i++) {
        MUST(hunks[i].first + hunks[i].count <= old->count);
        MUST(hunks[i].new_first + hunks[i].new_count <= placed_text(p)->count);
        MUST(hunks[i].count + hunks[i].new_count > 0);
        for (size_t n = 0; n < i; n++) {
            MUST(hunks[n].first + hunks[n].count <= hunks[i].first ||
                 hunks[i].first + hunks[i].count <= hunks[n].first);
        }
    }
    *finished = count;
    *hash = count > 0 ? fuzz_hash((const char *)hunks, count * sizeof *hunks) : 0;
    size_t open = placed_open(p, &at);
    MUST(at <= old->count && placed_reached(p) <= old->count);
    for (size_t i = 0; i < open; i++) {
        MUST(placed_open_row(p, i).data != NULL);
    }
}

static void stream(const struct text *old, struct span answer, bool cut)
{
    struct placed *p = placed_new(old);
    size_t finished = 0;
    uint32_t hash = 0;
    for (size_t at = 0; at < answer.len;) {
        struct span line = span_next_line(answer, &at);
        char *copy = malloc(line.len); /* so that a read beyond it is seen */
        memcpy(copy, line.data, line.len);
        placed_line(p, (struct span){copy, line.len});
        free(copy);
        look(p, old, &finished, &hash);
    }
    placed_end(p, cut);
    look(p, old, &finished, &hash);
    placed_free(p);
}

/* ---- files ------------------------------------------------------------------------------ */

static void apply(const struct text *old, struct span answer, bool cut)
{
    const struct changes_want want = {.text = answer, .cut = cut};
    struct changes *c = changes_new(&want);
    for (size_t i = 1; i < changes_count(c); i += 2) {
        changes_join(c, i, i - 1);
    }
    for (size_t i = 0; i < changes_count(c); i++) {
        const struct changes_file *f = changes_file(c, i);
        bool there = !f->creates;
        struct text none, new;
        text_init(&none);
        text_init(&new);
        const struct changes_old is = {there, there ? old : &none, "lua"};
        changes_apply(c, i, &is, &new);
        MUST(f->name != NULL && f->to != NULL && f->blocks > 0);
        MUST(f->action != PATCH_DELETE || new.count == 0);
        for (size_t n = 0; n < f->faults.count; n++) {
            MUST(f->faults.items[n].message != NULL && f->faults.items[n].line > 0);
        }
        text_finish(&none);
        text_finish(&new);
    }
    changes_free(c);
}

/* ---- both ------------------------------------------------------------------------------- */

static int by_place(const void *a, const void *b)
{
    const struct hunk *x = a, *y = b;
    return x->first != y->first ? (x->first < y->first ? -1 : 1) : (x->count > 0) - (y->count > 0);
}

static void write_placed(const struct placed *p, const struct text *old, struct text *out)
{
    size_t count, at = 0;
    const struct hunk *hunks = placed_hunks(p, &count);
    struct hunk *sorted = malloc((count + 1) * sizeof *sorted);
    for (size_t i = 0; i < count; i++) {
        sorted[i] = hunks[i];
    }
    qsort(sorted, count, sizeof *sorted, by_place);
    for (size_t i = 0; i < count; i++) {
        const struct hunk *h = &sorted[i];
        text_add_lines(out, text_lines(old, at, h->first - at));
        text_add_lines(out, text_lines(placed_text(p), h->new_first, h->new_count));
        at = h->first + h->count;
    }
    text_add_lines(out, text_lines(old, at, old->count - at));
    free(sorted);
}

/* Where nothing is wrong, and there is one file, a block that streams gives what it gives whole. */
static void compare(const struct text *old, struct span answer)
{
    const struct changes_want want = {.text = answer};
    struct changes *c = changes_new(&want);
    struct placed *p = placed_new(old);
    struct text whole, streamed;
    text_init(&whole);
    text_init(&streamed);
    for (size_t at = 0; at < answer.len;) {
        placed_line(p, span_next_line(answer, &at));
    }
    placed_end(p, false);
    write_placed(p, old, &streamed);
    if (changes_count(c) == 1) {
        const struct changes_old is = {true, old, "lua"};
        changes_apply(c, 0, &is, &whole);
        const struct changes_file *f = changes_file(c, 0);
        if (f->form != PATCH_WHOLE && f->faults.count + placed_faults(p)->count == 0 &&
            f->action == PATCH_UPDATE) {
            struct span a = text_lines(&whole, 0, whole.count);
            struct span b = text_lines(&streamed, 0, streamed.count);
            MUST(a.len == b.len && span_starts(a, b));
        }
    }
    text_finish(&whole);
    text_finish(&streamed);
    changes_free(c);
    placed_free(p);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    const char *data = (const char *)bytes;
    const char *end = len > 0 ? memchr(data, '\0', len) : NULL;
    struct text old;
    if (end == NULL) {
        return 0;
    }
    size_t first = (size_t)(end - data);
    struct span answer = {end + 1, len - first - 1};
    text_init(&old);
    text_add_lines(&old, (struct span){data, first});
    uint32_t how = fuzz_hash(data, len); /* one of the ways at a time: so more inputs are tried */
    if (how & 4) {
        compare(&old, answer);
    } else if (how & 1) {
        stream(&old, answer, how & 2);
    } else {
        apply(&old, answer, how & 2);
    }
    text_finish(&old);
    return 0;
}
