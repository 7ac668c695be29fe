#include "base/around.h"
#include "check.h"
#include "complete/course.h"

/* A course and the clock that it is told; keys are 100 ms apart. */
struct world {
    struct course c;
    struct pace p;
    uint64_t now;
};

static struct world world(double debounce_ms)
{
    struct world w = {.now = 1000};
    pace_init(&w.p, debounce_ms);
    return w;
}

static const struct course_place unknown = {0};
static const struct course_place known = {.known = true};

/* So much was typed at the request's place, and so much of it has not come. */
static struct course_place behind_by(size_t typed, size_t lag)
{
    return (struct course_place){.fit = COURSE_LAGS, .typed = typed, .lag = lag};
}

static const struct course_place fits = {.fit = COURSE_FITS};

static struct course_order key(struct world *w, enum key_kind kind, struct course_place place)
{
    const struct course_key k = {.kind = kind, .adds = true};
    w->now += 100;
    return course_key(&w->c, &w->p, w->now, &k, &place);
}

static struct course_order typed(struct world *w, struct course_place place)
{
    return key(w, KEY_TYPED, place);
}

static struct course_order text(struct world *w, struct course_place place)
{
    w->now += 10;
    return course_text(&w->c, &w->p, w->now, &place);
}

static struct course_order due(struct world *w, struct course_place place)
{
    uint64_t deadline = course_deadline(&w->c, &w->p);
    CHECK(deadline > 0);
    w->now = deadline > w->now ? deadline : w->now;
    return course_due(&w->c, &w->p, w->now, &place);
}

/* A key, the pause, and what was asked is under way. */
static void ask(struct world *w)
{
    typed(w, unknown);
    CHECK_INT(w->c.state, COURSE_PAUSING);
    struct course_order order = due(w, unknown);
    CHECK(order.ask && !order.end);
    CHECK_INT(order.purpose, COURSE_HERE);
    course_asked(&w->c, order.purpose, w->now);
    CHECK_INT(w->c.state, COURSE_ASKING);
}

static void nothing_happens(struct course_order order)
{
    CHECK(!order.ask && !order.end);
}

/* ---- asking -------------------------------------------------------------------- */

static void an_adapted_pause_begins_with_the_first_key_that_adds_text(void)
{
    struct world w = world(-1);
    w.p.first_ms = 1000;
    typed(&w, unknown);
    uint64_t first = w.now;
    w.now -= 60;
    typed(&w, unknown);
    CHECK_INT(course_deadline(&w.c, &w.p), first + pace_debounce(&w.p));
}

static void a_move_or_a_deletion_begins_it_anew(void)
{
    struct world w = world(-1);
    w.p.first_ms = 1000;
    typed(&w, unknown);
    w.now += 40;
    const struct course_key k = {.kind = KEY_TYPED};
    course_key(&w.c, &w.p, w.now, &k, &unknown);
    CHECK_INT(course_deadline(&w.c, &w.p), w.now + pace_debounce(&w.p));
}

static void a_configured_pause_begins_with_each_key(void)
{
    struct world w = world(150);
    typed(&w, unknown);
    typed(&w, unknown);
    CHECK_INT(course_deadline(&w.c, &w.p), w.now + 150);
}

static void what_is_known_is_not_asked_for(void)
{
    struct world w = world(-1);
    typed(&w, unknown);
    nothing_happens(typed(&w, known));
    CHECK_INT(w.c.state, COURSE_IDLE);
    CHECK_INT(course_deadline(&w.c, &w.p), 0);
}

static void who_accepts_or_requests_does_not_wait(void)
{
    static const enum key_kind kinds[] = {KEY_ACCEPTED, KEY_SOURCE, KEY_REQUESTED};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct world w = world(-1);
        struct course_order order = key(&w, kinds[i], unknown);
        CHECK(order.ask);
        CHECK_INT(order.purpose, COURSE_HERE);
    }
    struct world w = world(-1);
    nothing_happens(key(&w, KEY_FOLLOWED, unknown));
    CHECK_INT(course_deadline(&w.c, &w.p), 0);
}

