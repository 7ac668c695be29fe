#include "base/buf.h"
#include "check.h"
#include "complete/trim/trim.h"
#include "cursor.h"

/* '~' in code is the cursor. shown is what a user gets of answer; why is checked too. Each
 * example is trimmed whole and as it streams, byte by byte. */
struct example {
    const char *what, *code, *answer, *shown;
    enum trim_why why;
};

static int taken_back; /* how often something shown was taken back, in all examples */

static void check_stream(const char *what, const struct trim_context *c, const char *answer,
                         size_t preamble, struct trim whole)
{
    size_t len = strlen(answer);
    bool stopped = false;
    size_t shown = 0;
    for (size_t n = 0; n <= len; n++) {
        size_t part_preamble = trim_preamble(c, (struct span){answer, n}, false);
        if (part_preamble == TRIM_WAIT) {
            CHECK(!stopped && shown == 0);
            continue;
        }
        if (part_preamble != preamble) {
            check_fail(what, (int)n, "the preamble has changed");
            return;
        }
        struct trim part =
            trim_answer(c, (struct span){answer + preamble, n - preamble}, TRIM_STREAMS);
        struct trim again =
            trim_answer(c, (struct span){answer + preamble, part.shown}, TRIM_ENDED);

        if (again.shown != part.shown) {
            check_fail(what, (int)n, "what is shown is not shown whole");
        }
        if (part.shown < shown) {
            taken_back++;
            if (whole.why != TRIM_REPEATS) {
                check_fail(what, (int)n, "taken back");
            }
        }
        if (stopped && (!part.stop || part.shown != shown)) {
            check_fail(what, (int)n, "it went on behind a stop");
        }
        shown = part.shown;
        stopped = part.stop;
    }
    if (shown > whole.shown && whole.why != TRIM_REPEATS) {
        check_fail(what, (int)len, "taken back at the end");
    }
    if (stopped && shown != whole.shown) {
        check_fail(what, (int)len, "the end shows more than the stop");
    }
}

static void check_example(const struct example *x, size_t max_lines, const char *type)
{
    struct trim_context c = cursor_in(x->code, type);
    c.max_lines = max_lines;
    size_t preamble = trim_preamble(&c, span_of(x->answer), true);
    if (preamble > strlen(x->answer)) {
        check_fail(x->what, 0, "preamble beyond the answer");
        return;
    }
    struct trim t = trim_answer(&c, span_of(x->answer + preamble), TRIM_ENDED);
    char *shown = xstrndup(x->answer + preamble, t.shown);
    check_texts(x->what, (int)t.why, "shown", shown, x->shown);
    check_ints(x->what, 0, "why", t.why, x->why);
    free(shown);
    check_stream(x->what, &c, x->answer, preamble, t);
}

