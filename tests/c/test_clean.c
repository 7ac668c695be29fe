/* What is code in an answer: kinds of answers, each with neighbours, played whole, byte by byte and
 * in random pieces, which all give the same. */
#include "cleaning.h"

/* file: the lines before, in and behind the range, with "~" between; want: the lines that are to
 * stand in the range, or "!" and a word for the fault; "?" in front: much of the range is missing. */
struct row {
    const char *what, *filetype, *file, *answer, *want;
    const char *instruction;
    bool cut, insert;
    const char *head, *foot;
    size_t first; /* number of the range's first line, if lines are missing above */
    struct indent indent;
};

static const char *const faults[CLEAN_FAULTS] = {
    [CLEAN_FINE] = "fine",         [CLEAN_EMPTY] = "empty",     [CLEAN_PROSE] = "prose",
    [CLEAN_QUESTION] = "question", [CLEAN_THOUGHT] = "thought", [CLEAN_ELIDED] = "elided",
    [CLEAN_LOOP] = "loop",         [CLEAN_TOOL] = "tool",       [CLEAN_ENVELOPE] = "envelope",
    [CLEAN_OPEN_FENCE] = "open",   [CLEAN_OUTSIDE] = "outside", [CLEAN_MARKER] = "marker"};

struct parts {
    struct text before, old, after;
};

static void read_parts(struct parts *p, const char *file)
{
    struct text *parts[] = {&p->before, &p->old, &p->after};
    size_t part = 0, at = 0;
    for (size_t i = 0; i < 3; i++) {
        text_init(parts[i]);
    }
    struct span all = span_of(file);
    while (at < all.len) {
        struct span line = span_next_line(all, &at);
        if (span_equals(line, "~") && part < 2) {
            part++;
        } else {
            text_add(parts[part], line);
        }
    }
}

static void finish_parts(struct parts *p)
{
    text_finish(&p->before);
    text_finish(&p->old);
    text_finish(&p->after);
}

static void check_row(const struct row *r)
{
    struct parts p;
    read_parts(&p, r->file);
    struct clean_context context = {
        .old = &p.old,
        .before = &p.before,
        .after = &p.after,
        .filetype = r->filetype,
        .indent = r->indent.tab_count > 0 ? r->indent
                                          : (struct indent){.tabs = {8}, .tab_count = 1, .step = 8},
        .insert = r->insert,
        .first = r->first > 0 ? r->first : p.before.count + 1,
        .instruction = span_of(r->instruction != NULL ? r->instruction : "Improve this."),
        .head = span_of(r->head != NULL ? r->head : ""),
        .foot = span_of(r->foot != NULL ? r->foot : ""),
    };
    struct cleaning got = cleaning_play_all(&context, span_of(r->answer), r->cut);
    struct buf text;
    buf_init(&text, SIZE_MAX);
    if (got.fault != CLEAN_FINE) {
        buf_printf(&text, "!%s", faults[got.fault]);
    } else {
        struct span lines = cleaning_text(&got.out);
        buf_add_str(&text, got.shrunk ? "?" : "");
        buf_add(&text, lines.data, lines.len);
    }
    buf_add(&text, "", 0);
    check_texts(r->what, 0, "cleaned", text.data, r->want);
    buf_finish(&text);
    cleaning_finish(&got);
    finish_parts(&p);
}

/* The last part: what is wanted, and further fields by their names. */
#define R(what_, filetype_, file_, answer_, ...)                                \
    {                                                                           \
        .what = what_, .filetype = filetype_, .file = file_, .answer = answer_, \
        .want = __VA_ARGS__                                                     \
    }
#define ROWS(...)                                                 \
    do {                                                          \
        static const struct row list[] = {__VA_ARGS__};           \
        for (size_t i = 0; i < sizeof list / sizeof *list; i++) { \
            check_row(&list[i]);                                  \
        }                                                         \
    } while (0)

/* Some files. */
#define LUA \
    "local Queue = {}\n\n~\nfunction Queue:size()\n  return self.n\nend\n~\n\nreturn Queue\n"
#define LUA_NEW "function Queue:size()\n  return #self.items\nend\n"
#define PY                                                                                    \
    "class Cart:\n    items = []\n\n~\n    def total(self):\n        total = 0\n"             \
    "        for i in self.items:\n            total += i.price\n        return total\n~\n\n" \
    "    def show(self):\n        print(self.items)\n"
#define PY_NEW                                                                  \
    "    def total(self):\n        total = 0.0\n        for i in self.items:\n" \
    "            total += i.price\n        return total\n"
#define C_FILE "int f(int n)\n{\n~\n\tif (n)\n\t\treturn 1;\n~\n\treturn 0;\n}\n"
#define MD "# Robot\n\n~\n## Install\n\n```sh\nmake\n```\n\nSwitch it on.\n~\n\n## Use\n"
#define MD_NEW "## Install\n\n```sh\nmake\nmake install\n```\n\nSwitch it on.\n"
#define TEXT "Plan\n~\nrake the beds\ncut the hedge\n~\nDone.\n"

static void fences_are_not_code(void)
{
    ROWS(R("a fence", "lua", LUA, "```lua\n" LUA_NEW "```\n", LUA_NEW),
         R("tildes", "lua", LUA, "~~~lua\n" LUA_NEW "~~~\n", LUA_NEW),
         R("tildes of another length", "lua", LUA, "~~~~\n" LUA_NEW "~~~\n", LUA_NEW),
         R("no newline behind it", "lua", LUA, "```\n" LUA_NEW "```", LUA_NEW),
         R("blanks behind the fence", "lua", LUA, "```lua  \n" LUA_NEW "```  \n  \n", LUA_NEW),
         R("blank lines around", "lua", LUA, "\n\n```lua\n\n" LUA_NEW "\n\n```\n\n", LUA_NEW),
         R("CR LF", "lua", LUA,
           "```lua\r\nfunction Queue:size()\r\n  return #self.items\r\nend\r\n```\r\n", LUA_NEW),
         R("five backticks", "lua", LUA, "`````lua\n" LUA_NEW "`````\n", LUA_NEW),
         R("five open, three close", "lua", LUA, "`````lua\n" LUA_NEW "```\n", LUA_NEW),
         R("three open, four close", "lua", LUA, "```lua\n" LUA_NEW "````\n", LUA_NEW),
         R("the closing one behind code", "lua", LUA,
           "```lua\nfunction Queue:size()\n  return #self.items\nend```\n", LUA_NEW),
         R("... and a remark", "lua", LUA,
           "```lua\nfunction Queue:size()\n  return #self.items\nend```\n\nThis is shorter.\n",
           LUA_NEW),
         R("no closing one", "lua", LUA, "```lua\n" LUA_NEW, LUA_NEW),
         R("indented by four with the code", "lua", LUA,
           "    ```lua\n    function Queue:size()\n      return #self.items\n    end\n    ```\n",
           LUA_NEW),
         R("indented by a tab", "lua", LUA, "\t```lua\n" LUA_NEW "\t```\n", LUA_NEW),
         R("in an item of a list", "lua", LUA, "1. Change it:\n\n   ```lua\n" LUA_NEW "   ```\n",
           LUA_NEW),
         R("only the closing one", "lua", LUA, LUA_NEW "```\n", LUA_NEW),
         R("a fence in a docstring, deeper", "python", "~\ndef f():\n    pass\n~\n",
           "```python\ndef f():\n    \"\"\"Does.\n\n    ```\n    f()\n    ```\n    \"\"\"\n    "
           "pass\n```\n",
           "def f():\n    \"\"\"Does.\n\n    ```\n    f()\n    ```\n    \"\"\"\n    pass\n"),
         R("a fence in a comment", "c", "~\nint f(void);\n~\n",
           "```c\n/*\n * ```\n * f();\n * ```\n */\nint f(void);\n```\n",
           "/*\n * ```\n * f();\n * ```\n */\nint f(void);\n"));
}

static void a_fence_may_have_all_on_one_line(void)
{
    ROWS(R("without a language", "python", PY, "```    def total(self, x):```\n",
           "?    def total(self, x):\n"),
         R("with one", "sql", "~\nORDER BY p.name;\n~\n", "```sql ORDER BY p.price;```",
           "ORDER BY p.price;\n"),
         R("in single backticks", "sql", "~\nORDER BY p.name;\n~\n", "`ORDER BY p.price;`",
           "ORDER BY p.price;\n"),
         R("... with newlines", "sql", "~\nORDER BY p.name;\n~\n", "\n`ORDER BY p.price;`\n\n",
           "ORDER BY p.price;\n"),
         R("code behind the opening fence", "python", "~\nx = 1\ny = 2\n~\n",
           "```x = 2\ny = 3```\n", "x = 2\ny = 3\n"),
         R("... which the range has", "python", "~\nx = 1\ny = 2\n~\n", "```x = 1\ny = 3\n```\n",
           "x = 1\ny = 3\n"),
         R("words before", "sql", "~\nORDER BY p.name;\n~\n",
           "Here you are:\n```ORDER BY p.price;```\n", "ORDER BY p.price;\n"),
         R("its place is kept", "python", "def f():\n~\n    return 1\n~\n", "```return 2```",
           "    return 2\n"),
         R("a template string is code", "javascript", "~\n`a ${b}`\n~\n", "`a ${c}`\n",
           "`a ${c}`\n"),
         R("four backticks", "go", "~\nx := 1\n~\n", "````x := 2````\n", "x := 2\n"),
         R("a language and no blank", "go", "~\nreturn x\n~\n", "```go return y```", "return y\n"));
}

