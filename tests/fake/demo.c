#include "demo.h"

#include "base/buf.h"
#include "quote.h"

#include <stdint.h>
#include <string.h>

enum { INTERVAL_MS = 25, FIRST_MS = 400, MAX_QUOTED = 160 };

static const char first_thinking[] =
    "Somebody opened the demo and asks a first question. I am no model, so there is nothing "
    "to work out. But I can show how thinking looks while it streams: it arrives like this, "
    "token by token, and stays folded unless it is opened.\n";

static const char first_text[] =
    "Hello! A word before anything else: **I am not a language model.** I am a small stand-in "
    "server that comes with hum.nvim, and my answers are written down in advance. They travel "
    "the same way as a model's would: over HTTP, one token at a time, about forty a second.\n"
    "\n"
    "## What you are looking at\n"
    "\n"
    "- This is an ordinary buffer. Scroll, search, yank or edit above this line while I write.\n"
    "- Each token is one edit, drawn as soon as it arrives.\n"
    "- `:Hum stop` ends the answer at once, and a single `u` undoes all of it.\n"
    "\n"
    "| key | what it does |\n"
    "| --- | --- |\n"
    "| `<CR>` | sends what you wrote under your heading |\n"
    "| `<C-c>` | stops the answer |\n"
    "| `za` | opens and closes the thinking |\n"
    "\n"
    "Code keeps its colours while it streams:\n"
    "\n"
    "```c\n"
    "/* A llama hums: a low, steady, unbroken sound. */\n"
    "static int hum(struct stream *s)\n"
    "{\n"
    "    while (stream_next(s) == 0)\n"
    "        sink_token(s->sink, s->text, s->len);\n"
    "    return stream_ended(s);\n"
    "}\n"
    "```\n"
    "\n"
    "To talk to a real model, start Ollama or any server that speaks the OpenAI-compatible API, "
    "and open a new chat with `:Hum new`. Or write something below and press `<CR>`: I will "
    "answer, honestly and not cleverly.\n";

static const struct {
    const char *words; /* one of these in the question, separated by "|" */
    const char *text;
} canned[] = {
    {"code|function|program|lua|write",
     "I cannot write code: I am the demo's stand-in server, not a model. What I can do is show "
     "how code arrives.\n\n```lua\n-- Neovim stays free while this streams.\n"
     "vim.api.nvim_create_autocmd('User', {\n  pattern = 'HumRequestFinished',\n"
     "  callback = function(ev)\n    vim.notify(('%d tokens'):format(ev.data.stats.tokens))\n"
     "  end,\n})\n```\n\nA real model, served by Ollama, would have answered your question.\n"},
    {"hello|hi |hey|good morning",
     "Hello! I am the stand-in server of the demo. I have no model behind me, only a few texts, "
     "and this is one of them. Try asking for *code*, or *why*.\n"},
    {"why|how|what|explain|?",
     "A fair question, and I have no way to answer it: nothing here thinks. A model would now "
     "do three things:\n\n1. read your message and all that was said before,\n2. think, if it is "
     "one of those that do,\n3. write its answer, one token after the other.\n\nI can only do the "
     "third. Point hum.nvim to a real server for the other two.\n"},
};

static bool mentions(const char *question, const char *words)
{
    char lower[512];
    size_t n = 0;
    for (; n < sizeof lower - 1 && question[n]; n++) {
        lower[n] =
            (char)(question[n] >= 'A' && question[n] <= 'Z' ? question[n] + 32 : question[n]);
    }
    lower[n] = '\0';
    while (*words) {
        char word[32];
        size_t len = strcspn(words, "|");
        memcpy(word, words, len);
        word[len] = '\0';
        if (strstr(lower, word)) {
            return true;
        }
        words += len + (words[len] == '|');
    }
    return false;
}

/* The first line of the question, as a quotation, shortened between characters. */
static void quote_question(struct buf *out, const char *question)
{
    size_t len = strcspn(question, "\r\n"), n = 0;
    while (n < len && n < MAX_QUOTED) {
        size_t step = utf8_length(question + n, len - n);
        n += step ? step : 1;
    }
    if (n) {
        buf_printf(out, "> %.*s%s\n\n", (int)n, question, n < len ? "..." : "");
    }
}

cJSON *demo_answer(const char *question, bool first)
{
    cJSON *answer = cJSON_CreateObject();
    struct buf text;
    buf_init(&text, SIZE_MAX / 2);
    if (first) {
        buf_add_str(&text, first_text);
        cJSON_AddStringToObject(answer, "thinking", first_thinking);
    } else {
        const char *reply = "I have read that, as far as a stand-in server reads: I counted its "
                            "bytes. There is no model here to answer it.\n";
        for (size_t i = 0; i < sizeof canned / sizeof *canned; i++) {
            if (mentions(question, canned[i].words)) {
                reply = canned[i].text;
                break;
            }
        }
        quote_question(&text, question);
        buf_add_str(&text, reply);
        cJSON_AddStringToObject(answer, "thinking", "Which of my few texts fits best?\n");
    }
    cJSON_AddStringToObject(answer, "text", text.data);
    cJSON_AddNumberToObject(answer, "first_ms", FIRST_MS);
    cJSON_AddNumberToObject(answer, "interval_ms", INTERVAL_MS);
    buf_finish(&text);
    return answer;
}
