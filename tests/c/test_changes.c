/* Search/replace blocks in a file: where their lines are found, and what stands there then. */
#include "changes_example.h"

#define QUEUE                                                                                   \
    "local Queue = {}\n\nfunction Queue.new()\n  return { head = 1, tail = 0 }\nend\n\n"        \
    "function Queue:push(item)\n  self.tail = self.tail + 1\n  self[self.tail] = item\nend\n\n" \
    "function Queue:pop()\n  local item = self[self.head]\n  self.head = self.head + 1\n"       \
    "  return item\nend\n\nreturn Queue\n"

static void lines_are_replaced_where_they_stand(void)
{
    EXAMPLES(
        {"one line", "a\nb\nc\n", BLOCK("b\n", "x\n"), "a\nx\nc\n"},
        {"the first", "a\nb\nc\n", BLOCK("a\n", "x\n"), "x\nb\nc\n"},
        {"the last", "a\nb\nc\n", BLOCK("c\n", "x\n"), "a\nb\nx\n"},
        {"all", "a\nb\n", BLOCK("a\nb\n", "x\n"), "x\n"},
        {"deleted", "a\nb\nc\n", BLOCK("b\n", ""), "a\nc\n"},
        {"all deleted", "a\nb\n", BLOCK("a\nb\n", ""), ""},
        {"added", "a\nb\nc\n", BLOCK("b\n", "b\nx\n"), "a\nb\nx\nc\n"},
        {"a blank line", "a\n\nc\n", BLOCK("a\n\nc\n", "a\nc\n"), "a\nc\n"},
        {"two blocks", "a\nb\nc\n", BLOCK("a\n", "x\n") BLOCK("c\n", "y\n"), "x\nb\ny\n"},
        {"two blocks in a fence", "a\nb\nc\n",
         "a.lua\n```lua\n" SR("a\n", "x\n") "\n" SR("c\n", "y\n") "```\n", "x\nb\ny\n"},
        {"no fence", "a\nb\nc\n", "a.lua\n" SR("b\n", "x\n"), "a\nx\nc\n"},
        {"one that needs the one before", "a\nb\nc\n", BLOCK("b\n", "x\ny\n") BLOCK("y\n", "z\n"),
         "a\nx\nz\nc\n"},
        {"an anchor that is lost is deleted", "a\nb\nc\n", BLOCK("a\nb\n", "x\n"), "x\nc\n"},
        {"in a file", QUEUE, BLOCK("  return item\nend\n", "  return item, true\nend\n"),
         "local Queue = {}\n\nfunction Queue.new()\n  return { head = 1, tail = 0 }\nend\n\n"
         "function Queue:push(item)\n  self.tail = self.tail + 1\n  self[self.tail] = item\nend\n\n"
         "function Queue:pop()\n  local item = self[self.head]\n  self.head = self.head + 1\n"
         "  return item, true\nend\n\nreturn Queue\n"}, );
}

static void markers_have_many_forms(void)
{
    EXAMPLES(
        {"five signs", "a\n", "a.lua\n<<<<< SEARCH\na\n=====\nx\n>>>>> REPLACE\n", "x\n"},
        {"nine signs", "a\n", "a.lua\n<<<<<<<<< SEARCH\na\n=========\nx\n>>>>>>>>> REPLACE\n",
         "x\n"},
        {"six and eight", "a\n", "a.lua\n<<<<<<< SEARCH\na\n======\nx\n>>>>>>>> REPLACE\n", "x\n"},
        {"dashes and pluses", "a\n", "a.lua\n------- SEARCH\na\n=======\nx\n+++++++ REPLACE\n",
         "x\n"},
        {"three dashes", "a\n", "a.lua\n--- SEARCH\na\n=======\nx\n+++ REPLACE\n", "x\n"},
        {"closed words", "a\n", "a.lua\n<<<<<<< SEARCH>\na\n=======\nx\n>>>>>>> REPLACE>\n", "x\n"},
        {"a colon", "a\n", "a.lua\n<<<<<<< SEARCH:\na\n=======\nx\n>>>>>>> REPLACE\n", "x\n"},
        {"small letters", "a\n", "a.lua\n<<<<<<< search\na\n=======\nx\n>>>>>>> replace\n", "x\n"},
        {"original and updated", "a\n", "a.lua\n<<<<<<< ORIGINAL\na\n=======\nx\n>>>>>>> UPDATED\n",
         "x\n"},
        {"no blank", "a\n", "a.lua\n<<<<<<<SEARCH\na\n=======\nx\n>>>>>>>REPLACE\n", "x\n"},
        {"blanks behind", "a\n", "a.lua\n<<<<<<< SEARCH \na\n======= \nx\n>>>>>>> REPLACE\t\n",
         "x\n"},
        {"blanks in front", "a\n", "a.lua\n  <<<<<<< SEARCH\na\n  =======\nx\n  >>>>>>> REPLACE\n",
         "x\n"},
        {"a name behind", "a\n", "<<<<<<< SEARCH a.lua\na\n=======\nx\n>>>>>>> REPLACE\n", "x\n"},
        {"line ends of Windows", "a\nb\n",
         "a.lua\r\n<<<<<<< SEARCH\r\na\r\n=======\r\nx\r\n>>>>>>> REPLACE\r\n", "x\nb\n"},
        {"Roo's line", "a\nb\na\n",
         "a.lua\n<<<<<<< SEARCH\n:start_line:3\n-------\na\n=======\nx\n>>>>>>> REPLACE\n",
         "a\nb\nx\n"},
        {"Roo's lines", "a\nb\n",
         "a.lua\n<<<<<<< SEARCH\n:start_line:2\n:end_line:2\n-------\nb\n=======\nx\n>>>>>>> "
         "REPLACE\n",
         "a\nx\n"}, );
}

