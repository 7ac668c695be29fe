#include "job/stats.h"

#include "base/buf.h"
#include "nvim/wire.h"

#include <stdbool.h>
#include <stddef.h>

#define NS_PER_MS 1e6
#define NS_PER_S 1e9

/* Longer pieces are several tokens, of so many bytes on average. */
#define TOKEN_BYTES_MAX 16
#define TOKEN_BYTES 4

/* No rate is told that was measured in less time, or that no model has. Ours is only as good as
 * what lies between the model and us: a proxy that gathers tokens makes them look fast. */
#define MEASURABLE_NS 20000000u
#define SURE_NS 1000000000u /* then two reads are enough */
#define READS_MIN 3
#define RATE_MIN 0.01
#define RATE_MAX 20000
#define OUR_RATE_MAX 5000

/* The same of a server's own clock, which has no jitter. */
#define SERVER_MEASURABLE_NS 1000000

/* Pieces at most so far apart came at once. */
#define AT_ONCE_NS 1000000u

struct named_stat {
    const char *name;
    double value; /* negative: not known */
};

void stats_init(struct stats *s, uint64_t now_ns)
{
    *s = (struct stats){.server = {-1, -1, -1, -1, -1, -1, -1}, .started_ns = now_ns};
}

void stats_add(struct stats *s, const struct dialect_stats *news)
{
    struct dialect_stats *to = &s->server;
    const int64_t values[] = {news->prompt_tokens, news->cached_tokens, news->tokens,
                              news->prompt_ns,     news->eval_ns,       news->load_ns,
                              news->total_ns};
    int64_t *const fields[] = {&to->prompt_tokens, &to->cached_tokens, &to->tokens,  &to->prompt_ns,
                               &to->eval_ns,       &to->load_ns,       &to->total_ns};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        *fields[i] = values[i] >= 0 ? values[i] : *fields[i];
    }
}

double stats_ms(const struct stats *s, uint64_t ns)
{
    return ns > 0 ? (double)(ns - s->started_ns) / NS_PER_MS : -1;
}

void stats_piece(struct stats *s, size_t len, uint64_t now_ns)
{
    s->reads += s->pieces == 0 || now_ns - s->last_ns > AT_ONCE_NS;
    s->pieces++;
    s->tokens += len <= TOKEN_BYTES_MAX ? 1 : (int64_t)((len + TOKEN_BYTES - 1) / TOKEN_BYTES);
    s->first_tokens = s->reads == 1 ? s->tokens : s->first_tokens;
    s->first_ns = s->first_ns > 0 ? s->first_ns : now_ns;
    s->last_ns = now_ns;
}

/* -1 if it is no rate that a model has. */
static double rate_of(double tokens, double ns, double max)
{
    double rate = ns > 0 ? tokens * NS_PER_S / ns : -1;
    return rate >= RATE_MIN && rate < max ? rate : -1;
}

static double server_rate(const struct stats *s)
{
    int64_t ns = s->server.eval_ns;
    bool measured = ns >= SERVER_MEASURABLE_NS;
    return measured ? rate_of((double)s->server.tokens, (double)ns, RATE_MAX) : -1;
}

/* The server has counted, and not nothing where something came. */
static bool is_counted(const struct stats *s)
{
    return s->server.tokens > 0 || (s->server.tokens == 0 && s->pieces == 0);
}

/* The share of the tokens that came after the first read: in the time from there to the last. */
static double later_share(const struct stats *s)
{
    return (double)(s->tokens - s->first_tokens) / (double)s->tokens;
}

/* The server's own rate where it gives one, else ours from the first token to the last, if there
 * was time to measure it. A server counts what it hides too, for which this is not the time. */
static double tokens_per_second(const struct stats *s)
{
    double rate = server_rate(s);
    if (rate > 0) {
        return rate;
    }
    bool shown = is_counted(s) && s->server.tokens <= 2 * s->tokens;
    double tokens = (double)(shown ? s->server.tokens : s->tokens);
    uint64_t ns = s->last_ns - s->first_ns;
    bool measured = ns >= (s->reads >= READS_MIN ? MEASURABLE_NS : SURE_NS);
    return measured ? rate_of(tokens * later_share(s), (double)ns, OUR_RATE_MAX) : -1;
}

static double to_ms(int64_t ns)
{
    return ns >= 0 ? (double)ns / NS_PER_MS : -1;
}

void stats_pack(const struct stats *s, const struct sink_stats *sent, struct buf *out)
{
    static const struct sink_stats nothing;
    sent = sent != NULL ? sent : &nothing;
    const struct named_stat stats[] = {
        {"tokens", (double)(is_counted(s) ? s->server.tokens : s->tokens)},
        {"tokens_per_second", tokens_per_second(s)},
        {"prompt_tokens", (double)s->server.prompt_tokens},
        {"cached_tokens", (double)s->server.cached_tokens},
        {"prompt_ms", to_ms(s->server.prompt_ns)},
        {"load_ms", to_ms(s->server.load_ns)},
        {"ttft_ms", stats_ms(s, s->first_ns)},
        {"total_ms", stats_ms(s, s->ended_ns)},
        {"pieces", (double)s->pieces},
        {"bytes", (double)sent->bytes},
        {"edits", (double)sent->edits},
        {"merged", (double)sent->merged},
        {"max_unacked", (double)sent->max_unacked},
        {"redelivered", (double)sent->redelivered},
    };
    uint32_t known = 0;
    for (size_t i = 0; i < sizeof stats / sizeof *stats; i++) {
        known += stats[i].value >= 0;
    }
    wire_map(out, known + 2 + s->is_cut);
    for (size_t i = 0; i < sizeof stats / sizeof *stats; i++) {
        if (stats[i].value >= 0) {
            wire_cstr(out, stats[i].name);
            wire_float(out, stats[i].value);
        }
    }
    wire_cstr(out, "server"); /* the rate is the server's own */
    wire_bool(out, server_rate(s) > 0);
    wire_cstr(out, "counted"); /* so are the tokens */
    wire_bool(out, is_counted(s));
    if (s->is_cut) {
        wire_cstr(out, "cut"); /* so many tokens it has read of a longer prompt */
        wire_bool(out, true);
    }
}