static void an_answer_that_says_nothing_is_asked_for_again_on_request(void)
{
    struct world w = world(-1);
    const struct course_place silent = {.known = true, .silent = true};
    nothing_happens(typed(&w, silent));
    struct course_order order = key(&w, KEY_REQUESTED, silent);
    CHECK(order.ask);
    CHECK_INT(order.purpose, COURSE_ALTERNATIVE);
}

static void in_a_word_nothing_is_asked(void)
{
    struct world w = world(-1);
    const struct course_key k = {.kind = KEY_TYPED, .adds = true, .in_word = true};
    nothing_happens(course_key(&w.c, &w.p, w.now, &k, &unknown));
    CHECK_INT(w.c.state, COURSE_IDLE);
}

static void what_cannot_be_asked_now_is_asked_later(void)
{
    struct world w = world(-1);
    typed(&w, unknown);
    CHECK(due(&w, unknown).ask);
    course_shut(&w.c, w.now, 500);
    CHECK_INT(course_deadline(&w.c, &w.p), w.now + 500);
    CHECK(due(&w, unknown).ask);
    course_barred(&w.c);
    CHECK_INT(course_deadline(&w.c, &w.p), 0);
    course_resume(&w.c, w.now);
    CHECK(due(&w, unknown).ask);
}

/* ---- the request under way ----------------------------------------------------- */

static void keys_that_add_text_let_a_request_go_on(void)
{
    struct world w = world(-1);
    ask(&w);
    for (size_t n = 1; n <= 20; n++) {
        nothing_happens(typed(&w, behind_by(n, n)));
        CHECK_INT(w.c.state, COURSE_ASKING);
    }
    nothing_happens(text(&w, fits));
    CHECK_INT(w.c.state, COURSE_ANSWERING);
}

static void what_the_first_bytes_contradict_is_ended_and_asked_anew_at_once(void)
{
    struct world w = world(-1);
    ask(&w);
    typed(&w, behind_by(1, 1));
    struct course_order order = text(&w, unknown);
    CHECK(order.end && !order.ask);
    CHECK_INT(course_deadline(&w.c, &w.p), w.now);
    CHECK(due(&w, unknown).ask);
}

static void later_bytes_are_compared_too(void)
{
    struct world w = world(-1);
    ask(&w);
    typed(&w, behind_by(5, 5));
    nothing_happens(text(&w, behind_by(5, 3)));
    CHECK_INT(w.c.state, COURSE_ANSWERING);
    CHECK(text(&w, unknown).end);
}

static void a_configured_pause_is_kept_then_too(void)
{
    struct world w = world(400);
    ask(&w);
    typed(&w, behind_by(1, 1));
    uint64_t typed_ms = w.now;
    CHECK(text(&w, unknown).end);
    CHECK_INT(course_deadline(&w.c, &w.p), typed_ms + 400);
}

static void a_model_that_is_wrong_again_and_again_is_asked_less_until_it_is_right(void)
{
    struct world w = world(-1);
    for (int i = 0; i < 6; i++) {
        CHECK(w.c.vain < 6);
        ask(&w);
        typed(&w, behind_by(1, 1));
        text(&w, unknown);
        CHECK(course_deadline(&w.c, &w.p) == w.now + (i < 5 ? 0 : 150));
        course_close(&w.c);
    }
    typed(&w, unknown);
    CHECK_INT(course_deadline(&w.c, &w.p), w.now + 150 + pace_debounce(&w.p));
    const struct course_place used = {.known = true, .used = 1};
    typed(&w, used);
    typed(&w, unknown);
    CHECK_INT(course_deadline(&w.c, &w.p), w.now + pace_debounce(&w.p));
}

