#include "text/guess.h"

#include "base/span.h"

static void add(struct guesses *g, size_t from, size_t to, size_t step)
{
    if (g->count < GUESSES_MOST) {
        g->list[g->count++] = (struct guess){from, to, step};
    }
}

bool guess_has_steps(const struct language *language)
{
    struct span comments = span_of(language->comments != NULL ? language->comments : "");
    bool known = span_starts_with(comments, "#") ||
                 (!language->by_indent && span_starts_with(comments, "//"));
    bool lua = language->blocks != NULL && span_starts_with(span_of(language->blocks), "--[[");
    bool other = comments.len == 0 && language->blocks == NULL && !language->by_indent;
    return !language->markup && (known || lua || other);
}

void guesses_make(struct guesses *g, const struct language *language, size_t step,
                  const struct guess_start *start)
{
    static const size_t steps[] = {4, 2, 8, 3};
    const size_t count = guess_has_steps(language) ? sizeof steps / sizeof *steps : 0;
    size_t base = start->base, own = start->own;
    g->count = 0;
    if (own != base) {
        add(g, own, base, step);
        for (size_t i = 0; i < count; i++) {
            add(g, own, base, steps[i]);
        }
    }
    add(g, 0, 0, step);
    for (size_t i = 0; i < count; i++) {
        add(g, start->depth * steps[i], base, steps[i]);
    }
    for (size_t i = 0; i < count && base > 0; i++) {
        add(g, base, base, steps[i]);
    }
    for (size_t i = 0; i <= count && count > 0 && base > 0; i++) {
        add(g, 0, base, i == 0 ? step : steps[i - 1]);
    }
}

bool guess_is_plain(const struct guess *guess, size_t step)
{
    return guess->from == guess->to && guess->step == step;
}

size_t guess_column(const struct guess *guess, size_t step, size_t answer, bool *exact)
{
    *exact = true;
    if (guess_is_plain(guess, step)) {
        return answer;
    }
    if (answer >= guess->from) {
        size_t n = answer - guess->from;
        *exact = n % guess->step == 0;
        return guess->to + n / guess->step * step + n % guess->step;
    }
    size_t n = guess->from - answer;
    *exact = n % guess->step == 0 && n / guess->step * step <= guess->to;
    size_t less = (n + guess->step - 1) / guess->step * step;
    return less < guess->to ? guess->to - less : 0;
}
