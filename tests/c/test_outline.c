/* What stands in a long text: which lines begin something, and that it stays short. */
#include "check.h"

#include "base/buf.h"
#include "gather/heading.h"
#include "gather/outline.h"

static bool is_heading(const char *name, const char *line)
{
    struct heading h = {.kind = heading_kind(name)};
    size_t level;
    return heading_is(&h, span_of(line), &level);
}

static const struct {
    const char *name, *line;
    bool is;
} lines[] = {
    {"a.lua", "function M.start(a, b)", true},
    {"a.lua", "local function step(i)", true},
    {"a.lua", "M.stop = function()", true},
    {"a.lua", "  local x = f(function() end)", false},
    {"a.lua", "return M", false},
    {"a.py", "class A(B):", true},
    {"a.py", "    async def run(self):", true},
    {"a.py", "    x = defer()", false},
    {"a.go", "func (s *S) Run() error {", true},
    {"a.go", "type S struct {", true},
    {"a.rs", "pub(crate) fn new() -> Self {", true},
    {"a.rs", "impl<T> Iterator for X<T> {", true},
    {"a.rs", "    let fnord = 1;", false},
    {"a.ts", "export default class App {", true},
    {"a.ts", "export const run = async (a: A) => {", true},
    {"a.ts", "  render(props) {", true},
    {"a.ts", "  if (props) {", false},
    {"a.ts", "  await run(x)", false},
    {"A.java", "    public static void main(String[] args) {", true},
    {"A.java", "        while (true) {", false},
    {"a.rb", "  def to_s", true},
    {"a.sql", "CREATE OR REPLACE VIEW v AS", true},
    {"a.vim", "function! s:run() abort", true},
    {"a.el", "(defun run ()", true},
    {"src/a.c", "static int run(struct a *b)", true},
    {"src/a.c", "struct a {", true},
    {"src/a.c", "    run(b);", false},
    {"src/a.c", "    if (x) {", false},
    {"src/a.c", "#define X(a) \\", false},
    {"src/a.c", "int x = 1;", false},
    {"README.md", "## Use", true},
    {"README.md", "#tag", false},
    {"README.md", "text", false},
    {"Cargo.toml", "[dependencies]", true},
    {"a.yml", "jobs:", true},
    {"a.yml", "  build:", false},
    {"Makefile", "build/x: y z", true},
    {"Makefile", "X := 1", false},
    {"a.sh", "run() {", true},
    {"a.tex", "\\subsection{Use}", true},
    {"a.org", "** Use", true},
    {"a.css", ".a > .b {", true},
    {"a.log", "function x()", false},
};

static void lines_that_begin_something_are_found(void)
{
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        if (is_heading(lines[i].name, lines[i].line) != lines[i].is) {
            check_fail(__FILE__, __LINE__, lines[i].line);
        }
    }
}

static atomic_bool stop;

static char *of(const char *text, const char *name, bool sampled)
{
    struct buf out;
    buf_init(&out, SIZE_MAX);
    outline(span_of(text), name, sampled, &stop, &out);
    return out.data;
}

static void an_outline_has_lines_with_their_numbers(void)
{
    char *s = of(
        "local M = {}\n\nfunction M.a()\nend\n\nlocal function b()\nend\nM.c = function()\nend\n",
        "x.lua", false);
    CHECK_TEXT(s, "9 lines; what begins at which:\n3: function M.a()\n6: local function b()\n"
                  "8: M.c = function()\n");
    free(s);
}

static void headings_in_code_blocks_are_none(void)
{
    char *s = of("# A\n```sh\n# no\n```\n## B\n# C\n", "x.md", false);
    CHECK_TEXT(s, "6 lines; what begins at which:\n1: # A\n5: ## B\n6: # C\n");
    free(s);
}

/* What is deepest is left out first. */
static void a_long_one_keeps_what_is_at_the_left(void)
{
    struct buf text;
    buf_init(&text, SIZE_MAX);
    for (int i = 0; i < 20; i++) {
        buf_printf(&text, "class A%d:\n", i);
        for (int n = 0; n < 200; n++) {
            buf_printf(&text, "    def method_%d(self):\n        pass\n", n);
        }
    }
    char *s = of(text.data, "x.py", false);
    CHECK(strlen(s) < OUTLINE_BYTES + 200);
    CHECK(strstr(s, "7620: class A19:\n") != NULL);
    CHECK(strstr(s, "method") == NULL);
    CHECK(strstr(s, "[4000 more are left out]\n") != NULL);
    free(s);
    buf_finish(&text);
}

static void without_such_lines_it_is_both_ends(void)
{
    struct buf text;
    buf_init(&text, SIZE_MAX);
    for (int i = 1; i <= 5000; i++) {
        buf_printf(&text, "entry %d\n", i);
    }
    char *s = of(text.data, "x.log", false);
    CHECK(strlen(s) < OUTLINE_BYTES + 200);
    CHECK(strncmp(s, "5000 lines; the first and the last of them:\nentry 1\n", 52) == 0);
    CHECK(strstr(s, " lines are left out]\nentry ") != NULL);
    CHECK_TEXT(s + strlen(s) - 11, "entry 5000\n");
    free(s);
    s = of(text.data, "x.log", true);
    CHECK(strncmp(s, "more than 5000 lines; ", 22) == 0);
    CHECK(strstr(s, "entry 5000") == NULL && strstr(s, "[the rest is left out]\n") != NULL);
    free(s);
    buf_finish(&text);
}

static void one_line_of_a_megabyte_is_cut(void)
{
    char *text = malloc(1000002);
    for (size_t i = 0; i < 1000000; i += 2) {
        memcpy(text + i, "\xC3\xA4", 2);
    }
    text[1000000] = '\0';
    char *s = of(text, "x.min.js", false);
    CHECK(strlen(s) < OUTLINE_BYTES + 200);
    CHECK(strstr(s, "\n[1 line is left out]\n") != NULL);
    free(s);
    s = of("", "x.js", false);
    CHECK_TEXT(s, "0 lines; the first and the last of them:\n");
    free(s);
    free(text);
}

/* Would take for ever, or all of the stack, if all of such a line were looked at. */
static void a_line_of_openings_is_no_heading(void)
{
    char *text = malloc(4000001);
    memset(text, '(', 4000000);
    text[4000000] = '\0';
    char *s = of(text, "x.lisp", false);
    CHECK(strncmp(s, "1 lines; the first", 18) == 0);
    free(s);
    for (size_t i = 0; i < 4000000; i += 4) {
        memcpy(text + i, "pub(", 4);
    }
    s = of(text, "x.rs", false);
    CHECK(strncmp(s, "1 lines; the first", 18) == 0);
    free(s);
    free(text);
}

static void one_that_is_stopped_is_not_gone_through(void)
{
    atomic_store(&stop, true);
    char *s = of("function a()\nend\n", "x.lua", false);
    CHECK(strncmp(s, "0 lines", 7) == 0);
    free(s);
    atomic_store(&stop, false);
}

int main(void)
{
    RUN(lines_that_begin_something_are_found);
    RUN(an_outline_has_lines_with_their_numbers);
    RUN(headings_in_code_blocks_are_none);
    RUN(a_long_one_keeps_what_is_at_the_left);
    RUN(without_such_lines_it_is_both_ends);
    RUN(one_line_of_a_megabyte_is_cut);
    RUN(a_line_of_openings_is_no_heading);
    RUN(one_that_is_stopped_is_not_gone_through);
    return check_report("test_outline");
}
