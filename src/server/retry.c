#include "server/retry.h"

#include <ctype.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* Where the server says nothing: 2, 4, 8, 16 s. */
#define FIRST_WAIT_MS 2000
#define LAST_WAIT_MS 16000

/* A week: more is a mistake, and no number of ms. */
#define LONGEST_S 604800.0

static bool says(const char *text, const char *const *words)
{
    for (size_t i = 0; text != NULL && words[i] != NULL; i++) {
        if (strcasestr(text, words[i]) != NULL) {
            return true;
        }
    }
    return false;
}

/* Whether one of these stands there, and is not a part of a longer word. */
static bool has_word(const char *text, const char *const *words)
{
    for (; text != NULL && *words != NULL; words++) {
        for (const char *at = strcasestr(text, *words); at != NULL;
             at = strcasestr(at + 1, *words)) {
            bool begins = at == text || !isalpha((unsigned char)at[-1]);
            if (begins && !isalpha((unsigned char)at[strlen(*words)])) {
                return true;
            }
        }
    }
    return false;
}

/* ---- times --------------------------------------------------------------------- */

static int64_t to_ms(double seconds)
{
    if (!isfinite(seconds) || seconds < 0) {
        return -1;
    }
    return (int64_t)ceil((seconds < LONGEST_S ? seconds : LONGEST_S) * 1000);
}

/* A number that is all of the text, but for blanks. */
static bool read_number(const char *text, double *number)
{
    char *end;
    if (text == NULL ||
        !(isdigit((unsigned char)text[strspn(text, " \t")]) || text[strspn(text, " \t")] == '.')) {
        return false;
    }
    *number = strtod(text, &end);
    return end != text && end[strspn(end, " \t\r\n")] == '\0';
}

/* "1.2s", "300ms", "6m0s", "20 seconds": the first time in the text, or -1. */
static double read_duration(const char *text)
{
    static const struct {
        const char *name;
        double seconds;
    } units[] = {{"ms", 0.001}, {"milli", 0.001}, {"h", 3600}, {"m", 60}, {"s", 1}};
    double seconds = 0;
    bool found = false;
    while (isdigit((unsigned char)*text)) {
        char *end;
        double number = strtod(text, &end);
        const char *unit = end + strspn(end, " ");
        size_t i = 0, count = sizeof units / sizeof *units;
        while (i < count && strncasecmp(unit, units[i].name, strlen(units[i].name)) != 0) {
            i++;
        }
        if (i == count) {
            break;
        }
        seconds += number * units[i].seconds;
        found = true;
        text = unit + strspn(unit, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
        text += strspn(text, " ,");
    }
    return found ? seconds : -1;
}

/* "Please try again in 1.2s." */
static double read_words(const char *text)
{
    static const char *const before[] = {"try again in ", "retry in ", "retry after ",
                                         "try again after ", "wait "};
    for (size_t i = 0; text != NULL && i < sizeof before / sizeof *before; i++) {
        for (const char *at = strcasestr(text, before[i]); at != NULL;
             at = strcasestr(at + 1, before[i])) {
            double seconds = read_duration(at + strlen(before[i]));
            if (seconds >= 0) {
                return seconds;
            }
        }
    }
    return -1;
}

/* "Sun, 06 Nov 1994 08:49:37 GMT", or -1. */
static time_t read_date(const char *text)
{
    struct tm tm = {0};
    const char *end = text != NULL ? strptime(text, " %a, %d %b %Y %H:%M:%S", &tm) : NULL;
    return end != NULL ? timegm(&tm) : -1;
}

int64_t retry_asked_ms(const struct retry_answer *a, time_t now)
{
    double number;
    if (read_number(a->after_ms, &number)) {
        return to_ms(number / 1000);
    }
    if (read_number(a->after, &number)) {
        return to_ms(number);
    }
    time_t date = read_date(a->after);
    if (date != -1) {
        return to_ms(date > now ? difftime(date, now) : 0);
    }
    return to_ms(read_words(a->text));
}

/* ---- whether ------------------------------------------------------------------- */

bool retry_is_money(const struct retry_answer *a)
{
    static const char *const codes[] = {"insufficient_quota", "billing_error",
                                        "billing_hard_limit_reached", "insufficient_balance", NULL};
    static const char *const words[] = {"spend limit",  "current quota", "billing",
                                        "credit",       "credits",       "balance",
                                        "usage limits", "payment",       NULL};
    if (a->status < 400 || a->status >= 500) {
        return false;
    }
    return a->status == 402 || says(a->body, codes) ||
           (has_word(a->text, words) && read_words(a->text) < 0);
}

bool retry_is_load(const struct retry_answer *a)
{
    static const char *const busy[] = {"busy",     "loading",  "overloaded", "try again",
                                       "starting", "too many", "capacity",   NULL};
    switch (a->status) {
    case 429:
        return !retry_is_money(a);
    case 529:
        return true;
    case 503:
        return a->after != NULL || a->after_ms != NULL || says(a->text, busy);
    default:
        return (a->status == 408 || a->status == 425 || a->status >= 500) &&
               (a->after != NULL || a->after_ms != NULL);
    }
}

int64_t retry_next_ms(struct retry *r, const struct retry_answer *a, time_t now)
{
    if (r->times >= RETRY_TIMES || !retry_is_load(a)) {
        return -1;
    }
    int64_t wait = retry_asked_ms(a, now);
    if (wait < 0) {
        wait = (int64_t)FIRST_WAIT_MS << r->times;
        wait = wait < LAST_WAIT_MS ? wait : LAST_WAIT_MS;
    }
    if (r->waited_ms + wait > RETRY_TOTAL_MS) {
        return -1;
    }
    r->times++;
    r->waited_ms += wait;
    return wait;
}
