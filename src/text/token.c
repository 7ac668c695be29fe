#include "text/token.h"

#include <stdint.h>
#include <string.h>

#define NAME_MAX_LEN 40

/* Words with a blank between them; '#' is a number. */
struct family {
    const char *known; /* stands in its prompts, and in those of no other; NULL: never in use */
    const char *tokens;
    const char *plain; /* these are markup, placeholders, array indices elsewhere */
};

/* From their tokenizer_config.json and special_tokens_map.json on huggingface.co, and from their
 * vendors' descriptions of prompts: see lua/hum/complete/backend/families.lua. */
static const struct family families[] = {
    /* Qwen 2.5 and 3, their coders; OpenCoder, Granite 4, CodeGemma fill in by the same */
    {"<|fim_prefix|>",
     "<|fim_prefix|> <|fim_suffix|> <|fim_middle|> <|fim_pad|> <|repo_name|> <|file_sep|> "
     "<|file_separator|> <|endoftext|> <|im_start|> <|im_end|> <|cursor|> <|vision_start|> "
     "<|vision_end|> <|image_pad|> <|object_ref_start|> <|box_start|>",
     "<think> </think> <tool_call> </tool_call> <tool_response> </tool_response>"},
    /* StarCoder, Granite Code, CodeQwen, Stable Code, Refact, Mellum, Yi Coder, SmolLM */
    {"<fim_prefix>",
     "<fim_prefix> <fim_suffix> <fim_middle> <fim_pad> </fim_prefix> </fim_suffix> </fim_middle> "
     "<file_sep> <gh_stars> <commit_before> <commit_msg> <commit_after> <issue_start> "
     "<issue_comment> <issue_closed> <jupyter_start> <jupyter_text> <jupyter_code> "
     "<jupyter_output> <jupyter_script> <empty_output> <code_to_intermediate> "
     "<intermediate_to_code> <pr_status> <pr_is_merged> <pr_base> <pr_base_code> <pr_file> "
     "<pr_diff> <pr_diff_hunk> <pr_comment> <pr_event_id> <pr_review> <pr_review_state> "
     "<pr_review_comment> <pr_in_reply_to_review_id> <fim_end> <fim_begin> <fim_hole>",
     "<filename> <reponame> <repo_name> <pr>"},
    /* SantaCoder */
    {"<fim-prefix>", "<fim-prefix> <fim-suffix> <fim-middle> <fim-pad>", NULL},
    /* DeepSeek: those between wide bars are known by them */
    {"<\uFF5Cfim\u2581begin\uFF5C>", "<|EOT|> <|User|> <|Assistant|>", "<think> </think>"},
    /* Code Llama */
    {"<PRE>", "<</SYS>>", "<PRE> <SUF> <MID> <EOT> <s> </s> <unk> <pad> <<SYS>> [INST] [/INST]"},
    /* Codestral, Devstral, Magistral */
    {"[SUFFIX]", "[gMASK]",
     "[PREFIX] [SUFFIX] [MIDDLE] <s> </s> <unk> <pad> [INST] [/INST] [IMG] [IMG_END] [THINK] "
     "[/THINK] "
     "[ARGS] [CALL_ID] [TOOL_CALLS] [TOOL_CONTENT] [TOOL_RESULTS] [/TOOL_RESULTS] "
     "[AVAILABLE_TOOLS] "
     "[/AVAILABLE_TOOLS] [SYSTEM_PROMPT] [/SYSTEM_PROMPT] [MODEL_SETTINGS] [/MODEL_SETTINGS]"},
    /* CodeGemma and Gemma */
    {"<|file_separator|>",
     "<start_of_turn> <end_of_turn> <start_of_image> <end_of_image> <image_soft_token> <unused#> "
     "<|turn> <turn|> <|channel> <channel|> <|tool> <tool|> <|tool_call> <tool_call|> "
     "<|tool_response> <tool_response|> [@BOS@] <2mass>",
     "<bos> <eos> <pad> <unk> <mask>"},
    /* Granite 3 and 4 */
    {"<|start_of_role|>", "<|start_of_role|> <|end_of_role|> <|end_of_text|> <|tool_call|>", NULL},
    /* GLM, CodeGeeX */
    {"<|code_prefix|>",
     "<|code_prefix|> <|code_suffix|> <|code_middle|> <|user|> <|assistant|> <|system|> "
     "<|observation|> [gMASK] [sMASK]",
     "<sop> <eop> [MASK] <think> </think>"},
    /* Seed-Coder, Seed-OSS */
    {"<[fim-prefix]>",
     "<[fim-prefix]> <[fim-suffix]> <[fim-middle]> <[begin\u2581of\u2581sentence]> "
     "<[end\u2581of\u2581sentence]> <[PAD\u2581TOKEN]> <seed:bos> <seed:eos> <seed:pad> "
     "<seed:think> "
     "</seed:think> <seed:tool_call> </seed:tool_call> <seed:cot_budget_reflect>",
     "<filename>"},
    /* Llama 3 and 4 */
    {"<|start_header_id|>",
     "<|begin_of_text|> <|end_of_text|> <|eot_id|> <|eom_id|> <|start_header_id|> "
     "<|end_header_id|> "
     "<|python_tag|> <|eot|> <|eom|> <|header_start|> <|header_end|>",
     NULL},
    /* Phi */
    {"<|im_sep|>", "<|im_sep|> <|end|> <|user|> <|assistant|> <|system|>", NULL},
    /* harmony: gpt-oss */
    {"<|constrain|>",
     "<|start|> <|end|> <|message|> <|channel|> <|constrain|> <|return|> <|call|> <|startoftext|> "
     "<|endofprompt|>",
     NULL},
    /* InternLM */
    {"<|action_start|>", "<|action_start|> <|action_end|> <|interpreter|> <|plugin|>",
     "<eoh> <eoa>"},
    /* Kimi */
    {"<|im_middle|>",
     "<|im_user|> <|im_assistant|> <|im_system|> <|im_middle|> <|media_begin|> <|media_end|> "
     "\u25C1think\u25B7 \u25C1/think\u25B7",
     "[BOS] [EOS] [EOT] [PAD] [UNK]"},
    /* MiniMax */
    {"]~b]", "]~b] ]~!b[ [e~[ <minimax:tool_call> </minimax:tool_call>", "<think> </think>"},
    /* Command R and A */
    {"<|START_OF_TURN_TOKEN|>",
     "<|START_OF_TURN_TOKEN|> <|END_OF_TURN_TOKEN|> <|CHATBOT_TOKEN|> <|USER_TOKEN|> "
     "<|SYSTEM_TOKEN|> <|START_RESPONSE|> <|END_RESPONSE|> <|START_THINKING|> <|END_THINKING|> "
     "<|START_ACTION|> <|END_ACTION|> <BOS_TOKEN> <EOS_TOKEN> <EOP_TOKEN> <MASK_TOKEN>",
     "<PAD> <UNK> <CLS> <SEP>"},
    /* Falcon */
    {">>PREFIX<<",
     ">>PREFIX<< >>SUFFIX<< >>MIDDLE<< >>TITLE<< >>ABSTRACT<< >>INTRODUCTION<< >>SUMMARY<< "
     ">>COMMENT<< >>ANSWER<< >>QUESTION<< >>DOMAIN<<",
     NULL},
    /* LFM */
    {"<|fim_pre|>", "<|fim_pre|> <|fim_suf|> <|fim_mid|> <|tool_call_start|> <|tool_call_end|>",
     NULL},
    /* Zeta and other models of edits */
    {"<|editable_region_start|>",
     "<|editable_region_start|> <|editable_region_end|> <|user_cursor_is_here|> <|user_cursor|> "
     "<|start_of_file|> <|code_to_edit|> <|/code_to_edit|> <|current_file_content|>",
     NULL},
    /* InCoder */
    {"<|mask:0|>", "<|mask:#|> <|endofmask|>", NULL},
    /* aiXcoder */
    {"<AIX-SPAN-PRE>", "<AIX-SPAN-PRE> <AIX-SPAN-POST> <AIX-SPAN-MIDDLE> <AIX-SPAN-END>", NULL},
    /* EXAONE */
    {NULL, "", "[|endofturn|] [|user|] [|assistant|] [|system|] [|tool|] <thought> </thought>"},
    /* T5 and Nemotron, CodeGen 2, ERNIE, Baichuan, Hunyuan, Ling */
    {NULL,
     "<extra_id_#> <SPECIAL_#> <mask_#> <mask:#> <reserved_#> <|begin_of_sentence|> "
     "<|end_of_sentence|> <|role_start|> <|role_end|> <end_of_text> <begin_of_text> "
     "<start_of_text> <end_of_code> <endoftext>",
     "<sep> <cls> <eom> <answer> </answer> <response> </response> <role> </role>"},
    /* ends and roles that models were taught, or make up */
    {NULL, "",
     "<s> </s> <bos> <eos> <BOS> <EOS> <EOT> <EOF> <eot> <eod> <eof> <END> <end> <STOP> <stop> "
     "<user> </user> <assistant> </assistant> <system> </system> <human> <bot> <think> </think> "
     "<thinking> </thinking> <reasoning> </reasoning> <filename> <repo_name> <EOM> [END] [EOF] "
     "[STOP] [DONE] [EOS] [EOT] [INST] [/INST] [PREFIX] [SUFFIX] [MIDDLE]"},
};
#define FAMILIES (sizeof families / sizeof *families)