static void markers_are_doubled_and_run_into_lines(void)
{
    EXAMPLES(
        {"mixed", "a\n", "a.lua\n------- SEARCH\na\n=======\nx\n>>>>>>> REPLACE\n", "x\n"},
        {"the wrong way round", "a\n", "a.lua\n>>>>>>> SEARCH\na\n=======\nx\n<<<<<<< REPLACE\n",
         "x\n"},
        {"no word at the end", "a\n", "a.lua\n<<<<<<< SEARCH\na\n=======\nx\n>>>>>>>\n", "x\n"},
        {"line ends that are mixed", "a\r\nb\r\nc\nd\n", BLOCK("a\nb\nc\n", "a\nx\nc\n"),
         "a\r\nx\r\nc\nd\n"},
        {"a divider twice", "a\nb\n", BLOCK("a\n", "=======\nx\n"), "x\nb\n"},
        {"a divider at the end", "a\nb\n", BLOCK("a\n", "x\n=======\n"), "x\nb\n"},
        {"a divider behind the block", "a\nb\n", "a.lua\n" SR("a\n", "x\n") "=======\n", "x\nb\n"},
        {"a divider at the end of a deletion", "a\nb\n", BLOCK("a\n", "=======\n"), "b\n"},
        {"Roo's rule runs into the line", "a\nb\n", BLOCK(":start_line:1\n-------a\n", "x\n"),
         "x\nb\n"},
        {"Roo's place in both parts", "a\nb\n",
         BLOCK(":start_line:1\n-------\na\n", ":start_line:1\n-------\nx\n"), "x\nb\n"},
        {"Roo's place with a blank", "a\nb\na\n", BLOCK(":start_line: 3\n-------\na\n", "x\n"),
         "a\nb\nx\n"},
        {"Roo's place without a number", "a\nb\n", BLOCK(":start_line:\n-------\na\n", "x\n"),
         "x\nb\n"},
        {"a rule that is text", "-------\na\n", BLOCK("-------\na\n", "-------\nx\n"),
         "-------\nx\n"},
        {"a line like Roo's", "a\n:start_line:1\n",
         BLOCK("a\n:start_line:1\n", "a\n:start_line:2\n"), "a\n:start_line:2\n"},
        {"an underline in the replacement", "Tank\nold\n", BLOCK("Tank\n", "Tank\n=======\nnew\n"),
         "Tank\n=======\nnew\nold\n"}, );
}