/* The answer to a prompt that lacks the last blank of the line. */
static void a_blank_that_was_left_out_is_taken_off(void)
{
    static const struct {
        const char *code, *answer;
        size_t preamble;
    } cases[] = {
        {"x = ~", " 42", 1}, {"x = ~", "42", 0},    {"x = ~", "\n42", 0},
        {"    ~", " y", 1},  {"return ~", " x", 1}, {"x = ~", "", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct trim_context c = cursor_in(cases[i].code, "c");
        c.blank = true;
        struct span answer = span_of(cases[i].answer);
        CHECK_INT(trim_preamble(&c, answer, true), cases[i].preamble);
        if (cases[i].preamble > 0) {
            CHECK_INT(trim_preamble(&c, (struct span){answer.data, 1}, false), TRIM_WAIT);
        }
    }
}

#define EXAMPLES(...)                                             \
    do {                                                          \
        static const struct example list[] = {__VA_ARGS__};       \
        for (size_t i = 0; i < sizeof list / sizeof *list; i++) { \
            check_example(&list[i], 0, "code");                   \
        }                                                         \
    } while (0)

static void c_is_filled_in(void)
{
    EXAMPLES(
        {"the rest of a statement", "int main(void)\n{\n    int x = ~\n}\n", "42;", "42;",
         TRIM_NOTHING},
        {"a body whose brace is there",
         "int sum(const int *v, size_t n)\n{\n    ~\n}\n\nint main(void)\n{\n}\n",
         "int total = 0;\n\n    for (size_t i = 0; i < n; i++) {\n        total += v[i];\n    }\n\n"
         "    return total;\n}\n\nint product(",
         "int total = 0;\n\n    for (size_t i = 0; i < n; i++) {\n        total += v[i];\n    }\n\n"
         "    return total;",
         TRIM_SCOPE},
        {"a body whose brace is not there", "int twice(int x)\n{\n    ~",
         "return x * 2;\n}\n\nint main(void)\n{\n    return twice(2);\n}\n", "return x * 2;\n}",
         TRIM_SCOPE},
        {"a brace that belongs to the next function is not ours",
         "int twice(int x)\n{\n    ~\n\nint main(void)\n{\n    return 0;\n}\n",
         "return x * 2;\n}\n", "return x * 2;\n}", TRIM_NOTHING},
        {"one block of two, the outer brace is there",
         "void f(void)\n{\n    while (busy()) {\n        ~\n}\n",
         "wait();\n    }\n    done();\n}\n", "wait();\n    }", TRIM_SCOPE},
        {"both braces are there", "void f(void)\n{\n    while (busy()) {\n        ~\n    }\n}\n",
         "wait();\n    }\n    done();\n}\n", "wait();", TRIM_SCOPE},
        {"the next line is not said again",
         "    FILE *f = fopen(path, \"r\");\n    ~\n    return parse(f);\n}\n",
         "if (f == NULL) {\n        return NULL;\n    }\n    return parse(f);\n}\n",
         "if (f == NULL) {\n        return NULL;\n    }", TRIM_BELOW},
        {"the same words in a deeper block are no join",
         "    FILE *f = fopen(path, \"r\");\n    ~\n    return NULL;\n}\n",
         "if (f == NULL) {\n        return NULL;\n    }\n    fclose(f);\n    return NULL;\n",
         "if (f == NULL) {\n        return NULL;\n    }\n    fclose(f);", TRIM_BELOW},
        {"nothing but the next line", "    lock();\n    ~\n    work();\n    unlock();\n",
         "work();\n    unlock();\n", "", TRIM_BELOW},
        {"half of the next line is typed already", "    lock();\n    wor~\n    work();\n", "k();",
         "", TRIM_BELOW},
        {"a beginning of the next line is no join", "    fo~\n    foobar();\n", "o();", "o();",
         TRIM_NOTHING},
        {"an else goes on", "    if (a) {\n        ~",
         "b();\n    } else {\n        c();\n    }\n    d();\n",
         "b();\n    } else {\n        c();\n    }", TRIM_SCOPE},
        {"a function at top level and no second one", "#include <stdio.h>\n\n~\n",
         "static void hello(void)\n{\n    puts(\"hello\");\n}\n\nint main(void)\n{\n",
         "static void hello(void)\n{\n    puts(\"hello\");\n}", TRIM_SCOPE},
        {"the block of the cursor's line and not what follows it",
         "void f(void)\n{\n    if (x) {~\n}\n", "\n        y();\n    }\n\n    z();\n}\n",
         "\n        y();\n    }", TRIM_SCOPE},
        {"tabs", "void f(void)\n{\n\tint i;\n\t~\n}\n",
         "for (i = 0; i < 3; i++) {\n\t\tputs(\"x\");\n\t}\n}\n",
         "for (i = 0; i < 3; i++) {\n\t\tputs(\"x\");\n\t}", TRIM_SCOPE}, );
}

static void python_is_filled_in(void)
{
    EXAMPLES(
        {"a body", "def twice(x):\n    ~\n", "return x * 2\n\n\ndef thrice(x):\n    return x * 3\n",
         "return x * 2", TRIM_BLANK},
        {"a body behind a typed head", "def twice(x):~\n", "\n    return x * 2\n\ndef thrice(x):\n",
         "\n    return x * 2", TRIM_SCOPE},
        {"an if ends where its indentation ends", "def f(x):\n    if x:\n        ~\n    return 0\n",
         "return 1\n    elif y:\n        return 2\n", "return 1", TRIM_SCOPE},
        {"in an unindented line the answer brings its indentation", "def f(x):\n~\n",
         "    y = x + 1\n    return y\n\nprint(f(1))\n", "    y = x + 1\n    return y", TRIM_SCOPE},
        {"blank lines inside a body", "def f(x):\n    ~\n",
         "a = 1\n\n    b = 2\n\n    return a + b\n", "a = 1\n\n    b = 2\n\n    return a + b",
         TRIM_NOTHING},
        {"arguments up to the bracket", "print(~)\n", "\"a\", b)\nprint(c)\n", "\"a\", b",
         TRIM_RIGHT},
        {"brackets of its own", "print(~)\n", "f(a), g(b))", "f(a), g(b)", TRIM_RIGHT},
        {"a bracket in a string", "print(~)\n", "\":)\", x)", "\":)\", x", TRIM_RIGHT},
        {"a string up to its quote", "print(\"hello ~\")\n", "world\")\nprint(1)", "world",
         TRIM_RIGHT},
        {"a quote that is escaped", "x = \"~\"\n", "say \\\"hi\\\" to\"", "say \\\"hi\\\" to",
         TRIM_RIGHT},
        {"a colon", "if ~:\n    pass\n", "x is None:\n    return", "x is None", TRIM_RIGHT},
        {"a dictionary in brackets", "x = {~}\n", "\n    'a': 1,\n    'b': 2,\n}\n",
         "\n    'a': 1,\n    'b': 2,\n", TRIM_RIGHT},
        {"a list comprehension", "xs = [~]\n", "x[0] for x in ys if x]\n", "x[0] for x in ys if x",
         TRIM_RIGHT},
        {"a docstring", "def f():\n    \"\"\"~\"\"\"\n", "Do it.\n\n    Twice.\"\"\"\n    x()",
         "Do it.\n\n    Twice.", TRIM_RIGHT},
        {"a method in a class", "class A:\n    ~\n",
         "def __init__(self):\n        self.x = 1\n\nclass B:\n    pass",
         "def __init__(self):\n        self.x = 1", TRIM_SCOPE}, );
}

static void lua_is_filled_in(void)
{
    EXAMPLES({"a body whose end is there", "local function f(x)\n  ~\nend\n",
              "return x + 1\nend\n\nreturn M\n", "return x + 1", TRIM_SCOPE},
             {"a body whose end is not there", "local function f(x)\n  ~\n",
              "return x + 1\nend\n\nlocal y = f(1)\n", "return x + 1\nend", TRIM_SCOPE},
             {"inner ends are shown", "local function f(x)\n  ~\nend\n",
              "if x then\n    return 1\n  end\n  return 2\nend\n",
              "if x then\n    return 1\n  end\n  return 2", TRIM_SCOPE},
             {"a callback with its brackets there", "vim.schedule(function()~\nend)\n",
              "\n  print('x')\nend)\n", "\n  print('x')", TRIM_BELOW},
             {"a variable that begins like end", "if x then\n  ~\nend\n", "f()\nendpoint = 1\n",
              "f()", TRIM_SCOPE},
             {"a table on one line", "local t = {~}\n", " a = 1, b = { 2 } }\n",
              " a = 1, b = { 2 } ", TRIM_RIGHT},
             {"an argument in front of others", "f(~, b)\n", "a, b)", "a", TRIM_RIGHT}, );
}

static void javascript_is_filled_in(void)
{
    EXAMPLES(
        {"a callback between brackets that are there", "app.get('/', (req, res) => {~})\n",
         "\n  res.send('hi');\n});\n\napp.listen(1);\n", "\n  res.send('hi');\n", TRIM_RIGHT},
        {"a callback whose brackets stand below", "it('works', () => {~\n});\n",
         "\n  expect(f(1)).toBe(2);\n})\n", "\n  expect(f(1)).toBe(2);", TRIM_BELOW},
        {"a template", "const s = `~`;\n", "a ${b} c`;\n", "a ${b} c", TRIM_RIGHT},
        {"an attribute", "  <App ~/>\n", "message={m => <b>{m}</b>} />\n",
         "message={m => <b>{m}</b>} ", TRIM_RIGHT},
        {"an element", "  <div>~</div>\n", "\n    <p>hi</p>\n  </div>\n", "\n    <p>hi</p>\n  ",
         TRIM_RIGHT},
        {"an object goes on", "const a = {\n  x: 1,\n  ~\n};\n", "y: { z: 2 },\n  w: 3,\n};\n",
         "y: { z: 2 },\n  w: 3,", TRIM_SCOPE},
        {"a method and no further one", "class A {\n  get x() {\n    ~\n  }\n}\n",
         "return this._x;\n  }\n\n  get y() {\n", "return this._x;", TRIM_SCOPE},
        {"one bracket is there, one is not", "foo(bar(~)\n", "1, 2))", "1, 2)", TRIM_RIGHT},
        {"text to the right: one line", "let x = ~ + 1;\n", "y * 2\nlet z = 3", "y * 2", TRIM_LINE},
        {"text to the right is not said again", "let x = ~ + 1;\n", "y * 2 + 1;\nlet z", "y * 2",
         TRIM_RIGHT},
        {"a part of the text to the right", "let x = ~ + 1;\n", "y * 2 +", "y * 2", TRIM_NOTHING},
        {"a word in front of a word", "let x = ~count;\n", "my_c", "my_c", TRIM_NOTHING},
        {"a semicolon", "const x = ~;\n", "f(1, 2);\n", "f(1, 2)", TRIM_RIGHT},
        {"a comma inside brackets is not the comma to the right", "  x: ~,\n", "f(a, b),\n  y: 2",
         "f(a, b)", TRIM_RIGHT}, );
}

static void go_is_filled_in(void)
{
    EXAMPLES({"error handling that stands above too",
              "\ta, error := f()\n\tif error != nil {\n\t\treturn error\n\t}\n\tb, error := "
              "g()\n\t~\n}\n",
              "if error != nil {\n\t\treturn error\n\t}\n\treturn use(a, b)\n}\n",
              "if error != nil {\n\t\treturn error\n\t}\n\treturn use(a, b)", TRIM_SCOPE},
             {"imports, and not what follows them", "package main\n\n~\n",
              "import (\n\t\"fmt\"\n\t\"os\"\n)\n\nfunc main() {\n",
              "import (\n\t\"fmt\"\n\t\"os\"\n)", TRIM_SCOPE},
             {"a switch", "func f(x int) {\n\tswitch x {\n\tcase 1:\n\t\t~\n\tcase 2:\n\t}\n}\n",
              "a()\n\tcase 2:\n\t\tb()\n", "a()", TRIM_SCOPE}, );
}

static void yaml_is_filled_in(void)
{
    EXAMPLES(
        {"keys of a map", "services:\n  web:\n    ~\n\nvolumes:\n",
         "image: nginx\n    ports:\n      - \"80:80\"\n  db:\n    image: x\n",
         "image: nginx\n    ports:\n      - \"80:80\"", TRIM_SCOPE},
        {"a value", "on: [~]\n", "push, pull_request]\njobs:", "push, pull_request", TRIM_RIGHT},
        {"a list", "steps:\n  - ~\n", "run: make\n  - run: make test\n",
         "run: make\n  - run: make test", TRIM_NOTHING},
        {"a top-level key with its block", "name: x\n~\n", "on:\n  push:\n\njobs:\n  a:\n",
         "on:\n  push:", TRIM_SCOPE}, );
}

/* Blocks that end, and what follows them in the same definition. */
static void a_definition_is_finished_and_not_left(void)
{
    EXAMPLES(
        {"the dedented next statement",
         "def f(xs):\n    total = 0\n    for x in xs:\n        total += x~\n\n\ndef g():\n    pass",
         "\n    return total\n\n\ndef h():\n    pass", "\n    return total", TRIM_BLANK},
        {"else, and what follows",
         "def f(xs):\n    total = 0\n    for x in xs:\n        if x:\n            to~",
         "tal += x\n        else:\n            total -= x\n    return total\ndef g():\n",
         "tal += x\n        else:\n            total -= x\n    return total", TRIM_SCOPE},
        {"except", "def f():\n    try:\n        ~\n",
         "g()\n    except OSError:\n        pass\n    finally:\n        h()\n\nclass A:",
         "g()\n    except OSError:\n        pass\n    finally:\n        h()", TRIM_SCOPE},
        {"up to the next method", "class A:\n    def f(self):\n        if x:\n            y()~\n",
         "\n        return 1\n\n    def g(self):\n        pass", "\n        return 1", TRIM_SCOPE},
        {"up to a decorator", "class A:\n    def f(self):\n        if x:\n            y()~\n",
         "\n        return 1\n    @property\n    def g(self):", "\n        return 1", TRIM_SCOPE},
        {"of an inner function", "def f():\n    def g():\n        if x:\n            y()~\n",
         "\n        return 1\n    return g", "\n        return 1", TRIM_SCOPE},
        {"a comment in the first column in the middle",
         "def f(xs):\n    for x in xs:\n        a()~\n", "\n# so\n        b()\n    return 1",
         "\n# so\n        b()\n    return 1", TRIM_NOTHING},
        {"a comment of the next function", "def f(xs):\n    for x in xs:\n        a()~\n",
         "\n    return 1\n# g\ndef g():", "\n    return 1", TRIM_SCOPE},
        {"what stands below is not said before",
         "def f(xs):\n    for x in xs:\n        a()~\n    return 1\n", "\n    b()\n", "",
         TRIM_SCOPE},
        {"at top level", "for x in xs:\n    a()~\n",
         "\nprint(x)\ny = 1\ndef f():", "\nprint(x)\ny = 1\ndef f():", TRIM_NOTHING},
        {"no definition there", "for x in xs:\n    a()~\n", "\ndef f():", "", TRIM_SCOPE},
        {"a function in C",
         "int f(int *xs, int n)\n{\n    int t = 0;\n    for (int i = 0; i < n; i++) {\n"
         "        t += xs[i];~",
         "\n    }\n    return t;\n}\n\nint g(void)\n{", "\n    }\n    return t;\n}", TRIM_SCOPE},
        {"one that is closed below", "void f(void)\n{\n    while (busy()) {\n        wait();~\n}\n",
         "\n    }\n    done();\n}\n", "\n    }", TRIM_SCOPE},
        {"a directive in its first column",
         "void f(void)\n{\n    while (busy()) {\n        wait();~",
         "\n#ifdef X\n        x();\n#endif\n    }\n    done();\n}\n",
         "\n#ifdef X\n        x();\n#endif\n    }\n    done();\n}", TRIM_NOTHING},
        {"else in Lua, and what follows", "local function f(x)\n  if x then\n    a()~\n",
         "\n  else\n    b()\n  end\n  return x\nend\n\nlocal y",
         "\n  else\n    b()\n  end\n  return x\nend", TRIM_SCOPE}, );
}

static void definitions_of_many_languages_are_finished(void)
{
    static const struct {
        const char *type;
        struct example x;
    } list[] = {
        {"python",
         {"an inner function, the outer one goes on",
          "def f():\n    def g():\n        for x in y:\n            a()~\n\n    return g\n",
          "\n        return 1\n\n    return g", "\n        return 1", TRIM_SCOPE}},
        {"python",
         {"at top level, behind a condition",
          "def f():\n    pass\n\n\nif __name__ == '__main__':\n    f()~\n",
          "\n    g()\n\ndef h():", "\n    g()", TRIM_SCOPE}},
        {"python",
         {"elif", "def f(x):\n    if x == 1:\n        return 1~\n\n\ndef g():\n    pass\n",
          "\n    elif x == 2:\n        return 2\n    else:\n        return 3\n\n\ndef h",
          "\n    elif x == 2:\n        return 2\n    else:\n        return 3", TRIM_BLANK}},
        {"python",
         {"a case", "def f(x):\n    match x:\n        case 1:\n            return 1~\n",
          "\n        case 2:\n            return 2\n        case _:\n            return 3\n    "
          "return 4\n\nclass A",
          "\n        case 2:\n            return 2\n        case _:\n            return 3\n    "
          "return 4",
          TRIM_SCOPE}},
        {"python",
         {"a dedented line", "def f(xs):\n    for x in xs:\n        a(x)\n    ~\n\ndef g():\n",
          "return xs\n\ndef h():", "return xs", TRIM_SCOPE}},
        {"python",
         {"behind a blank line", "def f(xs):\n    for x in xs:\n        a(x)~\n",
          "\n\n    return xs\n\n\ndef h():", "\n\n    return xs", TRIM_BLANK}},
        {"python",
         {"a head of many lines", "def f(\n    a,\n    b,\n):\n    for x in a:\n        b(x)~\n",
          "\n    return b\n\ndef g", "\n    return b", TRIM_SCOPE}},
        {"python",
         {"a call of many lines", "def f():\n    x = foo(\n        a~\n",
          ",\n        b,\n    )\n    return x\n\ndef g", ",\n        b,\n    )\n    return x",
          TRIM_SCOPE}},
        {"python",
         {"in an empty line", "def f(p):\n    with open(p) as f:\n        ~\n",
          "x = f.read()\n    return x\n\ndef g", "x = f.read()\n    return x", TRIM_SCOPE}},
        {"yaml",
         {"keys", "a:\n  b:\n    c: 1~\n", "\n    d: 2\nx:\n  y: 1", "\n    d: 2", TRIM_SCOPE}},
        {"yaml",
         {"a list and a key", "services:\n  web:\n    ports:\n      - 80~\n",
          "\n      - 81\n    image: x\n  db:\n    image: y", "\n      - 81\n    image: x",
          TRIM_SCOPE}},
        {"go",
         {"Go", "func f(xs []int) int {\n\tt := 0\n\tfor _, x := range xs {\n\t\tt += x~",
          "\n\t}\n\treturn t\n}\n\nfunc g() {", "\n\t}\n\treturn t\n}", TRIM_SCOPE}},
        {"javascript",
         {"a method", "class A {\n  f(xs) {\n    for (const x of xs) {\n      a(x);~",
          "\n    }\n    return 1;\n  }\n\n  g() {", "\n    }\n    return 1;\n  }", TRIM_SCOPE}},
        {"rust",
         {"Rust", "fn f(x: i32) -> i32 {\n    if x > 0 {\n        a();~",
          "\n    } else {\n        b();\n    }\n    x\n}\n\nfn g() {",
          "\n    } else {\n        b();\n    }\n    x\n}", TRIM_SCOPE}},
        {"ruby",
         {"Ruby", "def f(xs)\n  xs.each do |x|\n    puts x~\n", "\n  end\n  xs\nend\n\ndef g",
          "\n  end\n  xs\nend", TRIM_SCOPE}},
        {"shell",
         {"shell", "f() {\n  for x in a b; do\n    echo $x~\n", "\n  done\n  return 0\n}\n\ng() {",
          "\n  done\n  return 0\n}", TRIM_SCOPE}},
        {"haskell",
         {"Haskell", "f x = do\n  case x of\n    1 -> a~\n", "\n    2 -> b\n  c\n\ng = 1",
          "\n    2 -> b\n  c", TRIM_SCOPE}},
        {"c",
         {"do", "void f(void)\n{\n    do {\n        a();~",
          "\n    } while (x);\n    b();\n}\nint g;", "\n    } while (x);\n    b();\n}",
          TRIM_SCOPE}},
        {"c",
         {"switch", "int f(int x)\n{\n    switch (x) {\n    case 1:\n        return 1;~",
          "\n    case 2:\n        return 2;\n    }\n    return 0;\n}\nint g;",
          "\n    case 2:\n        return 2;\n    }\n    return 0;\n}", TRIM_SCOPE}},
        {"c",
         {"the next function is there",
          "int f(int x)\n{\n    if (x) {\n        return 1;~\n\nint g(void)\n{\n    return 2;\n}\n",
          "\n    }\n    return 0;\n}\n\nint h", "\n    }\n    return 0;\n}", TRIM_SCOPE}},
        {"javascript",
         {"an object in a function", "function f() {\n  const a = {\n    b: 1,~",
          "\n    c: 2,\n  };\n  return a;\n}\n\nfunction g", "\n    c: 2,\n  };\n  return a;\n}",
          TRIM_SCOPE}},
        {"javascript",
         {"a callback in a function", "function f() {\n  xs.forEach((x) => {\n    g(x);~",
          "\n  });\n  return xs;\n}\n\nfunction g", "\n  });\n  return xs;\n}", TRIM_SCOPE}},
    };
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        check_example(&list[i].x, 0, list[i].type);
    }
}

