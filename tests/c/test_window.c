#include "check.h"
#include "complete/window.h"
#include "server/fill.h"
#include "spec.h"

static void bound(struct window *w, const char *json)
{
    cJSON *parsed = cJSON_Parse(json);
    struct value spec = spec_value(parsed);
    CHECK(window_bound(w, &spec));
    spec_free(&spec);
    cJSON_Delete(parsed);
}

#define ADAPTS(text, ring)                              \
    "{\"window_tokens\":" text ",\"ring_tokens\":" ring \
    ",\"window_adapts\":true,\"ring_adapts\":true}"

static void what_the_user_says_stays(void)
{
    struct window w;
    window_init(&w);
    bound(&w, "{\"window_tokens\":9000,\"ring_tokens\":0}");
    CHECK_INT(w.text, 9000);
    CHECK(!window_measured(&w, 9000, 1e6));
    CHECK(!window_measured(&w, 9000, 1));
    CHECK_INT(w.text, 9000);
    CHECK_INT(w.ring, 0);
    window_finish(&w);
}

/* So many tokens were read in a second. */
static void a_window_is_what_a_server_reads_in_time(void)
{
    static const struct {
        size_t speed, text, ring;
    } cases[] = {
        {10000, 8192, 4096}, {4000, 7200, 4096}, {2000, 3072, 2400}, {800, 1536, 1024},
        {300, 1536, 1024},   {100, 600, 400},    {30, 256, 256},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct window w;
        window_init(&w);
        bound(&w, ADAPTS("8192", "4096"));
        CHECK_INT(w.text, 3072);
        CHECK_INT(w.ring, 1024);
        CHECK(window_measured(&w, 1000, 1e6 / (double)cases[i].speed));
        CHECK_INT(w.text, cases[i].text);
        CHECK_INT(w.ring, cases[i].ring);
        window_finish(&w);
    }
}

static void a_window_is_never_more_than_its_bound(void)
{
    struct window w;
    window_init(&w);
    bound(&w, ADAPTS("1536", "1024"));
    CHECK_INT(w.text, 1536);
    CHECK(!window_measured(&w, 1000, 1));
    CHECK_INT(w.text, 1536);
    bound(&w, ADAPTS("4096", "2048")); /* by now more is loaded */
    CHECK_INT(w.text, 4096);
    bound(&w, ADAPTS("100", "50"));
    CHECK_INT(w.text, 100);
    CHECK_INT(w.ring, 50);
    window_finish(&w);
}

static void small_changes_and_small_prompts_change_nothing(void)
{
    struct window w;
    window_init(&w);
    bound(&w, ADAPTS("8192", "4096"));
    CHECK(!window_measured(&w, 100, 1));
    CHECK(window_measured(&w, 2000, 1000));
    CHECK_INT(w.text, 3072); /* not much more */
    size_t ring = w.ring;
    CHECK(!window_measured(&w, 2000, 900));
    CHECK(!window_measured(&w, 2000, 1200));
    CHECK_INT(w.ring, ring);
    window_finish(&w);
}

static void a_measurement_that_misleads_is_mended(void)
{
    struct window w;
    window_init(&w);
    bound(&w, ADAPTS("8192", "4096"));
    window_measured(&w, 3000, 1); /* it knew the prompt from before */
    CHECK_INT(w.text, 8192);
    for (int i = 0; i < 6; i++) {
        window_measured(&w, 1000, 10000);
    }
    CHECK(w.text < 1000);
    window_forget(&w);
    bound(&w, ADAPTS("8192", "4096"));
    CHECK_INT(w.text, 3072);
    window_finish(&w);
}

static size_t read_of(struct window *w, const char *chunk, const char *before, const char *line,
                      const char *after)
{
    const struct chunk one = {"a", chunk, strlen(chunk)}, *const chunks[] = {&one};
    const struct fill fill = {
        .around = {span_of(before), span_of(line), span_of(after)},
        .chunks = chunks,
        .chunk_count = 1,
    };
    return window_read(w, &fill);
}

static void what_is_read_is_what_is_not_where_it_was(void)
{
    struct window w;
    window_init(&w);
    CHECK_INT(read_of(&w, "one\n", "two\n", "t", "\nfour"), 14);
    CHECK_INT(read_of(&w, "one\n", "two\n", "th", "\nfour"), 1);
    CHECK_INT(read_of(&w, "one\n", "two\n", "th", "\nfour"), 0);
    CHECK_INT(read_of(&w, "one\n", "two\nthree\n", "", "\nfour"), 11);
    CHECK_INT(read_of(&w, "xne\n", "two\n", "t", "\nfour"), 14);
    window_finish(&w);
}

int main(void)
{
    RUN(what_the_user_says_stays);
    RUN(a_window_is_what_a_server_reads_in_time);
    RUN(a_window_is_never_more_than_its_bound);
    RUN(small_changes_and_small_prompts_change_nothing);
    RUN(a_measurement_that_misleads_is_mended);
    RUN(what_is_read_is_what_is_not_where_it_was);
    return check_report("window");
}