static void broken_blocks_are_refused_and_told(void)
{
    EXAMPLES(
        {"no end", "a\n", "a.lua\n```\n<<<<<<< SEARCH\na\n=======\nx\n```\n", NULL,
         "REPLACE marker is missing"},
        {"no end, no fence", "a\n", "a.lua\n<<<<<<< SEARCH\na\n=======\nx\n", NULL,
         "REPLACE marker is missing"},
        {"no end, a block behind", "a\nb\n",
         "a.lua\n<<<<<<< SEARCH\na\n=======\nx\n\na.lua\n" SR("b\n", "y\n"), "a\ny\n",
         "2: a.lua: the block is incomplete"},
        {"no end, a fenced block behind", "a\nb\n",
         "a.lua\n```\n<<<<<<< SEARCH\na\n=======\nx\n```\na.lua\n```\n" SR("b\n", "y\n") "```\n",
         "a\ny\n", "incomplete"},
        {"no divider", "a\n", "a.lua\n<<<<<<< SEARCH\na\n>>>>>>> REPLACE\n", NULL,
         "no ======= marker"},
        {"nothing but a search", "a\n", "a.lua\n<<<<<<< SEARCH\na\n", NULL, "incomplete"},
        {"a divider twice, no end", "a\n", "a.lua\n<<<<<<< SEARCH\na\n=======\nx\n=======\n", NULL,
         "incomplete"},
        {"a misspelt beginning", "a\n", "a.lua\n<<<<<<< SERCH\na\n=======\nx\n>>>>>>> REPLACE\n",
         NULL, "without a <<<<<<< SEARCH"},
        {"no beginning", "a\n", "a.lua\na\n=======\nx\n>>>>>>> REPLACE\n", NULL,
         "5: >>>>>>> REPLACE stands"},
        {"one of two", "a\nb\n", BLOCK("q\n", "x\n") BLOCK("b\n", "y\n"), "a\ny\n", "not found"},
        {"an end too much", "a\nb\n", BLOCK("b\n", "y\n") ">>>>>>> REPLACE\n", "a\ny\n",
         "without a"}, );
    CUT_EXAMPLES(
        {"cut in the search", "a\nb\n", "a.lua\n<<<<<<< SEARCH\na\n", NULL, "incomplete"},
        {"cut in the replacement", "a\nb\n", "a.lua\n<<<<<<< SEARCH\na\n=======\n", NULL,
         "incomplete"},
        {"cut behind a block", "a\nb\n", BLOCK("a\n", "x\n") "b.lua\n``", "x\nb\n"},
        {"cut in the second block", "a\nb\n",
         BLOCK("a\n", "x\n") "a.lua\n```\n<<<<<<< SEARCH\nb\n=====", "x\nb\n", "incomplete"},
        {"a diff that may be cut", "a\nb\n", "```diff\n--- a.lua\n+++ a.lua\n@@ @@\n a\n-b\n```",
         NULL, "was cut"},
        {"one hunk of two", "a\nb\nc\n",
         "```diff\n--- a.lua\n+++ a.lua\n@@ @@\n-a\n+x\n@@ @@\n-c\n```", "x\nb\nc\n", "was cut"},
        {"a diff with words behind", "a\nb\n",
         "```diff\n--- a.lua\n+++ a.lua\n@@ @@\n a\n-b\n```\nI have", "a\n"},
        {"a patch that is whole", "a\nb\n",
         "*** Begin Patch\n*** Update File: a.lua\n@@\n-b\n*** End Patch", "a\n"},
        {"a patch that may be cut", "a\nb\n", "*** Begin Patch\n*** Update File: a.lua\n@@\n-b\n",
         NULL, "was cut"},
        {"a file", "a\nb\n", "a.lua\n```lua\na\nx\n```\n", NULL, "was cut"},
        {"a file that is open", "a\nb\n", "a.lua\n```lua\na\nx\n", NULL, "incomplete"}, );
}

static void white_space_may_differ(void)
{
    EXAMPLES(
        {"blanks at line ends in the file", "a  \nb\nc\n", BLOCK("a\nb\n", "a\nx\n"),
         "a  \nx\nc\n"},
        {"blanks at line ends in the block", "a\nb\nc\n", BLOCK("a  \nb \n", "a  \nx\n"),
         "a\nx\nc\n"},
        {"blanks in a blank line", "a\n   \nb\n", BLOCK("a\n\nb\n", "a\n\nx\n"), "a\n   \nx\n"},
        {"the same between blank lines too many", "a\n   \nb\n",
         BLOCK("\na\n   \nb\n\n", "\na\n   \nx\n\n"), "a\n   \nx\n"},
        {"outdented", "f\n    a\n    b\n", BLOCK("a\nb\n", "a\nx\n"), "f\n    a\n    x\n"},
        {"outdented, with a deeper line", "f\n    a\n    b\n", BLOCK("a\nb\n", "if x\n    y\nb\n"),
         "f\n    if x\n        y\n    b\n"},
        {"too deep", "f\n  a\n  b\n", BLOCK("      a\n      b\n", "      a\n        y\n      b\n"),
         "f\n  a\n    y\n  b\n"},
        {"at the margin in the file", "a\nb\n", BLOCK("    a\n    b\n", "    x\n      y\n    b\n"),
         "x\n  y\nb\n"},
        {"blanks, the file has tabs", "f\n\ta\n\t\tb\n",
         BLOCK("    a\n        b\n", "    a\n        x\n            y\n"),
         "f\n\ta\n\t\tx\n\t\t\ty\n"},
        {"two blanks, the file has tabs", "f\n\ta\n\t\tb\n",
         BLOCK("  a\n    b\n", "  a\n    x\n      y\n"), "f\n\ta\n\t\tx\n\t\t\ty\n"},
        {"tabs, the file has blanks", "f\n    a\n        b\n",
         BLOCK("\ta\n\t\tb\n", "\ta\n\t\tx\n\t\t\ty\n"), "f\n    a\n        x\n            y\n"},
        {"tabs, the file has two blanks", "f\n  a\n    b\n", BLOCK("\ta\n\t\tb\n", "\ta\n\t\tx\n"),
         "f\n  a\n    x\n"},
        {"blanks at the margin, the file has tabs", "f\n\t\ta\n\t\t\tb\n",
         BLOCK("a\n    b\n", "a\n    x\n"), "f\n\t\ta\n\t\t\tx\n"},
        {"new lines in blanks, the file has tabs", "f()\n{\n\ta\n}\n",
         BLOCK("f()\n{\n", "f()\n{\n    x\n"), "f()\n{\n\tx\n\ta\n}\n"},
        {"another step", "f\n  a\n    b\n",
         BLOCK("    a\n        b\n", "    a\n        x\n            y\n"),
         "f\n  a\n    x\n      y\n"},
        {"only the first line is outdented", "f\n    a\n        b\n    c\n",
         BLOCK("a\n        b\n", "a\n        x\n"), "f\n    a\n        x\n    c\n"},
        {"the first line is outdented and changed", "f\n    a1\n        b\n    c\n",
         BLOCK("a1\n        b\n    c\n", "a2\n        b\n    c\n"),
         "f\n    a2\n        b\n    c\n"},
        {"carriage returns in the file", "a\r\nb\r\nc\r\n", BLOCK("a\nb\n", "a\nx\ny\n"),
         "a\r\nx\r\ny\r\nc\r\n"},
        {"a byte order mark",
         "\xEF\xBB\xBF"
         "a\nb\n",
         BLOCK("a\nb\n", "a\nx\n"),
         "\xEF\xBB\xBF"
         "a\nx\n"},
        {"a byte order mark, the first line changes",
         "\xEF\xBB\xBF"
         "a\nb\n",
         BLOCK("a\n", "x\n"),
         "\xEF\xBB\xBF"
         "x\nb\n"},
        {"a byte order mark, lines in front",
         "\xEF\xBB\xBF"
         "a\nb\n",
         BLOCK("a\n", "x\na\n"),
         "\xEF\xBB\xBF"
         "x\na\nb\n"},
        {"blank lines around the search", "a\nb\nc\n", BLOCK("\nb\n\n", "\nx\n\n"), "a\nx\nc\n"},
        {"a blank line in front of the search alone", "a\nb\nc\n", BLOCK("\nb\n", "x\n"),
         "a\nx\nc\n"},
        {"indented at random", "f\n    a\n    b\n    c\n", BLOCK("  a\n      b\n c\n", "x\n"), NULL,
         "not found"}, );
}