static void a_parser_knows_better_what_a_definition_is(void)
{
    static const char code[] = "int f(void)\n{\n    FOREACH(x) {\n        a(x);~",
                      answer[] = "\n    }\n    return 1;\n}\n\nint g;";
    struct trim_context c = cursor_in(code, "c");
    CHECK(trim_answer(&c, span_of(answer), TRIM_ENDED).shown == strlen("\n    }"));
    c.defined = true;
    CHECK(trim_answer(&c, span_of(answer), TRIM_ENDED).shown ==
          strlen("\n    }\n    return 1;\n}"));
}

static void prose_is_filled_in(void)
{
    static const struct example list[] = {
        {"a fence is text", "# Use\n\n~\n", "```sh\nmake\n```\n", "```sh\nmake\n```", TRIM_NOTHING},
        {"a list may go out", "- a\n  - b\n  - ~\n", "c\n- d\n", "c\n- d", TRIM_NOTHING},
        {"a paragraph, and another", "Hello ~\n", "world.\n\nMore of it.\n",
         "world.\n\nMore of it.", TRIM_NOTHING},
        {"greetings are text", "~\n", "Here is a list:\n", "Here is a list:", TRIM_NOTHING},
    };
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        check_example(&list[i], 0, "markdown");
    }
}

/* The code and the answer in files of that type. */
struct typed_example {
    const char *type, *code, *answer, *shown;
};

