#include "base/buf.h"
#include "check.h"
#include "complete/trim/trim.h"
#include "cursor.h"

/* What is shown of an answer in a file of that type; '~' is the cursor. Byte by byte it is
 * never more. */
static char *shown_of(const char *type, const char *code, const char *answer,
                      const char *const *tokens, size_t token_count)
{
    struct trim_context c = cursor_in(code, type);
    c.tokens = tokens;
    c.token_count = token_count;
    struct span text = span_of(answer);
    size_t preamble = trim_preamble(&c, text, true);
    struct trim whole = trim_answer(&c, span_skip(text, preamble), TRIM_ENDED);
    for (size_t n = 0; n <= text.len; n++) {
        size_t early = trim_preamble(&c, (struct span){answer, n}, false);
        if (early == TRIM_WAIT) {
            continue;
        }
        CHECK(early == preamble);
        struct trim t = trim_answer(&c, (struct span){answer + early, n - early}, TRIM_STREAMS);
        if (t.shown > whole.shown) {
            check_fail(answer, (int)n, "more is shown than will be");
        }
    }
    return xstrndup(answer + preamble, whole.shown);
}

static void check_shown(const char *type, const char *code, const char *answer, const char *wanted)
{
    char *shown = shown_of(type, code, answer, NULL, 0);
    check_texts(type, 0, answer, shown, wanted);
    free(shown);
}

static const char *const spellings[] = {
    "<|fim_pad|>",
    "<|fim_prefix|>",
    "<|fim_middle|>",
    "<|endoftext|>",
    "<|file_sep|>",
    "<|repo_name|>",
    "<|im_end|>",
    "<|im_start|>",
    "<|cursor|>",
    "<|eot_id|>",
    "<|EOT|>",
    "<EOT>",
    "</s>",
    "<s>",
    "<end_of_turn>",
    "<start_of_turn>",
    "<eos>",
    "<bos>",
    "<pad>",
    "<unk>",
    "<\uFF5Cend\u2581of\u2581sentence\uFF5C>",
    "<\uFF5Cfim\u2581begin\uFF5C>",
    "<\uFF5Cfim\u2581hole\uFF5C>",
    "<\uFF5CUser\uFF5C>",
    "[PREFIX]",
    "[SUFFIX]",
    "[MIDDLE]",
    "[INST]",
    "[/INST]",
    "[TOOL_CALLS]",
    "<PRE>",
    "<SUF>",
    "<MID>",
    "<fim_prefix>",
    "<fim_suffix>",
    "<fim_middle>",
    "<fim_pad>",
    "</fim_middle>",
    "<fim-prefix>",
    "<fim-middle>",
    "<file_sep>",
    "<filename>",
    "<reponame>",
    "<repo_name>",
    "<gh_stars>",
    "<commit_msg>",
    "<jupyter_code>",
    "<[fim-suffix]>",
    "<[fim-middle]>",
    "<[end\u2581of\u2581sentence]>",
    "<seed:eos>",
    "<|code_middle|>",
    "<|code_suffix|>",
    "<|file_separator|>",
    "<think>",
    "</think>",
    "<|end|>",
    "<|return|>",
    "<|channel|>",
    "<|message|>",
    "<|call|>",
    "<|assistant|>",
    "<|user|>",
    "<|observation|>",
    "<user>",
    "<|end_of_text|>",
    "<|begin_of_text|>",
    "<|start_of_role|>",
    "<|start_header_id|>",
    "<|END_OF_TURN_TOKEN|>",
    "<EOS_TOKEN>",
    "<|mask:0|>",
    "<|endofmask|>",
    "<mask_1>",
    "<extra_id_0>",
    "<|user_cursor_is_here|>",
    "<|editable_region_end|>",
    "<|fim_suf|>",
    "<|im_middle|>",
    "[EOS]",
    "]~b]",
    "[e~[",
    "[gMASK]",
    "<sop>",
    "<AIX-SPAN-MIDDLE>",
    ">>MIDDLE<<",
    "<eoa>",
    "[|endofturn|]",
    "<|nobody_knows_7|>",
    "<tool_call>",
    "<END>",
    "[DONE]",
    "<turn|>",
    "<|reserved_special_token_12|>",
};

static void tokens_end_an_answer(void)
{
    static const char *const languages[] = {"c", "python", "lua", "rust", "haskell", "javascript"};
    static const char *const formats[] = {"a + 1;%sgarbage\nint more;", "a + 1; %s\nint more;",
                                          "a + 1;\n%sint more;"};
    char answer[200];
    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++) {
        for (size_t j = 0; j < sizeof languages / sizeof *languages; j++) {
            for (size_t k = 0; k < sizeof formats / sizeof *formats; k++) {
                bool unknown = strstr(spellings[i], "nobody") || strstr(spellings[i], "reserved");
                if (unknown && strcmp(languages[j], "haskell") == 0) {
                    continue;
                }
                snprintf(answer, sizeof answer, formats[k], spellings[i]);
                check_shown(languages[j], "{\n    return ~\n}\n", answer, "a + 1;");
            }
        }
    }
}

