/* Unified diffs, patches and whole files in an answer. */
#include "changes_example.h"

#define DIFF(hunks) "```diff\n--- a/a.lua\n+++ b/a.lua\n" hunks "```\n"
#define PATCH(lines) "*** Begin Patch\n*** Update File: a.lua\n" lines "*** End Patch\n"

static void diffs_are_found_by_their_lines(void)
{
    EXAMPLES(
        {"numbers that are right", "a\nb\nc\n", DIFF("@@ -1,3 +1,3 @@\n a\n-b\n+x\n c\n"),
         "a\nx\nc\n"},
        {"numbers that are wrong", "a\nb\nc\n", DIFF("@@ -11,2 +15,7 @@\n a\n-b\n+x\n c\n"),
         "a\nx\nc\n"},
        {"no numbers", "a\nb\nc\n", DIFF("@@ @@\n a\n-b\n+x\n c\n"), "a\nx\nc\n"},
        {"two signs", "a\nb\nc\n", DIFF("@@\n a\n-b\n+x\n c\n"), "a\nx\nc\n"},
        {"words behind", "a\nb\nc\n", DIFF("@@ -1,3 +1,3 @@ function f()\n a\n-b\n+x\n c\n"),
         "a\nx\nc\n"},
        {"no place at all", "a\nb\nc\n", DIFF(" a\n-b\n+x\n c\n"), "a\nx\nc\n"},
        {"two hunks", "a\nb\nc\nd\n", DIFF("@@ @@\n-a\n+x\n b\n@@ @@\n c\n-d\n+y\n"),
         "x\nb\nc\ny\n"},
        {"hunks out of order", "a\nb\nc\nd\n", DIFF("@@ @@\n c\n-d\n+y\n@@ @@\n-a\n+x\n b\n"),
         "x\nb\nc\ny\n"},
        {"the same hunk twice", "a\nb\nc\n", DIFF("@@ @@\n-b\n+x\n@@ @@\n-b\n+x\n"), "a\nx\nc\n"},
        {"stale numbers behind an addition", "a\nb\nc\nd\n",
         DIFF("@@ -1,1 +1,3 @@\n a\n+x\n+y\n@@ -2,2 +2,2 @@\n c\n-d\n+z\n"), "a\nx\ny\nb\nc\nz\n"},
        {"an empty line of context", "a\n\nb\n", DIFF("@@ @@\n a\n\n-b\n+x\n"), "a\n\nx\n"},
        {"an empty line behind the hunk", "a\nb\n", DIFF("@@ @@\n a\n-b\n+x\n\n"), "a\nx\n"},
        {"no newline at the end", "a\nb\n",
         DIFF("@@ @@\n a\n-b\n\\ No newline at end of file\n+x\n"), "a\nx\n"},
        {"context without its blank", "if x {\n  a\n  b\n}\n",
         DIFF("@@ @@\nif x {\n  a\n-  b\n+  c\n}\n"), "if x {\n  a\n  c\n}\n"},
        {"outdented", "f\n    a\n    b\n", DIFF("@@ @@\n a\n-b\n+x\n"), "f\n    a\n    x\n"},
        {"tabs as blanks", "f\n\ta\n\tb\n", DIFF("@@ @@\n f\n     a\n-    b\n+    x\n"),
         "f\n\ta\n\tx\n"},
        {"only deletions", "a\nb\nc\n", DIFF("@@ @@\n-b\n"), "a\nc\n"},
        {"only additions, with context", "a\nb\n", DIFF("@@ @@\n a\n+x\n b\n"), "a\nx\nb\n"},
        {"only additions", "a\nb\n", DIFF("@@ -1,0 +2,1 @@\n+x\n"), NULL, "does not say where"},
        {"a removed line that looks like a name", "-- old\nb\n",
         DIFF("@@ @@\n--- old\n+-- new\n b\n"), "-- new\nb\n"},
        {"no fence", "a\nb\nc\n",
         "--- a/a.lua\n+++ b/a.lua\n@@ -1,2 +1,2 @@\n a\n-b\n+x\n\nThat is it.\n", "a\nx\nc\n"},
        {"git's headers", "a\nb\n",
         "```diff\ndiff --git a/a.lua b/a.lua\nindex 1234567..89abcde 100644\n--- a/a.lua\n+++ "
         "b/a.lua\n@@ -1,2 +1,2 @@\n a\n-b\n+x\n```\n",
         "a\nx\n"},
        {"names without letters in front", "a\nb\n",
         "```diff\n--- a.lua\n+++ a.lua\n@@ @@\n-b\n+x\n```\n", "a\nx\n"},
        {"names with times", "a\nb\n",
         "```diff\n--- a/a.lua\t2026-01-01 10:00:00\n+++ b/a.lua\t2026-01-01 10:00:01\n@@ "
         "@@\n-b\n+x\n```\n",
         "a\nx\n"},
        {"names with remarks", "a\nb\n",
         "```diff\n--- a.lua (original)\n+++ a.lua (modified)\n@@ @@\n-b\n+x\n```\n", "a\nx\n"},
        {"names that are words", "a\nb\n",
         "a.lua\n```diff\n--- original\n+++ modified\n@@ @@\n-b\n+x\n```\n", "a\nx\n"},
        {"no names, the line above", "a\nb\n", "`a.lua`:\n```diff\n@@ -2 +2 @@\n-b\n+x\n```\n",
         "a\nx\n"},
        {"another language in the fence", "a\nb\n",
         "```lua\n--- a/a.lua\n+++ b/a.lua\n@@ @@\n-b\n+x\n```\n", "a\nx\n"},
        {"indented, in a list", "a\nb\n",
         "1. So:\n\n   ```diff\n   --- a/a.lua\n   +++ b/a.lua\n   @@ @@\n    a\n   -b\n   +x\n   "
         "```\n",
         "a\nx\n"},
        {"twice", "a\nb\na\n", DIFF("@@ @@\n-a\n+x\n"), NULL, "2 places"},
        {"twice, but the number is right", "a\nb\na\n", DIFF("@@ -3,1 +3,1 @@\n-a\n+x\n"),
         "a\nb\nx\n"},
        {"twice, the line above tells", "f()\n  a\ng()\n  a\n",
         DIFF("@@ -9,1 +9,1 @@ g()\n-  a\n+  x\n"), "f()\n  a\ng()\n  x\n"},
        {"absent", "a\nb\n", DIFF("@@ @@\n-q\n+x\n"), NULL, "not found"},
        {"one of two", "a\nb\n", DIFF("@@ @@\n-q\n+x\n@@ @@\n-b\n+y\n"), "a\ny\n", "not found"},
        {"already applied", "a\nx\n", DIFF("@@ @@\n a\n-b\n+x\n"), NULL, "already applied"},
        {"context alone", "a\nb\n", DIFF("@@ @@\n a\n b\n"), NULL, "nothing to change"},
        {"lines left out", "a\nb\n", DIFF("@@ @@\n-a\n+x\n+-- ... rest of the code\n"), NULL,
         "left out"},
        {"deleted", "a\nb\n", "```diff\n--- a/a.lua\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-a\n-b\n```\n",
         ""},
        {"a new file", NULL, "```diff\n--- /dev/null\n+++ b/a.lua\n@@ -0,0 +1,2 @@\n+x\n+y\n```\n",
         "x\ny\n"},
        {"a new file that is there", "a\n",
         "```diff\n--- /dev/null\n+++ b/a.lua\n@@ -0,0 +1,2 @@\n+x\n+y\n```\n", NULL,
         "there already"},
        {"of a file that is not there", NULL, DIFF("@@ @@\n-b\n+x\n"), NULL, "no such file"}, );
}

