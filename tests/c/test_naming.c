/* Names of files as answers give them. What these say is what tests/nvim/test_blocks.lua says of
 * lua/hum/chat/text/named.lua. */
#include "check.h"

#include "edit/changes.h"
#include "edit/naming.h"
#include "edit/pathname.h"

#include "base/buf.h"

/* name NULL: none. */
struct named {
    const char *text, *name;
};

static void check_name(const char *text, bool found, struct span name, const char *wanted)
{
    char got[300] = "(none)";
    if (found && name.len < sizeof got) {
        memcpy(got, name.data, name.len);
        got[name.len] = '\0';
    }
    check_texts(text, 0, "name", got, wanted != NULL ? wanted : "(none)");
}

static void the_words_of_a_fence(void)
{
    static const struct named list[] = {
        {"lua:src/a.lua", "src/a.lua"},
        {"lua:src/a.lua:12", "src/a.lua"},
        {"lua path=src/a.lua", "src/a.lua"},
        {"lua title=\"src/my a.lua\"", "src/my a.lua"},
        {"{.lua file=a.lua}", "a.lua"},
        {"lua title=\"How it works\"", NULL},
        {"src/a.lua", "src/a.lua"},
        {"js src/a.js", "src/a.js"},
        {"js // src/a.js", "src/a.js"},
        {"ts [src/a.ts] {1,3}", "src/a.ts"},
        {"lua:src/a.lua (new)", "src/a.lua"},
        {"lua:src/a.lua title=\"x\"", "src/a.lua"},
        {"text:a.foo", "a.foo"},
        {"js {filename: \"a.js\"}", "a.js"},
        {"12:40:app/main.py", "app/main.py"},
        {"js a.js b.js", "a.js"},
        {"text/html", NULL},
        {"lua:https://x.org/a.lua", NULL},
        {"js {1,3-4}", NULL},
        {"lua", NULL},
        {"", NULL},
        {"{r, echo=FALSE}", NULL},
        {"{.lua .x}", NULL},
        {"c++", NULL},
        {"make Makefile", "Makefile"},
        {"lua:src/\xC3\xA4 \xC3\xB6.lua", "src/\xC3\xA4 \xC3\xB6.lua"},
        {"python filename=shop/cart.py start_line=3", "shop/cart.py"},
        {"a.lua", "a.lua"},
        {"Dockerfile", NULL}, /* a language, too */
    };
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        struct span name;
        bool found = naming_in_info(span_of(list[i].text), &name);
        check_name(list[i].text, found, name, list[i].name);
    }
}