static void what_was_shown_and_not_typed_counts_as_wrong(void)
{
    struct world w = world(-1);
    ask(&w);
    text(&w, fits);
    course_over(&w.c, &w.p, w.now, &known);
    typed(&w, unknown);
    CHECK_INT(w.c.vain, 1);
    typed(&w, unknown);
    CHECK_INT(w.c.vain, 1);
}

static void a_contradiction_ends_it_at_once(void)
{
    struct world w = world(-1);
    ask(&w);
    text(&w, fits);
    CHECK(typed(&w, unknown).end);
    CHECK_INT(w.c.state, COURSE_PAUSING);
}

static void a_deletion_ends_it_unless_all_is_gone_that_was_typed_since(void)
{
    struct world w = world(-1);
    ask(&w);
    typed(&w, behind_by(2, 2));
    CHECK(typed(&w, behind_by(1, 1)).end);
    w = world(-1);
    ask(&w);
    typed(&w, behind_by(1, 1));
    nothing_happens(typed(&w, fits));
}

static void what_is_known_from_elsewhere_ends_it(void)
{
    struct world w = world(-1);
    ask(&w);
    CHECK(typed(&w, known).end);
    CHECK_INT(w.c.state, COURSE_IDLE);
}

static void an_old_one_makes_room(void)
{
    struct world w = world(-1);
    ask(&w);
    CHECK(!typed(&w, behind_by(80, 80)).end);
    CHECK(typed(&w, behind_by(81, 81)).end);
    CHECK(due(&w, unknown).ask);

    w = world(-1);
    ask(&w);
    nothing_happens(typed(&w, behind_by(1, 1)));
    struct course_order order = due(&w, behind_by(1, 1));
    CHECK(order.end && order.ask);

    w = world(-1);
    ask(&w);
    nothing_happens(typed(&w, behind_by(1, 1)));
    w.now += pace_patience(&w.p);
    CHECK(typed(&w, behind_by(2, 2)).end);
}

static void whoever_waits_at_its_place_is_left_in_peace(void)
{
    struct world w = world(-1);
    ask(&w);
    CHECK_INT(course_deadline(&w.c, &w.p), 0);
    w.now += 10 * pace_patience(&w.p);
    nothing_happens(typed(&w, fits));
}

static void one_that_would_not_be_asked_anew_stays(void)
{
    struct world w = world(-1);
    ask(&w);
    nothing_happens(key(&w, KEY_FOLLOWED, behind_by(1, 1)));
    CHECK_INT(course_deadline(&w.c, &w.p), 0);
}

static void an_answer_that_is_too_short_is_followed_by_a_request(void)
{
    struct world w = world(-1);
    ask(&w);
    typed(&w, behind_by(3, 3));
    course_over(&w.c, &w.p, w.now, &unknown);
    CHECK_INT(course_deadline(&w.c, &w.p), w.now);
    CHECK(due(&w, unknown).ask);
    course_asked(&w.c, COURSE_HERE, w.now);
    course_over(&w.c, &w.p, w.now, &known);
    CHECK_INT(w.c.state, COURSE_IDLE);
}

/* ---- looking ahead ------------------------------------------------------------- */

static void what_comes_behind_a_suggestion_is_asked_for_when_that_is_due(void)
{
    struct world w = world(-1);
    nothing_happens(typed(&w, known));
    struct course_place place = {.known = true, .ahead = true};
    struct course_order order = typed(&w, place);
    CHECK(order.ask && !order.end);
    CHECK_INT(order.purpose, COURSE_AHEAD);
    course_asked(&w.c, COURSE_AHEAD, w.now);
    CHECK(!course_asks_here(&w.c));
    place.fit = COURSE_BEHIND;
    nothing_happens(typed(&w, place));
    nothing_happens(typed(&w, fits));
    CHECK(course_asks_here(&w.c));
}

