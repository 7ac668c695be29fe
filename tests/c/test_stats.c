/* What a generation cost, from the server's figures and our own clock. */
#include "check.h"

#include "base/buf.h"
#include "job/stats.h"
#include "nvim/wire.h"
#include "proto.h"

#define MS UINT64_C(1000000)

/* The number under a name in packed stats, -1 if it is absent. */
struct wanted {
    const char *name;
    double number;
    bool truth;
};

static void on_message(void *ctx, const struct wire_message *m)
{
    struct wanted *w = ctx;
    const struct value *found = value_get(&m->params->as.array.items[0], w->name);
    w->number = value_number(found, -1);
    w->truth = value_bool(found, false);
}

static struct wanted packed(const struct stats *f, const char *name)
{
    struct wanted w = {.name = name, .number = -2};
    struct buf out;
    buf_init(&out, SIZE_MAX);
    wire_notification(&out, "stats", 1);
    stats_pack(f, NULL, &out);
    struct wire_reader *r = wire_reader_new(LIMIT_MESSAGE);
    size_t room;
    memcpy(wire_reader_space(r, &room), out.data, out.len);
    CHECK_INT(wire_reader_feed(r, out.len, on_message, &w), 0);
    wire_reader_free(r);
    buf_finish(&out);
    return w;
}

static void the_servers_own_rate_comes_first(void)
{
    struct stats f;
    stats_init(&f, 1000 * MS);
    stats_piece(&f, 3, 1500 * MS);
    f.ended_ns = 2500 * MS;
    stats_add(&f, &(struct dialect_stats){12, 8, 30, -1, 2000000000, -1, -1});
    CHECK_INT(packed(&f, "tokens_per_second").number, 15);
    CHECK_INT(packed(&f, "tokens").number, 30);
    CHECK_INT(packed(&f, "prompt_tokens").number, 12);
    CHECK_INT(packed(&f, "cached_tokens").number, 8);
    CHECK_INT(packed(&f, "ttft_ms").number, 500);
    CHECK_INT(packed(&f, "total_ms").number, 1500);
    CHECK(packed(&f, "server").truth);
}

static void without_it_ours_counts_from_the_first_token(void)
{
    struct stats f;
    stats_init(&f, 1000 * MS);
    for (uint64_t i = 0; i <= 10; i++) {
        stats_piece(&f, 4, (3000 + i * 200) * MS);
    }
    f.ended_ns = 9000 * MS; /* what comes behind the last token is no time of tokens */
    CHECK_INT(packed(&f, "tokens_per_second").number, 5);
    CHECK_INT(packed(&f, "tokens").number, 11);
    CHECK_INT(packed(&f, "prompt_tokens").number, -1);
    CHECK_INT(packed(&f, "cached_tokens").number, -1);
    CHECK(!packed(&f, "server").truth);
}

static void a_long_piece_is_several_tokens(void)
{
    struct stats f;
    stats_init(&f, 1000 * MS);
    stats_piece(&f, 400, 2000 * MS);
    stats_piece(&f, 404, 3000 * MS);
    CHECK_INT(packed(&f, "pieces").number, 2);
    CHECK_INT(packed(&f, "tokens").number, 201);
    CHECK_INT(packed(&f, "tokens_per_second").number, 101);
    CHECK(!packed(&f, "counted").truth);
}

static void no_rate_is_told_without_time_to_measure_it(void)
{
    struct stats f;
    stats_init(&f, 1000 * MS);
    stats_piece(&f, 5, 2000 * MS);
    stats_piece(&f, 5, 2001 * MS);
    f.ended_ns = 3000 * MS;
    stats_add(&f, &(struct dialect_stats){-1, -1, 60, -1, -1, -1, -1});
    CHECK_INT(packed(&f, "tokens_per_second").number, -1);
    CHECK_INT(packed(&f, "tokens").number, 60);
    CHECK(packed(&f, "counted").truth);
}