static void characters_may_differ(void)
{
    EXAMPLES(
        {"curly quotes in the file", "a \xE2\x80\x9Cx\xE2\x80\x9D b\nc\n",
         BLOCK("a \"x\" b\n", "a \"x\" d\n"), "a \xE2\x80\x9Cx\xE2\x80\x9D d\nc\n"},
        {"curly quotes in the block", "a \"x\" b\nc\n",
         BLOCK("a \xE2\x80\x9Cx\xE2\x80\x9D b\nc\n", "a \xE2\x80\x9Cx\xE2\x80\x9D b\nd\n"),
         "a \"x\" b\nd\n"},
        {"a dash", "a \xE2\x80\x93 b\nc\n", BLOCK("a - b\nc\n", "a - b\nx\n"),
         "a \xE2\x80\x93 b\nx\n"},
        {"an apostrophe", "it\xE2\x80\x99s one\n", BLOCK("it's one\n", "it's two\n"),
         "it\xE2\x80\x99s two\n"},
        {"no-break blanks",
         "a\xC2\xA0"
         "b c\nd\n",
         BLOCK("a b c\n", "a b x\n"),
         "a\xC2\xA0"
         "b x\nd\n"},
        {"an ellipsis", "wait\xE2\x80\xA6 now\nb\n", BLOCK("wait... now\nb\n", "wait... now\nx\n"),
         "wait\xE2\x80\xA6 now\nx\n"},
        {"a minus", "a \xE2\x88\x92 1\nb\n", BLOCK("a - 1\nb\n", "a - 1\n"), "a \xE2\x88\x92 1\n"},
        {"indented by no-break blanks",
         "f\n\xC2\xA0\xC2\xA0"
         "a\n",
         BLOCK("f\n  a\n", "f\n  b\n"), "f\n  b\n"},
        {"umlauts are letters", "\xC3\xA4 b\n", BLOCK("a b\n", "c\n"), NULL, "not found"},
        {"entities", "if (a < b && c) {\n",
         BLOCK("if (a &lt; b &amp;&amp; c) {\n", "if (a &lt;= b &amp;&amp; c) {\n"),
         "if (a <= b && c) {\n"},
        {"numeric entities", "say 'x'\nb\n", BLOCK("say &#39;x&#39;\n", "say &#39;y&#39;\n"),
         "say 'y'\nb\n"},
        {"entities that are the file's", "a &lt; b\nc\n", BLOCK("a &lt; b\n", "a &lt; d\n"),
         "a &lt; d\nc\n"},
        {"entities that are wanted", "x = 1\ny\n", BLOCK("x = 1\n", "x = '&lt;'\n"),
         "x = '&lt;'\ny\n"},
        {"numbered lines", "a\nb\nc\n", BLOCK("1 | a\n2 | b\n", "1 | a\n2 | x\n"), "a\nx\nc\n"},
        {"numbered lines, indented", "f\n  a\n  b\n", BLOCK(" 2|  a\n 3|  b\n", " 2|  a\n 3|  x\n"),
         "f\n  a\n  x\n"},
        {"letters differ", "Total\n", BLOCK("total\n", "x\n"), NULL, "not found"}, );
}