static void what_only_looks_like_one_stays(void)
{
    static const struct {
        const char *type, *code, *answer;
    } list[] = {
        {"haskell", "x = composeAll\n  [ className =? \"x\" ~\n  ]\n",
         "<||> title =? \"y\" --> doFloat"},
        {"haskell", "p = ~\n", "char 'a' <|> char 'b'"},
        {"haskell", "p = ~\n", "x <|xs|> y"},
        {"fsharp", "let x =\n    xs ~\n", "|> List.map f <| y"},
        {"fsharp", "let x = ~\n", "f <|g|> h"},
        {"fsharp", "let x = ~\n", "[|user|]"},
        {"elm", "x = ~\n", "f <| g |> h"},
        {"elixir", "x = ~\n", "a <|> b"},
        {"r", "x <- ~\n", "a %<>% b %|% c"},
        {"r", "x <- ~\n", "a |> f() <- b"},
        {"cpp", "auto x = ~\n", "std::vector<user>{};"},
        {"cpp", "auto x = ~\n", "f<end>(a) < b;"},
        {"cpp", "~\n", "#include <filename>\nint x;"},
        {"c", "~\n", "#include <end>\nint x;"},
        {"rust", "let x = ~\n", "y.collect::<Vec<s>>();"},
        {"rust", "let x = ~\n", "<s>::new();"},
        {"typescript", "let x = ~\n", "<user>y;"},
        {"java", "x = ~\n", "new ArrayList<user>();"},
        {"sh", "~\n", "cat <<EOT\n$a\nEOT\necho b"},
        {"sh", "~\n", "cat <<EOT>out\n$a\nEOT\necho b"},
        {"sh", "~\n", "sort <user>out"},
        {"html", "<p>~</p>\n", "<s>old</s> new"},
        {"html", "<p>~</p>\n", "<think>"},
        {"xml", "<a>\n  ~\n</a>\n", "<user>\n    <filename>x</filename>\n  </user>"},
        {"javascriptreact", "return ~\n", "<user>x</user>;"},
        {"javascript", "x = (\n  <b>a</b>\n  ~\n);\n", "<s>x</s>"},
        {"html", "<p><s>~</p>\n", "old</s> new"},
        {"markdown", "Call it with ~\n", "<filename> and [PREFIX] or `</s>`."},
        {"c", "// Takes ~\n", "<filename> and [PREFIX]."},
        {"c", "/* Takes\n * ~\n", "<filename> and </s>."},
        {"c", "puts(\"usage: ~\");\n", "x <filename> [END]"},
        {"python", "def f():\n    \"\"\"~\n", "Say <user>.\n\n    Or </s>.\n    \"\"\""},
        {"c", "x = ~\n", "names[PREFIX];"},
        {"c", "x = ~\n", "f()[INST] + a[END];"},
        {"python", "x = ~\n", "[PREFIX] + y"},
        {"python", "x = ~\n", "a[STOP] < b > c"},
        {"c", "x = ~\n", "a < b && c > d;"},
        {"c", "x = ~\n", "a <s> b"},
        {"python", "STOP = [\"<|endoftext|>\"]\nx = ~\n", "\"<|endoftext|>\""},
        {"python", "MARK = '<fim_prefix>'\nx = ~\n", "'<fim_prefix>' + y"},
        {"python", "x = ~ + '</s>'\n", "'<s>'"},
        {"c", "x = ~\n", "a <|"},
        {"rust", "/// ~\n", "```\n/// let x = 1;\n/// ```\nfn f() {"},
        {"python", "def f():\n    \"\"\"~\n", "Do.\n\n    ```\n    x\n    ```\n    \"\"\""},
        {"javascript", "x = ~\n", "`a` + `` + `b`;"},
    };
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        bool cut = strcmp(list[i].answer, "a <s> b") == 0 ||
                   strcmp(list[i].answer, "<think>") == 0 || strcmp(list[i].answer, "'<s>'") == 0;
        if (!cut) {
            check_shown(list[i].type, list[i].code, list[i].answer, list[i].answer);
        }
    }
}