static void an_answer_that_was_half_typed_before_it_came_is_followed_at_once(void)
{
    struct world w = world(-1);
    ask(&w);
    const struct course_place place = {.known = true, .ahead = true};
    course_over(&w.c, &w.p, w.now, &place);
    CHECK_INT(due(&w, place).purpose, COURSE_AHEAD);
}

static void who_leaves_the_suggestion_ends_what_was_asked_behind_it(void)
{
    struct world w = world(-1);
    w.c.ahead_of = 7;
    course_asked(&w.c, COURSE_AHEAD, w.now);
    CHECK(typed(&w, unknown).end);
    CHECK_INT(w.c.ahead_of, 0);
}

/* A cache with what is suggested at "x", and what comes behind that. */
struct lookout {
    struct cache *cache;
    struct suggestion s;
    struct around_text around;
    struct cache_key key;
};

static const struct answer *add(struct cache *cache, struct around_text *around, const char *text)
{
    const struct cache_key key = {.around = around_text_view(around)};
    struct answer *a = cache_add(cache, &key, 0);
    cache_extend(cache, a, text, strlen(text));
    cache_finalize(cache, a);
    return a;
}

static const struct answer *look_out(struct lookout *l, const char *suggested, const char *behind,
                                     const char *after)
{
    *l = (struct lookout){.cache = cache_new(1 << 20)};
    l->s.cache = l->cache;
    around_text_init(&l->around);
    buf_add_str(&l->around.after, after);
    around_text_type(&l->around, "x", 1);
    const struct answer *a = add(l->cache, &l->around, suggested);
    if (behind != NULL) {
        around_text_type(&l->around, suggested, strlen(suggested));
        add(l->cache, &l->around, behind);
        l->around.left.len = 1;
    }
    return a;
}

/* The text that is taken to be typed to get to where is asked, NULL: nothing is asked. */
static const char *asked_ahead(struct lookout *l, struct world *w, const struct answer *a)
{
    static char text[64];
    l->around.left.len = 1;
    bool asks = course_looks_ahead(&w->c, &l->s, &w->p, a, &l->around, &l->key);
    snprintf(text, sizeof text, "%.*s", (int)l->around.left.len - 1, l->around.left.data + 1);
    return asks ? text : NULL;
}

static void put_away(struct lookout *l)
{
    around_text_finish(&l->around);
    cache_free(l->cache);
}

static struct world slow_world(void)
{
    struct world w = world(-1);
    pace_answered(&w.p, 500);
    return w;
}

static void it_looks_behind_the_suggestion_then_at_the_next_line(void)
{
    struct world w = slow_world();
    struct lookout l;
    const struct answer *a = look_out(&l, "(y)", NULL, "\nz");
    CHECK_TEXT(asked_ahead(&l, &w, a), "(y)");
    put_away(&l);
    a = look_out(&l, "(y)", " + 1", "\nz");
    w.c.ahead_of = 0;
    CHECK_TEXT(asked_ahead(&l, &w, a), "(y)\n");
    put_away(&l);
}

