#include "job/stats.h"

#include "base/buf.h"
#include "nvim/wire.h"

#include <stdbool.h>
#include <stddef.h>

#define NS_PER_MS 1e6
#define NS_PER_S 1e9

struct figure {
    const char *name;
    double value; /* negative: not known */
};

void stats_init(struct stats *f, uint64_t now_ns)
{
    *f = (struct stats){.server = {-1, -1, -1, -1, -1, -1, -1}, .started_ns = now_ns};
}

void stats_add(struct stats *f, const struct dialect_stats *news)
{
    struct dialect_stats *to = &f->server;
    const int64_t values[] = {news->prompt_tokens, news->cached_tokens, news->tokens,
                              news->prompt_ns,     news->eval_ns,       news->load_ns,
                              news->total_ns};
    int64_t *const fields[] = {&to->prompt_tokens, &to->cached_tokens, &to->tokens,  &to->prompt_ns,
                               &to->eval_ns,       &to->load_ns,       &to->total_ns};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        *fields[i] = values[i] >= 0 ? values[i] : *fields[i];
    }
}

double stats_ms(const struct stats *f, uint64_t ns)
{
    return ns > 0 ? (double)(ns - f->started_ns) / NS_PER_MS : -1;
}

static bool has_own_rate(const struct dialect_stats *server)
{
    return server->tokens > 0 && server->eval_ns > 0;
}

/* The server's own rate where it gives one, else ours from first token to last. */
static double tokens_per_second(const struct stats *f)
{
    if (has_own_rate(&f->server)) {
        return (double)f->server.tokens * NS_PER_S / (double)f->server.eval_ns;
    }
    int64_t tokens = f->server.tokens > 0 ? f->server.tokens : f->pieces;
    if (tokens > 1 && f->first_ns > 0 && f->ended_ns > f->first_ns) {
        return (double)(tokens - 1) * NS_PER_S / (double)(f->ended_ns - f->first_ns);
    }
    return -1;
}

static double to_ms(int64_t ns)
{
    return ns >= 0 ? (double)ns / NS_PER_MS : -1;
}

void stats_pack(const struct stats *f, const struct sink_stats *sent, struct buf *out)
{
    static const struct sink_stats nothing;
    sent = sent != NULL ? sent : &nothing;
    const struct figure figures[] = {
        {"tokens", (double)(f->server.tokens >= 0 ? f->server.tokens : f->pieces)},
        {"tokens_per_second", tokens_per_second(f)},
        {"prompt_tokens", (double)f->server.prompt_tokens},
        {"cached_tokens", (double)f->server.cached_tokens},
        {"prompt_ms", to_ms(f->server.prompt_ns)},
        {"load_ms", to_ms(f->server.load_ns)},
        {"ttft_ms", stats_ms(f, f->first_ns)},
        {"total_ms", stats_ms(f, f->ended_ns)},
        {"pieces", (double)f->pieces},
        {"bytes", (double)sent->bytes},
        {"edits", (double)sent->edits},
        {"merged", (double)sent->merged},
        {"max_unacked", (double)sent->max_unacked},
        {"redelivered", (double)sent->redelivered},
    };
    uint32_t known = 0;
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        known += figures[i].value >= 0;
    }
    wire_map(out, known + 1);
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        if (figures[i].value >= 0) {
            wire_cstr(out, figures[i].name);
            wire_float(out, figures[i].value);
        }
    }
    wire_cstr(out, "server"); /* the rate is the server's own figure */
    wire_bool(out, has_own_rate(&f->server));
}