static void check_typed(const struct typed_example *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct trim_context c = cursor_in(list[i].code, list[i].type);
        struct span answer = span_of(list[i].answer);
        size_t preamble = trim_preamble(&c, answer, true);
        struct trim t = trim_answer(&c, span_skip(answer, preamble), TRIM_ENDED);
        char *shown = xstrndup(answer.data + preamble, t.shown);
        check_texts(list[i].code, (int)i, answer.data, shown, list[i].shown);
        free(shown);
        check_stream(list[i].code, &c, answer.data, preamble, t);
    }
}

#define CHECK_TYPED(...)                                          \
    do {                                                          \
        static const struct typed_example list[] = {__VA_ARGS__}; \
        check_typed(list, sizeof list / sizeof *list);            \
    } while (0)

static void angles_right_of_the_cursor_are_brackets(void)
{
    CHECK_TYPED(
        {"rust", "let v: Vec<~> = x;\n", "Option<u8>", "Option<u8>"},
        {"rust", "let v: Vec<~> = x;\n", "u8>", "u8"},
        {"rust", "let v: Vec<~> = x;\n", "u8> = Vec::new();", "u8"},
        {"rust", "let v: Vec<~> = x;\n", "Option<u8>> = y;", "Option<u8>"},
        {"rust", "let v: Vec<~> = x;\n", "Box<dyn Fn(u8) -> Vec<u8>>> = y;",
         "Box<dyn Fn(u8) -> Vec<u8>>"},
        {"rust", "let v: HashMap<String, Vec<~> = x;\n", "u8>> = y;", "u8>"},
        {"rust", "let v: HashMap<String, Vec<~>> = x;\n", "u8>> = y;", "u8"},
        {"rust", "let v = x.collect::<~>();\n", "Vec<_>>();", "Vec<_>"},
        {"rust", "fn f<T: ~>(x: T) -> u8 {\n", "Iterator<Item = u8>>(x: T) -> u8 {",
         "Iterator<Item = u8>"},
        {"rust", "let v: [Vec<~>; 2] = x;\n", "u8>; 2] = y;", "u8"},
        {"cpp", "std::vector<~> v;\n", "std::pair<int, int>", "std::pair<int, int>"},
        {"cpp", "std::vector<~> v;\n", "std::pair<int, int>> v;", "std::pair<int, int>"},
        {"cpp", "std::vector<std::pair<int, ~>> v;\n", "int>> v;", "int"},
        {"cpp", "auto x = static_cast<~>(y);\n", "int>(y);", "int"},
        {"cpp", "template <~>\n", "typename T, typename U = std::vector<T>>\nclass X {",
         "typename T, typename U = std::vector<T>"},
        {"cpp", "#include <~>\n", "vector>\n#include <map>", "vector"},
        {"c", "#include <~>\n", "stdio.h>\nint x;", "stdio.h"},
        {"java", "List<~> xs = new ArrayList<>();\n", "String> xs = new ArrayList<>();", "String"},
        {"java", "Map<String, ~> xs = f();\n", "List<Integer>> xs = f();", "List<Integer>"},
        {"cs", "Dictionary<string, ~> d;\n", "List<int>> d;", "List<int>"},
        {"typescript", "const p: Promise<~> = f();\n", "Array<{ a: (x: A) => B }>> = f();",
         "Array<{ a: (x: A) => B }>"},
        {"typescript", "const [x] = useState<~>(null);\n", "User | null>(null);", "User | null"},
        {"kotlin", "val m: Map<String, ~> = f()\n", "(Int) -> List<Int>> = f()",
         "(Int) -> List<Int>"},
        {"swift", "let a: Array<~> = f()\n", "Int> = f()", "Int"},
        {"dart", "List<~> xs = f();\n", "Map<String, int>> xs = f();", "Map<String, int>"},
        /* comparisons, arrows, shifts */
        {"rust", "if a < b && c ~> d {\n", "+ 1 ", "+ 1 "},
        {"cpp", "x = a ~> b;\n", "+ c > b;", "+ c "}, {"cpp", "x = a << b ~>> c;\n", "+ d", "+ d"},
        {"c", "x = a ~> b;\n", "+ p->q", "+ p->q"},
        {"rust", "let v: Vec<~> = x;\n", "[u8; { (1 > 0) as usize }]> = y;",
         "[u8; { (1 > 0) as usize }]"},
        /* tags */
        {"html", "<div ~></div>\n", "class=\"a > b\">hi</div>", "class=\"a > b\""},
        {"typescriptreact", "  <div ~></div>\n", "onClick={() => f(a > b)}>hi</div>",
         "onClick={() => f(a > b)}"},
        {"typescriptreact", "const x = useRef<~>(null);\n", "HTMLElement>(null);", "HTMLElement"},
        {"javascriptreact", "  return <Foo ~>\n", "a={b}>\n    <Bar />", "a={b}"}, );
}