static void info_strings_are_not_code(void)
{
    ROWS(R("a path", "lua", LUA, "```lua/queue.lua\n" LUA_NEW "```\n", LUA_NEW),
         R("language and path", "lua", LUA, "```lua:lua/queue.lua\n" LUA_NEW "```\n", LUA_NEW),
         R("a title", "lua", LUA, "```lua title=\"lua/queue.lua\"\n" LUA_NEW "```\n", LUA_NEW),
         R("a title of two words", "lua", LUA, "```lua title=\"the queue\"\n" LUA_NEW "```\n",
           LUA_NEW),
         R("lines", "lua", LUA, "```lua {3-5}\n" LUA_NEW "```\n", LUA_NEW),
         R("braces", "lua", LUA, "```{.lua #id}\n" LUA_NEW "```\n", LUA_NEW),
         R("path= and lines", "lua", LUA,
           "```lua path=queue.lua start_line=3 end_line=5\n" LUA_NEW "```\n", LUA_NEW),
         R("another language", "lua", LUA, "```javascript\n" LUA_NEW "```\n", LUA_NEW),
         R("a comma", "rust", "~\nlet x = 1;\n~\n", "```rust,no_run\nlet x = 2;\n```\n",
           "let x = 2;\n"),
         R("c++", "cpp", "~\nint x = 1;\n~\n", "```c++\nint x = 2;\n```\n", "int x = 2;\n"),
         R("a name above, in bold", "lua", LUA, "**lua/queue.lua**\n\n```lua\n" LUA_NEW "```\n",
           LUA_NEW),
         R("... in backticks", "lua", LUA, "`lua/queue.lua`:\n```lua\n" LUA_NEW "```\n", LUA_NEW),
         R("... as a heading", "lua", LUA, "### lua/queue.lua\n```lua\n" LUA_NEW "```\n", LUA_NEW),
         R("... bare", "lua", LUA, "lua/queue.lua\n```lua\n" LUA_NEW "```\n", LUA_NEW));
}

static void fences_may_stand_round_fences(void)
{
    ROWS(R("the same length", "lua", LUA, "```\n```lua\n" LUA_NEW "```\n```\n", LUA_NEW),
         R("a longer one", "lua", LUA, "````\n```lua\n" LUA_NEW "```\n````\n", LUA_NEW),
         R("of Markdown", "lua", LUA,
           "```markdown\nHere is the code:\n\n```lua\n" LUA_NEW "```\n```\n", LUA_NEW),
         R("of Markdown, longer", "lua", LUA, "````md\n```lua\n" LUA_NEW "```\n````\n", LUA_NEW),
         R("tildes outside", "lua", LUA, "~~~\n```lua\n" LUA_NEW "```\n~~~\n", LUA_NEW),
         R("three of them", "lua", LUA, "```\n```\n```lua\n" LUA_NEW "```\n```\n```\n", "!empty"),
         R("a tag outside", "lua", LUA, "<code>\n```lua\n" LUA_NEW "```\n</code>\n", LUA_NEW),
         R("a tag inside", "lua", LUA, "<answer>\n" LUA_NEW "</answer>\n", LUA_NEW),
         R("an answer as Markdown with a remark", "lua", LUA,
           "```markdown\n```lua\n" LUA_NEW "```\n\nThis is shorter.\n```\n", LUA_NEW),
         R("a thought outside", "lua", LUA,
           "<think>```lua\nx\n```</think>\n```lua\n" LUA_NEW "```\n", LUA_NEW));
}

static void fences_of_markdown_are_text(void)
{
    ROWS(R("fenced", "markdown", MD, "```markdown\n" MD_NEW "```\n", MD_NEW),
         R("fenced as md", "markdown", MD, "```md\n" MD_NEW "```", MD_NEW),
         R("fenced without a language", "markdown", MD, "```\n" MD_NEW "```\n", MD_NEW),
         R("four backticks", "markdown", MD, "````markdown\n" MD_NEW "````\n", MD_NEW),
         R("four open, three close", "markdown", MD, "````markdown\n" MD_NEW "```\n", MD_NEW),
         R("tildes", "markdown", MD, "~~~markdown\n" MD_NEW "~~~\n", MD_NEW),
         R("not fenced", "markdown", MD, MD_NEW, MD_NEW),
         R("words before", "markdown", MD, "Here is the section:\n\n```markdown\n" MD_NEW "```\n",
           MD_NEW),
         R("words before, not fenced", "markdown", MD, "Here is the updated section:\n\n" MD_NEW,
           MD_NEW),
         R("a remark behind", "markdown", MD,
           "```markdown\n" MD_NEW "```\n\nLet me know if you need more!\n", MD_NEW),
         R("bare fences inside", "markdown", "~\n```\nmake\n```\n\nGo.\n~\n",
           "```markdown\n```\nmake all\n```\n\nGo.\n```\n", "```\nmake all\n```\n\nGo.\n"),
         R("two blocks inside", "markdown", MD,
           "```markdown\n## Install\n\n```sh\nmake\n```\n\nor\n\n```sh\nninja\n```\n```\n",
           "## Install\n\n```sh\nmake\n```\n\nor\n\n```sh\nninja\n```\n"),
         R("two bare blocks inside", "markdown", MD,
           "```markdown\n## Install\n\n```\nmake\n```\n\nor\n\n```\nninja\n```\n```\n",
           "## Install\n\n```\nmake\n```\n\nor\n\n```\nninja\n```\n"),
         R("the range is the block", "markdown", "a\n\n~\n```sh\nmake\n```\n~\n\nb\n",
           "```sh\nmake all\n```\n", "```sh\nmake all\n```\n"),
         R("the range is in the block", "markdown",
           "a\n\n```sh\n~\nmake\nmake install\n~\n```\n\nb\n",
           "```sh\nmake\nsudo make install\n```\n", "make\nsudo make install\n"),
         R("... in a block of Lua", "markdown", "```lua\n~\nlocal x = 1\n~\n```\n",
           "Here is it:\n```lua\nlocal x = 2\n```\nDone.\n", "local x = 2\n"),
         R("a block is wanted", "markdown", "a\n~\nRun make.\n~\nb\n", "```sh\nmake\n```\n",
           "```sh\nmake\n```\n"),
         R("the range of a docstring holds fences", "python",
           "~\ndef f():\n    \"\"\"\n    ```\n    f()\n    ```\n    \"\"\"\n~\n",
           "```python\ndef f():\n    \"\"\"\n    ```\n    g()\n    ```\n    \"\"\"\n```\n",
           "def f():\n    \"\"\"\n    ```\n    g()\n    ```\n    \"\"\"\n"),
         R("TeX is fenced as TeX", "tex", "~\n\\section{A}\n~\n", "```latex\n\\section{B}\n```\n",
           "\\section{B}\n"),
         R("text is fenced as text", "text", TEXT, "```text\nrake all\ncut the hedge\n```\n",
           "rake all\ncut the hedge\n"),
         R("a mail without a file type", "", TEXT, "```\nrake all\ncut the hedge\n```\n",
           "rake all\ncut the hedge\n"),
         R("a part of a file that begins in a block", "markdown",
           "make\n```\n\ntext\n\n```sh\nmake\n```\n\n~\nThe robot waters plants.\n~\n",
           "The robot waters all of the plants.\n", "The robot waters all of the plants.\n",
           .first = 500));
}

static void tags_and_tokens_are_not_code(void)
{
    ROWS(R("code", "lua", LUA, "<code>\n" LUA_NEW "</code>\n", LUA_NEW),
         R("upper case brackets", "lua", LUA, "[CODE]\n" LUA_NEW "[/CODE]\n", LUA_NEW),
         R("updated-code", "lua", LUA, "<updated-code>\n" LUA_NEW "</updated-code>", LUA_NEW),
         R("rewrite_this", "lua", LUA, "<rewrite_this>\n" LUA_NEW "</rewrite_this>\n", LUA_NEW),
         R("not closed", "lua", LUA, "<code>\n" LUA_NEW, LUA_NEW),
         R("closed behind code", "lua", LUA,
           "<code>function Queue:size()\n  return #self.items\nend</code>\n", LUA_NEW),
         R("words before and behind", "lua", LUA,
           "Here is it:\n<code>\n" LUA_NEW "</code>\nThis is shorter.\n", LUA_NEW),
         R("a tag of HTML in HTML", "html", "~\n<p>a</p>\n~\n", "<code>\na\n</code>\n",
           "<code>\na\n</code>\n"),
         R("im_end", "lua", LUA, LUA_NEW "<|im_end|>\n", LUA_NEW),
         R("im_end behind a fence", "lua", LUA, "```lua\n" LUA_NEW "```<|im_end|>\n", LUA_NEW),
         R("im_end behind code", "lua", LUA,
           "function Queue:size()\n  return #self.items\nend<|im_end|>", LUA_NEW),
         R("... and another turn", "lua", LUA, LUA_NEW "<|im_end|>\n<|im_start|>user\nThanks!\n",
           LUA_NEW),
         R("a turn begins", "lua", LUA, "<|im_start|>assistant\n```lua\n" LUA_NEW "```\n", LUA_NEW),
         R("a token begins", "lua", LUA,
           "<|start_header_id|>assistant<|end_header_id|>\n\n" LUA_NEW, LUA_NEW),
         R("</s>", "lua", LUA, LUA_NEW "</s>", LUA_NEW),
         R("DeepSeek's", "lua", LUA, LUA_NEW "<\uFF5Cend\u2581of\u2581sentence\uFF5C>", LUA_NEW),
         R("two in a row", "lua", LUA, LUA_NEW "<|endoftext|><|endoftext|>", LUA_NEW),
         R("a cursor", "lua", LUA, "function Queue:size()\n  return <|cursor|>#self.items\nend\n",
           LUA_NEW),
         R("a token in a string of the file", "python", "EOS = '<|im_end|>'\n~\nx = 1\n~\n",
           "x = EOS or '<|im_end|>'\n", "x = EOS or '<|im_end|>'\n"),
         R("a token in a string", "python", "~\nx = 1\n~\n", "x = '<|im_end|>'\n",
           "x = '<|im_end|>'\n"),
         R("operators of F#", "fsharp", "~\nlet y = x\n~\n", "let y = f <| x |> g\n",
           "let y = f <| x |> g\n"));
}

