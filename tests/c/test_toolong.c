/* Whether a server says that a prompt is too long, and by which figures. */
#include "check.h"

#include "base/toolong.h"

#include <stddef.h>

struct said {
    const char *text, *body;
    int64_t prompt, window;
};

static void each_server_says_it_in_its_own_way(void)
{
    static const struct said cases[] = {
        /* llama-server */
        {"request (9000 tokens) exceeds the available context size (4096 tokens), try increasing "
         "it",
         "{\"error\":{\"code\":400,\"type\":\"exceed_context_size_error\",\"n_prompt_tokens\":9000,"
         "\"n_ctx\":4096}}",
         9000, 4096},
        {"Context size has been exceeded.", NULL, 0, 0},
        /* Ollama: the same as a text, and its own */
        {"request (9000 tokens) exceeds the available context size (4096 tokens), try increasing "
         "it",
         "{\"error\":\"{\\\"error\\\":{\\\"type\\\":\\\"exceed_context_size_error\\\",\\\"n_prompt_"
         "tokens\\\":9000,\\\"n_ctx\\\":4096}}\"}",
         9000, 4096},
        {"something went wrong",
         "{\"error\":\"{\\\"error\\\":{\\\"type\\\":\\\"exceed_context_size_error\\\",\\\"n_prompt_"
         "tokens\\\":9000,\\\"n_ctx\\\":4096}}\"}",
         9000, 4096},
        {"the input length exceeds the context length", NULL, 0, 0},
        {"the prompt is longer than the context length currently available to the model; shorten "
         "the prompt, adjust the context length in settings, or use a model with a longer context "
         "length",
         NULL, 0, 0},
        /* vLLM */
        {"This model's maximum context length is 4096 tokens. However, you requested 9240 tokens "
         "(5240 in the messages, 4000 in the completion). Please reduce the length of the messages "
         "or completion.",
         NULL, 5240, 4096},
        {"You passed 9001 input tokens and requested 1024 output tokens. However, the model's "
         "context length is only 4096 tokens, resulting in a maximum input length of 3072 tokens.",
         NULL, 9001, 4096},
        {"max_tokens must be at least 1, got -5144.", NULL, 0, 0},
        /* SGLang */
        {"The input (9000 tokens) is longer than the model's context length (4096 tokens).", NULL,
         9000, 4096},
        {"Requested token count exceeds the model's maximum context length of 4096 tokens. You "
         "requested a total of 9240 tokens: 9000 tokens from the input messages and 240 tokens for "
         "the completion.",
         NULL, 9000, 4096},
        /* LM Studio */
        {"The number of tokens to keep from the initial prompt is greater than the context length "
         "(n_keep: 4832>= n_ctx: 4096). Try to load the model with a larger context length, or "
         "provide a shorter input.",
         NULL, 4832, 4096},
        {"Reached context length of 4096 tokens with this model", NULL, 0, 4096},
        /* OpenAI, and a gateway that words it otherwise */
        {"This model's maximum context length is 8,192 tokens. However, your messages resulted in "
         "9,107 tokens.",
         NULL, 9107, 8192},
        {"Invalid request.", "{\"error\":{\"code\":\"context_length_exceeded\"}}", 0, 0},
        /* OpenRouter */
        {"This endpoint's maximum context length is 32768 tokens. However, you requested about "
         "40123 tokens (40000 of text input, 123 in the output).",
         NULL, 40000, 32768},
        /* Anthropic */
        {"prompt is too long: 210342 tokens > 200000 maximum", NULL, 210342, 200000},
        {"input length and `max_tokens` exceed context limit: 188240 + 21333 > 200000", NULL,
         188240, 200000},
        /* Gemini, Mistral, xAI, TGI */
        {"The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
         NULL, 1200000, 1048576},
        {"Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum "
         "context length",
         NULL, 40000, 32768},
        {"This model's maximum prompt length is 131072 but the request contains 173899 tokens.",
         NULL, 173899, 131072},
        {"`inputs` must have less than 4095 tokens. Given: 5000", NULL, 5000, 4095},
        /* Of vLLM's older and newer ones, TGI, Fireworks, TabbyAPI, llama-cpp-python */
        {"The decoder prompt (length 9240) is longer than the maximum model length of 4096.", NULL,
         9240, 4096},
        {"The prompt (total length 9240) is too long to fit into the model (context length 4096).",
         NULL, 9240, 4096},
        {"'max_tokens' or 'max_completion_tokens' is too large: 1024. This model's maximum context "
         "length is 4096 tokens and your request has 3900 input tokens (1024 > 4096 - 3900).",
         NULL, 3900, 4096},
        {"Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 9240 "
         "`inputs` tokens and 20 `max_new_tokens`",
         NULL, 9240, 4096},
        {"The prompt is too long: 9240, model maximum context length: 4095", NULL, 9240, 4095},
        {"Prompt length 9240 is greater than max_seq_len 4096", NULL, 9240, 4096},
        {"Requested tokens (9240) exceed context window of 4096", NULL, 9240, 4096},
        /* Moonshot, Cohere, Zhipu, OpenAI, LM Studio's older ones */
        {"Invalid request: Your request exceeded model token limit: 262144 (requested: 300000)",
         NULL, 300000, 262144},
        {"too many tokens: total number of tokens in the prompt cannot exceed 128000 - received "
         "140000. Try using a shorter prompt, or enabling prompt truncating.",
         NULL, 140000, 128000},
        {"Prompt 超长", NULL, 0, 0},
        {"Input tokens exceed the configured limit of 272000 tokens. Your messages resulted in "
         "300126 tokens.",
         NULL, 300126, 272000},
        {"Cannot truncate prompt with n_keep (5832) >= n_ctx (4096)", NULL, 5832, 4096},
        /* GitHub, twice; LiteLLM in the midst of a stream, where there is no body */
        {"prompt token count of 140000 exceeds the limit of 128000", NULL, 140000, 128000},
        {"Request body too large for gpt-4o model. Max size: 8000 tokens.", NULL, 0, 8000},
        {"litellm.BadRequestError: ContextWindowExceededError: x", NULL, 0, 0},
        /* Others might */
        {"Context length exceeded: 9240 tokens, limit 4096", NULL, 9240, 4096},
        {"Please reduce your prompt; or completion length.", NULL, 0, 0},
        {"The conversation is too long: it exceeds the context of the model", NULL, 0, 0},
        /* A template, when the server has cut the user's message away */
        {"No user query found in messages.", NULL, 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct toolong found;
        if (!toolong_says(cases[i].text, cases[i].body, &found)) {
            CHECK_TEXT("not found", cases[i].text);
        }
        CHECK_INT(found.prompt, cases[i].prompt);
        CHECK_INT(found.window, cases[i].window);
    }
}

static void other_limits_are_none(void)
{
    static const char *const others[] = {
        "Request too large on tokens per minute (TPM): Limit 6000, Requested 9240",
        "context deadline exceeded",
        "model requires more system memory (9 GiB) than is available",
        "max_tokens: 8192 > 4096, which is the maximum allowed number of output tokens",
        "max_tokens must be at least 1, got 0.",
        "model \"long-context\" not found",
        "the request timed out",
        "unknown field `context_length`",
        "Unrecognized request argument supplied: context_length",
        "The model's context length is not defined; failed to load model",
        "model loading failed: a context window of 131072 needs more memory (12 GiB)",
        "cannot create context: unable to allocate CUDA0 buffer for context size 131072",
        "Range of max_tokens should be [1, 8192]",
        "the maximum value for `max_tokens` is less than the `context_window` for this model",
        "",
    };
    struct toolong found = {1, 1};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        CHECK(!toolong_says(others[i], NULL, &found));
        CHECK_INT(found.prompt, 0);
    }
    CHECK(!toolong_says(NULL, NULL, &found));
    CHECK(!toolong_says(NULL, NULL, NULL));
}

static void a_number_is_none_unless_it_can_be_one(void)
{
    struct toolong found;
    CHECK(toolong_says("context length is 99999999999999999999999999", NULL, &found));
    CHECK_INT(found.window, 0);
    CHECK(toolong_says("context length is much too short (n_ctx_train 8192, n_ctx=4096)", NULL,
                       &found));
    CHECK_INT(found.window, 4096);
    CHECK(toolong_says("maximum context length", NULL, &found));
    CHECK_INT(found.window, 0);
    CHECK(toolong_says("12 maximum context length", NULL, &found));
    CHECK_INT(found.window, 12);
}

int main(void)
{
    RUN(each_server_says_it_in_its_own_way);
    RUN(other_limits_are_none);
    RUN(a_number_is_none_unless_it_can_be_one);
    return check_report("toolong");
}