static const struct named above[] = {
    {"Change `src/b.lua`:", "src/b.lua"},
    {"**src/c.py**", "src/c.py"},
    {"**src/c.py:**", "src/c.py"},
    {"**`src/c.py`**", "src/c.py"},
    {"**`src/c.py`:**", "src/c.py"},
    {"**1. Change src/c.py:**", "src/c.py"},
    {"**src/c.py (new)**", "src/c.py"},
    {"*src/c.py*", "src/c.py"},
    {"_d.py_:", "d.py"},
    {"pkg/__init__.py:", "pkg/__init__.py"},
    {"**\xF0\x9F\x93\x84 src/c.py**", "src/c.py"},
    {"## src/b.lua ##", "src/b.lua"},
    {"### `src/b.lua` \xE2\x80\x94 the module", "src/b.lua"},
    {"--- src/b.lua ---", "src/b.lua"},
    {"<file path=\"src/b.lua\">", "src/b.lua"},
    {"\xE4\xBF\xAE\xE6\x94\xB9 src/b.lua\xEF\xBC\x9A", "src/b.lua"},
    {"\xE2\x80\x9Csrc/b.lua\xE2\x80\x9D:", "src/b.lua"},
    {"### 2. `src/b.lua`", "src/b.lua"},
    {"### src/b.lua", "src/b.lua"},
    {"File: src/b.lua", "src/b.lua"},
    {"`src/b.lua` (new file)", "src/b.lua"},
    {"[src/b.lua](src/b.lua):", "src/b.lua"},
    {"[src/b.lua](./src/b.lua)", "src/b.lua"},
    {"[the file](src/b.lua):", "src/b.lua"},
    {"`Makefile`:", "Makefile"},
    {"Put this into `run.sh`:", "run.sh"},
    {"- `src/b.lua`", "src/b.lua"},
    {"> src/b.lua", "src/b.lua"},
    {"# src/b.lua", "src/b.lua"},
    {"`src/b.lua`, lines 3-5:", "src/b.lua"},
    {"src/b.lua:12", "src/b.lua"},
    {"In `src/b.lua`, change this:", "src/b.lua"},
    {"./pool/pool.go", "./pool/pool.go"},
    {"../other/a.lua", "../other/a.lua"},
    {"/etc/hosts.conf", "/etc/hosts.conf"},
    {"See https://x.org/src/b.lua:", NULL},
    {"[this](https://x.org/b.lua):", NULL},
    {"Never touch `src/b.lua` by hand.", NULL},
    {"It is e.g. so, in version 1.2.3, and/or that:", NULL},
    {"Like `a.lua`, but in `b.lua`:", NULL},
    {"Call `string.format` or `self.x`:", NULL},
    {"## Node.js", NULL},
    {"Running `python app.py x.py` gives:", NULL},
    {"and", NULL},
    {"Once more:", NULL},
    {"", NULL},
};

static void the_line_above(void)
{
    for (size_t i = 0; i < sizeof above / sizeof *above; i++) {
        struct span name;
        bool found = naming_in_line(span_of(above[i].text), false, &name);
        check_name(above[i].text, found, name, above[i].name);
    }
}

static void the_line_above_a_block(void)
{
    static const struct named list[] = {
        {"LICENSE", "LICENSE"},
        {"src/Kconfig.x86", "src/Kconfig.x86"},
        {"data.foo", "data.foo"},
        {"**data.foo**", "data.foo"},
        {"`bin/tool`", "bin/tool"},
        {"bin/tool:", "bin/tool"},
        {".gitignore", ".gitignore"},
        {"Queue.hs", "Queue.hs"},
        {"and/or", "and/or"}, /* it stands alone */
        {"/* src/a.c */", "src/a.c"},
        {"<file>src/a.c</file>", "src/a.c"},
        {"<path>src/a.c</path>", "src/a.c"},
        {"<diff>", NULL},
        {"<b>src/a.c</b>", NULL},
        {"src/my file.lua", "src/my file.lua"},
        {"src/a.lua and src/b.lua", NULL},
        {"lua/queue.lua, line 12", "lua/queue.lua"},
        {"lua/queue.lua, lines 3-5:", "lua/queue.lua"},
        {"lua/queue.lua (lines 3-5)", "lua/queue.lua"},
        {"**lua/queue.lua** lines 3\xE2\x80\x93"
         "5",
         "lua/queue.lua"},
        {"Done.", NULL},
        {"Then:", NULL},
        {"I change the loop.", NULL},
    };
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        struct span name;
        bool found = naming_in_line(span_of(list[i].text), true, &name);
        check_name(list[i].text, found, name, list[i].name);
    }
    for (size_t i = 0; i < sizeof above / sizeof *above; i++) {
        struct span name;
        bool found = naming_in_line(span_of(above[i].text), true, &name);
        if (above[i].name != NULL) {
            check_name(above[i].text, found, name, above[i].name);
        }
    }
}

