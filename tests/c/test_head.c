#include "base/buf.h"
#include "base/span.h"
#include "base/value.h"
#include "check.h"
#include "complete/head.h"
#include "nvim/mirror.h"

#define MAX_LINES 64

static struct mirror *mirror_of(const char *text)
{
    struct mirror *m = mirror_new();
    struct value items[MAX_LINES], all = {.type = VALUE_ARRAY};
    size_t count = 0;
    for (struct span left = span_of(text); count < MAX_LINES && left.len > 0;) {
        size_t next = 0;
        struct span line = span_next_line(left, &next);
        items[count] = (struct value){.type = VALUE_STRING};
        items[count].as.string.data = line.data;
        items[count++].as.string.len = line.len;
        left = span_skip(left, next < left.len ? next : left.len);
    }
    all.as.array.items = items;
    all.as.array.count = count;
    CHECK_INT(mirror_apply(m, 0, -1, &all), 0);
    return m;
}

static void check(const char *text, size_t end, size_t max, const char *wanted)
{
    struct mirror *m = mirror_of(text);
    struct buf out;
    buf_init(&out, SIZE_MAX);
    buf_add_str(&out, "");
    head_read(m, end, max, &out);
    CHECK_TEXT(out.data, wanted);
    buf_finish(&out);
    mirror_free(m);
}

static void imports_are_known_by_their_words(void)
{
    static const char *const lines[] = {
        "import os",
        "from a import b",
        "import type { A } from './a'",
        "export * from './b'",
        "const c = require('c')",
        "const d = await import('d')",
        "local e = require 'e'",
        "#include <f.h>",
        "#  include \"g.h\"",
        "use h::i;",
        "pub use h::i;",
        "extern crate j;",
        "using K;",
        "global using K;",
        "using namespace l;",
        "namespace App\\M;",
        "require_once 'n.php';",
        "require 'o'",
        "  alias P.Q",
        "package r;",
        "library(s)",
        "open System",
        "import static t.U.*;",
        "const v = @import(\"v\");",
        "@use 'w';",
        "import qualified X as Y",
        "`include \"z.v\"",
        "-module(aa).",
        "(ns bb.cc)",
        "load(\"//dd:ee.bzl\", \"ff\")",
        "source ./gg.sh",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        char wanted[128];
        snprintf(wanted, sizeof wanted, "%s\n", lines[i]);
        check(lines[i], 9, 999, wanted);
    }
}

static void other_lines_are_none(void)
{
    static const char *const lines[] = {
        "",
        "important = 1",
        "used to be",
        "user = 1",
        "from here on",
        "// import x",
        " * use it so",
        "# inclusive",
        "library of things",
        "packages = []",
        "    x = require('x')",
        "opener()",
        "exports.a = b",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        check(lines[i], 9, 999, "");
    }
}

static void an_import_goes_on_while_its_brackets_are_open(void)
{
    check("from a import (\n    b,\n    c,\n)\nx = 1\nimport d\n", 99, 999,
          "from a import (\n    b,\n    c,\n)\nimport d\n");
    check("package p\n\nimport (\n\t\"f\"\n)\n\nfunc f() {\n}\n", 99, 999,
          "package p\nimport (\n\t\"f\"\n)\n");
    check("import a, \\\n    b\nc = 1\n", 99, 999, "import a, \\\n    b\n");
    check("namespace A {\n  class B {\n  }\n}\n", 99, 999, "namespace A {\n");
    check("use std::{\n    io,\n};\nfn f() {}\n", 99, 999, "use std::{\n    io,\n};\n");
}

static void a_head_keeps_to_its_rows_and_bytes(void)
{
    check("import a\nimport b\nimport c\n", 2, 999, "import a\nimport b\n");
    check("import a\nimport b\nimport c\n", 9, 20, "import a\nimport b\n");
    check("import (\n  a\n)\n", 2, 999, "import (\n  a\n");
    check("import (\n  a\n)\n", 9, 10, "");
    check("import a\n", 0, 999, "");
}

int main(void)
{
    RUN(imports_are_known_by_their_words);
    RUN(other_lines_are_none);
    RUN(an_import_goes_on_while_its_brackets_are_open);
    RUN(a_head_keeps_to_its_rows_and_bytes);
    return check_report("head");
}