static void what_a_server_hides_does_not_raise_the_rate(void)
{
    struct stats f;
    stats_init(&f, 1000 * MS);
    for (uint64_t i = 0; i <= 10; i++) {
        stats_piece(&f, 4, (9000 + i * 100) * MS);
    }
    stats_add(&f, &(struct dialect_stats){-1, -1, 900, -1, -1, -1, -1});
    CHECK_INT(packed(&f, "tokens_per_second").number, 10);
    CHECK_INT(packed(&f, "tokens").number, 900);
}

static void figures_that_cannot_be_are_not_believed(void)
{
    struct stats f;
    stats_init(&f, 1000 * MS);
    stats_piece(&f, 4, 2000 * MS);
    stats_piece(&f, 4, 3000 * MS);
    stats_add(&f, &(struct dialect_stats){-1, -1, 0, -1, 1, -1, -1});
    CHECK_INT(packed(&f, "tokens").number, 2);
    CHECK_INT(packed(&f, "tokens_per_second").number, 1);
    stats_add(&f, &(struct dialect_stats){-1, -1, 4, -1, 1, -1, -1});
    CHECK_INT(packed(&f, "tokens_per_second").number, 2);
    CHECK(!packed(&f, "server").truth);
    f.ended_ns = 3000 * MS;
    stats_add(&f, &(struct dialect_stats){-1, -1, 4, -1, INT64_MAX, -1, -1});
    CHECK_INT(packed(&f, "tokens_per_second").number, 2);
    stats_add(&f, &(struct dialect_stats){-1, -1, 553656, -1, 1000000000, -1, -1});
    CHECK_INT(packed(&f, "tokens_per_second").number, 1);
    CHECK(!packed(&f, "server").truth);
}

static void tokens_that_a_proxy_gathers_are_not_fast(void)
{
    struct stats f;
    stats_init(&f, 1000 * MS);
    stats_piece(&f, 4, 2000 * MS);
    for (int i = 0; i < 400; i++) {
        stats_piece(&f, 4, 2030 * MS);
    }
    CHECK_INT(f.reads, 2);
    CHECK_INT(packed(&f, "tokens_per_second").number, -1);
    stats_piece(&f, 4, 2060 * MS);
    CHECK_INT(packed(&f, "tokens_per_second").number, -1); /* 6700 in a second */
    stats_piece(&f, 4, 4000 * MS);
    CHECK_INT(packed(&f, "tokens_per_second").number, 201);
}

static void what_came_with_the_first_read_took_none_of_the_time(void)
{
    struct stats f;
    stats_init(&f, 1000 * MS);
    for (int i = 0; i < 100; i++) {
        stats_piece(&f, 4, 2000 * MS);
    }
    stats_piece(&f, 4, 2050 * MS);
    stats_piece(&f, 4, 2100 * MS);
    CHECK_INT(packed(&f, "tokens_per_second").number, 20);
}

static void nothing_is_made_up_before_the_first_token(void)
{
    struct stats f;
    stats_init(&f, 1000 * MS);
    CHECK_INT(packed(&f, "tokens_per_second").number, -1);
    CHECK_INT(packed(&f, "ttft_ms").number, -1);
    CHECK_INT(packed(&f, "total_ms").number, -1);
}

static void figures_told_in_several_records_add_up(void)
{
    struct stats f;
    stats_init(&f, 0);
    stats_add(&f, &(struct dialect_stats){-1, -1, 5, -1, 1000000000, -1, -1});
    stats_add(&f, &(struct dialect_stats){9, -1, -1, -1, -1, -1, -1});
    CHECK_INT(f.server.prompt_tokens, 9);
    CHECK_INT(f.server.tokens, 5);
    CHECK_INT(f.server.eval_ns, 1000000000);
}

int main(void)
{
    RUN(the_servers_own_rate_comes_first);
    RUN(without_it_ours_counts_from_the_first_token);
    RUN(a_long_piece_is_several_tokens);
    RUN(no_rate_is_told_without_time_to_measure_it);
    RUN(what_a_server_hides_does_not_raise_the_rate);
    RUN(figures_that_cannot_be_are_not_believed);
    RUN(tokens_that_a_proxy_gathers_are_not_fast);
    RUN(what_came_with_the_first_read_took_none_of_the_time);
    RUN(nothing_is_made_up_before_the_first_token);
    RUN(figures_told_in_several_records_add_up);
    return check_report("stats");
}
