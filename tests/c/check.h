/* Checks for the C tests. A test is a function whose name is a sentence; main runs each
 * by RUN and ends with check_report. Each failing check is printed with its place, a
 * failing test goes on, and the last line is "NAME: N passed, N failed". */
#ifndef HUM_CHECK_H
#define HUM_CHECK_H

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct {
    const char *test;
    bool bad;
    int passed, failed;
} check_state;

static inline void check_fail(const char *file, int line, const char *what)
{
    check_state.bad = true;
    printf("%s:%d: %s: %s\n", file, line, check_state.test, what);
}

static inline void check_ints(const char *file, int line, const char *what, int64_t got,
                              int64_t wanted)
{
    if (got == wanted) {
        return;
    }
    check_fail(file, line, what);
    printf("    got %" PRId64 ", wanted %" PRId64 "\n", got, wanted);
}

static inline void check_texts(const char *file, int line, const char *what, const char *got,
                               const char *wanted)
{
    if (got != NULL && wanted != NULL && strcmp(got, wanted) == 0) {
        return;
    }
    check_fail(file, line, what);
    printf("    got    \"%s\"\n    wanted \"%s\"\n", got != NULL ? got : "(null)",
           wanted != NULL ? wanted : "(null)");
}

#define CHECK(condition) \
    ((condition) ? (void)0 : check_fail(__FILE__, __LINE__, "not true: " #condition))
#define CHECK_INT(got, wanted) \
    check_ints(__FILE__, __LINE__, #got, (int64_t)(got), (int64_t)(wanted))
#define CHECK_TEXT(got, wanted) check_texts(__FILE__, __LINE__, #got, got, wanted)

static inline void check_run(const char *name, void (*test)(void))
{
    check_state.test = name;
    check_state.bad = false;
    test();
    if (check_state.bad) {
        check_state.failed++;
    } else {
        check_state.passed++;
    }
}

#define RUN(test) check_run(#test, test)

/* The exit status. */
static inline int check_report(const char *name)
{
    printf("%s: %d passed, %d failed\n", name, check_state.passed, check_state.failed);
    return check_state.failed > 0 || check_state.passed == 0;
}

#endif