static void patches_are_found_by_their_lines(void)
{
    EXAMPLES(
        {"one chunk", "a\nb\nc\n", PATCH("@@\n a\n-b\n+x\n"), "a\nx\nc\n"},
        {"no place", "a\nb\nc\n", PATCH(" a\n-b\n+x\n"), "a\nx\nc\n"},
        {"a line above", "f()\n  a\ng()\n  a\n", PATCH("@@ g()\n-  a\n+  x\n"),
         "f()\n  a\ng()\n  x\n"},
        {"a line above that is cut", "function f()\n  a\nend\nfunction g()\n  a\nend\n",
         PATCH("@@ function g\n-  a\n+  x\n"), "function f()\n  a\nend\nfunction g()\n  x\nend\n"},
        {"two lines above", "A:\n  f:\n    a\nB:\n  f:\n    a\n",
         PATCH("@@ B:\n@@ f:\n-    a\n+    x\n"), "A:\n  f:\n    a\nB:\n  f:\n    x\n"},
        {"a line above that is the first of the context", "f()\n  a\ng()\n  a\n",
         PATCH("@@ g()\n g()\n-  a\n+  x\n"), "f()\n  a\ng()\n  x\n"},
        {"above the line that should be above", "f()\n  b\ng()\n  a\n",
         PATCH("@@ g()\n-  b\n+  x\n"), NULL, "below \"g()\""},
        {"a line above that is not there", "a\nb\n", PATCH("@@ h()\n-b\n+x\n"), "a\nx\n"},
        {"twice below it", "f()\n  a\n  b\n  a\n", PATCH("@@ f()\n-  a\n+  x\n"), NULL, "2 places"},
        {"two chunks", "a\nb\nc\nd\n", PATCH("@@\n-a\n+x\n@@\n-d\n+y\n"), "x\nb\nc\ny\n"},
        {"the end of the file", "a\nb\na\n", PATCH("@@\n-a\n+x\n*** End of File\n"), "a\nb\nx\n"},
        {"only additions, at the end", "a\nb\n", PATCH("@@\n+x\n"), "a\nb\nx\n"},
        {"only additions, below a line", "a\nb\n", PATCH("@@ a\n+x\n"), "a\nx\nb\n"},
        {"only additions, below one of two", "a\nb\na\n", PATCH("@@ a\n+x\n"), NULL,
         "does not say where"},
        {"an empty line of context", "a\n\nb\n", PATCH("@@\n a\n\n-b\n+x\n"), "a\n\nx\n"},
        {"context without its blank", "a\nb\nc\n", PATCH("@@\na\n-b\n+x\nc\n"), "a\nx\nc\n"},
        {"no beginning", "a\nb\n", "*** Update File: a.lua\n@@\n-b\n+x\n*** End Patch\n", "a\nx\n"},
        {"no end", "a\nb\n", "*** Begin Patch\n*** Update File: a.lua\n@@\n-b\n+x\n", "a\nx\n"},
        {"padded", "a\nb\n",
         "  *** Begin Patch  \n ***  Update File:  a.lua \n@@\n-b\n+x\n*** End Patch ***\n",
         "a\nx\n"},
        {"a name in backquotes", "a\nb\n",
         "*** Begin Patch\n*** Update File: `a.lua`\n@@\n-b\n+x\n*** End Patch\n", "a\nx\n"},
        {"in a fence", "a\nb\n", "```\n" PATCH("@@\n-b\n+x\n") "```\n", "a\nx\n"},
        {"in a fence with a language", "a\nb\n", "```patch\n" PATCH("@@\n-b\n+x\n") "```\n",
         "a\nx\n"},
        {"in a fence without an end", "a\nb\n",
         "```\n*** Begin Patch\n*** Update File: a.lua\n@@\n-b\n+x\n```\nDone.\n", "a\nx\n"},
        {"a heredoc", "a\nb\n", "apply_patch <<'EOF'\n" PATCH("@@\n-b\n+x\n") "EOF\n", "a\nx\n"},
        {"a heredoc without a command", "a\nb\n", "<<\"EOF\"\n" PATCH("@@\n-b\n+x\n") "EOF\n",
         "a\nx\n"},
        {"a heredoc in a fence", "a\nb\n",
         "```bash\napply_patch <<'PATCH'\n" PATCH("@@\n-b\n+x\n") "PATCH\n```\n", "a\nx\n"},
        {"a heredoc through a shell", "a\nb\n",
         "```sh\nbash -lc \"apply_patch <<'EOF'\n" PATCH("@@\n-b\n+x\n") "EOF\"\n```\n", "a\nx\n"},
        {"blanks at line ends", "a  \nb\nc\n", PATCH("@@\n a\n-b\n+x\n"), "a  \nx\nc\n"},
        {"outdented", "f\n    a\n    b\n", PATCH("@@\n a\n-b\n+x\n"), "f\n    a\n    x\n"},
        {"dashes and quotes", "say \xE2\x80\x9Chi\xE2\x80\x9D\nb\n",
         PATCH("@@\n say \"hi\"\n-b\n+x\n"), "say \xE2\x80\x9Chi\xE2\x80\x9D\nx\n"},
        {"a new file", NULL, "*** Begin Patch\n*** Add File: a.lua\n+x\n+\n+y\n*** End Patch\n",
         "x\n\ny\n"},
        {"a new file without signs", NULL,
         "*** Begin Patch\n*** Add File: a.lua\nx\ny\n*** End Patch\n", "x\ny\n"},
        {"a new file that is there", "a\n",
         "*** Begin Patch\n*** Add File: a.lua\n+x\n*** End Patch\n", NULL, "there already"},
        {"deleted", "a\nb\n", "*** Begin Patch\n*** Delete File: a.lua\n*** End Patch\n", ""},
        {"deleted, and new", "a\n",
         "*** Begin Patch\n*** Delete File: a.lua\n*** Add File: a.lua\n+x\n*** End Patch\n",
         "x\n"},
        {"absent", "a\nb\n", PATCH("@@\n-q\n+x\n"), NULL, "not found"},
        {"not there", NULL, PATCH("@@\n-q\n+x\n"), NULL, "no such file"},
        {"one of two chunks", "a\nb\n", PATCH("@@\n-q\n+x\n@@\n-b\n+y\n"), "a\ny\n",
         "not found"}, );
}

