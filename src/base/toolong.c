#include "base/toolong.h"

#include "base/words.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

/* Limits of accounts, time and memory are none of the model's, and sound like it; so do a model that
 * cannot be loaded, and a field of the request that the server does not know. */
static const char others[] =
    "tokens per minute|tokens per day|(tpm)|(tpd)|context deadline exceeded|context canceled|more "
    "system memory|more memory|out of memory|insufficient memory|allocate|failed to load|loading "
    "failed|unknown field|unknown parameter|unrecognized|extra inputs are not permitted";

static const char says[] =
    "context length|context window|context size|context limit|context_length|maximum "
    "context|max context|maximum model length|max_seq_len|model's context|with context the "
    "overflows|prompt is too long|prompt too long|prompt exceeds|input is too long|input "
    "too long|input length|input token count|input tokens exceed|prompt length|max message "
    "tokens|too many "
    "tokens|reduce the length of the|longer than the maximum|model token limit|tokens&must be "
    "<=|must have less than&tokens|context full|context overflow|kv cache is full|exceed "
    "context|exceed&the context|exceeds model context|no space left in the context|"
    "prompt&tokens&exceed|prompt token count&exceed|prompt tokens&context|exceed&model&token limit|"
    "too large for&max size&tokens|conversation is too long|messages are too long|reduce your "
    "prompt|prompt 超长|"
    /* LM Studio; vLLM, when nothing is left for the answer; a template of Qwen's, of whose messages
     * the server has cut the user's own, which hum always sends. */
    "tokens to keep from the initial prompt|n_keep|max_tokens must be at least 1, got -|"
    "no user query found in messages";

/* Of bodies, too: the words of a message may say "prompt length" of something else. */
static const char codes[] =
    "context_length_exceeded|exceed_context_size_error|model_context_window_exceeded|"
    "context_window_exceeded|contextwindowexceeded|model_max_prompt_tokens_exceeded|"
    "tokens_limit_reached";

/* ---- figures ------------------------------------------------------------------- */

/* Where a number stands: right behind words, or right before them. */
struct anchor {
    const char *words;
    bool before;
};

/* The best first. */
static const struct anchor windows[] = {
    {"n_ctx", false},
    {"context length is only", false},
    {"context length is", false},
    {"context length of", false},
    {"context length (", false},
    {"context size (", false},
    {"context size of", false},
    {"context window of", false},
    {"context window is", false},
    {"context limit of", false},
    {"maximum prompt length is", false},
    {"maximum number of tokens allowed (", false},
    {"maximum context length", true},
    {"maximum", true}, /* Anthropic: "210000 tokens > 200000 maximum" */
    {"must have less than", false},
    {"max_seq_len (", false},
    {"[1,", false},
    {"max seq len", false},
    {"max_seq_len", false},
    {"context length", false},
    {"context window", false},
    {"context size", false},
    {"model length of", false},
    {"token limit", false},
    {"limit of", false},
    {"the maximum of", false},
    {"cannot exceed", false},
    {"max size", false},
    {"must be <=", false},
    {" >", false}, /* of prompt and answer: "188240 + 21333 > 200000" */
    {"context limit", false},
    {"limit", false},
    {NULL, false},
};

static const struct anchor prompts[] = {
    {"n_prompt_tokens", false},
    {"n_keep", false},
    {"in the messages", true},
    {"in the prompt", true},
    {"tokens from the input", true},
    {"of text input", true},
    {"input tokens", true},
    {"request (", false},
    {"the input (", false},
    {"input token count (", false},
    {"prompt is too long:", false},
    {"prompt token count of", false},
    {"prompt has", false},
    {"prompt tokens", false},
    {"requested tokens", false},
    {"total length", false},
    {"prompt length", false},
    {"input length", false},
    {"prompt (length", false},
    {"received", false},
    {"exceeded:", false},
    {"prompt contains", false},
    {"request contains", false},
    {"resulted in", false},
    {"given:", false},
    {"exceed context limit:", false},
    {"requested about", false},
    {"requested", false},
    {NULL, false},
};

#define LARGEST 1000000000000

static int64_t number_at(const char *at)
{
    int64_t n = 0;
    for (; isdigit((unsigned char)*at) || (*at == ',' && isdigit((unsigned char)at[1])); at++) {
        if (*at != ',') {
            n = n < LARGEST ? n * 10 + (*at - '0') : n;
        }
    }
    return n > 0 && n < LARGEST ? n : 0;
}

/* Quotes of JSON within JSON may stand between. */
static int64_t number_behind(const char *at)
{
    return number_at(at + strspn(at, " \t\"\\:=("));
}

static int64_t number_before(const char *text, const char *at)
{
    while (at > text && at[-1] == ' ') {
        at--;
    }
    const char *end = at;
    while (at > text && (isdigit((unsigned char)at[-1]) || at[-1] == ',')) {
        at--;
    }
    return at < end && isdigit((unsigned char)*at) ? number_at(at) : 0;
}

static int64_t number_of(const char *text, const struct anchor *anchors)
{
    for (; text != NULL && anchors->words != NULL; anchors++) {
        for (const char *at = text; (at = strcasestr(at, anchors->words)) != NULL; at++) {
            int64_t n = anchors->before ? number_before(text, at)
                                        : number_behind(at + strlen(anchors->words));
            if (n > 0) {
                return n;
            }
        }
    }
    return 0;
}

/* ---- whether it says so ---------------------------------------------------------- */

bool toolong_says(const char *text, const char *body, struct toolong *found)
{
    struct toolong none = {0, 0}, *to = found != NULL ? found : &none;
    *to = (struct toolong){0, 0};
    if (words_fit(text, others)) {
        return false;
    }
    if (!words_fit(text, says) && !words_fit(text, codes) && !words_fit(body, codes)) {
        return false;
    }
    to->window = number_of(text, windows);
    to->window = to->window > 0 ? to->window : number_of(body, windows);
    to->prompt = number_of(text, prompts);
    to->prompt = to->prompt > 0 ? to->prompt : number_of(body, prompts);
    return true;
}
