#include "base/thought.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

/* <think>: DeepSeek R1, Qwen, GLM, MiniMax, Kimi, Nemotron, Phi, Ernie, Hunyuan; <thinking>: Claude
 * when told to; <thought>: EXAONE Deep, Gemini's OpenAI interface; <reasoning>: Reka Flash;
 * <seed:think>: Seed-OSS; [THINK]: Magistral; ◁think▷: Kimi-VL; <|begin_of_thought|>:
 * OpenThinker, Sky-T1; <|START_THINKING|>: Command A; <|channel>thought: Gemma 4. */
const struct thought_tag thought_tags[] = {
    {"<think>", "</think>"},
    {"<thinking>", "</thinking>"},
    {"<thought>", "</thought>"},
    {"<reasoning>", "</reasoning>"},
    {"<seed:think>", "</seed:think>"},
    {"[THINK]", "[/THINK]"},
    {"\u25C1think\u25B7", "\u25C1/think\u25B7"},
    {"<|begin_of_thought|>", "<|end_of_thought|>"},
    {"<|START_THINKING|>", "<|END_THINKING|>"},
    {"<|channel>thought", "<channel|>"},
    {NULL, NULL},
};

const char *const thought_headers[] = {"<|start|>", "<|channel|>", NULL};

enum thought_match thought_match(struct span text, const char *tag)
{
    size_t len = strlen(tag), n = len < text.len ? len : text.len;
    int differs = n == 0          ? 0
                  : tag[0] == '[' ? strncmp(tag, text.data, n)
                                  : strncasecmp(tag, text.data, n);
    if (differs != 0) {
        return THOUGHT_NONE;
    }
    return text.len < len ? THOUGHT_BEGUN : THOUGHT_WHOLE;
}