static void the_next_line_is_not_asked_for_where_that_is_of_no_use(void)
{
    static const struct {
        const char *behind, *after;
        bool slow;
    } cases[] = {
        {"\nnext", "", true},
        {" + 1", ")", true},
        {" + 1", "", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct world w = cases[i].slow ? slow_world() : world(-1);
        struct lookout l;
        const struct answer *a = look_out(&l, "(y)", cases[i].behind, cases[i].after);
        CHECK(asked_ahead(&l, &w, a) == NULL);
        CHECK_INT(w.c.ahead, AHEAD_DONE);
        put_away(&l);
    }
}

static void it_looks_ahead_once(void)
{
    struct world w = slow_world();
    struct lookout l;
    const struct answer *a = look_out(&l, "(y)", NULL, "");
    struct course_place place;
    const struct cache_key here = {.around = around_text_view(&l.around)};
    CHECK(course_look(&w.c, &l.s, &here, NULL, &place) == a);
    CHECK(!place.ahead);
    around_text_type(&l.around, "(y", 2);
    const struct cache_key half = {.around = around_text_view(&l.around)};
    course_look(&w.c, &l.s, &half, NULL, &place);
    CHECK(place.ahead);
    l.s.used = 0;
    asked_ahead(&l, &w, a);
    CHECK(asked_ahead(&l, &w, a) == NULL);
    l.around.left.len = 1;
    around_text_type(&l.around, "(y", 2);
    const struct cache_key again = {.around = around_text_view(&l.around)};
    course_look(&w.c, &l.s, &again, NULL, &place);
    CHECK(!place.ahead);
    put_away(&l);
}

/* ---- others -------------------------------------------------------------------- */

static void a_chat_bars_what_was_asked_here_alone(void)
{
    struct world w = world(-1);
    ask(&w);
    course_interrupt(&w.c);
    CHECK_INT(w.c.state, COURSE_BARRED);
    w = world(-1);
    typed(&w, known);
    course_asked(&w.c, COURSE_AHEAD, w.now);
    course_interrupt(&w.c);
    CHECK_INT(w.c.state, COURSE_IDLE);
    course_resume(&w.c, w.now);
    CHECK_INT(w.c.state, COURSE_IDLE);
}

static void closed_nothing_is_asked_until_a_key(void)
{
    struct world w = world(-1);
    typed(&w, unknown);
    course_close(&w.c);
    CHECK_INT(course_deadline(&w.c, &w.p), 0);
    course_resume(&w.c, w.now);
    course_lost(&w.c);
    CHECK_INT(w.c.state, COURSE_CLOSED);
    typed(&w, unknown);
    CHECK_INT(w.c.state, COURSE_PAUSING);
}

int main(void)
{
    RUN(an_adapted_pause_begins_with_the_first_key_that_adds_text);
    RUN(a_move_or_a_deletion_begins_it_anew);
    RUN(a_configured_pause_begins_with_each_key);
    RUN(what_is_known_is_not_asked_for);
    RUN(who_accepts_or_requests_does_not_wait);
    RUN(an_answer_that_says_nothing_is_asked_for_again_on_request);
    RUN(in_a_word_nothing_is_asked);
    RUN(what_cannot_be_asked_now_is_asked_later);
    RUN(keys_that_add_text_let_a_request_go_on);
    RUN(what_the_first_bytes_contradict_is_ended_and_asked_anew_at_once);
    RUN(later_bytes_are_compared_too);
    RUN(a_configured_pause_is_kept_then_too);
    RUN(a_model_that_is_wrong_again_and_again_is_asked_less_until_it_is_right);
    RUN(what_was_shown_and_not_typed_counts_as_wrong);
    RUN(a_contradiction_ends_it_at_once);
    RUN(a_deletion_ends_it_unless_all_is_gone_that_was_typed_since);
    RUN(what_is_known_from_elsewhere_ends_it);
    RUN(an_old_one_makes_room);
    RUN(whoever_waits_at_its_place_is_left_in_peace);
    RUN(one_that_would_not_be_asked_anew_stays);
    RUN(an_answer_that_is_too_short_is_followed_by_a_request);
    RUN(what_comes_behind_a_suggestion_is_asked_for_when_that_is_due);
    RUN(an_answer_that_was_half_typed_before_it_came_is_followed_at_once);
    RUN(who_leaves_the_suggestion_ends_what_was_asked_behind_it);
    RUN(it_looks_behind_the_suggestion_then_at_the_next_line);
    RUN(the_next_line_is_not_asked_for_where_that_is_of_no_use);
    RUN(it_looks_ahead_once);
    RUN(a_chat_bars_what_was_asked_here_alone);
    RUN(closed_nothing_is_asked_until_a_key);
    return check_report("test_course");
}