static size_t digits(struct span s)
{
    size_t n = 0;
    while (n < s.len && s.data[n] >= '0' && s.data[n] <= '9') {
        n++;
    }
    return n;
}

/* Whether s begins with this token, and how long it is there. */
static enum token_match match_one(struct span s, struct span token, size_t *len)
{
    size_t at = 0;
    for (size_t i = 0; i < token.len; i++) {
        size_t n = token.data[i] == '#' ? digits(span_skip(s, at))
                                        : at < s.len && s.data[at] == token.data[i];
        if (n == 0) {
            return at == s.len ? TOKEN_MAYBE : TOKEN_NONE;
        }
        at += n;
    }
    *len = at;
    return TOKEN_IS;
}

/* ---- all tokens by their second byte ------------------------------------------- */

#define MOST_TOKENS 512

struct entry {
    struct span token;
    const struct family *family;
    bool plain;
    uint16_t next; /* of the same byte: number from 1 on, 0: none */
};

struct index {
    struct entry entries[MOST_TOKENS];
    uint16_t count;
    uint16_t first[256]; /* as next */
};

static void index_words(struct index *x, const struct family *f, const char *words, bool plain)
{
    for (struct span token; (token = span_next_word(&words)).len > 0 && x->count < MOST_TOKENS;) {
        uint16_t *first = &x->first[(unsigned char)token.data[1]];
        x->entries[x->count++] = (struct entry){token, f, plain, *first};
        *first = x->count;
    }
}

