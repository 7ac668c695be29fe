#include "server/retry.h"

#include "base/words.h"

#include <ctype.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Where the server says nothing: 2, 4, 8, 16 s. */
#define FIRST_WAIT_MS 2000
#define LAST_WAIT_MS 16000

/* A week: more is a mistake, and no number of ms. */
#define LONGEST_S 604800.0

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

static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

/* "1.2s", "300ms", "6m0s", "20 seconds": the first time in the text, in s, or -1. */
static double read_duration(const char *text)
{
    static const struct {
        const char *name; /* what begins with it, so the longer ones stand first */
        double seconds;
    } units[] = {{"ms", 0.001}, {"milli", 0.001}, {"month", 30 * 86400.0},
                 {"m", 60},     {"s", 1},         {"w", 7 * 86400.0},
                 {"h", 3600},   {"d", 86400}};
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
        text = unit + strspn(unit, letters);
        text += strspn(text, " ,");
        text += strncmp(text, "and ", 4) == 0 ? 4 : 0;
    }
    return found ? seconds : -1;
}

/* Behind "about" and the like. */
static const char *skip_fillers(const char *text)
{
    static const char *const fillers[] = {"about ",    "approximately ", "around ", "another ",
                                          "at least ", "up to ",         "for ",    "~"};
    for (size_t i = 0; i < sizeof fillers / sizeof *fillers; i++) {
        if (strncasecmp(text, fillers[i], strlen(fillers[i])) == 0) {
            return skip_fillers(text + strlen(fillers[i]));
        }
    }
    return text;
}

/* "Please try again in 1.2s." */
static double read_words(const char *text)
{
    static const char *const before[] = {
        "try again in ", "retry in ",     "retry after ", "try again after ", "retrying in ",
        "wait ",         "available in ", "resets in ",   "reset in ",        "reset after "};
    for (size_t i = 0; text != NULL && i < sizeof before / sizeof *before; i++) {
        for (const char *at = strcasestr(text, before[i]); at != NULL;
             at = strcasestr(at + 1, before[i])) {
            double seconds = read_duration(skip_fillers(at + strlen(before[i])));
            if (seconds >= 0) {
                return seconds;
            }
        }
    }
    return -1;
}

/* The value of the first JSON member of that name in the text, without its quote; NULL if there is
 * none. */
static const char *find_member(const char *body, const char *name)
{
    size_t len = strlen(name);
    for (const char *at = body != NULL ? strstr(body, name) : NULL; at != NULL;
         at = strstr(at + 1, name)) {
        const char *value = at + len;
        if (at > body && at[-1] == '"' && *value == '"') {
            value += 1 + strspn(value + 1, " \t\r\n:");
            return value + (*value == '"');
        }
    }
    return NULL;
}

/* Google's RetryInfo has "retryDelay": "27s", Hugging Face "estimated_time": 20.0, OpenRouter
 * "retry_after_seconds": 12. */
static double read_body(const char *body)
{
    static const struct {
        const char *name;
        double seconds; /* of a number without a unit */
    } members[] = {{"retry_after_ms", 0.001}, {"retryAfterMs", 0.001}, {"retry_after_seconds", 1},
                   {"retry_after", 1},        {"retryAfter", 1},       {"retryDelay", 1},
                   {"estimated_time", 1}};
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        const char *value = find_member(body, members[i].name);
        if (value != NULL && isdigit((unsigned char)*value)) {
            double seconds = read_duration(value);
            return seconds >= 0 ? seconds : strtod(value, NULL) * members[i].seconds;
        }
    }
    return -1;
}

/* "Sun, 06 Nov 1994 08:49:37 GMT" and the two older forms of it (RFC 9110, 5.6.7), or -1. */
static time_t read_date(const char *text)
{
    static const char *const forms[] = {" %a, %d %b %Y %H:%M:%S", " %A, %d-%b-%y %H:%M:%S",
                                        " %a %b %d %H:%M:%S %Y"};
    for (size_t i = 0; text != NULL && i < sizeof forms / sizeof *forms; i++) {
        struct tm tm = {0};
        if (strptime(text, forms[i], &tm) != NULL) {
            return timegm(&tm);
        }
    }
    return -1;
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
    double seconds = read_words(a->text);
    return to_ms(seconds >= 0 ? seconds : read_body(a->body));
}

/* ---- whether ------------------------------------------------------------------- */