#define LONG                                                                       \
    "local M = {}\n\nfunction M.a()\n  return 1\nend\n\nfunction M.b()\n  return " \
    "2\nend\n\nfunction M.c()\n  return 3\nend\n\nreturn M\n"
#define LONGER                                                                     \
    "local M = {}\n\nfunction M.a()\n  return 1\nend\n\nfunction M.b()\n  return " \
    "4\nend\n\nfunction M.c()\n  return 3\nend\n\nreturn M\n"

static void fences_with_names_are_whole_files(void)
{
    EXAMPLES(
        {"the line above", LONG, "a.lua\n```lua\n" LONGER "```\n", LONGER},
        {"in bold", LONG, "**a.lua**\n\n```lua\n" LONGER "```\n", LONGER},
        {"in words", LONG, "Here is the new `a.lua`:\n\n```lua\n" LONGER "```\n", LONGER},
        {"behind the language", LONG, "```lua a.lua\n" LONGER "```\n", LONGER},
        {"behind a colon", LONG, "```lua:a.lua\n" LONGER "```\n", LONGER},
        {"alone", LONG, "```a.lua\n" LONGER "```\n", LONGER},
        {"as an attribute", LONG, "```lua path=a.lua\n" LONGER "```\n", LONGER},
        {"as a comment", LONG, "```lua\n-- a.lua\n" LONGER "```\n", LONGER},
        {"as a comment that the file has", "-- a.lua\n" LONG, "```lua\n-- a.lua\n" LONGER "```\n",
         "-- a.lua\n" LONGER},
        {"no name", LONG, "```lua\n" LONGER "```\n", NULL},
        {"a sentence", LONG, "I would not touch a.lua here.\n```lua\n" LONGER "```\n", NULL},
        {"a part of it", LONG, "a.lua\n```lua\nfunction M.b()\n  return 4\nend\n```\n", NULL,
         "only a part of the file"},
        {"lines left out at the end", LONG,
         "a.lua\n```lua\nlocal M = {}\n\nfunction M.a()\n  return 9\nend\n\n-- ... rest of the "
         "code unchanged ...\n```\n",
         "local M = {}\n\nfunction M.a()\n  return 9\nend\n\nfunction M.b()\n  return "
         "2\nend\n\nfunction M.c()\n  return 3\nend\n\nreturn M\n"},
        {"lines left out in the middle", LONG,
         "a.lua\n```lua\nlocal M = {}\n\n-- ... existing code ...\n\nfunction M.c()\n  return "
         "9\nend\n\nreturn M\n```\n",
         "local M = {}\n\nfunction M.a()\n  return 1\nend\n\nfunction M.b()\n  return "
         "2\nend\n\nfunction M.c()\n  return 9\nend\n\nreturn M\n"},
        {"lines left out, nobody knows which", LONG,
         "a.lua\n```lua\nlocal M = {}\nfunction M.new()\n-- ... existing code ...\nfunction "
         "M.other()\n  return 4\nend\n```\n",
         NULL, "left out"},
        {"lines left out of a new file", NULL,
         "a.lua\n```lua\nlocal M = {}\n-- ... rest of the code ...\nreturn M\n```\n", NULL,
         "left out"},
        {"the same", LONG, "a.lua\n```lua\n" LONG "```\n", NULL, "nothing to change"},
        {"no end", LONG, "a.lua\n```lua\n" LONGER, NULL, "no end"},
        {"a new file", NULL, "a.lua\n```lua\nx\n```\n", "x\n"},
        {"a new file with a comment", NULL, "```lua\n-- a.lua\nx\n```\n", "-- a.lua\nx\n"},
        {"twice", LONG, "a.lua\n```lua\n" LONGER "```\nand\na.lua\n```lua\n" LONG "```\n", NULL},
        {"blocks and the file for illustration", LONG,
         "a.lua\n```lua\n" LONG "```\n" BLOCK("  return 2\n", "  return 4\n"), LONGER},
        {"a shell block between", LONG,
         "Run this:\n```sh\nrm -rf a.lua\n```\n" BLOCK("  return 2\n",
                                                       "  return 4\n") "```bash\nmake\n```\n",
         LONGER},
        {"a shell block behind a name", LONG, "Then run `lua a.lua`:\n```sh\nlua a.lua\n```\n",
         NULL},
        {"carriage returns", "a\r\nb\r\nc\r\n", "a.lua\n```lua\na\nx\nc\n```\n", "a\r\nx\r\nc\r\n"},
        {"indented, in a list", NULL, "1. `a.lua`:\n\n   ```lua\n   x\n     y\n   ```\n",
         "x\n  y\n"},
        {"tildes", NULL, "a.lua\n~~~lua\nx\n~~~\n", "x\n"},
        {"a longer fence", NULL, "a.lua\n````lua\n```\nx\n```\n````\n", "```\nx\n```\n"},
        {"Markdown with fences", NULL, "a.md\n```markdown\n# A\n```lua\nx\n```\nEnd.\n```\n",
         "# A\n```lua\nx\n```\nEnd.\n", NULL, "a.md"},
        {"Markdown that shows a block", NULL,
         "a.md\n````markdown\n# A\n\nLike this:\n```\n" SR("a\n", "b\n") "```\n````\n",
         "# A\n\nLike this:\n```\n" SR("a\n", "b\n") "```\n", NULL, "a.md"},
        {"a block for Markdown", "# A\nb\n", "a.md\n```markdown\n" SR("b\n", "x\n") "```\n",
         "# A\nx\n", NULL, "a.md"}, );
}

