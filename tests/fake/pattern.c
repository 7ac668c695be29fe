#include "pattern.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH = 8 }; /* of conditions */

struct op {
    enum { OP_LITERAL, OP_VALUE, OP_IF } type;
    const struct value *value;
    size_t at, len; /* of a literal */
    size_t skip;    /* the op behind what is conditional */
};

struct pattern {
    struct buf literals;
    struct op *ops;
    size_t count;
};

/* The value whose name stands at *at, which goes on behind it. */
static const struct value *read_name(const char **at, const struct value *values)
{
    size_t len = 0;
    while (islower((unsigned char)(*at)[len]) || (*at)[len] == '_') {
        len++;
    }
    for (const struct value *v = values; v->name != NULL; v++) {
        if (strlen(v->name) == len && memcmp(v->name, *at, len) == 0) {
            *at += len;
            return v;
        }
    }
    abort(); /* a pattern is wrong */
}

static struct op *add_op(struct pattern *t, int type, const struct value *value)
{
    t->ops = xrealloc(t->ops, (t->count + 1) * sizeof *t->ops);
    t->ops[t->count] = (struct op){.type = type, .value = value, .at = t->literals.len};
    return &t->ops[t->count++];
}

/* What was added behind a literal's beginning belongs to it. */
static void add_literal(struct pattern *t, const char *text, size_t len)
{
    struct op *last = t->count != 0 ? &t->ops[t->count - 1] : NULL;
    if (last == NULL || last->type != OP_LITERAL) {
        last = add_op(t, OP_LITERAL, NULL);
    }
    buf_add(&t->literals, text, len);
    last->len = t->literals.len - last->at;
}

static void add_value(struct pattern *t, const struct value *v, const void *of)
{
    if (!v->constant) {
        add_op(t, OP_VALUE, v);
        return;
    }
    struct buf text;
    buf_init(&text, SIZE_MAX / 2);
    v->print(of, &text);
    add_literal(t, text.data, text.len);
    buf_finish(&text);
}

static void close_condition(struct pattern *t, size_t at)
{
    t->ops[at].skip = t->count;
    add_op(t, OP_LITERAL, NULL); /* where it is skipped to begins something new */
}

struct pattern *pattern_make(const char *text, const struct value *values, const void *of,
                             const char *newline)
{
    struct pattern *t = xcalloc(1, sizeof *t);
    size_t open[DEPTH] = {0}, depth = 0;
    buf_init(&t->literals, SIZE_MAX / 2);
    while (*text != '\0') {
        char c = *text++;
        if (c == '$') {
            add_value(t, read_name(&text, values), of);
        } else if (c == '<' && depth < DEPTH) {
            open[depth++] = t->count;
            add_op(t, OP_IF, read_name(&text, values));
        } else if (c == '>' && depth != 0) {
            close_condition(t, open[--depth]);
        } else if (c == '\n') {
            add_literal(t, newline, strlen(newline));
        } else {
            add_literal(t, &c, 1);
        }
    }
    return t;
}

void pattern_free(struct pattern *t)
{
    if (t != NULL) {
        buf_finish(&t->literals);
        free(t->ops);
        free(t);
    }
}

void pattern_add(const struct pattern *t, const void *of, struct buf *out)
{
    for (size_t i = 0; i < t->count; i++) {
        const struct op *op = &t->ops[i];
        if (op->type == OP_LITERAL) {
            buf_add(out, t->literals.data + op->at, op->len);
        } else if (op->type == OP_VALUE) {
            op->value->print(of, out);
        } else if (op->value->has != NULL && !op->value->has(of)) {
            i = op->skip - 1;
        }
    }
}

void pattern_print(const char *text, const struct value *values, const void *of, struct buf *out)
{
    struct pattern *t = pattern_make(text, values, of, "\n");
    pattern_add(t, of, out);
    pattern_free(t);
}
