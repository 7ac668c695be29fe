/* Numbers and figures as llama-server writes them. */
#include "shape.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The shortest digits that are the same number, with a point. */
void shape_double(double value, struct buf *out)
{
    char digits[40];
    for (int precision = 1; precision <= 17; precision++) {
        snprintf(digits, sizeof digits, "%.*g", precision, value);
        if (strtod(digits, NULL) == value) {
            break;
        }
    }
    if (strchr(digits, 'e') && value < 1e15 && value > -1e15 && (double)(int64_t)value == value) {
        snprintf(digits, sizeof digits, "%.0f", value);
    }
    buf_add_str(out, digits);
    buf_add_str(out, strpbrk(digits, ".e") ? "" : ".0");
}

static void add(const char *name, double value, struct buf *out)
{
    buf_printf(out, ",\"%s\":", name);
    shape_double(value, out);
}

static double per(double a, double b)
{
    return b > 0 ? a / b : 0;
}

/* Microseconds, as the real one measures. */
static double milliseconds(const struct shape_state *s, const char *name, uint64_t ns)
{
    int64_t us = shape_stat(s, name, ns) / 1000;
    return (double)us / 1e3;
}

/* The first token counts as part of the prompt, so that the rest is over one less. */
void shape_timings(const struct shape_state *s, struct buf *out)
{
    int64_t cached = shape_stat(s, "cache_n", s->cached);
    int64_t all = shape_stat(s, "prompt_eval_count", s->prompt_tokens);
    int64_t tokens = shape_stat(s, "eval_count", s->tokens);
    double prompt = (double)(all > cached ? all - cached : 0);
    double rest = (double)(tokens > 0 ? tokens - 1 : 0);
    double prompt_ms = milliseconds(s, "prompt_eval_duration", s->prompt_ns);
    double ms = milliseconds(s, "eval_duration", s->eval_ns);
    buf_printf(out, ",\"timings\":{\"cache_n\":%" PRId64 ",\"prompt_n\":%.0f", cached, prompt);
    add("prompt_ms", prompt_ms, out);
    add("prompt_per_token_ms", per(prompt_ms, prompt), out);
    add("prompt_per_second", per(prompt * 1e3, prompt_ms), out);
    buf_printf(out, ",\"predicted_n\":%" PRId64, tokens);
    add("predicted_ms", ms, out);
    add("predicted_per_token_ms", per(ms, rest), out);
    add("predicted_per_second", per(rest * 1e3, ms), out);
    buf_add_str(out, "}");
}