static void the_family_in_use_always_counts(void)
{
    static const char *const llama[] = {"<PRE> ", " <SUF>", " <MID>", "<EOT>"};
    static const char *const mellum[] = {"<fim_prefix>", "<filename>%s\n"};
    static const char *const own[] = {"~~MIDDLE~~", "\n\n", "def"};
    static const struct {
        const char *type, *code, *answer, *shown;
        const char *const *tokens;
        size_t count;
    } list[] = {
        {"html", "<p>~</p>\n", "new </s>x", "new", llama, 4},
        {"html", "<p>~</p>\n", "new </s>x", "new", NULL, 0},
        {"markdown", "So ~\n", "it is.</s> x", "it is.", NULL, 0},
        {"python", "x = ~\n", "a + b[PREFIX]def f", "a + b", NULL, 0},
        {"rust", "x = ~\n", "a + b<EOT>fn f", "a + b", NULL, 0},
        {"php", "return ~\n", "$a + 1;</s> x", "$a + 1;", NULL, 0},
        {"c", "// Takes ~\n", "two <EOT> x", "two", llama, 4},
        {"c", "// Takes ~\n", "two <filename> x", "two", mellum, 2},
        {"c", "// Takes ~\n", "two <EOT> x", "two <EOT> x", mellum, 2},
        {"c", "puts(\"~\");\n", "a<filename>b", "a", mellum, 2},
        {"c", "// <filename> ~\n", "and <filename>", "and <filename>", mellum, 2},
        {"c", "x = ~\n", "a ~~MIDDLE~~ b", "a", own, 3},
        {"c", "x = ~\n", "def;\n\nx = y;", "def;\n\nx = y;", own, 3},
    };
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        char *shown =
            shown_of(list[i].type, list[i].code, list[i].answer, list[i].tokens, list[i].count);
        check_texts(list[i].answer, (int)i, "shown", shown, list[i].shown);
        free(shown);
    }
}

static void thoughts_are_dropped(void)
{
    static const struct {
        const char *type, *code, *answer, *shown;
    } list[] = {
        {"c", "    return ~\n", "<think>\nThe user wants a sum.\n</think>\n\na + 1;", "a + 1;"},
        {"c", "    return ~\n", "<think></think>a + 1;", "a + 1;"},
        {"c", "    return ~\n", "\n<think>\n\n</think>\n\n    return a + 1;", "a + 1;"},
        {"c", "{\n~\n}\n", "<think>hm</think>\n\n    a();\n    b();", "    a();\n    b();"},
        {"c", "    return ~\n", "<thinking>x < y</thinking>\na + 1;", "a + 1;"},
        {"c", "    return ~\n", "<Thought>x</Thought> a + 1;", "a + 1;"},
        {"c", "    return ~\n", "[THINK]x[/THINK]a + 1;", "a + 1;"},
        {"c", "    return ~\n", "\u25C1think\u25B7x\u25C1/think\u25B7a + 1;", "a + 1;"},
        {"c", "    return ~\n",
         "<|channel|>analysis<|message|>We need a sum.<|end|><|start|>assistant<|channel|>final"
         "<|message|>a + 1;<|return|>",
         "a + 1;"},
        {"c", "    return ~\n", "The user wants a sum.\n</think>\n\na + 1;", "a + 1;"},
        {"c", "    return ~\n", "Okay, so the sum of both.\nMore.\n</think>\na + 1;", "a + 1;"},
        {"c", "    return ~\n", "</think>\n\na + 1;", "a + 1;"},
        {"c", "    return ~\n",
         "<|START_THINKING|>x<|END_THINKING|><|START_RESPONSE|>a + 1;<|END_RESPONSE|>", "a + 1;"},
        {"c", "    return ~\n", "<think>\nThe user wants", ""},
        {"c", "    return ~\n", "<think>a</think>\n<think>b</think>\n</think>\na + 1;", "a + 1;"},
        {"c", "    return ~\n", "<think>a</think>\n```c\nreturn a + 1;\n```\n", "a + 1;"},
        {"markdown", "So ~\n", "<think>a</think>it is.", "it is."},
        {"python", "x = '<think>'\ny = ~\n", "'<think>'", "'<think>'"},
        {"cpp", "x = ~\n", "<th", "<th"},
        {"c", "    return ~\n", "a + 1;\n</think>\nb", "a + 1;"},
    };
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        check_shown(list[i].type, list[i].code, list[i].answer, list[i].shown);
    }
}

/* No model has so many: nothing of it is shown, and they are not all searched for. */
static void thoughts_without_end_are_no_answer(void)
{
    static const char *const turns[] = {"<think></think>", "</think>\n", "[THINK]x[/THINK]\n",
                                        "<|channel|>analysis<|message|>x<|end|>",
                                        "Sure, I can do that\n</think>\n"};
    for (size_t i = 0; i < sizeof turns / sizeof *turns; i++) {
        struct buf answer;
        buf_init(&answer, SIZE_MAX);
        for (size_t n = 0; n < 60; n++) {
            buf_add_str(&answer, turns[i]);
        }
        buf_add_str(&answer, "a + 1;");
        check_shown("c", "    return ~\n", answer.data, "");
        buf_finish(&answer);
    }
}

int main(void)
{
    RUN(tokens_end_an_answer);
    RUN(what_only_looks_like_one_stays);
    RUN(the_family_in_use_always_counts);
    RUN(thoughts_are_dropped);
    RUN(thoughts_without_end_are_no_answer);
    return check_report("test_marker");
}