static void only_one_place_is_taken(void)
{
    EXAMPLES(
        {"twice", "a\nb\na\n", BLOCK("a\n", "x\n"), NULL, "2 places: lines 1 and 3"},
        {"three times", "a\nb\na\nc\na\n", BLOCK("a\n", "x\n"), NULL, "3 places: lines 1, 3 and 5"},
        {"many times", "a\na\na\na\na\na\na\na\n", BLOCK("a\n", "x\n"), NULL,
         "8 places: lines 1, 2, 3, 4, 5, 6 ..."},
        {"overlapping", "h\nh\nh\n", BLOCK("h\nh\n", "x\n"), NULL, "2 places: lines 1 and 2"},
        {"in two functions", "f\n  x\nend\ng\n  x\nend\n", BLOCK("  x\nend\n", "  y\nend\n"), NULL,
         "2 places"},
        {"with the line above it", "f\n  x\nend\ng\n  x\nend\n",
         BLOCK("g\n  x\nend\n", "g\n  y\nend\n"), "f\n  x\nend\ng\n  y\nend\n"},
        {"exactly one, others are indented", "  x\nx\n    x\n", BLOCK("x\n", "y\n"),
         "  x\ny\n    x\n"},
        {"two of the same indentation", "  x\n    x\n", BLOCK("x\n", "y\n"), NULL, "2 places"},
        {"the same block twice", "a\nb\nc\n", BLOCK("b\n", "x\n") BLOCK("b\n", "x\n"), "a\nx\nc\n"},
        {"the same block three times", "a\nb\nc\n",
         BLOCK("b\n", "b\nx\n") BLOCK("b\n", "b\nx\n") BLOCK("b\n", "b\nx\n"), "a\nb\nx\nc\n"},
        {"twice, each for a place of two", "a\nb\na\n", BLOCK("a\n", "x\n") BLOCK("a\n", "x\n"),
         NULL, "2 places"},
        {"blank lines", "a\n\nb\n\n", BLOCK("\n", "x\n"), NULL, "does not say"},
        {"one that fits, one that fits twice", "a\nb\na\n", BLOCK("b\n", "x\n") BLOCK("a\n", "y\n"),
         "a\nx\na\n", "2 places"}, );
}

static void order_and_overlap_do_no_harm(void)
{
    EXAMPLES(
        {"out of order", "a\nb\nc\nd\n", BLOCK("d\n", "y\n") BLOCK("a\n", "x\n"), "x\nb\nc\ny\n"},
        {"out of order, lines added", "a\nb\nc\n", BLOCK("c\n", "c\nz\n") BLOCK("a\n", "w\na\n"),
         "w\na\nb\nc\nz\n"},
        {"context that is shared", "a\nb\nc\nd\n",
         BLOCK("a\nb\nc\n", "x\nb\nc\n") BLOCK("b\nc\nd\n", "b\nc\ny\n"), "x\nb\nc\ny\n"},
        {"both change a line", "a\nb\nc\n", BLOCK("a\nb\n", "a\nx\n") BLOCK("b\nc\n", "y\nc\n"),
         "a\nx\nc\n", "earlier block has changed"},
        {"the second is for what the first makes", "a\nb\nc\n",
         BLOCK("a\nb\n", "a\nx\n") BLOCK("x\nc\n", "y\nc\n"), "a\ny\nc\n"},
        {"the first makes a twin of the second's", "a\nb\nc\n",
         BLOCK("a\n", "a\nc\n") BLOCK("c\n", "y\n"), "a\nc\nb\ny\n"},
        {"both add in one place", "a\nb\n", BLOCK("a\n", "a\nx\n") BLOCK("a\nb\n", "a\ny\nb\n"),
         "a\nx\ny\nb\n"},
        {"a part of what is deleted", "a\nb\nc\n", BLOCK("a\nb\n", "") BLOCK("b\n", "x\n"), "c\n",
         "earlier block"},
        {"adjacent", "a\nb\nc\n", BLOCK("a\n", "x\n") BLOCK("b\n", "y\n") BLOCK("c\n", "z\n"),
         "x\ny\nz\n"},
        {"one after the other on a line", "a\nb\n",
         BLOCK("a\n", "x\n") BLOCK("x\n", "y\n") BLOCK("y\n", "z\n"), "z\nb\n"}, );
}

