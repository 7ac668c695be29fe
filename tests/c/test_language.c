#include "check.h"
#include "text/language.h"

enum { PROSE = 1, MARKUP = 2, GENERICS = 4, BY_INDENT = 8, NOCASE = 16 };

static int flags_of(const char *filetype)
{
    const struct language *l = language_of(filetype);
    return l->prose * PROSE | l->markup * MARKUP | l->generics * GENERICS |
           l->by_indent * BY_INDENT | l->nocase * NOCASE;
}

static void languages_are_known_by_their_file_type(void)
{
    static const struct {
        const char *filetype;
        int flags;
    } list[] = {
        {"", PROSE},
        {"markdown", PROSE},
        {"mark", 0},
        {"gitcommit", PROSE},
        {"c", 0},
        {"nobody.knows", 0},
        {"c.doxygen", 0},
        {"nobody.rust", GENERICS},
        {"javascript.jsx", 0},
        {"typescriptreact", MARKUP | GENERICS},
        {"fsharp", GENERICS | BY_INDENT},
        {"yaml.ansible", BY_INDENT},
        {"python", BY_INDENT},
        {"pug", BY_INDENT | MARKUP},
        {"sql", NOCASE},
        {".", 0},
        {"rust.", GENERICS},
        {" ", 0},
        {"cpp cuda", 0},
    };
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        check_ints(list[i].filetype, 0, "flags", flags_of(list[i].filetype), list[i].flags);
    }
}

static void comments_and_strings_are_known(void)
{
    CHECK_TEXT(language_of("c")->blocks, "/* */");
    CHECK_TEXT(language_of("lua")->comments, "--");
    CHECK_TEXT(language_of("rust")->strings, "\"");
    CHECK(language_of("json")->comments == NULL);
}

int main(void)
{
    RUN(languages_are_known_by_their_file_type);
    RUN(comments_and_strings_are_known);
    return check_report("test_language");
}
