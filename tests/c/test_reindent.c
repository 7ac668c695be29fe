#include "base/buf.h"
#include "check.h"
#include "complete/trim/reindent.h"
#include "complete/trim/trim.h"
#include "cursor.h"

/* '~' in code is the cursor; all of the answer is placed, at once and byte by byte. */
struct example {
    const char *what, *filetype, *code, *answer, *placed;
};

static void place(const struct trim_context *c, const char *answer, bool bytes, struct buf *out)
{
    struct reindent r;
    size_t drop = trim_preamble(c, span_of(answer), true), len = strlen(answer);
    reindent_init(&r, c, (struct span){answer, drop});
    for (size_t i = drop; bytes && i < len; i++) {
        size_t before = out->len;
        reindent_feed(&r, (struct span){answer + i, 1}, false, out);
        CHECK(out->len >= before);
    }
    reindent_feed(&r, bytes ? (struct span){"", 0} : span_of(answer + drop), true, out);
    reindent_finish(&r);
    buf_add(out, "", 0);
}

static void check_example(const struct example *x, const struct indent *indent)
{
    struct trim_context c = cursor_in(x->code, x->filetype);
    c.indent = *indent;
    for (int bytes = 0; bytes < 2; bytes++) {
        struct buf out;
        buf_init(&out, SIZE_MAX);
        place(&c, x->answer, bytes == 1, &out);
        check_texts(x->what, bytes, "placed", out.data != NULL ? out.data : "", x->placed);
        buf_finish(&out);
    }
}

#define EXAMPLES(indent, ...)                                     \
    do {                                                          \
        static const struct example list[] = {__VA_ARGS__};       \
        for (size_t i = 0; i < sizeof list / sizeof *list; i++) { \
            check_example(&list[i], &(indent));                   \
        }                                                         \
    } while (0)

static const struct indent neovims = {.tabs = {8}, .tab_count = 1, .step = 8};
static const struct indent tabs_of_4 = {.tabs = {4}, .tab_count = 1, .step = 4};
static const struct indent half_tabs = {.tabs = {8}, .tab_count = 1, .step = 4};
static const struct indent blanks_2 = {.tabs = {2}, .tab_count = 1, .step = 2, .blanks = true};
static const struct indent blanks_4 = {.tabs = {8}, .tab_count = 1, .step = 4, .blanks = true};

static void a_file_with_tabs_gets_tabs(void)
{
    EXAMPLES(neovims,
             {"steps of four behind text", "c", "void f()\n{\n\tint x;~\n}\n",
              "\n    if (x) {\n        y();\n    }", "\n\tif (x) {\n\t\ty();\n\t}"},
             {"in an indented line", "c", "void f()\n{\n\tint x;\n\t~\n}\n",
              "    if (x) {\n        y();\n    }\n", "if (x) {\n\t\ty();\n\t}\n"},
             {"without the first line's indentation", "c", "void f()\n{\n\tint x;\n\t~\n}\n",
              "if (x) {\n        y();\n    }\n    z();", "if (x) {\n\t\ty();\n\t}\n\tz();"},
             {"steps of two", "c", "void f()\n{\n\tint x;~\n}\n",
              "\n  if (x) {\n    y();\n  }\n  z();", "\n\tif (x) {\n\t\ty();\n\t}\n\tz();"},
             {"counted from the cursor", "c", "void f()\n{\n\tint x;\n\t~\n}\n",
              "if (x) {\n    y();\n}\nz();", "if (x) {\n\t\ty();\n\t}\n\tz();"},
             {"deeper", "c", "void f()\n{\n\tif (x) {\n\t\ty();~\n\t}\n}\n",
              "\n        if (z) {\n            q();\n        }",
              "\n\t\tif (z) {\n\t\t\tq();\n\t\t}"},
             {"as it is", "c", "void f()\n{\n\tint x;~\n}\n", "\n\tif (x) {\n\t\ty();\n\t}",
              "\n\tif (x) {\n\t\ty();\n\t}"},
             {"aligned arguments", "c", "void f()\n{\n\tint x;~\n}\n",
              "\n\tcall(alpha,\n\t     beta);\n\tz();", "\n\tcall(alpha,\n\t     beta);\n\tz();"},
             {"aligned arguments in other steps", "c", "void f()\n{\n\tint x;~\n}\n",
              "\n    call_it_so(alpha,\n               beta);\n    z();",
              "\n\tcall_it_so(alpha,\n\t\t   beta);\n\tz();"}, );
    EXAMPLES(tabs_of_4,
             {"columns that are right", "go", "func f() {\n\tx := 1\n\t~\n}\n",
              "if x {\n        y()\n    }", "if x {\n\t\ty()\n\t}"},
             {"in a string of lines nothing is touched", "go", "func f() {\n\tx := 1\n\t~\n}\n",
              "s := `\n    a: 1\n`\n    y()", "s := `\n    a: 1\n`\n\ty()"}, );
    EXAMPLES(half_tabs,
             {"tabs and blanks", "c", "{\n    if (x) {\n\ty();~\n    }\n}\n",
              "\n        if (z) {\n            q();\n        }",
              "\n\tif (z) {\n\t    q();\n\t}"}, );
}