static void words_before_and_behind_are_not_code(void)
{
    ROWS(R("one line", "lua", LUA, "Here is the improved function:\n\n```lua\n" LUA_NEW "```\n",
           LUA_NEW),
         R("no blank line", "lua", LUA, "The new one:\n```lua\n" LUA_NEW "```\n", LUA_NEW),
         R("German", "lua", LUA,
           "Gerne! Hier ist die Funktion (verbessert):\n\n```lua\n" LUA_NEW "```\n", LUA_NEW),
         R("German, one word", "lua", LUA, "Bitte:\n```lua\n" LUA_NEW "```\n", LUA_NEW),
         R("Chinese", "lua", LUA,
           "\u597D\u7684\uFF0C\u8FD9\u662F\u4EE3\u7801\uFF1A\n```lua\n" LUA_NEW "```\n", LUA_NEW),
         R("Chinese without a known beginning", "lua", LUA,
           "\u6539\u8FDB\u540E\u7684\u4EE3\u7801\u5982\u4E0B\uFF1A\n```lua\n" LUA_NEW "```\n",
           LUA_NEW),
         R("a list", "lua", LUA,
           "Changes:\n- uses the length\n- nothing else\n```lua\n" LUA_NEW "```\n", LUA_NEW),
         R("a heading", "lua", LUA, "## Answer\n\n```lua\n" LUA_NEW "```\n", LUA_NEW),
         R("several paragraphs", "lua", LUA,
           "Sure!\n\nI looked at it. It is fine.\n\nBut:\n\n```lua\n" LUA_NEW "```\n", LUA_NEW),
         R("no fence", "lua", LUA, "Here is the function:\n\n" LUA_NEW, LUA_NEW),
         R("no fence, and a remark", "lua", LUA,
           LUA_NEW "\nThis is shorter. Let me know if it works!\n", LUA_NEW),
         R("a remark in two paragraphs", "lua", LUA,
           LUA_NEW "\nThis function is shorter.\n\nI hope this helps!\n", LUA_NEW),
         R("in YAML", "yaml", "~\nreplicas: 2\n~\n",
           "Sure! Here's the new value:\n\n```yaml\nreplicas: 3\n```\n", "replicas: 3\n"),
         R("the rules", "lua", LUA,
           "I will answer with code only.\n```lua\n" LUA_NEW "```\nI have changed nothing else.\n",
           LUA_NEW),
         R("a sentence is a line of HTML", "html",
           "<p>\n~\n  A small robot that waters your plants.\n~\n</p>\n",
           "  A tiny robot that waters all of your plants.\n",
           "  A tiny robot that waters all of your plants.\n"),
         R("a sentence is a line of a docstring", "python",
           "\"\"\"\n~\nReturn the total of the cart.\n~\n\"\"\"\n",
           "Return the sum of all prices here.\n", "Return the sum of all prices here.\n"),
         R("a title in Markdown", "markdown", "~\nThe Robot\n~\n", "The Robot: a story\n",
           "The Robot: a story\n"),
         R("a sentence in Markdown", "markdown", "~\nA robot.\n~\n",
           "Here is the robot. It waters plants.\n", "Here is the robot. It waters plants.\n"),
         R("a comment with words", "lua", LUA, "-- The size of the queue.\n" LUA_NEW,
           "-- The size of the queue.\n" LUA_NEW),
         R("an announcement that is the text", "markdown", "~\nA robot.\n~\n",
           "Here is what it does:\n\nIt waters plants.\n",
           "Here is what it does:\n\nIt waters plants.\n"),
         R("a docstring at the margin", "python", "~\nx = 1\n~\n",
           "\"\"\"Carts.\n\nThis module has the carts of a shop.\n\"\"\"\nx = 1\n",
           "\"\"\"Carts.\n\nThis module has the carts of a shop.\n\"\"\"\nx = 1\n"),
         R("a comment at the margin", "c", "~\nint x;\n~\n",
           "/*\n\nThis is the number of all of them.\n*/\nint x;\n",
           "/*\n\nThis is the number of all of them.\n*/\nint x;\n"));
}

static void an_answer_without_code_is_refused(void)
{
    ROWS(R("advice", "lua", LUA, "You can use the length operator here instead.\n", "!prose"),
         R("advice in Markdown's words", "lua", LUA,
           "**Note:** the code is fine as it is.\n\nNothing to do.\n", "!prose"),
         R("advice with a span of code", "lua", LUA,
           "I would replace `self.n` with `#self.items`.\n", "!prose"),
         R("a question", "lua", LUA, "Which table holds the items?\n", "!question"),
         R("a question behind words", "lua", LUA, "I need to know more. Where is the count kept?\n",
           "!question"),
         R("a sorry", "lua", LUA, "I'm sorry, but I can't help with that.\n", "!prose"),
         R("in SQL", "sql", "~\nSELECT 1;\n~\n",
           "I cannot change this query without the schema of the table.\n", "!prose"),
         R("in YAML", "yaml", "~\na: 1\n~\n",
           "The value should be higher, because the load has grown.\n", "!prose"),
         R("in HTML", "html", "~\n<ul>\n</ul>\n~\n",
           "You should add some items to the list first.\n", "!prose"),
         R("German", "lua", LUA, "Ich w\u00FCrde diese Funktion so lassen, wie sie ist.\n",
           "!prose"),
         R("Chinese", "lua", LUA, "\u8FD9\u6BB5\u4EE3\u7801\u5DF2\u7ECF\u5F88\u597D\u4E86\u3002\n",
           "!prose"),
         R("only commands", "lua", LUA, "Install it first:\n```bash\nluarocks install queue\n```\n",
           "!prose"),
         R("a tool", "lua", LUA, "<tool_call>\n{\"name\": \"read\"}\n</tool_call>\n", "!tool"),
         R("a tool behind words", "lua", LUA,
           "Let me look at the file.\n\n<tool_call>\n{\"name\": \"read\"}\n", "!tool"),
         R("a tool in XML", "lua", LUA, "<read_file>\n<path>a.lua</path>\n</read_file>\n", "!tool"),
         R("Mistral's", "lua", LUA, "[TOOL_CALLS][{\"name\": \"read\", \"arguments\": {}}]",
           "!tool"),
         R("Llama's", "lua", LUA, "{\"name\": \"read\", \"parameters\": {\"path\": \"a\"}}",
           "!tool"),
         R("function=", "lua", LUA, "<function=read>{\"path\": \"a\"}</function>", "!tool"),
         R("JSON", "lua", LUA, "{\"code\": \"x\", \"placement\": \"replace\"}", "!envelope"),
         R("JSON in a fence", "lua", LUA, "```json\n{\"code\": \"x\"}\n```\n", "!envelope"),
         R("JSON is wanted in JSON", "json", "~\n{\"code\": 1}\n~\n", "{\"code\": 2}\n",
           "{\"code\": 2}\n"),
         R("a table of Lua is no JSON", "lua", "~\nreturn {}\n~\n", "return { code = 1 }\n",
           "return { code = 1 }\n"),
         R("nothing", "lua", LUA, "", "!empty"), R("blanks", "lua", LUA, "  \n\n\t\n", "!empty"),
         R("an empty fence", "lua", LUA, "```lua\n\n```\n", "!empty"),
         R("an empty tag", "lua", LUA, "<code></code>", "!empty"),
         R("a token alone", "lua", LUA, "<|im_end|>", "!empty"),
         R("to delete, and nothing comes", "lua", LUA, "", "",
           .instruction = "Delete this function."),
         R("to delete, and an empty fence", "lua", LUA, "```lua\n```\n", "",
           .instruction = "Remove it"),
         R("to remove a part of it is another thing", "lua", LUA, "```lua\n```\n", "?",
           .instruction = "Remove the second of the three arguments of it."),
         R("a question about a text", "markdown", "~\nA robot.\n~\n", "Which robot do you mean?\n",
           "!question"),
         R("a question is the text", "markdown", "~\nWhat is it?\n~\n", "What do you want?\n",
           "What do you want?\n"),
         R("a sorry about a text", "markdown", "~\nA robot.\n~\n",
           "I'm sorry, but I can't do that.\n", "!prose"));
}

static void thoughts_are_not_code(void)
{
    ROWS(
        R("in tags", "lua", LUA, "<think>\nHm.\n</think>\n\n" LUA_NEW, LUA_NEW),
        R("in one line", "lua", LUA, "<think>Hm.</think>\n```lua\n" LUA_NEW "```\n", LUA_NEW),
        R("the code behind the tag", "lua", LUA,
          "<think>Hm.</think>function Queue:size()\n  return #self.items\nend\n", LUA_NEW),
        R("an empty one", "lua", LUA, "<think>\n\n</think>\n\n" LUA_NEW, LUA_NEW),
        R("two of them", "lua", LUA, "<think>a</think>\n<think>b</think>\n" LUA_NEW, LUA_NEW),
        R("thinking", "lua", LUA, "<thinking>\nHm.\n</thinking>\n" LUA_NEW, LUA_NEW),
        R("Magistral's", "lua", LUA, "[THINK]Hm.[/THINK]\n" LUA_NEW, LUA_NEW),
        R("Kimi's", "lua", LUA, "\u25C1think\u25B7Hm.\u25C1/think\u25B7\n" LUA_NEW, LUA_NEW),
        R("gpt-oss's", "lua", LUA,
          "<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>"
          "function Queue:size()\n  return #self.items\nend\n<|return|>",
          LUA_NEW),
        R("code within", "lua", LUA, "<think>\n```lua\nx\n```\n</think>\n```lua\n" LUA_NEW "```\n",
          LUA_NEW),
        R("no opening tag", "lua", LUA, "The items have it.\n</think>\n\n" LUA_NEW, LUA_NEW),
        R("no opening tag, code within", "lua", LUA, "The items have it:\n```lua\nx = 1\n",
          "!open"),
        R("behind code", "lua", LUA, LUA_NEW "<think>\nIs that right?\n</think>\n", LUA_NEW),
        R("in the midst", "lua", LUA,
          "function Queue:size()\n<think>Hm.</think>\n  return #self.items\nend\n", LUA_NEW),
        R("in the fence", "lua", LUA,
          "```lua\nfunction Queue:size()\n<think>\nHm.\n</think>\n  return #self.items\nend\n```\n",
          LUA_NEW),
        R("never closed", "lua", LUA, "<think>\nHm.\n", "!thought"),
        R("never closed, cut", "lua", LUA, "<think>\nHm", "!thought", .cut = true),
        R("a tag that the file has", "html", "<think>\n~\n<b>\n~\n", "<think>\n<i>\n",
          "<think>\n<i>\n"));
}