static void case_and_blanks_do_not_count_in_sql(void)
{
    CHECK_TYPED(
        {"sql", "SELECT ~ FROM users WHERE id = 1;\n", "name, email from users where id=1;",
         "name, email"},
        {"sql", "SELECT ~ FROM users WHERE id = 1;\n", "name, email\nFROM users", "name, email"},
        {"sql", "SELECT ~ FROM users;\n", "name, email", "name, email"},
        {"sql", "SELECT ~ FROM users;\n", "name  FROM  users ;", "name"},
        {"sql", "SELECT ~\nFROM users;\n", "name\nfrom users;", "name"},
        {"sql", "SELECT name~\nFROM users;\n", ", email\nfrom  users;\nselect", ", email"},
        {"sql", "INSERT INTO t (~) VALUES (1, 2);\n", "a, b) values (1, 2);", "a, b"},
        {"sql", "select ~ from fromage;\n", "fromagerie, x", "fromagerie, x"},
        {"pascal", "  if ~ then\n", "x > 1 Then\n", "x > 1"},
        {"vb", "If ~ Then\n", "x > 1 THEN", "x > 1"}, {"c", "x = ~ + 1;\n", "a+1;", "a+1;"}, );
}

static void words_that_are_typed_are_not_said_again(void)
{
    CHECK_TYPED({"c", "    return ~\n", "return a + b;", "a + b;"},
                {"c", "    return ~\n", "    return a + b;", "a + b;"},
                {"c", "    return ~\n", "\n    return a + b;", "a + b;"},
                {"c", "    return ~\n", "returned;", "returned;"},
                {"c", "    return~\n", "return a;", " a;"},
                {"javascript", "const x = ~\n", "const x = 5;", "5;"},
                {"javascript", "let x = ~\n", "let x = 5;", "5;"},
                {"javascript", "const ~\n", "const x = 5;", "x = 5;"},
                {"python", "def ~\n", "def f():\n    pass", "f():\n    pass"},
                {"python", "x = ~\n", "x = 5", "5"}, {"python", "x =~\n", "x == 5", "x == 5"},
                {"python", "if ~:\n    pass\n", "if x", "x"}, {"python", "if~\n", "if x:", " x:"},
                {"python", "x = not ~\n", "not y", "not y"},
                {"javascript", "x = await ~\n", "await y", "await y"},
                {"c", "#include ~\n", "#include <stdio.h>", "<stdio.h>"},
                {"c", "int ~\n", "int x = 5;", "x = 5;"}, {"c", "} else ~\n", "else {", "{"},
                {"c", "    foo(~);\n", "foo(a, b);", "a, b"},
                {"c", "    foo(~);\n", "    foo(a, b);\n", "a, b"},
                {"c", "    max(~);\n", "max(a, b), c", "max(a, b), c"},
                {"c", "    x = max(~)\n", "max(a, b)", "max(a, b)"},
                {"c", "} else if (~) {\n", "else if (x) {", "x"},
                {"c", "} while (~\n", "while (x);", "x);"},
                {"python", "x = y if ~\n", "if z else w", "z else w"},
                {"javascript", "} else ~\n", "if (x) {", "if (x) {"},
                {"c", "x = a - ~\n", "-b;", "-b;"},
                {"c", "unsigned long ~\n", "long x;", "long x;"},
                {"python", "match ~\n", "match.group(1):", "match.group(1):"},
                {"go", "for ~\n", "for i := range x {", "i := range x {"},
                {"sql", "SELECT ~\n", "select name from users", "name from users"},
                {"markdown", "He said that if ~\n", "if is a word.", "if is a word."}, );
}