/* Made once: a comparison such as "a < b" then costs nothing. */
static const struct index *index_of_all(void)
{
    static struct index x;
    bool made = x.count > 0;
    for (size_t i = 0; !made && i < FAMILIES; i++) {
        index_words(&x, &families[i], families[i].tokens, false);
        index_words(&x, &families[i], families[i].plain, true);
    }
    return &x;
}

/* ---- names between bars -------------------------------------------------------- */

/* Whether s begins with word, which is cut off then. */
static enum token_match cut_off(struct span *s, const char *word)
{
    size_t len = 0;
    enum token_match m = match_one(*s, span_of(word), &len);
    *s = span_skip(*s, len);
    return m;
}

/* ASCII, or a byte of U+2581, which DeepSeek's tokens have for a blank. */
static bool is_in_name(char c)
{
    return is_key(c) || c == '\xE2' || c == '\x96' || c == '\x81' || c == ':' || c == '/' ||
           c == '.';
}

static enum token_match match_bars(struct span s, const char *open, const char *close, size_t *len)
{
    struct span rest = s;
    enum token_match m = cut_off(&rest, open);
    if (m != TOKEN_IS) {
        return m;
    }
    size_t n = 0;
    bool has_letter = false;
    while (n < NAME_MAX_LEN && n < rest.len && is_in_name(rest.data[n])) {
        has_letter =
            has_letter || (is_word(rest.data[n]) && (rest.data[n] < '0' || rest.data[n] > '9'));
        n++;
    }
    rest = span_skip(rest, n);
    if (!has_letter) {
        return rest.len == 0 ? TOKEN_MAYBE : TOKEN_NONE;
    }
    m = cut_off(&rest, close);
    *len = m == TOKEN_IS ? s.len - rest.len : *len;
    return m;
}

/* ---- all ----------------------------------------------------------------------- */

static bool is_used(const struct family *f, const char *const *used, size_t count)
{
    for (size_t i = 0; f->known != NULL && i < count; i++) {
        if (strstr(used[i], f->known) != NULL) {
            return true;
        }
    }
    return false;
}

static enum token_match match_families(struct span s, const char *const *used, size_t used_count,
                                       size_t *len)
{
    const struct index *x = index_of_all();
    enum token_match best = TOKEN_NONE;
    if (s.len < 2) {
        return TOKEN_MAYBE;
    }
    for (uint16_t n = x->first[(unsigned char)s.data[1]]; n > 0 && best != TOKEN_IS;) {
        const struct entry *e = &x->entries[n - 1];
        enum token_match m = match_one(s, e->token, len);
        if (m == TOKEN_IS && e->plain && !is_used(e->family, used, used_count)) {
            m = TOKEN_PLAIN;
        }
        best = m > best ? m : best;
        n = e->next;
    }
    return best;
}

enum token_match token_at_start(struct span s, const char *const *used, size_t used_count,
                                bool bars, size_t *len)
{
    enum token_match best = match_families(s, used, used_count, len);
    enum token_match wide = match_bars(s, "<\uFF5C", "\uFF5C>", len);
    if (bars && wide != TOKEN_IS && best < TOKEN_PLAIN) {
        enum token_match m = match_bars(s, "<|", "|>", len);
        best = m > best ? m : best;
    }
    return wide > best ? wide : best;
}