static void numbers_of_lines_are_not_code(void)
{
    ROWS(R("a colon", "lua", LUA, "3: function Queue:size()\n4:   return #self.items\n5: end\n",
           LUA_NEW),
         R("a bar", "lua", LUA, "3 | function Queue:size()\n4 |   return #self.items\n5 | end\n",
           LUA_NEW),
         R("a bar without blanks", "lua", LUA,
           "3|function Queue:size()\n4|  return #self.items\n5|end\n", LUA_NEW),
         R("a tab", "lua", LUA, "3\tfunction Queue:size()\n4\t  return #self.items\n5\tend\n",
           LUA_NEW),
         R("an arrow", "lua", LUA,
           "     3\u2192function Queue:size()\n     4\u2192  return #self.items\n     5\u2192end\n",
           LUA_NEW),
         R("right aligned", "lua", LUA,
           "```lua\n  9: function Queue:size()\n 10:   return #self.items\n 11: end\n```\n",
           LUA_NEW),
         R("from one", "lua", LUA, "1: function Queue:size()\n2:   return #self.items\n3: end\n",
           LUA_NEW),
         R("L", "lua", LUA, "L3: function Queue:size()\nL4:   return #self.items\nL5: end\n",
           LUA_NEW),
         R("a blank line without one", "lua", LUA,
           "3: function Queue:size()\n\n4:   return #self.items\n5: end\n",
           "function Queue:size()\n\n  return #self.items\nend\n"),
         R("a blank line with one", "lua", LUA,
           "3: function Queue:size()\n4:\n5:   return #self.items\n6: end\n",
           "function Queue:size()\n\n  return #self.items\nend\n"),
         R("a single line", "lua", "x\n~\nreturn 1\n~\n", "2: return 2\n", "return 2\n"),
         R("only the last", "lua", LUA, "function Queue:size()\n  return #self.items\n5: end\n",
           LUA_NEW),
         R("only the last, fenced", "lua", LUA,
           "```lua\nfunction Queue:size()\n  return #self.items\n5 | end\n```", LUA_NEW),
         R("keys of a table are code", "python", "~\nx = {}\n~\n",
           "x = {\n    1: \"a\",\n    2: \"b\",\n}\n", "x = {\n    1: \"a\",\n    2: \"b\",\n}\n"),
         R("a range of such keys", "python", "x = {\n~\n    1: \"a\",\n~\n}\n",
           "    1: \"a\",\n    2: \"b\",\n", "    1: \"a\",\n    2: \"b\",\n"),
         R("keys of YAML", "yaml", "a:\n~\n  x: 1\n~\n", "  80: web\n  81: api\n",
           "  80: web\n  81: api\n"),
         R("the last is a key", "yaml", "~\na: 1\nb: 2\n~\n", "a: 1\n80: web\n", "a: 1\n80: web\n"),
         R("labels are code", "basic", "~\n10 PRINT\n~\n", "10 PRINT 1\n20 GOTO 10\n",
           "10 PRINT 1\n20 GOTO 10\n"),
         R("a list of Markdown", "markdown", "~\n1. a\n~\n", "1. b\n2. c\n", "1. b\n2. c\n"),
         R("a table of text", "text", "~\n1 | a\n2 | b\n~\n", "1 | a\n2 | c\n", "1 | a\n2 | c\n"),
         R("a dot", "lua", LUA, "3. function Queue:size()\n4.   return #self.items\n5. end\n",
           LUA_NEW),
         R("a list is wanted", "markdown", "~\nrake\ncut\n~\n", "1. rake\n2. cut\n",
           "1. rake\n2. cut\n"),
         R("numbers are wanted", "text", "~\nrake\ncut\n~\n", "1: rake\n2: cut\n",
           "1: rake\n2: cut\n", .instruction = "Number the lines."));
}

#define LONG                                                                              \
    "~\nfunction a()\n  return 1\nend\n\nfunction b()\n  return 2\nend\n\nfunction c()\n" \
    "  return 3\nend\n~\n"

static void what_stands_for_other_code_becomes_that(void)
{
    ROWS(R("at the end", "lua", LONG,
           "function a()\n  return 0\nend\n\n-- ... rest of the code unchanged ...\n",
           "function a()\n  return 0\nend\n\nfunction b()\n  return 2\nend\n\nfunction c()\n  "
           "return 3\nend\n"),
         R("in the middle", "lua", LONG,
           "function a()\n  return 1\nend\n\n-- ... existing code ...\n\nfunction c()\n  return "
           "4\nend\n",
           "function a()\n  return 1\nend\n\nfunction b()\n  return 2\nend\n\nfunction c()\n  "
           "return 4\nend\n"),
         R("without blank lines", "lua", LONG,
           "function a()\n  return 1\nend\n-- rest unchanged\nfunction c()\n  return 4\nend\n",
           "function a()\n  return 1\nend\n\nfunction b()\n  return 2\nend\n\nfunction c()\n  "
           "return 4\nend\n"),
         R("bare dots", "lua", LONG,
           "function a()\n  return 1\nend\n\n...\n\nfunction c()\n  return 4\nend\n",
           "function a()\n  return 1\nend\n\nfunction b()\n  return 2\nend\n\nfunction c()\n  "
           "return 4\nend\n"),
         R("one sign for dots", "lua", LONG,
           "function a()\n  return 1\nend\n\n-- \u2026\n\nfunction c()\n  return 4\nend\n",
           "function a()\n  return 1\nend\n\nfunction b()\n  return 2\nend\n\nfunction c()\n  "
           "return 4\nend\n"),
         R("German", "lua", LONG,
           "function a()\n  return 1\nend\n\n-- ... bestehender Code ...\n\nfunction c()\n  return "
           "4\nend\n",
           "function a()\n  return 1\nend\n\nfunction b()\n  return 2\nend\n\nfunction c()\n  "
           "return 4\nend\n"),
         R("at the beginning", "lua", LONG,
           "-- ... existing code ...\n\nfunction c()\n  return 4\nend\n", "!elided"),
         R("what follows is nowhere", "lua", LONG,
           "function a()\n  return 1\nend\n\n-- ... existing code ...\n\nfunction d()\nend\n",
           "!elided"),
         R("in a changed body", "lua", LONG,
           "function a()\n  local x = 0\n  -- ... rest unchanged ...\nend\n", "!elided"),
         R("in C", "c", "~\nint a;\nint b;\nint c;\nint d;\n~\n", "int a;\n/* ... */\nlong d;\n",
           "!elided"),
         R("in C, at the end", "c", "~\nint a;\nint b;\nint c;\nint d;\n~\n",
           "long a;\nint b;\n// ... rest of the file stays the same ...\n",
           "long a;\nint b;\nint c;\nint d;\n"),
         R("in JSX", "javascriptreact", "~\n<ul>\n  <li>a</li>\n  <li>b</li>\n</ul>\n~\n",
           "<ul>\n  {/* ... existing items ... */}\n</ul>\n",
           "<ul>\n  <li>a</li>\n  <li>b</li>\n</ul>\n"),
         R("within a line", "c", "~\nint f(void)\n{\n\treturn 1;\n}\n~\n",
           "long f(void) { /* ... existing code ... */ }\n", "!elided"),
         R("behind code", "c", "~\nint f(void)\n{\n\treturn 1;\n}\n~\n",
           "long f(void) { // ... rest of the code\n}\n", "!elided"),
         R("omitted for brevity", "python", PY,
           "    def total(self):\n        # code omitted for brevity\n        return total\n",
           "    def total(self):\n        total = 0\n        for i in self.items:\n            "
           "total += i.price\n        return total\n"),
         R("a remark that others stay", "python", "~\nx = 1\ny = 2\n~\n",
           "x = 1\n# The other values remain unchanged.\ny = 2\n",
           "x = 1\n# The other values remain unchanged.\ny = 2\n"),
         R("a comment that the file has", "lua", "~\n-- rest unchanged\nlocal x = 1\n~\n",
           "-- rest unchanged\nlocal x = 2\n", "-- rest unchanged\nlocal x = 2\n"),
         R("an ellipsis of Python", "python", "~\ndef f(): ...\n~\n", "def f() -> int:\n    ...\n",
           "def f() -> int:\n    ...\n"),
         R("rest arguments", "javascript", "~\nf();\n~\n", "f(...rest);\n", "f(...rest);\n"),
         R("a comment that ends in dots", "lua", "~\nwait()\n~\n",
           "-- and now we wait...\nwait(1)\n", "-- and now we wait...\nwait(1)\n"),
         R("a bracket in Markdown", "markdown", "~\na\n\nb\n\nc\n~\n",
           "A\n\nb\n\n[rest of the document unchanged]\n", "A\n\nb\n\nc\n"),
         R("to insert", "lua", "a()\n~\n\n~\nb()\n", "c()\n-- ... existing code ...\n",
           "c()\n-- ... existing code ...\n", .insert = true),
         R("a comment on code points", "python", "~\nx = 1\n~\n",
           "# the remaining code points\nx = 2\n", "# the remaining code points\nx = 2\n"),
         R("a comment on the rest", "c", "~\nint x;\n~\n",
           "/* the rest of the line goes to the log */\nint x;\n",
           "/* the rest of the line goes to the log */\nint x;\n"),
         R("the end of a document of YAML", "yaml", "~\na: 1\nb: 2\n~\n", "a: 1\n...\n---\nb: 3\n",
           "a: 1\n...\n---\nb: 3\n"));
}

#define BELOW "\n\nreturn Queue\n"