static void a_file_with_blanks_gets_blanks(void)
{
    EXAMPLES(blanks_4,
             {"tabs", "python", "def f():\n    x = 1~\n", "\n\tif x:\n\t\ty()",
              "\n    if x:\n        y()"},
             {"tabs in an unindented line", "python", "def f():\n~\n", "\tx = 1\n\treturn x\n",
              "    x = 1\n    return x\n"},
             {"columns that are right", "c", "{\n    a();~\n}\n",
              "\n    if (x) {\n        y();\n    }", "\n    if (x) {\n        y();\n    }"},
             {"steps of two", "python", "def f(xs):\n    for x in xs:~\n",
              "\n    if x:\n      y()\n    else:\n      z()\n  return 1",
              "\n        if x:\n            y()\n        else:\n            z()\n    return 1"},
             {"a docstring goes along", "python", "class A:\n    x = 1~\n",
              "\n  def f(self):\n    \"\"\"Do it.\n\n    Twice.\n    \"\"\"\n    return 1",
              "\n    def f(self):\n        \"\"\"Do it.\n\n        Twice.\n        \"\"\"\n"
              "        return 1"},
             {"aligned arguments", "python", "def f():\n    x = 1~\n",
              "\n    y = call(a,\n             b)\n    return y",
              "\n    y = call(a,\n             b)\n    return y"},
             {"a wrapped line", "python", "def f():\n    x = 1~\n",
              "\n    y = (\n        a + b\n    )\n    return y",
              "\n    y = (\n        a + b\n    )\n    return y"}, );
    EXAMPLES(
        blanks_2,
        {"steps of four", "python", "def f():\n  x = 1~\n",
         "\n    if x:\n        y()\n    return x", "\n  if x:\n    y()\n  return x"},
        {"behind a block's first line", "lua", "local function f(x)\n  if x then~\n  end\nend\n",
         "\n        y()\n        while x do\n            z()\n        end",
         "\n    y()\n    while x do\n      z()\n    end"},
        {"four from a right base", "lua", "local function f(x)\n  ~\nend\n",
         "if x then\n      y()\n  end\n  return 1", "if x then\n    y()\n  end\n  return 1"},
        {"a callback", "lua", "local function f(x)\n  g()~\nend\n",
         "\n    on(function()\n        y()\n    end)\n    z()",
         "\n  on(function()\n    y()\n  end)\n  z()"},
        {"a chain", "javascript", "function f() {\n  x();~\n}\n",
         "\n  return p\n    .then(a)\n    .then(b);", "\n  return p\n    .then(a)\n    .then(b);"},
        {"a list of YAML", "yaml", "steps:\n  - run: a~\n", "\n    with: b\n  - run: c",
         "\n    with: b\n  - run: c"},
        {"keys of YAML without values", "yaml", "volumes:\n  a:~\n",
         "\n  b:\n  c:", "\n  b:\n  c:"}, );
}