static void what_is_there_already_is_told(void)
{
    EXAMPLES(
        {"already applied", "a\nx\nc\n", BLOCK("b\n", "x\n"), NULL,
         "already applied: the new lines are at line 2"},
        {"already, indented", "f\n    x = 1\nc\n", BLOCK("x = 0\n", "x = 1\n"), NULL,
         "already applied"},
        {"already, and one that fits", "a\nx\nc\n", BLOCK("b\n", "x\n") BLOCK("c\n", "y\n"),
         "a\nx\ny\n", "already applied"},
        {"two lines already", "a\nx\ny\nc\n", BLOCK("b\nc\n", "x\ny\n"), NULL, "already applied"},
        {"both parts are the same", "a\nb\n", BLOCK("b\n", "b\n"), NULL, "nothing to change"},
        {"they differ in white space alone", "a\nb\n", BLOCK("  b\n", "  b\n"), NULL,
         "nothing to change"},
        {"deleted already", "a\nc\n", BLOCK("b\n", ""), NULL, "not found"},
        {"neither", "a\nb\n", BLOCK("p\n", "q\n"), NULL, "not found"},
        {"nearly", "function f(a)\nend\n", BLOCK("function f(a, b)\n", "function g(a, b)\n"), NULL,
         "nearest is line 1"},
        {"nearly, of many lines", "one\ntwo\nthree\nfour\n", BLOCK("one\ntwo\nthre\nfour\n", "x\n"),
         NULL, "line 3"},
        {"a line is missing", "one\ntwo\nthree\nfour\n", BLOCK("one\nthree\nfour\n", "x\n"), NULL,
         "not found"}, );
}

static void parts_of_lines_are_taken_if_they_are_certain(void)
{
    EXAMPLES(
        {"cut at its end", "  items = filter(items, name)\nb\n",
         BLOCK("  items = filter(ite\n", "  items = filter(all, name)\n"), NULL, "line 1"},
        {"cut behind a word", "return a + b + c\n", BLOCK("return a + b +\n", "return a * b * c\n"),
         NULL, "part of line 1"},
        {"within a line", "  return self.tail - self.head + 1\n",
         BLOCK("self.tail - self.head\n", "self.count\n"), "  return self.count + 1\n"},
        {"within a line, of a word's part", "the_counter = 1\n", BLOCK("counter\n", "number\n"),
         NULL, "part of line 1"},
        {"within two lines", "for (i = 0; i < n; i++) {\n  if (s[i] == 'x')\n",
         BLOCK("n; i++) {\n  if (s[i] ==\n", "n; ++i) {\n  if (s[i] ==\n"),
         "for (i = 0; i < n; ++i) {\n  if (s[i] == 'x')\n"},
        {"whole lines are meant", "call(a, b)\n", BLOCK("call(a\n", "call(x, b)\n"), NULL,
         "part of line 1"},
        {"whole lines are meant, from the middle", "x = f(a)\n", BLOCK("f(a)\n", "x = f(b)\n"),
         NULL, "part of line 1"},
        {"from the middle to the end", "total = price * count\n",
         BLOCK("price * count\n", "price * number\n"), "total = price * number\n"},
        {"in two lines", "a = value\nb = value\n", BLOCK("value\n", "other\n"), NULL, "2 places"},
        {"too short", "abc\n", BLOCK("b\n", "x\n"), NULL, "not found"},
        {"nothing is left", "one two three\n", BLOCK("two three\n", ""), NULL, "part of line 1"}, );
}

