/* Probabilities of tokens, in the two kinds of list. */
#include "shape.h"

unsigned shape_token_id(struct piece token)
{
    unsigned x = 2166136261u;
    for (size_t i = 0; i < token.len; i++) {
        x = (x ^ (unsigned char)token.text[i]) * 16777619u;
    }
    return x % 600;
}

static void add_bytes(struct piece token, struct buf *out)
{
    buf_add_str(out, "\"bytes\":[");
    for (size_t i = 0; i < token.len; i++) {
        buf_printf(out, "%s%u", i ? "," : "", (unsigned)(unsigned char)token.text[i]);
    }
    buf_add_str(out, "]");
}

/* llama-server has an id, and the probability last. */
static void add_token(struct piece token, double logprob, enum quote_style style, struct buf *out)
{
    bool llama = style == QUOTE_PLAIN;
    if (llama) {
        buf_printf(out, "{\"id\":%u,\"token\":", shape_token_id(token));
        quote(out, token.text, token.len, style);
        buf_add_str(out, ",");
        add_bytes(token, out);
        buf_add_str(out, ",\"logprob\":");
        shape_double(logprob, out);
    } else {
        buf_add_str(out, "{\"token\":");
        quote(out, token.text, token.len, style);
        buf_printf(out, ",\"logprob\":%.17g,", logprob);
        add_bytes(token, out);
    }
}

/* The token itself, then such as nobody would take. */
static void add_top(struct piece token, double logprob, int count, enum quote_style style,
                    struct buf *out)
{
    buf_add_str(out, ",\"top_logprobs\":[");
    for (int i = 0; i < count; i++) {
        char other[16] = " other";
        other[6] = (char)('a' + i % 26);
        buf_add_str(out, i ? "," : "");
        add_token(i ? (struct piece){other, 7} : token, i ? logprob - 4 * i : logprob, style, out);
        buf_add_str(out, "}");
    }
    buf_add_str(out, "]");
}

static void add(const struct shape_state *s, struct piece token, size_t number,
                enum quote_style style, struct buf *out)
{
    double logprob = answer_logprob(s->answer, number);
    token.text = token.len ? token.text : "";
    add_token(token, logprob, style, out);
    if (s->probs > 0) {
        add_top(token, logprob, s->probs, style, out);
    }
    buf_add_str(out, "}");
}

void shape_probs(const struct shape_state *s, struct piece token, enum quote_style style,
                 struct buf *out)
{
    buf_add_str(out, "[");
    add(s, token, s->token, style, out);
    buf_add_str(out, "]");
}

void shape_all_probs(const struct shape_state *s, enum quote_style style, struct buf *out)
{
    const struct tokens *t = &s->answer->text;
    buf_add_str(out, "[");
    for (size_t i = 0; i < t->count; i++) {
        struct piece token;
        token.text = tokens_at(t, i, &token.len);
        buf_add_str(out, i ? "," : "");
        add(s, token, i, style, out);
    }
    buf_add_str(out, "]");
}