static void other_things_are_no_blocks(void)
{
    EXAMPLES({"prose", "a\n", "I would not change anything.\n", NULL},
             {"a heading", "a\n", "Tank\n=======\n\nIt is small.\n", NULL},
             {"a rule", "a\n", "One.\n\n---\n\nTwo.\n", NULL},
             {"a list", "a\n", "- one\n- two\n+ three\n", NULL},
             {"code without a name", "a\n", "```lua\nprint(1)\n```\n", NULL},
             {"a block in a thought", "a\nb\n",
              "<think>\n" BLOCK("a\n", "y\n") "</think>\n" BLOCK("a\n", "x\n"), "x\nb\n"},
             {"a block in a thought alone", "a\nb\n",
              "<think>\n" BLOCK("a\n", "y\n") "</think>\nNothing to do.\n", NULL},
             {"a thought that does not end", "a\nb\n", "<think>\n" BLOCK("a\n", "y\n"), NULL},
             {"a tag in the text", "a\nb\n", "Use this:\n<think>\n" BLOCK("a\n", "x\n"), "x\nb\n"},
             {"a conflict in code", "a\n", "```\n<<<<<<< HEAD\na\n=======\nb\n>>>>>>> main\n```\n",
              NULL},
             {"nothing", "a\n", "", NULL}, {"stars", "a\n", "*** Note ***\n", NULL}, );
}

int main(void)
{
    RUN(diffs_are_found_by_their_lines);
    RUN(patches_are_found_by_their_lines);
    RUN(fences_with_names_are_whole_files);
    RUN(other_things_are_no_blocks);
    return check_report("changes_diff");
}
