/* Figures of replies, as the servers tell them. */
#include "shape.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

uint64_t figure(const struct shape_state *s, const char *name, uint64_t otherwise)
{
    const cJSON *given = field_get(s->answer->stats, name);
    return cJSON_IsNumber(given) && given->valuedouble >= 0 ? (uint64_t)given->valuedouble
                                                            : otherwise;
}

/* RFC 3339 with up to nine digits, trailing zeros dropped, as Go prints it. */
void figure_now(struct buf *out)
{
    static time_t second;
    static char date[24];
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (now.tv_sec != second || !date[0]) {
        struct tm tm;
        gmtime_r(&now.tv_sec, &tm);
        strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &tm);
        second = now.tv_sec;
    }
    char digits[12] = ".000000000";
    long ns = now.tv_nsec;
    for (int i = 9; i > 0; i--, ns /= 10) {
        digits[i] = (char)('0' + ns % 10);
    }
    size_t len = 10;
    while (len > 1 && digits[len - 1] == '0') {
        len--;
    }
    buf_add_str(out, date);
    buf_add(out, digits, len > 1 ? len : 0);
    buf_add(out, "Z", 1);
}

static void add_figure(const char *name, double value, struct buf *out)
{
    buf_printf(out, ",\"%s\":%.15g", name, value);
}

static double per(double a, double b)
{
    return b > 0 ? a / b : 0;
}

/* Microseconds, as the real one measures. */
static double milliseconds(const struct shape_state *s, const char *name, uint64_t ns)
{
    uint64_t us = figure(s, name, ns) / 1000;
    return (double)us / 1e3;
}

/* The first token counts as part of the prompt, so that the rest is over one less. */
void figure_timings(const struct shape_state *s, struct buf *out)
{
    uint64_t all = figure(s, "prompt_eval_count", s->prompt_tokens);
    uint64_t tokens = figure(s, "eval_count", s->tokens);
    double prompt = (double)all;
    double rest = (double)(tokens > 0 ? tokens - 1 : 0);
    double prompt_ms = milliseconds(s, "prompt_eval_duration", s->prompt_ns);
    double ms = milliseconds(s, "eval_duration", s->eval_ns);
    buf_printf(out, ",\"timings\":{\"cache_n\":0,\"prompt_n\":%" PRIu64, all);
    add_figure("prompt_ms", prompt_ms, out);
    add_figure("prompt_per_token_ms", per(prompt_ms, prompt), out);
    add_figure("prompt_per_second", per(prompt * 1e3, prompt_ms), out);
    buf_printf(out, ",\"predicted_n\":%" PRIu64, tokens);
    add_figure("predicted_ms", ms, out);
    add_figure("predicted_per_token_ms", per(ms, rest), out);
    add_figure("predicted_per_second", per(rest * 1e3, ms), out);
    buf_add_str(out, "}");
}

/* Probabilities of tokens, in the two kinds of list. */

unsigned figure_token_id(struct span token)
{
    unsigned x = 2166136261u;
    for (size_t i = 0; i < token.len; i++) {
        x = (x ^ (unsigned char)token.data[i]) * 16777619u;
    }
    return x % 600;
}

static void add_bytes(struct span token, struct buf *out)
{
    buf_add_str(out, "\"bytes\":[");
    for (size_t i = 0; i < token.len; i++) {
        buf_printf(out, "%s%u", i ? "," : "", (unsigned)(unsigned char)token.data[i]);
    }
    buf_add_str(out, "]");
}

/* llama-server has an id, and the probability last. */
static void add_token(struct span token, double logprob, enum quote_style style, struct buf *out)
{
    bool llama = style == QUOTE_PLAIN;
    if (llama) {
        buf_printf(out, "{\"id\":%u,\"token\":", figure_token_id(token));
        quote(out, token.data, token.len, style);
        buf_add_str(out, ",");
        add_bytes(token, out);
        buf_printf(out, ",\"logprob\":%.15g", logprob);
    } else {
        buf_add_str(out, "{\"token\":");
        quote(out, token.data, token.len, style);
        buf_printf(out, ",\"logprob\":%.17g,", logprob);
        add_bytes(token, out);
    }
}

/* The token itself, then such as nobody would take. */
static void add_top(struct span token, double logprob, int count, enum quote_style style,
                    struct buf *out)
{
    buf_add_str(out, ",\"top_logprobs\":[");
    for (int i = 0; i < count; i++) {
        char other[16] = " other";
        other[6] = (char)('a' + i % 26);
        buf_add_str(out, i ? "," : "");
        add_token(i ? (struct span){other, 7} : token, i ? logprob - 4 * i : logprob, style, out);
        buf_add_str(out, "}");
    }
    buf_add_str(out, "]");
}

static void add(const struct shape_state *s, struct span token, size_t number, struct buf *out)
{
    enum quote_style style = s->shape->style;
    double logprob = answer_logprob(s->answer, number);
    token.data = token.len != 0 ? token.data : "";
    add_token(token, logprob, style, out);
    if (s->probs > 0) {
        add_top(token, logprob, s->probs, style, out);
    }
    buf_add_str(out, "}");
}

static void add_all(const struct shape_state *s, struct buf *out)
{
    const struct tokens *t = &s->answer->text;
    for (size_t i = 0; i < t->count; i++) {
        struct span token;
        token.data = tokens_at(t, i, &token.len);
        buf_add_str(out, i != 0 ? "," : "");
        add(s, token, i, out);
    }
}

void figure_probs(const struct shape_state *s, struct buf *out)
{
    buf_add_str(out, "[");
    if (s->kind == RECORD_WHOLE) {
        add_all(s, out);
    } else {
        add(s, s->text, s->token, out);
    }
    buf_add_str(out, "]");
}
