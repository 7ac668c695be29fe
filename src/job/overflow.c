#include "job/overflow.h"

#include "base/span.h"
#include "base/value.h"

/* No tokenizer has longer tokens, in text that is not made for it. */
#define TOKEN_MAX 16

/* Few tokens are shorter, on average. */
#define TOKEN_MIN 2

/* Even the smallest window that Ollama has by itself (2048) is cut to no less. */
#define LEAST_READ 1000

/* 1 for each byte that is part of a word. */
struct words {
    uint8_t is[256];
};

static struct words words_new(void)
{
    struct words words;
    for (int c = 0; c < 256; c++) {
        words.is[c] = is_word((char)c);
    }
    return words;
}

/* A token for the first byte of each word, and for each TOKEN_MAX of it. A chat may have megabytes
 * in it, and no branch of this could be foretold. */
static int64_t least_tokens(const struct words *words, const char *text, size_t len)
{
    uint64_t tokens = 0, word = 0;
    for (size_t i = 0; i < len; i++) {
        uint64_t is = words->is[(unsigned char)text[i]];
        word = (word + 1) & (0 - is);
        tokens += word % TOKEN_MAX == 1;
    }
    return (int64_t)tokens;
}

static void add_parts(struct overflow *o, const struct words *words, const struct value *parts)
{
    const struct value *part;
    for (size_t i = 0; (part = value_item(parts, i)) != NULL; i++) {
        const struct value *text = value_get(part, "text");
        if (value_is_string(value_get(part, "type"), "text") && text != NULL &&
            text->type == VALUE_STRING) {
            int64_t least = least_tokens(words, text->as.string.data, text->as.string.len);
            o->least += least;
            o->last_least += least;
            o->last_most += (int64_t)text->as.string.len / TOKEN_MIN;
        }
    }
}

void overflow_measure(struct overflow *o, const struct value *request)
{
    const struct value *messages = value_get(request, "messages"), *message;
    const struct words words = words_new();
    *o = (struct overflow){
        .window = value_int(value_get(value_get(request, "options"), "num_ctx"), 0),
    };
    for (size_t i = 0; (message = value_item(messages, i)) != NULL; i++) {
        if (value_is_string(value_get(message, "role"), "assistant")) {
            add_parts(o, &words, value_get(message, "parts"));
            o->last_least = o->last_most = 0;
        } else {
            add_parts(o, &words, value_get(message, "parts"));
        }
    }
}

bool overflow_is_cut(const struct overflow *o, int64_t read)
{
    int64_t least_read = o->window > 0 ? o->window / 4 : LEAST_READ;
    bool is_rest = read >= o->last_least && read <= o->last_most;
    bool alone = o->last_least == o->least; /* nothing in front of it that a cache may hold */
    return read >= least_read && read < o->least && (alone || !is_rest);
}