static void dots_stand_for_lines_in_both_parts(void)
{
    EXAMPLES(
        {"in the middle", "f\n  a\n  b\nend\n", BLOCK("f\n...\nend\n", "g\n...\nend\n"),
         "g\n  a\n  b\nend\n"},
        {"indented", "f\n  a\n  b\nend\n", BLOCK("f\n  ...\nend\n", "g\n  ...\nend\n"),
         "g\n  a\n  b\nend\n"},
        {"as a comment", "f\n  a\n  b\nend\n", BLOCK("f\n  -- ...\nend\n", "g\n  -- ...\nend\n"),
         "g\n  a\n  b\nend\n"},
        {"with words", "f {\n  a\n}\n",
         BLOCK("f {\n  // ... existing code ...\n}\n", "g {\n  // ... existing code ...\n}\n"),
         "g {\n  a\n}\n"},
        {"an ellipsis", "f\n  a\nend\n",
         BLOCK("f\n  \xE2\x80\xA6\nend\n", "g\n  \xE2\x80\xA6\nend\n"), "g\n  a\nend\n"},
        {"twice", "a\nb\nc\nd\ne\n", BLOCK("a\n...\nc\n...\ne\n", "x\n...\nc\n...\ny\n"),
         "x\nb\nc\nd\ny\n"},
        {"the end of the block that begins", "f {\n  a\n}\ng {\n  b\n}\n",
         BLOCK("f {\n...\n}\n", "h {\n...\n}\n"), "h {\n  a\n}\ng {\n  b\n}\n"},
        {"its end changes", "f {\n  a\n}\ng {\n  b\n}\n", BLOCK("f {\n...\n}\n", "f {\n...\n};\n"),
         "f {\n  a\n};\ng {\n  b\n}\n"},
        {"at the end", "f\n  a\n  b\n", BLOCK("f\n...\n", "g\n...\n"), "g\n  a\n  b\n"},
        {"at the beginning", "a\nb\nc\n", BLOCK("...\nc\n", "...\nx\n"), "a\nb\nx\n"},
        {"outdented", "k\n    f\n        a\n    end\n", BLOCK("f\n...\nend\n", "g\n...\nend\n"),
         "k\n    g\n        a\n    end\n"},
        {"a piece that stands twice behind the first", "f\n  a\n  b\n  a\n",
         BLOCK("f\n...\n  a\n", "f\n...\n  x\n"), NULL, "2 places: lines 2 and 4"},
        {"a piece is nowhere", "f\n  a\nend\n", BLOCK("f\n...\nq\n", "g\n...\nq\n"), NULL,
         "not found"},
        {"a piece is above", "b\nf\n  a\n", BLOCK("f\n...\nb\n", "g\n...\nb\n"), NULL, "not found"},
        {"in the replacement alone", "f\n  a\nend\n", BLOCK("f\n  a\nend\n", "g\n  ...\nend\n"),
         NULL, "left out"},
        {"comments in the replacement alone", "f\n  a\nend\n",
         BLOCK("f\n  a\nend\n", "g\n  -- rest of the code ...\nend\n"), NULL, "left out"},
        {"left out at the end of the replacement", "f\n  a\n  b\n  c\nend\n",
         BLOCK("f\n  a\n  b\n  c\nend\n", "f\n  x\n  a\n  -- ... rest unchanged ...\nend\n"),
         "f\n  x\n  a\n  b\n  c\nend\n"},
        {"in the search alone", "f\n  a\nend\n", BLOCK("f\n...\nend\n", "g\n  a\nend\n"), NULL,
         "left out"},
        {"more in one", "a\nb\nc\n", BLOCK("a\n...\nc\n", "a\n...\nb\n...\nc\n"), NULL, "left out"},
        {"dots that the file has", "a\n...\nc\n", BLOCK("a\n...\n", "x\n...\n"), "x\n...\nc\n"},
        {"Python's", "def f():\n    pass\n", BLOCK("def f():\n    pass\n", "def f():\n    ...\n"),
         "def f():\n    ...\n"},
        {"a comment with dots", "a\nb\n", BLOCK("a\n", "a -- and so on ...\n-- wait ...\n"),
         "a -- and so on ...\n-- wait ...\nb\n"}, );
}

static void markers_may_be_text(void)
{
    EXAMPLES({"a short underline", "Tank\n====\n\nold\n",
              BLOCK("Tank\n====\n\nold\n", "Tank\n====\n\nnew\n"), "Tank\n====\n\nnew\n"},
             {"an underline of five", "Tank\n=====\n\nold\n",
              BLOCK("Tank\n=====\n\nold\n", "Tank\n=====\n\nnew\n"), "Tank\n=====\n\nnew\n"},
             {"an underline of seven in both", "Tank\n=======\n\nold\n",
              BLOCK("Tank\n=======\n\nold\n", "Tank\n=======\n\nnew\n"), "Tank\n=======\n\nnew\n"},
             {"an underline of seven in the search", "Tank\n=======\n\nold\n",
              BLOCK("Tank\n=======\n\nold\n", "# Tank\n\nnew\n"), "# Tank\n\nnew\n"},
             {"an underline of seven in the replacement", "Tank\n\nold\n",
              BLOCK("Tank\n", "Tank\n=======\n\n"), "Tank\n=======\n\n\nold\n"},
             {"an underline at the end, in Markdown", "Tank\n\nold\n",
              "a.md\n" SR("Tank\n", "Tank\n=======\n"), "Tank\n=======\n\nold\n", NULL, "a.md"},
             {"twice in Markdown", "Tank\n\nold\n", "a.md\n" SR("Tank\n", "=======\nTub\n"),
              "Tub\n\nold\n", NULL, "a.md"},
             {"a conflict elsewhere", "<<<<<<< ours\na\n=======\nb\n>>>>>>> theirs\nc\n",
              BLOCK("c\n", "x\n"), "<<<<<<< ours\na\n=======\nb\n>>>>>>> theirs\nx\n"},
             {"a conflict is solved", "<<<<<<< HEAD\na\n=======\nb\n>>>>>>> theirs\nc\n",
              BLOCK("<<<<<<< HEAD\na\n=======\nb\n>>>>>>> theirs\nc\n", "b\nc\n"), "b\nc\n"},
             {"escaped", "<<<<<<< HEAD\na\n=======\nb\n>>>>>>> theirs\nc\n",
              BLOCK("\\<<<<<<< HEAD\na\n\\=======\nb\n\\>>>>>>> theirs\n", "a\n"), "a\nc\n"},
             {"escaped, of blocks", "<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\nc\n",
              BLOCK("\\>>>>>>> REPLACE\nc\n", "\\>>>>>>> REPLACE\nx\n"),
              "<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\nx\n"},
             {"fences", "a\n```lua\nb\n```\n",
              "a.lua\n````\n" SR("```lua\nb\n```\n", "```lua\nx\n```\n") "````\n",
              "a\n```lua\nx\n```\n"},
             {"fences in fences as long", "a\n```lua\nb\n```\n",
              "a.lua\n```\n" SR("```lua\nb\n```\n", "```lua\nx\n```\n") "```\n",
              "a\n```lua\nx\n```\n"},
             {"rules of signs", "--------\na\n++++++++\n", BLOCK("--------\na\n", "--------\nx\n"),
              "--------\nx\n++++++++\n"}, );
}