static void words_to_the_reader_are_dropped(void)
{
    CHECK_TYPED(
        {"c", "{\n~\n}\n", "```c\n    return a + b;\n```\nThis completes the function.",
         "    return a + b;"},
        {"c", "{\n~\n}\n", "To complete the function, you need to return the sum.", ""},
        {"c", "{\n~\n}\n", "I would suggest returning the sum of a and b.", ""},
        {"c", "{\n~\n}\n", "I'm sorry, but I can't assist with that.", ""},
        {"c", "{\n~\n}\n", "    return a + b;\n\nLet me know if you need anything else!",
         "    return a + b;"},
        {"c", "{\n~\n}\n", "    return a + b;\nThis code returns the sum.", "    return a + b;"},
        {"c", "{\n~\n}\n", "    return a + b;\n\nNote that a must not be negative.",
         "    return a + b;"},
        {"c", "{\n~\n}\n", "    return a + b;\n}\n\nExplanation:\nIt adds.", "    return a + b;"},
        {"c", "{\n    return ~\n}\n", "The sum of both numbers is returned here.", ""},
        {"python", "def f(a, b):\n~\n", "Simply return the sum of both.", ""},
        {"python", "~\n", "\u597D\u7684\uFF0C\u4EE5\u4E0B\u662F\u4EE3\u7801", ""},
        {"python", "x = 1\n~\n", "y = 2\n```\nThat sets y.", "y = 2"},
        {"c", "    return ~\n", "a + b;```", "a + b;"},
        {"c", "{\n~\n}\n", "Return the sum (a + b).", ""},
        {"c", "{\n~\n}\n", "Here's the function:\n\n    return a + b;\n", "    return a + b;"},
        {"c", "{\n~\n}\n", "Here is why:\n\nThe function adds two numbers.", ""},
        {"c", "{\n~\n}\n", "Here is the code:\n", ""},
        {"c", "{\n~\n}\n", "**Solution:**\n```c\n    a();\n```\n", "    a();"},
        {"haskell", "x = ~\n", "Node b a (f y)", "Node b a (f y)"},
        {"go", "~\n", "Okay, let's see.\n\n```go\nvar x int\n```", "var x int"},
        {"lua", "~\n", "Sure! Here you go:\n\n```lua\nlocal x\n```\n", "local x"},
        /* code and text that look so */
        {"python", "~\n", "The = 1\nI = 2", "The = 1\nI = 2"},
        {"ruby", "~\n", "Here.is()\nSure(x)", "Here.is()\nSure(x)"},
        {"java", "~\n", "String name = f();", "String name = f();"},
        {"c", "enum x {\n~\n}\n", "    Sure,\n    Okay,\n    Great",
         "    Sure,\n    Okay,\n    Great"},
        {"haskell", "x = ~\n", "Node left value right", "Node left value right"},
        {"c", "// ~\n", "This function returns the sum of both.",
         "This function returns the sum of both."},
        {"c", "/*\n * ~\n", "Let me know what this does.\n */", "Let me know what this does.\n */"},
        {"c", "puts(\"~\");\n", "Sure, I can do that for you", "Sure, I can do that for you"},
        {"python", "~\n", "\"\"\"Do it.\n\nThis function returns the sum of both.\n\"\"\"\nx = 1",
         "\"\"\"Do it.\n\nThis function returns the sum of both.\n\"\"\"\nx = 1"},
        {"yaml", "a: |\n  ~\n", "This function returns the sum.", "This function returns the sum."},
        {"yaml", "- name: ~\n", "Install the packages that the user wants to have",
         "Install the packages that the user wants to have"},
        {"cucumber", "~\n", "Given the user is on the page", "Given the user is on the page"},
        {"sql", "~\n", "Select the name from users", "Select the name from users"},
        {"markdown", "~\n", "This code is the best.", "This code is the best."},
        {"", "~\n", "I would say so.", "I would say so."},
        {"html", "<p>~</p>\n", "To complete this is the aim.", "To complete this is the aim."}, );
}

