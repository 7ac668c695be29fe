/* Patterns of file names: what matches, and what does not. */
#include "check.h"

#include "gather/glob.h"

static bool matches(const char *pattern, const char *path)
{
    struct globs all;
    bool any = false;
    if (globs_init(&all, pattern)) {
        for (size_t i = 0; i < all.count; i++) {
            any = any || glob_matches(&all.items[i], path);
        }
    }
    globs_finish(&all);
    return any;
}

struct example {
    const char *pattern, *matched, *not ; /* paths with a blank between them */
};

static const struct example examples[] = {
    {"*.lua", "a.lua ab.lua", "a.c src/a.lua .lua .a.lua lua"},
    {"src/*.lua", "src/a.lua", "src/deep/a.lua a.lua src/.a.lua"},
    {"src/**/*.lua", "src/a.lua src/x/a.lua src/x/y/a.lua", "a.lua src/.x/a.lua src/a.c"},
    {"**/*.c", "a.c x/a.c x/y/z/a.c", "a.h .x/a.c x/.a.c"},
    {"**", "a x/y", ".a x/.y .x/y"},
    {"**/x/**", "x/a y/x/a x/x x/y/z", "x y/x"},
    {"./src//a.c", "src/a.c", "a.c"},
    {"?.c", "a.c \xC3\xA4.c", "ab.c .c"},
    {"[a-c]?", "aa cz", "da a"},
    {"[!a-c]", "d", "a b"},
    {"[]]", "]", "a"},
    {"[a", "[a", "a"},
    {"[a-]", "a -", "b"},
    {"a**b", "ab axxb", "a/b"},
    {"{a,b}.{c,h}", "a.c b.h", "a.d c.c {a,b}.c"},
    {"{src,tests/{c,nvim}}/*", "src/x tests/c/x tests/nvim/x", "tests/x c/x"},
    {"{,x}y", "y xy", "x"},
    {"{a}", "{a}", "a"},
    {"{a,b", "{a,b", "a b"},
    {"\\*", "*", "a"},
    {"\\{a,b}", "{a,b}", "a b"},
    {".*", ".a .git", "a"},
    {".git*/x", ".github/x", "git/x"},
    {"../a", "../a", "a"},
    {"a*b*c", "abc aXbXc abbcc", "ab acb abcd"},
    {"", "", "a"},
};

static void check_list(const char *pattern, const char *paths, bool wanted)
{
    char *list = strdup(paths), *rest = list;
    for (char *path = strsep(&rest, " "); path != NULL; path = strsep(&rest, " ")) {
        if (path[0] != '\0' && matches(pattern, path) != wanted) {
            check_fail(__FILE__, __LINE__, pattern);
            printf("    %s: wanted %s\n", path, wanted ? "a match" : "none");
        }
    }
    free(list);
}

static void patterns_match_what_they_say(void)
{
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
        check_list(examples[i].pattern, examples[i].matched, true);
        check_list(examples[i].pattern, examples[i].not, false);
    }
}

static void a_pattern_that_stands_for_too_much_is_none(void)
{
    struct globs all;
    CHECK(!globs_init(&all, "{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}"));
    globs_finish(&all);
    CHECK(!globs_init(&all, "a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/"
                            "a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a"));
    globs_finish(&all);
    char *braces = malloc(1000001);
    for (size_t i = 0; i < 1000000; i += 5) {
        memcpy(braces + i, "{a,b}", 5);
    }
    braces[1000000] = '\0';
    CHECK(!globs_init(&all, braces));
    globs_finish(&all);
    free(braces);
}

/* Would take for ever if each star were tried with each other one. */
static void many_stars_take_no_time(void)
{
    char name[2000];
    memset(name, 'a', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    CHECK(!matches("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b", name));
    CHECK(!matches("**/**/**/a*/**/**/a*/**/b", "a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a"));
}

int main(void)
{
    RUN(patterns_match_what_they_say);
    RUN(a_pattern_that_stands_for_too_much_is_none);
    RUN(many_stars_take_no_time);
    return check_report("test_glob");
}