static void lines_around_are_not_repeated(void)
{
    ROWS(R("the line below", "lua", LUA, LUA_NEW "\nreturn Queue\n", LUA_NEW),
         R("the line below, fenced", "lua", LUA, "```lua\n" LUA_NEW "\nreturn Queue\n```\n",
           LUA_NEW),
         R("the line above", "lua", LUA, "local Queue = {}\n\n" LUA_NEW, LUA_NEW),
         R("both", "lua", LUA, "local Queue = {}\n\n" LUA_NEW "\nreturn Queue\n", LUA_NEW),
         R("both, without their blank lines", "lua", LUA,
           "local Queue = {}\n" LUA_NEW "return Queue\n", LUA_NEW),
         R("a decorator above", "python", "@dataclass\n~\nclass Item:\n    name: str\n~\n",
           "@dataclass\nclass Item:\n    name: str\n    price: int\n",
           "class Item:\n    name: str\n    price: int\n"),
         R("the brace that closes the class", "java",
           "class A {\n~\n    int f() {\n        return 1;\n    }\n~\n}\n",
           "    int f() {\n        return 2;\n    }\n}\n",
           "    int f() {\n        return 2;\n    }\n"),
         R("the function around", "c", C_FILE,
           "int f(int n)\n{\n\tif (n > 1)\n\t\treturn 1;\n\treturn 0;\n}\n",
           "\tif (n > 1)\n\t\treturn 1;\n"),
         R("a brace of its own", "c", "void f()\n{\n~\nx();\n~\n}\n", "if (a) {\nx();\n}\n",
           "if (a) {\nx();\n}\n"),
         R("the same line is the range's own", "toml", "~\na = 1\n[[row]]\n~\n[[row]]\nb = 1\n",
           "a = 2\n[[row]]\n", "a = 2\n[[row]]\n"),
         R("a line like the one below in the midst", "lua", "~\nx = 1\n~\ny = 2\n",
           "y = 2\nx = 1\n", "y = 2\nx = 1\n"),
         R("a change outside", "python",
           "import os\nimport sys\n\n\ndef first():\n    return sys.argv[1]\n\n\n~\ndef "
           "second():\n    pass\n~\n",
           "import os\nimport sys\n\n\ndef first():\n    return sys.argv[2]\n\n\ndef second():\n   "
           " pass\n",
           "!outside"),
         R("a change below", "python",
           "~\ndef second():\n    pass\n~\n\n\ndef third():\n    print('three times')\n    return "
           "sys.argv[3]\n\n\ndef fourth():\n    return None\n",
           "def second():\n    return\n\n\ndef third():\n    print('three times')\n    return "
           "sys.argv[3]\n\n\ndef fourth():\n    return 0\n",
           "!outside"),
         R("blank lines at the ends are the range's", "lua", "a()\n~\n\nb()\n\n~\nc()\n", "b(1)\n",
           "\nb(1)\n\n"),
         R("... unless they are what is wanted", "lua", "a()\n~\n\nb()\n\n~\nc()\n", "b(1)\n",
           "b(1)\n", .instruction = "Remove the blank lines around it."),
         R("outdented", "java",
           "class A {\n~\n    int f() {\n        return 1;\n    }\n~\n\n    int g() {\n        "
           "return 9;\n    }\n}\n",
           "int f() {\n    return 2;\n}\n\nint g() {\n    return 9;\n}\n",
           "    int f() {\n        return 2;\n    }\n"),
         R("an annotation above a renamed method", "java",
           "class A {\n    @Override\n~\n    public int f() {\n        return 1;\n    }\n~\n}\n",
           "    @Override\n    public int g() {\n        return 1;\n    }\n",
           "    public int g() {\n        return 1;\n    }\n"),
         R("all of the answer is the line below", "json", "~\n\"a\": 1\n~\n},\n", "},\n", "},\n"),
         R("all of the answer stands below", "lua",
           "~\nlocal a = 1\n~\nlocal bb = second()\nlocal cc = third()\nlocal dd = fourth()\nlocal "
           "ee = fifth()\n",
           "local bb = second()\nlocal cc = third()\nlocal dd = fourth()\nlocal ee = fifth()\n",
           "!outside"));
}

static void lines_stand_where_the_range_does(void)
{
    static const struct indent two = {.tabs = {2}, .tab_count = 1, .step = 2, .blanks = true};
    (void)two;
    ROWS(R("at the margin", "python", PY,
           "def total(self):\n    total = 0.0\n    for i in self.items:\n        total += "
           "i.price\n    return total\n",
           PY_NEW),
         R("the first line alone", "python", PY,
           "def total(self):\n        total = 0.0\n        for i in self.items:\n            total "
           "+= i.price\n        return total\n",
           PY_NEW),
         R("steps of two at the margin", "python", PY,
           "def total(self):\n  total = 0.0\n  for i in self.items:\n    total += i.price\n  "
           "return total\n",
           PY_NEW),
         R("steps of two", "python", PY,
           "    def total(self):\n      total = 0.0\n      for i in self.items:\n        total += "
           "i.price\n      return total\n",
           PY_NEW),
         R("tabs", "python", PY,
           "\tdef total(self):\n\t\ttotal = 0.0\n\t\tfor i in self.items:\n\t\t\ttotal += "
           "i.price\n\t\treturn total\n",
           PY_NEW),
         R("tabs at the margin", "python", PY,
           "def total(self):\n\ttotal = 0.0\n\tfor i in self.items:\n\t\ttotal += "
           "i.price\n\treturn total\n",
           PY_NEW),
         R("four to the right", "python", PY,
           "        def total(self):\n            total = 0.0\n            for i in self.items:\n  "
           "              total += i.price\n            return total\n",
           PY_NEW),
         R("all new lines at the margin", "python", PY,
           "def count(self):\n    n = 0\n    for item in self.all():\n        n += 1\n    return "
           "n\n",
           "    def count(self):\n        n = 0\n        for item in self.all():\n            n += "
           "1\n        return n\n"),
         R("all new, the first line alone", "python", PY,
           "def count(self):\n        n = 0\n        for item in self.all():\n            n += 1\n "
           "       return n\n",
           "    def count(self):\n        n = 0\n        for item in self.all():\n            n += "
           "1\n        return n\n"),
         R("blanks of four for tabs", "c", C_FILE, "    if (n > 1)\n        return 1;\n",
           "\tif (n > 1)\n\t\treturn 1;\n"),
         R("blanks of two for tabs", "c", C_FILE, "  if (n > 1)\n    return 1;\n",
           "\tif (n > 1)\n\t\treturn 1;\n"),
         R("blanks of eight for tabs", "c", C_FILE,
           "        if (n > 1)\n                return 1;\n", "\tif (n > 1)\n\t\treturn 1;\n"),
         R("at the margin for tabs", "c", C_FILE, "if (n > 1)\n    return 1;\n",
           "\tif (n > 1)\n\t\treturn 1;\n"),
         R("at the margin with tabs", "c", C_FILE, "if (n > 1)\n\treturn 1;\n",
           "\tif (n > 1)\n\t\treturn 1;\n"),
         R("the first alone for tabs", "c", C_FILE, "if (n > 1)\n\t\treturn 1;\n",
           "\tif (n > 1)\n\t\treturn 1;\n"),
         R("nested, blanks of four for tabs", "c",
           "void f(void)\n{\n~\n\tfor (;;) {\n\t\tif (x) {\n\t\t\ty();\n\t\t}\n\t}\n~\n}\n",
           "    for (;;) {\n        if (x && z) {\n            y();\n        }\n    }\n",
           "\tfor (;;) {\n\t\tif (x && z) {\n\t\t\ty();\n\t\t}\n\t}\n"),
         R("a block goes deeper", "python", "def f():\n~\n    x()\n    y()\n~\n",
           "    if a:\n        x()\n        y()\n", "    if a:\n        x()\n        y()\n"),
         R("... at the margin", "lua", "~\nx()\ny()\n~\n", "if a then\n  x()\n  y()\nend\n",
           "if a then\n  x()\n  y()\nend\n"),
         R("a block goes out", "python", "def f():\n~\n    if a:\n        x()\n        y()\n~\n",
           "    x()\n    y()\n", "    x()\n    y()\n", .instruction = "x and y always happen."),
         R("to indent it", "python", "def f():\n~\n    x()\n    y()\n~\n",
           "        x()\n        y()\n", "        x()\n        y()\n",
           .instruction = "Indent this one level more."),
         R("arguments stand under each other", "python",
           "class A:\n~\n    def f(self,\n          a):\n        return a\n~\n",
           "def f(self,\n      a):\n    return -a\n",
           "    def f(self,\n          a):\n        return -a\n"),
         R("a docstring moves along", "python",
           "class A:\n    x = 1\n\n~\n    def f(self):\n        return 1\n~\n",
           "def f(self):\n    \"\"\"One.\n\n    Always.\n    \"\"\"\n    return 1\n",
           "    def f(self):\n        \"\"\"One.\n\n        Always.\n        \"\"\"\n        "
           "return 1\n"),
         R("a string of several lines stays", "javascript",
           "function f() {\n~\n  return 1;\n~\n}\n", "  return `\na\n b\n`;\n",
           "  return `\na\n b\n`;\n"),
         R("YAML", "yaml", "a:\n~\n  - x: 1\n    y: 2\n~\nb: 1\n", "- x: 1\n  y: 3\n",
           "  - x: 1\n    y: 3\n"),
         R("YAML, steps of four", "yaml", "a:\n~\n  b:\n    c: 1\n~\nd: 1\n", "b:\n    c: 2\n",
           "  b:\n    c: 2\n"),
         R("HTML at the margin", "html", "<body>\n~\n  <ul>\n    <li>a</li>\n  </ul>\n~\n</body>\n",
           "<ul>\n  <li>b</li>\n</ul>\n", "  <ul>\n    <li>b</li>\n  </ul>\n"),
         R("Haskell", "haskell", "f x = y\n~\n  where\n    y = x\n~\n", "where\n  y = x + 1\n",
           "  where\n    y = x + 1\n"),
         R("make, at the margin", "make", "all: a.o\n~\n\tcc a.c\n~\n", "cc -O2 a.c\n",
           "\tcc -O2 a.c\n"),
         R("make", "make", "all:\n~\n\tcc a.c\n\tcc b.c\n~\n", "    cc -O2 a.c\n    cc -O2 b.c\n",
           "\tcc -O2 a.c\n\tcc -O2 b.c\n"),
         R("text is left alone", "text", TEXT, "  rake\n    cut\n", "  rake\n    cut\n"),
         R("odd white space of old lines is kept", "c",
           "void f(void)\n{\n~\n\tx();\n        y();\n~\n}\n", "\tx(1);\n\ty();\n",
           "\tx(1);\n        y();\n"),
         R("a range that begins deeper", "python",
           "def f():\n    if a:\n~\n        x()\n    return 1\n~\n", "        x(2)\n    return 1\n",
           "        x(2)\n    return 1\n"),
         R("... without its first line", "python",
           "def f():\n    if a:\n~\n        x()\n    return 1\n~\n", "    return 2\n",
           "?    return 2\n"));
}