static bool has_code(const char *body, const char *const *codes)
{
    const char *code = find_member(body, "code");
    for (; code != NULL && *codes != NULL; codes++) {
        size_t len = strlen(*codes);
        if (strncmp(code, *codes, len) == 0 && !isalnum((unsigned char)code[len])) {
            return true;
        }
    }
    return false;
}

/* A time in the error itself: what is used up comes back then. */
static bool says_when(const struct retry_answer *a)
{
    return read_words(a->text) >= 0 || read_body(a->body) >= 0;
}

/* What is said of the balance itself, or of a limit that no short wait helps; and what may as well
 * be advice or an address. */
static bool speaks_of_money(const struct retry_answer *a)
{
    static const char *const clear[] = {"current quota",
                                        "insufficient credit",
                                        "insufficient balance",
                                        "insufficient funds",
                                        "insufficient quota",
                                        "credit balance",
                                        "balance is",
                                        "out of credits",
                                        "spend limit",
                                        "spending limit",
                                        "spend cap",
                                        "usage limits",
                                        "usage limit",
                                        "hard limit",
                                        "arrears",
                                        "recharge",
                                        "top up",
                                        "account has been locked",
                                        "account is locked",
                                        "per day",
                                        "per-day",
                                        "daily",
                                        "monthly",
                                        "weekly",
                                        "good standing",
                                        "free tier",
                                        "FreeTier",
                                        "trial key",
                                        "calls / month",
                                        "per month",
                                        NULL};
    static const char *const vague[] = {"billing", "credit", "credits", "balance", "payment", NULL};
    static const char *const rates[] = {"rate limit", "per minute", "per second",
                                        "too many requests", NULL};
    bool waits = a->after != NULL || a->after_ms != NULL || words_any(a->text, rates);
    return words_any(a->text, clear) || (!waits && has_word(a->text, vague));
}

bool retry_is_money(const struct retry_answer *a)
{
    static const char *const names[] = {"insufficient_quota",
                                        "billing_error",
                                        "billing_hard_limit_reached",
                                        "insufficient_balance",
                                        "exceeded_current_quota",
                                        "Arrearage",
                                        NULL};
    /* Z.ai (docs.z.ai/api-reference/api-code): an account that is inactive, locked, in arrears; its
     * calls of the day, its plan's use or time are used up. */
    static const char *const codes[] = {"1110", "1112", "1113", "1121", "1304",
                                        "1308", "1309", "1310", "1311", NULL};
    if (a->status == 402) {
        return true;
    }
    bool fits = a->status == 0 || (a->status >= 400 && a->status < 500);
    return fits && (words_any(a->body, names) || has_code(a->body, codes) ||
                    (!says_when(a) && speaks_of_money(a)));
}

/* Not where a model could not be loaded. */
static bool speaks_of_load(const char *text)
{
    static const char *const busy[] = {"busy",       "overloaded",  "too many",     "capacity",
                                       "rate limit", "high demand", "high traffic", NULL};
    static const char *const soon[] = {"loading", "starting", "warming", "try again", NULL};
    static const char *const broken[] = {"fail",   "error loading", "unable to", "could not",
                                         "cannot", "crash",         NULL};
    return words_any(text, busy) || (words_any(text, soon) && !words_any(text, broken));
}

/* An error within a stream has no status, perhaps the code of one; else it has to name a time. */
static bool is_load_inside(const struct retry_answer *a)
{
    static const char *const codes[] = {"429", "529", NULL};
    static const char *const words[] = {"rate limit", "too many requests", "rate_limit", NULL};
    return has_code(a->body, codes) ||
           (says_when(a) && (words_any(a->text, words) || words_any(a->body, words)));
}

bool retry_is_load(const struct retry_answer *a)
{
    if (retry_is_money(a) || (a->should != NULL && strcasecmp(a->should, "false") == 0)) {
        return false;
    }
    switch (a->status) {
    case 0:
        return is_load_inside(a);
    case 429:
    case 498: /* Groq: no capacity */
    case 529:
        return true;
    case 503:
        return a->after != NULL || a->after_ms != NULL || speaks_of_load(a->text);
    default:
        return false;
    }
}

int64_t retry_next_ms(struct retry *r, const struct retry_answer *a, time_t now)
{
    if (r->times >= RETRY_TIMES || !retry_is_load(a)) {
        return -1;
    }
    int64_t wait = retry_asked_ms(a, now);
    if (wait <= 0) { /* at once would be five requests in a moment */
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
