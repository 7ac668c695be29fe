/* trace: whatever is sent and comes, what is kept is bounded, in its order, and shows no value of a
 * header that may hold a secret. */
#include "fuzz.h"

#include "server/trace.h"

#define SECRET "sesame-sesame"

static char secret[] = SECRET;
static char *const secrets[] = {secret, NULL};

static void check_bytes(const struct trace_bytes *b, size_t first)
{
    MUST(b->first.len <= first && b->last.len <= TRACE_LAST);
    MUST(b->first.len + b->last.len <= b->total);
    MUST(b->last.len == 0 || b->first.len == first);
}

static void check_try(const struct trace_try *one)
{
    check_bytes(&one->answer, TRACE_ANSWER);
    MUST(one->head.len <= (size_t)2 * TRACE_HEAD && one->answer_head.len <= (size_t)2 * TRACE_HEAD);
    MUST(one->piece_count <= one->reads && one->piece_count <= TRACE_PIECES);
    for (size_t i = 0; i < one->piece_count; i++) {
        MUST(one->pieces[i].at < one->answer.total);
        MUST(i == 0 || (one->pieces[i].at > one->pieces[i - 1].at &&
                        one->pieces[i].ms >= one->pieces[i - 1].ms));
    }
}

/* What send puts around the data. */
#define BEFORE(value) "POST http://h/v1?key=" value "&x=1\nX-Own: " value "\n"
#define BEHIND(value) "\nAuthorization: Bearer " value "\n"

static void check_head(const struct buf *head)
{
    size_t before = sizeof BEFORE("***") - 1, behind = sizeof BEHIND("***") - 1;
    MUST(head->len >= before + behind - 1 && memcmp(head->data, BEFORE("***"), before) == 0);
    MUST(memcmp(head->data + head->len - behind, BEHIND("***"), behind) == 0);
}

static void send(struct trace *t, uint64_t ms, const char *data, size_t len)
{
    struct buf head;
    buf_init(&head, SIZE_MAX);
    buf_add_str(&head, BEFORE(SECRET));
    buf_add(&head, data, len);
    buf_add_str(&head, BEHIND(SECRET));
    trace_request(t, ms, &head, data, len);
    buf_finish(&head);
}

static void feed(struct trace *t, const char *data, size_t len)
{
    struct fuzz_pieces split = {false, fuzz_hash(data, len), len};
    for (uint64_t ms = 0; split.left > 0; ms++) {
        const char *piece = data + len - split.left;
        size_t n = fuzz_piece(&split);
        switch ((unsigned char)piece[0] % 8) {
        case 0:
            send(t, ms, piece, n);
            break;
        case 1:
            trace_close(t, ms, TRACE_CUT, "why");
            break;
        case 2:
        case 3:
            trace_head(t, ms, piece, n);
            break;
        default:
            for (int i = 0; i < (piece[0] == 0x7F ? 2000 : 1); i++) {
                trace_body(t, ms, piece, n);
            }
            break;
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct trace t = {0}, masked;
    feed(&t, (const char *)bytes, len);
    trace_copy(&t, &masked);
    trace_mask(&masked, secrets);
    MUST(masked.count == t.count && t.count <= TRACE_TRIES);
    for (size_t i = 0; i < t.count; i++) {
        size_t first = t.tries[i].answer.first.len;
        check_try(&masked.tries[i]);
        MUST(masked.tries[i].answer.first.len == first);
        check_head(&masked.tries[i].head);
    }
    trace_finish(&masked);
    trace_finish(&t);
    return 0;
}