static void ends_of_lines_are_the_files(void)
{
    ROWS(R("CR LF comes", "lua", LUA, "function Queue:size()\r\n  return #self.items\r\nend\r\n",
           LUA_NEW),
         R("the buffer has them", "lua", "a\r\n~\nlocal x = 1\r\nlocal y = 2\r\n~\n",
           "local x = 1\nlocal y = 3\n", "local x = 1\r\nlocal y = 3\r\n"),
         R("one line of it has one", "lua", "~\nlocal x = 1\nlocal y = 2\r\nlocal z = 3\n~\n",
           "local x = 1\nlocal y = 2\nlocal z = 4\n", "local x = 1\nlocal y = 2\r\nlocal z = 4\n"),
         R("two returns", "lua", LUA,
           "function Queue:size()\r\r\n  return #self.items\r\r\nend\r\r\n", LUA_NEW),
         R("a mark of the byte order", "lua", LUA, "\xEF\xBB\xBF" LUA_NEW, LUA_NEW),
         R("... in a fence", "lua", LUA, "\xEF\xBB\xBF```lua\n" LUA_NEW "```\n", LUA_NEW),
         R("blanks on an empty line", "lua", LUA,
           "function Queue:size()\n  \n  return #self.items\nend\n",
           "function Queue:size()\n\n  return #self.items\nend\n"),
         R("hard breaks", "markdown", "~\na  \nb\n~\n", "a  \nc\n", "a  \nc\n"),
         R("curly quotes, no-break blanks", "text", TEXT,
           "rake \u201Cthe\u201D\u00A0beds\ncut the hedge\n",
           "rake \u201Cthe\u201D\u00A0beds\ncut the hedge\n"),
         R("entities", "c", "~\na = b;\n~\n", "a = b &lt; c;\n", "a = b &lt; c;\n"),
         R("percent signs", "c", "~\na = b;\n~\n", "a = \"b%20c\";\n", "a = \"b%20c\";\n"),
         R("no newline at the end", "lua", LUA, "function Queue:size()\n  return #self.items\nend",
           LUA_NEW),
         R("blanks at the ends of old lines", "lua", "~\nx = 1  \ny = 2\n~\n", "x = 1\ny = 3\n",
           "x = 1  \ny = 3\n"),
         R("blanks at the ends of old lines, to be removed", "lua", "~\nx = 1  \ny = 2\n~\n",
           "x = 1\ny = 2\n", "x = 1\ny = 2\n", .instruction = "Remove trailing whitespace."),
         R("new blanks at the ends", "lua", "~\nx = 1\ny = 2\n~\n", "x = 1 \ny = 2\n",
           "x = 1\ny = 2\n"),
         R("a new hard break", "markdown", "~\na\nb\n~\n", "a  \nb\n", "a  \nb\n"),
         R("no-break blanks as indentation", "python", PY,
           "\u00A0\u00A0\u00A0 def total(self):\n\u00A0 \u00A0 \u00A0 \u00A0 return 0\n",
           "?    def total(self):\n        return 0\n"));
}

static void a_range_of_characters_keeps_what_stands_beside_it(void)
{
    ROWS(R("an expression", "c", "~\n\tx = a + b;\n~\n", "a - b", "\tx = a - b;\n",
           .head = "\tx = ", .foot = ";"),
         R("... with what stands left of it", "c", "~\n\tx = a + b;\n~\n", "x = a - b",
           "\tx = a - b;\n", .head = "\tx = ", .foot = ";"),
         R("... and right", "c", "~\n\tx = a + b;\n~\n", "\tx = a - b;\n", "\tx = a - b;\n",
           .head = "\tx = ", .foot = ";"),
         R("fenced", "c", "~\n\tx = a + b;\n~\n", "```c\na - b\n```\n", "\tx = a - b;\n",
           .head = "\tx = ", .foot = ";"),
         R("in backticks", "c", "~\n\tx = a + b;\n~\n", "`a - b`", "\tx = a - b;\n",
           .head = "\tx = ", .foot = ";"),
         R("with blanks in front", "c", "~\n\tx = a + b;\n~\n", "    a - b\n", "\tx = a - b;\n",
           .head = "\tx = ", .foot = ";"),
         R("a call", "lua", "~\nf(a, b)\n~\n", "b, a", "f(b, a)\n", .head = "f(", .foot = ")"),
         R("several lines", "lua", "~\nlocal t = { a,\n  b }\n~\n", "{ a,\n  c,\n  b }",
           "local t = { a,\n  c,\n  b }\n", .head = "local t = "),
         R("a word of text", "markdown", "~\nThe red rose.\n~\n", "white", "The white rose.\n",
           .head = "The ", .foot = " rose."),
         R("the beginning is indentation", "c", C_FILE, "if (n > 1)\n\t\treturn 1;\n",
           "\tif (n > 1)\n\t\treturn 1;\n", .head = "\t"),
         R("cut in front of what stands right of it", "lua", "~\nf(a, b)\n~\n", "b, a\n", "?",
           .head = "f(", .foot = ")", .cut = true),
         R("nothing left of it", "c", "~\na + b;\n~\n", "a - b", "a - b;\n", .foot = ";"));
}

static void what_is_inserted_stands_in_its_place(void)
{
    ROWS(R("between functions", "lua", "function a()\nend\n~\n\n~\nfunction b()\nend\n",
           "```lua\nfunction c()\n  return 1\nend\n```\n", "function c()\n  return 1\nend\n",
           .insert = true),
         R("no old line", "lua", "function a()\nend\n\n~\n~\nfunction b()\nend\n",
           "function c()\n  return 1\nend\n", "function c()\n  return 1\nend\n", .insert = true),
         R("between methods, at the margin", "java",
           "class A {\n    int f() {\n        return 1;\n    }\n~\n\n~\n    int g() {\n        "
           "return 2;\n    }\n}\n",
           "int h() {\n    return 3;\n}\n", "    int h() {\n        return 3;\n    }\n",
           .insert = true),
         R("behind the last method", "java",
           "class A {\n    int f() {\n        return 1;\n    }\n~\n\n~\n}\n",
           "int h() {\n    return 3;\n}\n", "    int h() {\n        return 3;\n    }\n",
           .insert = true),
         R("in a block that opens", "java", "class A {\n    int f() {\n~\n\n~\n    }\n}\n",
           "return 3;\n", "        return 3;\n", .insert = true),
         R("between methods of Python", "python",
           "class A:\n    def f(self):\n        return 1\n~\n\n~\n    def g(self):\n        return "
           "2\n",
           "def h(self):\n    return 3\n", "    def h(self):\n        return 3\n", .insert = true),
         R("in the line's own indentation", "python",
           "class A:\n    def f(self):\n        x = 1\n~\n        \n~\n        return x\n",
           "y = 1\n", "        y = 1\n", .insert = true),
         R("where it stands is right", "python",
           "class A:\n    def f(self):\n        x = 1\n~\n\n~\n",
           "    def g(self):\n        return 1\n", "    def g(self):\n        return 1\n",
           .insert = true),
         R("at the beginning of a file", "python", "~\n\n~\nx = 1\n", "import os\n", "import os\n",
           .insert = true),
         R("an empty file", "python", "~\n\n~\n", "```python\nx = 1\n```", "x = 1\n",
           .insert = true),
         R("Markdown", "markdown", "a\n~\n\n~\nb\n", "## New\n\n```sh\nmake\n```\n\nText.\n",
           "## New\n\n```sh\nmake\n```\n\nText.\n", .insert = true),
         R("nothing", "lua", "a()\n~\n\n~\nb()\n", "```lua\n```\n", "!empty", .insert = true),
         R("with what stands around", "lua", "local a = first()\n~\n\n~\nlocal c = third()\n",
           "local b = second()\nlocal c = third()\n", "local b = second()\n", .insert = true));
}

static void much_that_is_missing_is_told(void)
{
#define TEN "~\na1()\na2()\na3()\na4()\na5()\na6()\na7()\na8()\na9()\n~\n"
    ROWS(R("a third is not much", "lua", TEN, "a1()\na2()\na3()\na4()\na5()\na6()\n",
           "a1()\na2()\na3()\na4()\na5()\na6()\n"),
         R("more than that", "lua", TEN, "a1()\na2()\na3()\na4()\na5()\n",
           "?a1()\na2()\na3()\na4()\na5()\n"),
         R("it was told to", "lua", TEN, "a1()\na2()\n", "a1()\na2()\n",
           .instruction = "Remove all but the first two calls, please, and nothing else."),
         R("to simplify", "lua", TEN, "a1()\na2()\n", "a1()\na2()\n", .instruction = "Simplify."),
         R("an open fence", "lua", TEN, "```lua\na1()\na2()\na0()\n", "!open"),
         R("an open fence, but all is there", "lua", TEN, "```lua\na1()\na9()\n", "?a1()\na9()\n"),
         R("cut", "lua", TEN, "```lua\na1()\na2()\nx", "a1()\na2()\n", .cut = true,
           .instruction = "Shorten."),
         R("blank lines do not count", "lua", "~\na()\n\n\n\n\nb()\n~\n", "a()\nb()\n",
           "a()\nb()\n"));
}

