#include "check.h"
#include "complete/trim/lexer.h"

static void strings_and_comments_are_told_from_code(void)
{
    static const struct {
        const char *filetype, *text;
        enum lexer_in in;
    } list[] = {
        {"c", "int x = ", IN_CODE},
        {"c", "char *s = \"a", IN_STRING},
        {"c", "char *s = \"a\\\"b", IN_STRING},
        {"c", "char *s = \"a\"; ", IN_CODE},
        {"c", "char *s = \"a\n", IN_CODE},
        {"c", "x = 1; // it's", IN_COMMENT},
        {"c", "x = 1; // it's\n", IN_CODE},
        {"c", "/* don't\n * stop", IN_COMMENT},
        {"c", "/* don't */ x", IN_CODE},
        {"c", "char c = '\"'; ", IN_CODE},
        {"c", "a / b", IN_CODE},
        {"python", "def f():\n    \"\"\"Do it.\n\n    \"Twice", IN_STRING},
        {"python", "def f():\n    \"\"\"Do it.\"\"\"\n", IN_CODE},
        {"python", "x = 1  # don't", IN_COMMENT},
        {"sh", "n=$#; x", IN_CODE},
        {"sh", "echo \"a\nb", IN_STRING},
        {"rust", "fn f<'a>(x: &'a str) ", IN_CODE},
        {"lua", "--[[ a\nb", IN_COMMENT},
        {"lua", "-- a\nb", IN_CODE},
        {"javascript", "x = `a\nb", IN_STRING},
        {"haskell", "f x' = x'", IN_CODE},
        {"vb", "x = 1 ' it is", IN_COMMENT},
        {"json", "{\"a\": ", IN_CODE},
        {"json", "{\"a", IN_STRING},
        {"none", "x = \"a", IN_STRING},
        {"c", "", IN_CODE},
        {"c", "\"\\", IN_STRING},
    };
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        struct lexer l;
        lexer_init(&l, language_of(list[i].filetype));
        lexer_feed(&l, span_of(list[i].text));
        check_ints(list[i].text, (int)i, "in", l.in, list[i].in);
    }
}

static void texts_may_come_in_lines(void)
{
    struct lexer l;
    lexer_init(&l, language_of("python"));
    lexer_feed(&l, span_of("def f():\n    \"\"\"Do it.\n"));
    lexer_feed(&l, span_of("    Twice.\"\"\"\n"));
    lexer_feed(&l, (struct span){NULL, 0});
    CHECK_INT(l.in, IN_CODE);
}

int main(void)
{
    RUN(strings_and_comments_are_told_from_code);
    RUN(texts_may_come_in_lines);
    return check_report("test_lexer");
}