static void the_files_lines_go_before_its_options(void)
{
    EXAMPLES(neovims,
             {"blanks, and options that nobody set", "c", "{\n    a();~\n}\n",
              "\n    if (x) {\n        y();\n    }", "\n    if (x) {\n        y();\n    }"},
             {"tabs of the answer there", "c", "{\n    a();~\n}\n", "\n\tif (x) {\n\t\ty();\n\t}",
              "\n    if (x) {\n        y();\n    }"},
             {"nothing is known", "lua", "local function f()\n~\nend\n",
              "    local a = 1\n    return a", "    local a = 1\n    return a"},
             {"prose", "markdown", "- a\n\t- b~\n", "\n    - c\n  - d", "\n    - c\n  - d"}, );
    EXAMPLES(blanks_4,
             {"tabs, and blanks wanted", "c", "{\n\ta();~\n}\n",
              "\n    if (x) {\n        y();\n    }", "\n\tif (x) {\n\t\ty();\n\t}"}, );
}

static void the_cursor_stands_elsewhere(void)
{
    EXAMPLES(blanks_4,
             {"too little was typed", "python", "def f(x):\n  ~\n\ndef g(): pass", "  return x",
              "  return x"},
             {"too little, and the answer has all", "python", "def f(x):\n  ~\n\ndef g(): pass",
              "    return x", "  return x"},
             {"as much as there is", "python", "def f(x):\n    ~\n", "    if x:\n        y()",
              "if x:\n        y()"},
             {"a deeper line", "c", "{\n    if (x)\n    ~\n}\n", "    y();\n    z();",
              "    y();\n    z();"}, );
}

static void recipes_of_make_begin_with_tabs(void)
{
    EXAMPLES(blanks_4,
             {"tabs stay", "make", "CC = gcc\n\nall:~\n", "\n\t$(CC) -o x\n\techo",
              "\n\t$(CC) -o x\n\techo"},
             {"blanks become one", "make", "all: x~\n",
              "\n    gcc -o x\n    if x; then \\\n        y; \\\n    fi\n\nclean:\n    rm x",
              "\n\tgcc -o x\n\tif x; then \\\n\t    y; \\\n\tfi\n\nclean:\n\trm x"},
             {"in an empty line", "make", "all: x\n~\n", "    gcc -o x\n", "\tgcc -o x\n"},
             {"conditions stay", "make", "all:\n\tx\n\n~\n", "ifeq ($(A),1)\n  B = 1\nendif\n",
              "ifeq ($(A),1)\n  B = 1\nendif\n"}, );
}

static void literals_stay(void)
{
    EXAMPLES(neovims,
             {"a here-document", "sh", "f()\n{\n\tx=1~\n}\n",
              "\n    cat <<EOF\n    a\n\tb\nEOF\n    y", "\n\tcat <<EOF\n    a\n\tb\nEOF\n\ty"},
             {"a long string", "lua", "local function f()\n\tlocal x = 1~\nend\n",
              "\n    local s = [[\n    a\n]]\n    y()", "\n\tlocal s = [[\n    a\n]]\n\ty()"},
             {"a comment of lines", "c", "{\n\tx();~\n}\n",
              "\n    /* a\n     * b\n     */\n    y();", "\n\t/* a\n\t * b\n\t */\n\ty();"}, );
}