static void what_comes_for_ever_is_stopped(void)
{
    struct buf b;
    static const char *const units[] = {"local x = 1\n", "f(a)\ng(b)\n",
                                        "one(1)\ntwo(2)\nthree(3)\nfour(4)\n\n", "abc, ",
                                        "\u5BCC\u5C71\u3067\u3059 "};
    for (size_t u = 0; u < sizeof units / sizeof *units; u++) {
        buf_init(&b, SIZE_MAX);
        buf_add_str(&b, "local y = f(");
        for (size_t i = 0; i < 2000; i++) {
            buf_add_str(&b, units[u]);
        }
        const struct row r = R(units[u], "lua", LUA, b.data, "!loop");
        check_row(&r);
        buf_finish(&b);
    }
    ROWS(R("rows of a table", "c", "int m[] = {\n~\n\t0, 0, 0,\n\t0, 0, 0,\n\t0, 0, 0,\n~\n};\n",
           "\t0, 0, 0,\n\t0, 0, 0,\n\t0, 0, 0,\n\t0, 0, 0,\n\t0, 0, 0,\n",
           "\t0, 0, 0,\n\t0, 0, 0,\n\t0, 0, 0,\n\t0, 0, 0,\n\t0, 0, 0,\n"),
         R("four in a row", "lua", LUA, "step()\nstep()\nstep()\nstep()\n",
           "step()\nstep()\nstep()\nstep()\n"),
         R("closing brackets", "json", "~\n1\n~\n",
           "}\n}\n}\n}\n}\n}\n}\n}\n}\n}\n}\n}\n}\n}\n}\n}\n}\n}\n",
           "}\n}\n}\n}\n}\n}\n}\n}\n}\n}\n}\n}\n}\n}\n}\n}\n}\n}\n"));
}

static void brackets_for_ever_are_stopped(void)
{
    struct buf b;
    buf_init(&b, SIZE_MAX);
    buf_add_str(&b, "```c\nif (n)\n");
    for (size_t i = 0; i < 60; i++) {
        buf_add_str(&b, "\t}\n");
    }
    const struct row r = R("brackets", "c", C_FILE, b.data, "!loop", .cut = true);
    check_row(&r);
    buf_finish(&b);
}

#define BACKUP "before\n\n~\nwater the roses\nand the ferns\n~\n\nbehind\n"

static void words_in_front_of_a_fence_are_no_text(void)
{
    ROWS(R("a sentence", "text", BACKUP,
           "I have changed one word.\n\n```text\nwater the cacti\nand the ferns\n```\n",
           "water the cacti\nand the ferns\n"),
         R("two lines", "tex", BACKUP,
           "I have changed one word.\nAll else stays.\n```latex\nwater the cacti\nand the "
           "ferns\n```\n",
           "water the cacti\nand the ferns\n"),
         R("of Markdown", "markdown", BACKUP,
           "The text is fine.\n\n```markdown\nwater the roses\nand the ferns\n```\n",
           "water the roses\nand the ferns\n"),
         R("a paragraph of the text itself", "markdown", BACKUP,
           "Water is dear.\n\n```sh\nwater --roses\n```\n\nand the ferns\n",
           "Water is dear.\n\n```sh\nwater --roses\n```\n\nand the ferns\n"),
         R("commands behind a fence of Markdown", "markdown", BACKUP,
           "```markdown\nwater the cacti\nand the ferns\n```\n\nRun it:\n\n```bash\nmake\n```\n",
           "water the cacti\nand the ferns\n"),
         R("a heading from above", "markdown", "# A\n\n## Water\n\n~\n- roses\n~\n\nend\n",
           "## Water\n\n- cacti\n", "- cacti\n"));
}

static void a_marker_without_its_block_is_refused(void)
{
    ROWS(R("at the end", "lua", LUA, LUA_NEW ">>>>>>> REPLACE\n", "!marker"),
         R("a divider first", "lua", LUA, "=======\n" LUA_NEW ">>>>>>> REPLACE\n", "!marker"),
         R("the wrong way round", "lua", LUA, ">>>>>>> REPLACE\n  return 1\n=======\n", "!marker"),
         R("as tags", "lua", LUA, "<SEARCH>\n  return self.n\n</SEARCH>\n", "!marker"),
         R("a text about them", "markdown",
           "~\n<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n~\n",
           "<<<<<<< SEARCH\na\n=======\nc\n>>>>>>> REPLACE\n",
           "<<<<<<< SEARCH\na\n=======\nc\n>>>>>>> REPLACE\n"),
         R("a side of a merge goes", "c",
           "~\n<<<<<<< HEAD\n\ta();\n=======\n\tb();\n>>>>>>> topic\n~\n", "\tb();\n", "\tb();\n"));
}

static void calls_of_tools_in_a_fence_are_refused(void)
{
    ROWS(R("in one line", "lua", LUA,
           "```json\n{\"name\": \"edit\", \"arguments\": {\"path\": \"a\"}}\n```\n", "!tool"),
         R("in several", "lua", LUA,
           "```json\n{\n  \"name\": \"edit\",\n  \"arguments\": {\"path\": \"a\"}\n}\n```\n",
           "!tool"),
         R("by the fence's name", "lua", LUA, "```tool_code\nedit(\"a\")\n```\n", "!tool"),
         R("with a type", "lua", LUA,
           "{\"type\": \"function\", \"function\": {\"name\": \"edit\", \"arguments\": \"{}\"}}\n",
           "!tool"),
         R("JSON that is code", "javascript", "~\nconst a = {};\n~\n",
           "```json\n{\n  \"name\": \"x\"\n}\n```\n", "{\n  \"name\": \"x\"\n}\n"));
}

static void other_blocks_are_not_the_answer(void)
{
    ROWS(R("commands before", "typescript", "~\nreturn a;\n~\n",
           "Run this:\n```bash\nnpm i\n```\nThen:\n```ts\nreturn b;\n```\n", "return b;\n"),
         R("commands behind", "typescript", "~\nreturn a;\n~\n",
           "```ts\nreturn b;\n```\nThen run:\n```bash\nnpm i\n```\n", "return b;\n"),
         R("output before", "python", "~\nx = 1\n~\n",
           "It prints:\n```console\n1\n```\n\n```python\nx = 2\n```\n", "x = 2\n"),
         R("the old code first", "lua", LUA,
           "Original:\n```lua\nfunction Queue:size()\n  return "
           "self.n\nend\n```\nNew:\n```lua\n" LUA_NEW "```\n",
           LUA_NEW),
         R("a part of the old code first", "lua", LUA,
           "Your code has:\n```lua\nfunction Queue:size()\n```\nIt should be:\n```lua\n" LUA_NEW
           "```\n",
           LUA_NEW),
         R("words of old code, but it is the new", "lua", LUA,
           "I changed the existing code:\n```lua\n" LUA_NEW "```\n", LUA_NEW),
         R("the old code alone", "lua", LUA,
           "The current code is fine:\n```lua\nfunction Queue:size()\n  return self.n\nend\n```\n",
           "function Queue:size()\n  return self.n\nend\n"),
         R("code of a shell is wanted", "sh", "~\nmake\n~\n", "```bash\nmake all\n```\n",
           "make all\n"),
         R("... in Lua, with the wrong name", "lua", LUA, "```bash\n" LUA_NEW "```\n", LUA_NEW),
         R("two variants", "sql", "~\nORDER BY a;\n~\n",
           "Either\n\n```sql\nORDER BY b;\n```\n\nor\n\n```sql\nORDER BY c;\n```\n",
           "ORDER BY b;\n"));
}

static void a_cut_answer_has_no_half_line(void)
{
    ROWS(R("plain", "lua", LUA, "function Queue:size()\n  return #sel", "function Queue:size()\n",
           .cut = true, .instruction = "Shorten."),
         R("in a fence", "lua", LUA, "```lua\nfunction Queue:size()\n  return #sel",
           "function Queue:size()\n", .cut = true, .instruction = "Shorten."),
         R("in the fence", "lua", LUA, "``", "", .cut = true, .instruction = "Delete it"),
         R("in words", "lua", LUA, "Here is the fun", "", .cut = true, .instruction = "Delete it"),
         R("behind the fence", "lua", LUA, "```lua\n" LUA_NEW "```\nThis is", LUA_NEW, .cut = true),
         R("in an echo", "lua", LUA, LUA_NEW "\nreturn", LUA_NEW, .cut = true),
         R("in the number", "lua", LUA, "3: function Queue:size()\n4", "", .cut = true,
           .instruction = "Delete it"));
}

static void long_lines_cost_no_more_than_their_bytes(void)
{
    struct buf b, want;
    buf_init(&b, SIZE_MAX);
    buf_init(&want, SIZE_MAX);
    buf_add_str(&b, "```lua\nlocal t = {");
    buf_add_str(&want, "local t = {");
    for (size_t i = 0; i < 20000; i++) {
        buf_printf(&b, "%zu,", i * 7919 % 10007);
        buf_printf(&want, "%zu,", i * 7919 % 10007);
    }
    buf_add_str(&b, "}\nreturn t\n```\n");
    buf_add_str(&want, "}\nreturn t\n");
    const struct row r = R("a line of 100 kB", "lua", "~\nreturn 1\n~\n", b.data, want.data);
    check_row(&r);
    buf_finish(&b);
    buf_finish(&want);
}

/* ---- the range itself, as models write it -------------------------------------------------- */

struct sample {
    const char *filetype, *step, *before, *old, *after;
};

static const struct sample samples[] = {
    {"c", "\t", "int f(int n)\n{\n",
     "\tfor (;;) {\n\t\tif (n > 1)\n\t\t\treturn g(n);\n\t\tn = h(n);\n\t}\n\treturn 0;\n", "}\n"},
    {"python", "    ", "class Cart:\n    items = []\n\n",
     "    def total(self):\n        total = 0\n        for i in self.items:\n            total += "
     "i.price\n        return total\n",
     "\n    def show(self):\n        print(self.items)\n"},
    {"lua", "  ", "local M = {}\n\n",
     "function M.f(x)\n  if x then\n    return { x, y = x }\n  end\n  return nil\nend\n",
     "\nreturn M\n"},
    {"typescript", "  ", "export class Store {\n",
     "  set(value: T) {\n    this.value = value;\n    for (const f of this.listeners) {\n      "
     "f(value);\n    }\n  }\n",
     "}\n"},
    {"go", "\t", "package pool\n\n",
     "func (p *Pool) Put(id int) {\n\tp.mu.Lock()\n\tif id > 0 {\n\t\tp.free = append(p.free, "
     "id)\n\t}\n\tp.mu.Unlock()\n}\n",
     "\nfunc (p *Pool) Len() int {\n\treturn len(p.free)\n}\n"},
    {"rust", "    ", "impl Pairs {\n",
     "    pub fn largest(&self) -> Option<&String> {\n        let mut best = None;\n        for "
     "(key, value) in &self.pairs {\n            match best {\n                None => best = "
     "Some((key, value)),\n                _ => {}\n            }\n        }\n        "
     "best.map(|(key, _)| key)\n    }\n",
     "}\n"},
    {"sh", "  ", "#!/bin/sh\n",
     "for f in *; do\n  if [ -f \"$f\" ]; then\n    n=$(wc -l <\"$f\")\n  fi\ndone\n",
     "echo \"$n\"\n"},
    {"yaml", "  ", "image:\n  name: web\n",
     "env:\n  - name: MODE\n    value: live\n  - name: LOG\n    value: info\n",
     "limits:\n  cpu: 500m\n"},
    {"html", "  ", "<body>\n", "  <ul>\n    <li>\n      <b>Small</b>\n    </li>\n  </ul>\n",
     "</body>\n"},
};

