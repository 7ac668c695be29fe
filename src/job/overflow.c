#include "job/overflow.h"

#include "base/span.h"
#include "base/value.h"

/* No tokenizer has longer tokens, in text that is not made for it. */
#define TOKEN_MAX 16

/* Few tokens are shorter, on average. */
#define TOKEN_MIN 2

/* Even the smallest window that Ollama has by itself (2048) is cut to no less. */
#define LEAST_READ 1000

static int64_t tokens_of_word(size_t len)
{
    return (int64_t)((len + TOKEN_MAX - 1) / TOKEN_MAX);
}

static int64_t least_tokens(const char *text, size_t len)
{
    int64_t tokens = 0;
    size_t word = 0;
    for (size_t i = 0; i < len; i++) {
        if (is_word(text[i])) {
            word++;
        } else {
            tokens += tokens_of_word(word);
            word = 0;
        }
    }
    return tokens + tokens_of_word(word);
}

static void add_parts(struct overflow *o, const struct value *parts)
{
    const struct value *part;
    for (size_t i = 0; (part = value_item(parts, i)) != NULL; i++) {
        const struct value *text = value_get(part, "text");
        if (value_is_string(value_get(part, "type"), "text") && text != NULL &&
            text->type == VALUE_STRING) {
            int64_t least = least_tokens(text->as.string.data, text->as.string.len);
            o->least += least;
            o->last_least += least;
            o->last_most += (int64_t)text->as.string.len / TOKEN_MIN;
        }
    }
}

void overflow_measure(struct overflow *o, const struct value *request)
{
    const struct value *messages = value_get(request, "messages"), *message;
    *o = (struct overflow){
        .window = value_int(value_get(value_get(request, "options"), "num_ctx"), 0),
    };
    for (size_t i = 0; (message = value_item(messages, i)) != NULL; i++) {
        if (value_is_string(value_get(message, "role"), "assistant")) {
            add_parts(o, value_get(message, "parts"));
            o->last_least = o->last_most = 0;
        } else {
            add_parts(o, value_get(message, "parts"));
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