static void white_space_is_dropped(void)
{
    EXAMPLES({"nothing", "x = ~\n", "", "", TRIM_BLANK},
             {"blanks alone", "x = ~\n", "  \t", "", TRIM_BLANK},
             {"line breaks alone", "x = 1\n~\n", "\n\n\n\n\n", "", TRIM_BLANK},
             {"at the end", "x = ~\n", "1  \n\n", "1", TRIM_NOTHING},
             {"two blank lines are an end", "x = ~\n", "1\n\n\ny = 2\n", "1", TRIM_BLANK},
             {"between words in front of text", "f(~b)\n", "a, ", "a, ", TRIM_NOTHING},
             {"of DOS", "x = ~\n", "1\r\ny = 2\r\n", "1\r\ny = 2", TRIM_NOTHING}, );
}

static void repetition_is_dropped(void)
{
    EXAMPLES(
        {"a line", "~\n", "print(x)\nprint(x)\nprint(x)\n", "print(x)", TRIM_REPEATS},
        {"the line above", "    print(x)\n    ~\n", "print(x)\n    print(y)\n", "", TRIM_REPEATS},
        {"the line above, begun again by the user", "    print(x)\n    pr~\n", "int(x)", "int(x)",
         TRIM_NOTHING},
        {"a block", "~\n", "a = f(1)\nb = f(2)\nc = f(3)\na = f(1)\nb = f(2)\nc = f(3)\na = f(1)",
         "a = f(1)\nb = f(2)\nc = f(3)", TRIM_REPEATS},
        {"the block above", "alpha = 1\nbeta = 2\n~\n", "alpha = 1\nbeta = 2\nalpha = 1\n", "",
         TRIM_REPEATS},
        {"brackets may come again", "~\n", "[\n  {\n    {\n    },\n    {\n    },\n  },\n]",
         "[\n  {\n    {\n    },\n    {\n    },\n  },\n]", TRIM_NOTHING},
        {"inside a line", "x = [~",
         "0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0", "",
         TRIM_REPEATS},
        {"half a line before it", "x1 = 1\nx2 = 2\n~",
         "x3 = x3 = x3 = x3 = x3 = x3 = x3 = x3 = x3 = x3 = x3 = x3 = x3 = ", "", TRIM_REPEATS},
        {"half a line of long names", "~",
         "some_long_variable_x = some_long_variable_x = some_long_variable_x = "
         "some_long_variable_x "
         "= some_long_variable_x = some_long_variable_x = some_long_variable_x",
         "", TRIM_REPEATS},
        {"half a line behind a whole one", "~",
         "x2 = 2\nx3 = x3 = x3 = x3 = x3 = x3 = x3 = x3 = x3 = x3 = x3 = x3 = x3 = ", "x2 = 2",
         TRIM_REPEATS},
        {"whole statements in a line", "~",
         "f(1); f(1); f(1); f(1); f(1); f(1); f(1); f(1); f(1); f(1); f(1); f(1); f(1);", "f(1);",
         TRIM_REPEATS},
        {"a line that goes on", "~", "while (x) {\nwhile (x) {\nwhile (x) {\n", "", TRIM_REPEATS},
        {"behind a whole one", "~", "f(1);\nif (x) {\nif (x) {\nif (x) {\n", "f(1);", TRIM_REPEATS},
        {"a ruler is long", "# ~\n",
         "--------------------------------------------------------------------------",
         "--------------------------------------------------------------------------",
         TRIM_NOTHING}, );
}

static void what_a_limit_cuts_ends_well(void)
{
    static const struct {
        const char *code, *answer, *shown;
        bool cut;
    } list[] = {
        {"{\n~\n}\n", "    int a = 1;\n    int b = comp", "    int a = 1;", false},
        {"{\n~\n}\n", "    int a = 1;\n    int b = 2;\n    ret", "    int a = 1;\n    int b = 2;",
         false},
        {"{\n~\n}\n", "    int a = 1;\n", "    int a = 1;", false},
        {"{\n~\n}\n", "    int a = 1;\n\n    ", "    int a = 1;", false},
        {"int a = ~\n", "compute_something(alpha_one, beta_tw", "compute_something(alpha_one,",
         true},
        {"int a = ~\n", "compute(alpha, ", "compute(alpha,", true},
        {"int a = ~\n", "compute(alpha)", "compute(alpha)", true},
        {"int a = ~\n", "alpha + be", "alpha +", true},
        {"int a = ~\n", "alpha ", "alpha", true},
        {"int a = ~\n", "alph", "alph", true},
        {"int a = ~\n", "x.y.zet", "x.y.", true},
        {"float a = ~\n", "b + 3.1", "b +", true},
        {"float a = ~\n", "3.1", "3.1", true},
        {"char *a = ~\n", "\"hello wor", "\"hello", true},
        {"char *a = ~\n", "\"hello\\", "\"hello", true},
        {"int f(void)~\n", "\n{\n    return al", "\n{", false},
        {"int f(void) {~\n", "\n    return al", "\n    return", true},
        {"int a = f(~)\n", "alpha, bet", "alpha,", true},
        {"int a = f(~)\n", "alpha, beta)", "alpha, beta", false},
        {"int a = ~\n", "1;<|fim_pad|>x", "1;", false},
        {"int a = ~\n", "", "", false},
        {"int a~0, b;\n", " 0,x", "", false},
        {"int a = ~\n", "gr\xC3\xBC + gr\xC3", "gr\xC3\xBC +", true},
    };
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        struct trim_context c = cursor_in(list[i].code, "c");
        struct trim t = trim_answer(&c, span_of(list[i].answer), TRIM_CUT);
        char *shown = xstrndup(list[i].answer, t.shown);
        check_texts(list[i].answer, (int)i, "shown", shown, list[i].shown);
        check_ints(list[i].answer, (int)i, "cut", t.cut, list[i].cut);
        CHECK(trim_answer(&c, span_of(shown), TRIM_ENDED).shown == t.shown);
        free(shown);
    }
}