/* How a model may write a line of the range. */
struct manner {
    const char *what, *step; /* NULL: the range's own */
    const char *number;      /* behind it; NULL: none */
    const char *end;
    bool outdented, bare; /* all lines to the margin; the first one alone */
    bool fenced, around;  /* with what stands around */
};

static const struct manner manners[] = {
    {"as it is", NULL, NULL, "\n", false, false, false, false},
    {"fenced", NULL, NULL, "\n", false, false, true, false},
    {"with CR LF", NULL, NULL, "\r\n", false, false, true, false},
    {"at the margin", NULL, NULL, "\n", true, false, true, false},
    {"the first line at the margin", NULL, NULL, "\n", false, true, true, false},
    {"blanks of two", "  ", NULL, "\n", false, false, true, false},
    {"blanks of four", "    ", NULL, "\n", false, false, true, false},
    {"blanks of eight", "        ", NULL, "\n", false, false, true, false},
    {"tabs", "\t", NULL, "\n", false, false, true, false},
    {"blanks of two at the margin", "  ", NULL, "\n", true, false, true, false},
    {"blanks of four at the margin", "    ", NULL, "\n", true, false, false, false},
    {"tabs at the margin", "\t", NULL, "\n", true, false, true, false},
    {"numbers", NULL, ": ", "\n", false, false, true, false},
    {"numbers and tabs", NULL, "\t", "\n", false, false, false, false},
    {"numbers and bars", NULL, " | ", "\n", false, false, true, false},
    {"with what stands around", NULL, NULL, "\n", false, false, true, true},
    {"... at the margin with blanks of four", "    ", NULL, "\n", false, false, true, true},
};

static size_t steps_of(struct span line, const char *step, struct span *rest)
{
    size_t n = 0;
    *rest = line;
    while (span_starts_with(*rest, step)) {
        *rest = span_skip(*rest, strlen(step));
        n++;
    }
    return n;
}

static void write_lines(struct buf *b, const struct sample *s, const char *lines,
                        const struct manner *m)
{
    struct span all = span_of(lines), rest;
    size_t at = 0, nr = 0, first = steps_of(all, s->step, &rest);
    while (at < all.len) {
        struct span line = span_next_line(all, &at);
        size_t steps = steps_of(line, s->step, &rest);
        if (m->outdented) {
            steps -= steps < first ? steps : first;
        }
        steps = m->bare && nr == 0 ? 0 : steps;
        nr++;
        if (m->number != NULL) {
            buf_printf(b, "%zu%s", nr, m->number);
        }
        for (size_t i = 0; i < steps && line.len > 0; i++) {
            buf_add_str(b, m->step != NULL ? m->step : s->step);
        }
        buf_add(b, rest.data, rest.len);
        buf_add_str(b, m->end);
    }
}

static void the_range_itself_is_no_change_however_it_is_written(void)
{
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        for (size_t k = 0; k < sizeof manners / sizeof *manners; k++) {
            const struct sample *s = &samples[i];
            const struct manner *m = &manners[k];
            struct buf answer, file, what;
            buf_init(&answer, SIZE_MAX);
            buf_init(&file, SIZE_MAX);
            buf_init(&what, SIZE_MAX);
            buf_printf(&file, "%s~\n%s~\n%s", s->before, s->old, s->after);
            buf_printf(&what, "%s: %s", s->filetype, m->what);
            buf_add_str(&answer, m->fenced ? "Sure!\n\n```\n" : "");
            write_lines(&answer, s, m->around ? s->before : "", m);
            write_lines(&answer, s, s->old, m);
            write_lines(&answer, s, m->around ? s->after : "", m);
            buf_add_str(&answer, m->fenced ? "```\n\nDone.\n" : "");
            const struct row r = R(what.data, s->filetype, file.data, answer.data, s->old);
            check_row(&r);
            buf_finish(&answer);
            buf_finish(&file);
            buf_finish(&what);
        }
    }
}

/* counts: a digit for each line of the answer, how many lines are given when it has come. */
struct timing {
    const char *what, *filetype, *file, *answer, *counts, *tail;
};

static void check_timing(const struct timing *t)
{
    struct parts p;
    struct text out;
    struct buf counts;
    read_parts(&p, t->file);
    text_init(&out);
    buf_init(&counts, SIZE_MAX);
    struct clean_context context = {.old = &p.old,
                                    .before = &p.before,
                                    .after = &p.after,
                                    .filetype = t->filetype,
                                    .indent = {.tabs = {8}, .tab_count = 1, .step = 8},
                                    .instruction = span_of("Improve this.")};
    struct clean *c = clean_new(&context);
    for (const char *byte = t->answer; *byte != '\0'; byte++) {
        clean_feed(c, (struct span){byte, 1}, &out);
        if (*byte == '\n') {
            buf_printf(&counts, "%zu", out.count);
        }
    }
    struct span tail = clean_tail(c);
    buf_add(&counts, "", 0);
    check_texts(t->what, 0, "counts", counts.data, t->counts);
    if (!span_equals(tail, t->tail)) {
        check_fail(t->what, 0, "tail");
        printf("    got \"%.*s\"\n", (int)tail.len, tail.data != NULL ? tail.data : "");
    }
    clean_free(c);
    buf_finish(&counts);
    text_finish(&out);
    finish_parts(&p);
}

static void lines_come_as_soon_as_they_are_certain(void)
{
    static const struct timing list[] = {
        {"in a fence", "lua", LUA, "```lua\nfunction Queue:size()\n  local n = #self\n  return n",
         "012", "  return n"},
        {"plain", "lua", LUA, "function Queue:size()\n  local n = #self\n  return n", "12",
         "  return n"},
        {"the first line is new", "lua", LUA,
         "function Queue:length()\n  local n = #self\n  return n", "12", "  return n"},
        {"the first line says little", "yaml", "~\nreplicas: 2\nname: x\n~\n",
         "replicas: 3\nname: y\nimage: z", "02", "image: z"},
        {"words before", "lua", LUA,
         "Here is the code:\n\n```lua\nfunction Queue:size()\n  return n", "0001", "  return n"},
        {"Markdown", "markdown", MD, "## Install\n\nText\nMore", "113", "More"},
        {"a fence that may be the last", "markdown", MD,
         "```markdown\n## Install\n```\nmake\n```\n", "01114", ""},
        {"outdented", "python", PY, "def total(self):\n    total = 0.0\n    for i in self.items:\n",
         "123", ""},
        {"the first line alone", "python", PY,
         "def total(self):\n        total = 0.0\n        for i in self.items:\n", "123", ""},
        {"what may stand below", "lua", "~\na()\n~\nb()\nc()\n", "x()\nb()\ny()\n", "113", ""},
        {"a token", "lua", LUA, "function Queue:size()\n  return x<|im_e", "1", "  return x"},
        {"a token long ago", "lua", LUA,
         "function Queue:size()\n  return x <|cursor|>+ first_of_many(self) + second_of_many(self) "
         "+ y",
         "1", "  return x"},
        {"a fence behind code", "lua", LUA, "```lua\nfunction Queue:size()\n  return x``", "01",
         "  return x"},
        {"an operator", "lua", LUA, "function Queue:size()\n  return x < y", "1", "  return x < y"},
        {"a comment", "lua", LUA, "function Queue:size()\n  -- ... res", "1", ""},
        {"a half character", "lua", LUA, "function Queue:size()\n  return '\xE5\xAF", "1",
         "  return '"},
        {"tabs for blanks", "c", C_FILE, "    if (n > 1)\n        return f", "1", ""},
    };
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        check_timing(&list[i]);
    }
}

int main(void)
{
    RUN(fences_are_not_code);
    RUN(a_fence_may_have_all_on_one_line);
    RUN(info_strings_are_not_code);
    RUN(fences_may_stand_round_fences);
    RUN(fences_of_markdown_are_text);
    RUN(tags_and_tokens_are_not_code);
    RUN(words_before_and_behind_are_not_code);
    RUN(an_answer_without_code_is_refused);
    RUN(thoughts_are_not_code);
    RUN(numbers_of_lines_are_not_code);
    RUN(what_stands_for_other_code_becomes_that);
    RUN(lines_around_are_not_repeated);
    RUN(lines_stand_where_the_range_does);
    RUN(ends_of_lines_are_the_files);
    RUN(a_range_of_characters_keeps_what_stands_beside_it);
    RUN(what_is_inserted_stands_in_its_place);
    RUN(much_that_is_missing_is_told);
    RUN(what_comes_for_ever_is_stopped);
    RUN(brackets_for_ever_are_stopped);
    RUN(words_in_front_of_a_fence_are_no_text);
    RUN(a_marker_without_its_block_is_refused);
    RUN(calls_of_tools_in_a_fence_are_refused);
    RUN(other_blocks_are_not_the_answer);
    RUN(a_cut_answer_has_no_half_line);
    RUN(long_lines_cost_no_more_than_their_bytes);
    RUN(lines_come_as_soon_as_they_are_certain);
    RUN(the_range_itself_is_no_change_however_it_is_written);
    return check_report("clean");
}