static void a_comment_in_the_first_line(void)
{
    static const struct named list[] = {
        {"-- src/a.lua", "src/a.lua"},
        {"// src/a.ts", "src/a.ts"},
        {"# a.py", "a.py"},
        {"\" a.vim", "a.vim"},
        {"<!-- File: a.html -->", "a.html"},
        {"/* a.css */", "a.css"},
        {"; a.el", "a.el"},
        {"# filename: shop/cart.py", "shop/cart.py"},
        {"-- see a.lua", NULL},
        {"#!/bin/sh", NULL},
        {"# README", NULL},
        {"#include \"a.h\"", NULL},
        {"# 1.2.3", NULL},
        {"local a = b", NULL},
    };
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        struct span name;
        bool found = naming_in_comment(span_of(list[i].text), &name);
        check_name(list[i].text, found, name, list[i].name);
    }
}

/* The names of an answer's blocks, with "," behind each. */
static void check_blocks(const char *what, const char *answer, const char *wanted)
{
    const struct changes_want want = {.text = span_of(answer)};
    struct changes *c = changes_new(&want);
    struct buf out;
    buf_init(&out, SIZE_MAX);
    buf_add(&out, "", 0);
    for (size_t i = 0; i < changes_count(c); i++) {
        const struct changes_file *f = changes_file(c, i);
        buf_printf(&out, "%s%s %zu%s%s", i > 0 ? ", " : "", f->name, f->blocks,
                   f->to[0] != '\0' ? " to " : "", f->to);
    }
    check_texts(what, 0, "names", out.data, wanted);
    buf_finish(&out);
    changes_free(c);
}

#define SR "<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n"
#define CODE "```lua\n" SR "```\n"