static void what_is_right_stays(void)
{
    EXAMPLES(blanks_4,
             {"vim's continued lines", "vim", "if a\n  finish\nendif\n~\n",
              "set x=1\nCompilerSet efm=%f,\n\t\t       \\%m",
              "set x=1\nCompilerSet efm=%f,\n\t\t     "
              "  \\%m"},
             {"vim's continued lines are no steps", "vim",
              "call f(\n      \\ 1)\nlet x = [\n      \\ 2]\n~\n", "if a\n    finish\nendif",
              "if a\n    finish\nendif"},
             {"a comma in front", "cpp",
              "class a\n{\n    void f()\n    {\n        g();\n    }~\n};\n",
              "\n    inline typename r<\n        S\n      , T\n    >::type\n    h()\n    {",
              "\n    inline typename r<\n        S\n      , T\n    >::type\n    h()\n    {"},
             {"a macro", "c", "#define A(x) \\\n    ( /* a */ \\\n        B(x) \\~\n    )\n",
              "\n    , /* b */ \\\n        C( \\\n            x) \\\n    , /* c */ \\",
              "\n    , /* b */ \\\n        C( \\\n            x) \\\n    , /* c */ \\"},
             {"behind a continued line", "cpp",
              "struct c {\n        void f()\n        {\n                g();\n        }\n        "
              "c(c const& "
              "r)~\n};\n",
              "\n            : car(r), cdr(r) {}\n        template <S>\n        x();",
              "\n            : car(r), cdr(r) {}\n        template <S>\n        x();"},
             {"below a continued line", "c", "void f()\n{\n    using e =\n        b;~\n}\n",
              "\n    x();\n    if (a &&\n        b) {\n        c();\n    }",
              "\n    x();\n    if (a &&\n        b) {\n        c();\n    }"},
             {"a chain with a function", "javascript", "f();~\n",
              "\na(b)\n    .then((x) => {\n        c();\n    })\nd();",
              "\na(b)\n    .then((x) => {\n        c();\n    })\nd();"},
             {"a file of blanks with some tabs", "c",
              "void f()\n{\n        a();\n        b();\n\tc();\n        if (d) {\n                "
              "e();~\n",
              "\n                f();\n        }", "\n                f();\n        }"},
             {"columns that were right", "cpp", "void f()\n{\n    a();~\n}\n",
              "\n    if (x) {\n        y(z,\n      odd);\n     }\n    b();",
              "\n    if (x) {\n        y(z,\n      odd);\n     }\n    b();"}, );
    EXAMPLES(blanks_2,
             {"behind a long string", "lua",
              "test(function(t)\n  t:lua(\n    [[\n    a~\n  ]]\nend)\n", "\n  ]],\n    buf\n  )",
              "\n  ]],\n    buf\n  )"},
             {"a string of lines", "rust", "fn f() {\n  let x = \"a~\n}\n",
              "\nb\n   c\"; // 'd'\n  y('\"');\n  z();", "\nb\n   c\"; // 'd'\n  y('\"');\n  z();"},
             {"a text that begins in documentation", "python",
              "  of it.\n\n  \"\"\"\n  def f(self):\n    \"\"\"Says~\n",
              "\n\n       this.\n\n    \"\"\"\n    x()", "\n\n       this.\n\n    \"\"\"\n    x()"},
             {"a string of lines in an answer", "sh", "f() {\n  a~\n}\n",
              "\n    b \"\nc\n\"\n    awk '\n{ x }\n'\n    it=\"don't\"\n    d",
              "\n  b \"\nc\n\"\n  awk '\n{ x }\n'\n  it=\"don't\"\n  d"}, );
    EXAMPLES(blanks_4,
             {"a key behind the mapping that is typed", "yaml",
              "steps:\n  - name: x\n    run: y\n  - env:\n      ~\n", "A: 1\n    run: |\n      z",
              "A: 1\n    run: |\n      z"},
             {"keys of a list's item", "yaml", "name: a~\n",
              "\nbody:\n  - type: b\n    id: c\n    attributes:\n      label: d\n    e: f\n  - "
              "type: g\nh: i",
              "\nbody:\n    - type: b\n      id: c\n      attributes:\n          label: d\n      "
              "e: f\n    - "
              "type: g\nh: i"}, );
}

