/* What a .gitignore says, as gitignore(5) has it. */
#include "check.h"

#include "gather/ignore.h"

static const struct {
    const char *text, *path;
    bool is_folder;
    enum ignored says;
} examples[] = {
    {"*.o\n", "a.o", false, IGNORED_YES},
    {"*.o\n", "x/y/a.o", false, IGNORED_YES},
    {"*.o\n", "a.c", false, IGNORED_UNKNOWN},
    {"/a.o\n", "a.o", false, IGNORED_YES},
    {"/a.o\n", "x/a.o", false, IGNORED_UNKNOWN},
    {"build/\n", "build", true, IGNORED_YES},
    {"build/\n", "x/build", true, IGNORED_YES},
    {"build/\n", "build", false, IGNORED_UNKNOWN},
    {"doc/*.txt\n", "doc/a.txt", false, IGNORED_YES},
    {"doc/*.txt\n", "doc/x/a.txt", false, IGNORED_UNKNOWN},
    {"doc/*.txt\n", "x/doc/a.txt", false, IGNORED_UNKNOWN},
    {"**/doc/a\n", "x/doc/a", false, IGNORED_YES},
    {"doc/**\n", "doc/x/a", false, IGNORED_YES},
    {"doc/**\n", "doc", true, IGNORED_UNKNOWN},
    {"a/**/b\n", "a/b", false, IGNORED_YES},
    {"*\n!a\n", "a", false, IGNORED_NO},
    {"!a\n*\n", "a", false, IGNORED_YES},
    {"# a\n\n  \na\n", "# a", false, IGNORED_UNKNOWN},
    {"\\#a\n", "#a", false, IGNORED_YES},
    {"\\!a\n", "!a", false, IGNORED_YES},
    {"a  \n", "a", false, IGNORED_YES},
    {"a\\ \n", "a ", false, IGNORED_YES},
    {"a\r\n", "a", false, IGNORED_YES},
    {"*\n", ".hidden", false, IGNORED_YES},
    {"{a,b}\n", "a", false, IGNORED_UNKNOWN},
    {"/\n!\n", "a", false, IGNORED_UNKNOWN},
    {"a", "a", false, IGNORED_YES},
};

static void lines_say_what_git_makes_of_them(void)
{
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
        struct ignore all = {0};
        ignore_add(&all, span_of(examples[i].text));
        enum ignored says = ignore_says(&all, examples[i].path, examples[i].is_folder);
        if (says != examples[i].says) {
            check_fail(__FILE__, __LINE__, examples[i].text);
            printf("    %s: %d\n", examples[i].path, says);
        }
        ignore_finish(&all);
    }
}

int main(void)
{
    RUN(lines_say_what_git_makes_of_them);
    return check_report("test_ignore");
}