static void blocks_have_the_name_that_is_nearest(void)
{
    check_blocks("above the fence", "x.lua\n" CODE, "x.lua 1");
    check_blocks("above the fence, with a blank line", "x.lua\n\n" CODE, "x.lua 1");
    check_blocks("in bold and code", "**`x.lua`:**\n\n" CODE, "x.lua 1");
    check_blocks("a heading", "### `x.lua`\n" CODE, "x.lua 1");
    check_blocks("a comment", "# x.lua\n" CODE, "x.lua 1");
    check_blocks("within the fence", "```lua\nx.lua\n" SR "```\n", "x.lua 1");
    check_blocks("within the fence, as a comment", "```lua\n-- x.lua\n" SR "```\n", "x.lua 1");
    check_blocks("within the fence, and a blank line", "```lua\nx.lua\n\n" SR "```\n", "x.lua 1");
    check_blocks("behind the language", "```lua x.lua\n" SR "```\n", "x.lua 1");
    check_blocks("behind a colon", "```lua:x.lua\n" SR "```\n", "x.lua 1");
    check_blocks("no fence", "x.lua\n" SR, "x.lua 1");
    check_blocks("a full path", "/home/me/x.lua\n" CODE, "/home/me/x.lua 1");
    check_blocks("with blanks in code", "`my file.lua`\n" CODE, "my file.lua 1");
    check_blocks("with a line", "x.lua:12\n" CODE, "x.lua 1");
    check_blocks("none", CODE, " 1");
    check_blocks("none, prose above", "I change it.\n\n" CODE, " 1");
    check_blocks("the one before", "x.lua\n" CODE CODE, "x.lua 2");
    check_blocks("the one before, prose between", "x.lua\n" CODE "\nand then\n\n" CODE, "x.lua 2");
    check_blocks("two in a fence", "```lua\nx.lua\n" SR "y.lua\n" SR "```\n", "x.lua 1, y.lua 1");
    check_blocks("two in a fence, one name", "```lua\nx.lua\n" SR "\n" SR "```\n", "x.lua 2");
    check_blocks("each its own", "x.lua\n" CODE "y.lua\n" CODE "x.lua\n" CODE, "x.lua 2, y.lua 1");
    check_blocks("far above", "x.lua\n\n\n\n\n" CODE, "x.lua 1");
    check_blocks("a heading, and prose", "### `x.lua`\nChange it:\n" CODE, "x.lua 1");
    check_blocks("a bold line, and prose", "**x.lua**\n\nIt is this line,\nso:\n\n" CODE,
                 "x.lua 1");
    check_blocks("a name, and prose", "x.lua\n\nChange the loop.\n\n" CODE, "x.lua 1");
    check_blocks("a heading with words", "## 1. Change `x.lua`\n\nIt is this line.\n\n" CODE,
                 "x.lua 1");
    check_blocks("two headings", "### x.lua\nfirst\n" CODE "### y.lua\nthen\n" CODE,
                 "x.lua 1, y.lua 1");
    check_blocks("a heading without a name", "### x.lua\n\n### Why\n\nIt is slow.\n" CODE, " 1");
    check_blocks("a name within prose", "The file x.lua is small.\n\nChange it:\n" CODE, " 1");
    check_blocks(
        "in a quote",
        "> x.lua\n> ```lua\n> <<<<<<< SEARCH\n> a\n> =======\n> b\n> >>>>>>> REPLACE\n> ```\n",
        "x.lua 1");
    check_blocks("a tag", "<path>x.lua</path>\n<diff>\n" SR "</diff>\n", "x.lua 1");
    check_blocks("a heading, and a diff", "### x.lua\nso:\n```diff\n@@ @@\n-a\n+b\n```\n",
                 "x.lua 1");
    check_blocks("a block of shell between", "x.lua\n" CODE "Run:\n```sh\nlua x.lua\n```\n" CODE,
                 "x.lua 2");
    check_blocks("a diff", "```diff\n--- a/x.lua\n+++ b/x.lua\n@@ @@\n-a\n+b\n```\n", "x.lua 1");
    check_blocks("two in a diff",
                 "```diff\n--- a/x.lua\n+++ b/x.lua\n@@ @@\n-a\n+b\n--- a/y.lua\n+++ b/y.lua\n@@ "
                 "@@\n-a\n+b\n```\n",
                 "x.lua 1, y.lua 1");
    check_blocks("two in a diff of git",
                 "diff --git a/x.lua b/x.lua\n--- a/x.lua\n+++ b/x.lua\n@@ -1 +1 @@\n-a\n+b\n"
                 "diff --git a/y.lua b/y.lua\n--- a/y.lua\n+++ b/y.lua\n@@ -1 +1 @@\n-a\n+b\n",
                 "x.lua 1, y.lua 1");
    check_blocks(
        "a file that git renames",
        "diff --git a/x.lua b/y.lua\nsimilarity index 90%\nrename from x.lua\nrename to y.lua\n"
        "--- a/x.lua\n+++ b/y.lua\n@@ -1 +1 @@\n-a\n+b\n",
        "x.lua 2 to y.lua");
    check_blocks("a patch of three",
                 "*** Begin Patch\n*** Update File: x.lua\n@@\n-a\n+b\n*** Add File: y.lua\n+a\n"
                 "*** Delete File: z.lua\n*** End Patch\n",
                 "x.lua 1, y.lua 1, z.lua 1");
    check_blocks(
        "a patch that moves",
        "*** Begin Patch\n*** Update File: x.lua\n*** Move to: y.lua\n@@\n-a\n+b\n*** End Patch\n",
        "x.lua 1 to y.lua");
    check_blocks("a patch that only moves",
                 "*** Begin Patch\n*** Update File: x.lua\n*** Move to: y.lua\n*** End Patch\n",
                 "x.lua 1 to y.lua");
    check_blocks("whole files", "x.lua\n```lua\na\n```\n\n`y.lua`:\n```lua\nb\n```\n",
                 "x.lua 1, y.lua 1");
    check_blocks(
        "all forms",
        "x.lua\n" CODE
        "y.lua\n```lua\nb\n```\n*** Begin Patch\n*** Update File: z.lua\n-a\n+b\n*** End Patch\n",
        "x.lua 1, y.lua 1, z.lua 1");
}

int main(void)
{
    RUN(the_words_of_a_fence);
    RUN(the_line_above);
    RUN(the_line_above_a_block);
    RUN(a_comment_in_the_first_line);
    RUN(blocks_have_the_name_that_is_nearest);
    return check_report("naming");
}