static void programs_of_many_languages_are_placed(void)
{
    EXAMPLES(
        blanks_2,
        {"js by four", "javascript", "function f(xs) {\n  const t = 0;~\n}\n",
         "\n    for (const x of xs) {\n        if (x) {\n            t += x;\n        } else {\n   "
         "         t -= x;\n        }\n    }\n    return t;",
         "\n  for (const x of xs) {\n    if (x) {\n      t += x;\n    } else {\n      t -= x;\n    "
         "}\n  }\n  return t;"},
        {"js with tabs", "javascript", "function f(xs) {\n  const t = 0;~\n}\n",
         "\n\tfor (const x of xs) {\n\t\tt += x;\n\t}",
         "\n  for (const x of xs) {\n    t += x;\n  }"},
        {"switch", "javascript", "function f(x) {\n  a();~\n}\n",
         "\n    switch (x) {\n        case 1:\n            b();\n            break;\n        "
         "default:\n            c();\n    }",
         "\n  switch (x) {\n    case 1:\n      b();\n      break;\n    default:\n      c();\n  }"},
        {"if without braces", "c", "int f(int x)\n{\n  a();~\n}\n",
         "\n    if (x)\n        b();\n    else\n        c();\n    d();",
         "\n  if (x)\n    b();\n  else\n    c();\n  d();"},
        {"ruby by four", "ruby", "def f(xs)\n  a~\nend\n",
         "\n    xs.each do |x|\n        puts x\n    end\n    xs",
         "\n  xs.each do |x|\n    puts x\n  end\n  xs"},
        {"python in brackets", "python", "def f():\n  a()~\n",
         "\n    b(\n        1,\n        2,\n    )\n    return c(1,\n             2)",
         "\n  b(\n    1,\n    2,\n  )\n  return c(1,\n           2)"},
        {"json", "json", "{\n  \"a\": 1,~\n}\n", "\n    \"b\": {\n        \"c\": 2\n    }",
         "\n  \"b\": {\n    \"c\": 2\n  }"},
        {"a whole function", "python", "def f():\n  return 1\n\n~\n",
         "def g():\n    x = 1\n    if x:\n        return 2\n",
         "def g():\n  x = 1\n  if x:\n    return 2\n"},
        {"lua in an empty line", "lua", "local function f(x)\n  a()\n~\nend\n",
         "    if x then\n        b()\n    end\n", "  if x then\n    b()\n  end\n"},
        {"unknown language", "code", "def f():\n  a = 1~\n",
         "\n    if x:\n        y()\n    return a", "\n  if x:\n    y()\n  return a"}, );
    EXAMPLES(neovims,
             {"go with a struct", "go", "func f() {\n\tx := 1~\n}\n",
              "\n    if err := g(x); err != nil {\n        return err\n    }\n    return nil",
              "\n\tif err := g(x); err != nil {\n\t\treturn err\n\t}\n\treturn nil"},
             {"c else", "c", "void f()\n{\n\tif (x) {\n\t\ta();~\n",
              "\n    } else {\n        b();\n    }\n    c();\n}",
              "\n\t} else {\n\t\tb();\n\t}\n\tc();\n}"},
             {"a whole function with tabs", "c", "void f()\n{\n\tint x;\n}\n\n~\n",
              "void g()\n{\n    int y;\n    if (y) {\n        z();\n    }\n}\n",
              "void g()\n{\n\tint y;\n\tif (y) {\n\t\tz();\n\t}\n}\n"},
             {"python with tabs", "python", "def f(x):\n\ty = 1~\n",
              "\n    if x:\n        y = 2\n    else:\n        y = 3\n    return y",
              "\n\tif x:\n\t\ty = 2\n\telse:\n\t\ty = 3\n\treturn y"}, );
}

static void white_space_without_end_goes_out(void)
{
    static const char before[] = "def f():\n    a = 1\n";
    const struct trim_context c = {.around.before = {before, sizeof before - 1},
                                   .indent = blanks_4,
                                   .language = language_of("python")};
    char white[4096];
    struct reindent r;
    struct buf out;
    memset(white, ' ', sizeof white);
    buf_init(&out, SIZE_MAX);
    reindent_init(&r, &c, (struct span){NULL, 0});
    reindent_feed(&r, (struct span){"\n", 1}, false, &out);
    for (size_t i = 0; i < sizeof white; i++) {
        reindent_feed(&r, (struct span){white + i, 1}, false, &out);
    }
    CHECK(out.len == 1 + sizeof white);
    reindent_finish(&r);
    buf_finish(&out);
}

int main(void)
{
    RUN(a_file_with_tabs_gets_tabs);
    RUN(a_file_with_blanks_gets_blanks);
    RUN(the_files_lines_go_before_its_options);
    RUN(the_cursor_stands_elsewhere);
    RUN(recipes_of_make_begin_with_tabs);
    RUN(literals_stay);
    RUN(white_space_without_end_goes_out);
    RUN(what_is_right_stays);
    RUN(programs_of_many_languages_are_placed);
    return check_report("test_reindent");
}
