#include "job/stats.h"

#include "base/buf.h"
#include "nvim/wire.h"

#include <stdbool.h>
#include <stddef.h>

#define NS_PER_MS 1e6
#define NS_PER_S 1e9

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

static bool has_own_rate(const struct dialect_stats *server)
{
    return server->tokens > 0 && server->eval_ns > 0;
}

/* The server's own rate where it gives one, else ours from first token to last. */
static double tokens_per_second(const struct stats *s)
{
    if (has_own_rate(&s->server)) {
        return (double)s->server.tokens * NS_PER_S / (double)s->server.eval_ns;
    }
    int64_t tokens = s->server.tokens > 0 ? s->server.tokens : s->pieces;
    if (tokens > 1 && s->first_ns > 0 && s->ended_ns > s->first_ns) {
        return (double)(tokens - 1) * NS_PER_S / (double)(s->ended_ns - s->first_ns);
    }
    return -1;
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
        {"tokens", (double)(s->server.tokens >= 0 ? s->server.tokens : s->pieces)},
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
    wire_map(out, known + 1);
    for (size_t i = 0; i < sizeof stats / sizeof *stats; i++) {
        if (stats[i].value >= 0) {
            wire_cstr(out, stats[i].name);
            wire_float(out, stats[i].value);
        }
    }
    wire_cstr(out, "server"); /* the rate is the server's own */
    wire_bool(out, has_own_rate(&s->server));
}
