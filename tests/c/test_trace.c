/* What is kept of requests and answers: bounded, in its order, without secrets. */
#include "check.h"

#include "base/buf.h"
#include "server/trace.h"

static char sesame[] = "sesame";
static char *const secrets[] = {sesame, NULL};

static void request(struct trace *t, uint64_t ms, const char *head, const char *body)
{
    struct buf b;
    buf_init(&b, 1000);
    buf_add_str(&b, head);
    trace_request(t, ms, &b, body, strlen(body));
    buf_finish(&b);
}

static void answer(struct trace *t, uint64_t ms, const char *text)
{
    trace_body(t, ms, text, strlen(text));
}

static void head(struct trace *t, uint64_t ms, const char *line)
{
    trace_head(t, ms, line, strlen(line));
}

static void one_try_is_kept_as_it_went(void)
{
    struct trace t = {0};
    request(&t, 10, "POST http://h/v1\n", "{}");
    head(&t, 12, "HTTP/1.1 200 OK\r\n");
    head(&t, 13, "\r\n");
    answer(&t, 14, "data: 1\n\n");
    answer(&t, 20, "data: 2\n\n");
    trace_close(&t, 21, TRACE_CUT, "it was closed");
    answer(&t, 22, "too late");
    CHECK_INT(t.count, 1);
    const struct trace_try *one = t.tries;
    CHECK_TEXT(one->head.data, "POST http://h/v1\n");
    CHECK_TEXT(one->body.first.data, "{}");
    CHECK_INT(one->sent_ms, 10);
    CHECK_TEXT(one->answer_head.data, "HTTP/1.1 200 OK\r\n\r\n");
    CHECK_INT(one->head_ms, 12);
    CHECK_TEXT(one->answer.first.data, "data: 1\n\ndata: 2\n\n");
    CHECK_INT(one->answer.total, 18);
    CHECK_INT(one->piece_count, 2);
    CHECK_INT(one->pieces[1].at, 9);
    CHECK_INT(one->pieces[1].ms, 20);
    CHECK_TEXT(trace_end_name(one->end), "cut");
    CHECK_TEXT(one->why, "it was closed");
    trace_finish(&t);
    CHECK_INT(t.count, 0);
}

static void what_comes_before_a_request_is_passed_over(void)
{
    struct trace t = {0};
    head(&t, 1, "HTTP/1.1 200 OK\r\n");
    answer(&t, 1, "x");
    trace_close(&t, 1, TRACE_WHOLE, NULL);
    CHECK_INT(t.count, 0);
    trace_finish(&t);
}

static void a_body_that_is_sent_again_is_kept_once(void)
{
    struct trace t = {0};
    const char *bodies[] = {"{\"a\":1}", "{\"a\":1}", "{\"a\":1}", "{}", "{\"a\":1}"};
    for (size_t i = 0; i < 5; i++) {
        request(&t, i, "", bodies[i]);
        trace_close(&t, i, TRACE_WHOLE, NULL);
    }
    static const bool same[] = {false, true, true, false, false};
    for (size_t i = 0; i < 5; i++) {
        CHECK_INT(t.tries[i].same_body, same[i]);
        CHECK_INT(t.tries[i].body.total, strlen(bodies[i]));
        CHECK_INT(t.tries[i].body.first.len, same[i] ? 0 : strlen(bodies[i]));
    }
    trace_finish(&t);
}

static void no_more_tries_are_kept_than_there_can_be(void)
{
    struct trace t = {0};
    for (size_t i = 0; i < TRACE_TRIES + 3; i++) {
        request(&t, i, "", "{}");
        trace_close(&t, i, TRACE_WHOLE, NULL);
    }
    CHECK_INT(t.count, TRACE_TRIES);
    trace_finish(&t);
}

/* Every byte is its place, so that what is kept can be told. */
static void feed(struct trace *t, size_t total, size_t step)
{
    char piece[70000];
    for (size_t at = 0; at < total; at += step) {
        size_t len = total - at < step ? total - at : step;
        for (size_t i = 0; i < len; i++) {
            piece[i] = (char)((at + i) * 31 % 251);
        }
        trace_body(t, at, piece, len);
    }
}

static void of_a_long_answer_beginning_and_end_are_kept(void)
{
    static const size_t steps[] = {1, 7, 1000, 16384, 16385, 40000, 70000};
    static const size_t totals[] = {TRACE_ANSWER, TRACE_ANSWER + 1, TRACE_ANSWER + TRACE_LAST,
                                    300000};
    for (size_t s = 0; s < 7; s++) {
        for (size_t n = 0; n < 4; n++) {
            struct trace t = {0};
            request(&t, 0, "", "");
            feed(&t, totals[n], steps[s]);
            trace_close(&t, 0, TRACE_WHOLE, NULL);
            const struct trace_bytes *b = &t.tries[0].answer;
            size_t rest = totals[n] - TRACE_ANSWER;
            CHECK_INT(b->total, totals[n]);
            CHECK_INT(b->first.len, TRACE_ANSWER);
            CHECK_INT(b->last.len, rest < TRACE_LAST ? rest : TRACE_LAST);
            CHECK_INT(t.tries[0].reads, (totals[n] + steps[s] - 1) / steps[s]);
            CHECK(t.tries[0].piece_count <= TRACE_PIECES);
            for (size_t i = 0; i < b->last.len; i++) {
                size_t at = totals[n] - b->last.len + i;
                if (b->last.data[i] != (char)(at * 31 % 251)) {
                    CHECK_INT(i, -1);
                    break;
                }
            }
            trace_finish(&t);
        }
    }
}