static void an_empty_search_makes_a_file(void)
{
    EXAMPLES(
        {"a new file", NULL, BLOCK("", "x\ny\n"), "x\ny\n"},
        {"an empty file", "", BLOCK("", "x\n"), "x\n"},
        {"a blank file", "\n", BLOCK("", "x\n"), "x\n"},
        {"a blank search", NULL, BLOCK("\n", "x\n"), "x\n"},
        {"the file is there", "a\n", BLOCK("", "x\n"), NULL, "does not say where"},
        {"the file is there, and is the same", "x\n", BLOCK("", "x\n"), NULL, "nothing to change"},
        {"no file, and a search", NULL, BLOCK("a\n", "x\n"), NULL, "no such file"},
        {"a new file, and a change to it", NULL, BLOCK("", "x\ny\n") BLOCK("y\n", "z\n"),
         "x\nz\n"}, );
}

/* ---- large ones -------------------------------------------------------------------------- */

#define LINES 20000
#define BLOCKS 300

static void write_file(struct buf *out, const char *end, size_t every)
{
    for (size_t i = 0; i < LINES; i++) {
        bool changes = every > 0 && i % every == 1 && i / every < BLOCKS;
        buf_printf(out, i % 3 == 0 ? "}\n" : "    value_%zu = %s\n", i, changes ? end : "other");
    }
}

/* A file of 20,000 lines and hundreds of blocks, outdented, from the last to the first. */
static void a_large_file_takes_hundreds_of_blocks(void)
{
    struct buf old, answer, wanted;
    buf_init(&old, SIZE_MAX);
    buf_init(&answer, SIZE_MAX);
    buf_init(&wanted, SIZE_MAX);
    write_file(&old, "other", 0);
    write_file(&wanted, "another", 60);
    for (size_t n = BLOCKS; n-- > 0;) {
        size_t i = n * 60 + 1;
        buf_printf(&answer,
                   "a.lua\n```\n<<<<<<< SEARCH\nvalue_%zu = other\n=======\n"
                   "value_%zu = another\n>>>>>>> REPLACE\n```\n",
                   i, i);
    }
    const struct example x = {"large", old.data, answer.data, wanted.data};
    example_check(&x, false);
    buf_finish(&old);
    buf_finish(&answer);
    buf_finish(&wanted);
}

/* Thousands of places that differ only in their last line: without a bound that takes minutes. */
static void lines_that_are_all_alike_cost_no_more(void)
{
    struct buf old, answer;
    buf_init(&old, SIZE_MAX);
    buf_init(&answer, SIZE_MAX);
    for (size_t i = 0; i < LINES; i++) {
        buf_add_str(&old, "same\n");
    }
    buf_add_str(&answer, "a.lua\n<<<<<<< SEARCH\n");
    for (size_t i = 0; i < LINES / 4; i++) {
        buf_add_str(&answer, "  same\n");
    }
    buf_add_str(&answer, "=======\nx\n>>>>>>> REPLACE\n");
    const struct example x = {"alike", old.data, answer.data, NULL, "places"};
    example_check(&x, false);
    buf_finish(&old);
    buf_finish(&answer);
}

int main(void)
{
    RUN(lines_are_replaced_where_they_stand);
    RUN(markers_have_many_forms);
    RUN(markers_are_doubled_and_run_into_lines);
    RUN(broken_blocks_are_refused_and_told);
    RUN(white_space_may_differ);
    RUN(characters_may_differ);
    RUN(only_one_place_is_taken);
    RUN(order_and_overlap_do_no_harm);
    RUN(what_is_there_already_is_told);
    RUN(parts_of_lines_are_taken_if_they_are_certain);
    RUN(dots_stand_for_lines_in_both_parts);
    RUN(markers_may_be_text);
    RUN(an_empty_search_makes_a_file);
    RUN(a_large_file_takes_hundreds_of_blocks);
    RUN(lines_that_are_all_alike_cost_no_more);
    return check_report("changes");
}