static void words_of_chat_models_are_dropped(void)
{
    EXAMPLES(
        {"a fence around it", "def f():\n    ~\n", "```python\n    return 1\n```\nThis returns 1.",
         "return 1", TRIM_TALK},
        {"a greeting", "~\n", "Here is the code:\n\n```c\nint x;\n```\n", "int x;", TRIM_TALK},
        {"a greeting alone", "~\n", "Sure, I can do that.", "", TRIM_BLANK},
        {"a name that begins like a greeting", "~\n", "Surely = 1", "Surely = 1", TRIM_NOTHING},
        {"a comment may greet", "// ~\n", "Here is the list of all.", "Here is the list of all.",
         TRIM_NOTHING},
        {"a special token", "x = ~\n", "1<|fim_pad|>def f", "1", TRIM_TALK},
        {"a special token of DeepSeek", "x = ~\n",
         "1<\xEF\xBD\x9C"
         "end\xE2\x96\x81of\xE2\x96\x81sentence\xEF\xBD\x9C>",
         "1", TRIM_TALK},
        {"a special token of StarCoder", "x = ~\n", "1<file_sep>a", "1", TRIM_TALK},
        {"a token cut off by the limit stays", "x = ~\n", "a <|", "a <|", TRIM_NOTHING},
        {"a bar of it that stands there already", "x = ~|\n", "<|", "<", TRIM_RIGHT},
        {"a bar of it that only looks so", "x = ~|\n", "<|fim_pad|>", "", TRIM_TALK},
        {"F# has such an operator", "let x = ~\n", "f <| g |> h", "f <| g |> h", TRIM_NOTHING}, );
}

static void an_echo_is_dropped(void)
{
    EXAMPLES(
        {"the typed line", "    local x = ~\n", "local x = 5", "5", TRIM_NOTHING},
        {"with its indentation", "    local x =~\n", "    local x = 5", " 5", TRIM_NOTHING},
        {"the head of a function", "def fib(~\n", "def fib(n):\n    return n", "n):\n    return n",
         TRIM_NOTHING},
        {"a call in itself is none", "x\nmax(~\n", "max(a, b), c)", "max(a, b), c)", TRIM_NOTHING},
        {"the typed word", "    ret~\n", "return x;", "urn x;", TRIM_NOTHING},
        {"a short word is none", "a = b~\n", "bar", "bar", TRIM_NOTHING},
        {"a second blank", "x = ~\n", " 5", "5", TRIM_NOTHING},
        {"two blanks are meant", "x = 5 ~\n", "  # five", "  # five", TRIM_NOTHING}, );
}

static void doubled_indentation_is_dropped(void)
{
    EXAMPLES(
        {"of a body", "def f():\n    ~\n", "    return 1\n", "return 1", TRIM_NOTHING},
        {"of a statement", "    x = 1;\n    ~\n", "    y = 2;\n    z = 3;", "y = 2;\n    z = 3;",
         TRIM_NOTHING},
        {"one blank of a tokenizer", "def f():\n    ~\n", " return 1\n", "return 1", TRIM_NOTHING},
        {"a deeper line is meant", "    if (x)\n    ~\n", "    y();", "    y();", TRIM_NOTHING},
        {"aligned arguments are meant", "foo(a,\n  ~\n", "  b)", "  b)", TRIM_NOTHING},
        {"line breaks enough", "import os\n\n~\n", "\n\ndef f():\n    pass", "def f():\n    pass",
         TRIM_NOTHING}, );
}

static void no_more_lines_than_wanted(void)
{
    static const struct example two = {"two lines", "~\n", "alpha()\nbeta()\ngamma()\n",
                                       "alpha()\nbeta()", TRIM_LINES};
    static const struct example typed = {"the typed line's end is none", "if x:~\n",
                                         "\n    alpha()\n    beta()\n    gamma()\n",
                                         "\n    alpha()\n    beta()", TRIM_LINES};
    static const struct example blank = {"blank ones count", "~\n", "alpha()\n\nbeta()\n",
                                         "alpha()", TRIM_LINES};
    check_example(&two, 2, "code");
    check_example(&typed, 2, "code");
    check_example(&blank, 2, "code");
}

static void characters_are_whole(void)
{
    EXAMPLES({"of several bytes", "s = \"~\"\n", "gr\xC3\xBC\xC3\x9F \xF0\x9F\x99\x82\"",
              "gr\xC3\xBC\xC3\x9F \xF0\x9F\x99\x82", TRIM_RIGHT},
             {"cut at the end", "s = ~\n", "gr\xC3\xBC\xF0\x9F\x99", "gr\xC3\xBC", TRIM_NOTHING},
             {"that begin like what stands right", "s = ~\xC3\xA8 + 1\n", "\xC3\xA9", "\xC3\xA9",
              TRIM_NOTHING}, );
}

static void stops_as_early_as_it_can(void)
{
    struct trim_context c = cursor_in("def f():\n    ~\n", "code");
    CHECK(!trim_answer(&c, span_of("return 1\n"), TRIM_STREAMS).stop);
    CHECK(trim_answer(&c, span_of("return 1\nx"), TRIM_STREAMS).stop);
    c = cursor_in("let x = ~ + 1;\n", "code");
    CHECK(trim_answer(&c, span_of("y\n"), TRIM_STREAMS).stop);
    CHECK(trim_answer(&c, span_of("y + 1;"), false).stop);
    c = cursor_in("~\n", "code");
    c.max_lines = 1;
    CHECK(!trim_answer(&c, span_of("y"), TRIM_STREAMS).stop);
    CHECK(trim_answer(&c, span_of("y\n"), TRIM_STREAMS).stop);
}

static void little_is_taken_back(void)
{
    printf("    taken back: %d times\n", taken_back);
    CHECK(taken_back <= 12);
}

int main(void)
{
    RUN(a_blank_that_was_left_out_is_taken_off);
    RUN(c_is_filled_in);
    RUN(python_is_filled_in);
    RUN(lua_is_filled_in);
    RUN(javascript_is_filled_in);
    RUN(go_is_filled_in);
    RUN(yaml_is_filled_in);
    RUN(a_definition_is_finished_and_not_left);
    RUN(definitions_of_many_languages_are_finished);
    RUN(a_parser_knows_better_what_a_definition_is);
    RUN(prose_is_filled_in);
    RUN(angles_right_of_the_cursor_are_brackets);
    RUN(case_and_blanks_do_not_count_in_sql);
    RUN(words_that_are_typed_are_not_said_again);
    RUN(words_to_the_reader_are_dropped);
    RUN(white_space_is_dropped);
    RUN(repetition_is_dropped);
    RUN(what_a_limit_cuts_ends_well);
    RUN(words_of_chat_models_are_dropped);
    RUN(an_echo_is_dropped);
    RUN(doubled_indentation_is_dropped);
    RUN(no_more_lines_than_wanted);
    RUN(characters_are_whole);
    RUN(stops_as_early_as_it_can);
    RUN(little_is_taken_back);
    return check_report("test_trim");
}