static void an_endless_answer_takes_no_more_memory(void)
{
    struct trace t = {0};
    request(&t, 0, "", "");
    feed(&t, 20u << 20, 50000);
    CHECK_INT(t.tries[0].answer.total, 20u << 20);
    CHECK(t.tries[0].answer.first.room <= 2 * TRACE_ANSWER);
    CHECK(t.tries[0].answer.last.room <= 4 * TRACE_LAST);
    for (int i = 0; i < 10000; i++) {
        head(&t, 0, "X-Long: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n");
    }
    CHECK(t.tries[0].answer_head.len <= TRACE_HEAD);
    trace_finish(&t);
}

static void no_secret_stays(void)
{
    struct trace t = {0};
    request(&t, 0,
            "POST http://h/v1?key=1&api-version=2&sig=&token=a=b#x\nAuthorization: Bearer "
            "abc\nContent-Type: text/sesame\n"
            "X-Team: two words\nX-Empty:\nx-api-key: 1\n",
            "{\"text\":\"open sesame\"}");
    head(&t, 0, "HTTP/1.1 401 sesame: no\r\n");
    head(&t, 0, "Set-Cookie: id=7; path=/\r\n");
    head(&t, 0, "X-Seen: sesame\r\n");
    answer(&t, 1, "bad ses");
    answer(&t, 2, "ame, no");
    struct trace copy;
    trace_copy(&t, &copy);
    trace_mask(&copy, secrets);
    const struct trace_try *one = copy.tries;
    CHECK_TEXT(one->head.data,
               "POST http://h/v1?key=***&api-version=2&sig=***&token=***#x\nAuthorization: Bearer "
               "***\nContent-Type: text/***\n"
               "X-Team: ***\nX-Empty:\nx-api-key: ***\n");
    CHECK_TEXT(one->body.first.data, "{\"text\":\"open ***\"}");
    CHECK_TEXT(one->answer_head.data, "HTTP/1.1 401 ***: no\r\nSet-Cookie: ***\r\nX-Seen: ***\r\n");
    CHECK_TEXT(one->answer.first.data, "bad ******, no");
    CHECK_INT(one->pieces[1].at, 7);
    /* What goes on is as it was. */
    answer(&t, 3, "!");
    CHECK_TEXT(t.tries[0].answer.first.data, "bad sesame, no!");
    trace_finish(&copy);
    trace_finish(&t);
}

/* An image of 150 bytes in base64, of one letter. */
static const char *image_of(char letter)
{
    static char text[2][201];
    static int n;
    n = 1 - n;
    memset(text[n], letter, 200);
    return text[n];
}

static void an_image_is_kept_as_a_few_words(void)
{
    struct trace t = {0};
    char body[1000];
    trace_image(&t, "a \"pic\".png", "image/png", image_of('A'), 200);
    trace_image(&t, "b.jpg", "image/jpeg", image_of('B'), 200);
    snprintf(body, sizeof body, "[\"x\",\"%s\",\"%s\"]", image_of('A'), image_of('B'));
    request(&t, 0, "POST http://h\n", body);
    CHECK_TEXT(t.tries[0].body.first.data,
               "[\"x\",\"AAAAAAAAAAAAAAAAAAAAAAAA... [a ?pic?.png, image/png, 150 bytes: left out "
               "here] ...AAAAAAAAAAAAAAAAAAAAAAAA\",\"BBBBBBBBBBBBBBBBBBBBBBBB... [b.jpg, "
               "image/jpeg, 150 bytes: left out here] ...BBBBBBBBBBBBBBBBBBBBBBBB\"]");
    CHECK_INT(t.tries[0].body.total, strlen(body));
    CHECK_INT(t.tries[0].body.total - t.tries[0].body.hidden, t.tries[0].body.first.len);
    request(&t, 0, "POST http://h\n", "without any");
    CHECK_TEXT(t.tries[1].body.first.data, "without any");
    CHECK_INT(t.tries[1].body.hidden, 0);
    trace_finish(&t);
}

static void what_is_no_image_is_kept(void)
{
    struct trace t = {0};
    char body[1000];
    trace_image(&t, "a.png", "image/png", image_of('A'), 200);
    snprintf(body, sizeof body, "\"%sA\"", image_of('A')); /* longer */
    request(&t, 0, "POST http://h\n", body);
    CHECK_TEXT(t.tries[0].body.first.data, body);
    request(&t, 0, "POST http://h\n", image_of('A')); /* cut at its end */
    CHECK_INT(t.tries[1].body.first.len, 200);
    trace_finish(&t);
}

int main(void)
{
    RUN(one_try_is_kept_as_it_went);
    RUN(what_comes_before_a_request_is_passed_over);
    RUN(a_body_that_is_sent_again_is_kept_once);
    RUN(no_more_tries_are_kept_than_there_can_be);
    RUN(of_a_long_answer_beginning_and_end_are_kept);
    RUN(an_endless_answer_takes_no_more_memory);
    RUN(no_secret_stays);
    RUN(an_image_is_kept_as_a_few_words);
    RUN(what_is_no_image_is_kept);
    return check_report("trace");
}
