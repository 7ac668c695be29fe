#include "server/think.h"

#include "base/value.h"
#include "server/body.h"
#include "server/learned.h"
#include "server/level.h"

#include <stddef.h>
#include <string.h>

static struct value of_bool(bool truth)
{
    return (struct value){.type = VALUE_BOOL, .as.boolean = truth};
}

static struct value of_int(int64_t number)
{
    return (struct value){.type = VALUE_INT, .as.integer = number};
}

/* field = {name = value} */
static void write_in(struct body *b, const char *field, const char *name, struct value v)
{
    const struct value_pair member = {value_text(name), v};
    const struct value map = value_pairs(&member, 1);
    body_value(b, field, &map);
}

static void write_type(struct body *b, const struct wish *w, const char *on)
{
    write_in(b, "thinking", "type", value_text(w->kind == WISH_OFF ? "disabled" : on));
}

/* The nearest level that is taken, LEVELS if there is none or none is wished. */
static enum level level_of(const struct wish *w, const struct learned *learned)
{
    enum level wanted = w->kind == WISH_OFF ? LEVEL_NONE : w->level;
    return w->kind == WISH_ON ? LEVELS : level_nearest(learned_levels(learned), wanted);
}

/* ---- the ways ------------------------------------------------------------------ */

static void write_effort(struct body *b, const struct wish *w, const struct learned *learned)
{
    enum level level = level_of(w, learned);
    if (level < LEVELS) {
        const struct value name = value_text(level_name(level));
        body_value(b, "reasoning_effort", &name);
    }
}

static void write_effort_any(struct body *b, const struct wish *w, const struct learned *learned)
{
    struct value v = w->kind == WISH_BUDGET ? of_int(w->budget) : of_bool(w->kind == WISH_ON);
    if (w->kind == WISH_LEVEL) {
        write_effort(b, w, learned);
    } else {
        body_value(b, "reasoning_effort", &v);
    }
}

static void write_thinking(struct body *b, const struct wish *w, const struct learned *learned)
{
    (void)learned;
    write_type(b, w, "enabled");
}

static void write_thinking_effort(struct body *b, const struct wish *w,
                                  const struct learned *learned)
{
    write_type(b, w, "enabled");
    if (w->kind == WISH_LEVEL || w->kind == WISH_BUDGET) {
        write_effort(b, w, learned);
    }
}

static void write_adaptive(struct body *b, const struct wish *w, const struct learned *learned)
{
    (void)learned;
    write_type(b, w, "adaptive");
}

static void write_enable(struct body *b, const struct wish *w, const struct learned *learned)
{
    (void)learned;
    const struct value on = of_bool(w->kind != WISH_OFF), budget = of_int(w->budget);
    body_value(b, "enable_thinking", &on);
    if (w->kind == WISH_LEVEL || w->kind == WISH_BUDGET) {
        body_value(b, "thinking_budget", &budget);
    }
}

static void write_switch(struct body *b, const struct wish *w, const struct learned *learned)
{
    (void)learned;
    write_in(b, "reasoning", "enabled", of_bool(w->kind != WISH_OFF));
}

static void write_reasoning(struct body *b, const struct wish *w, const struct learned *learned)
{
    enum level level = level_of(w, learned);
    if (w->kind == WISH_BUDGET) {
        write_in(b, "reasoning", "max_tokens", of_int(w->budget));
    } else if (w->kind == WISH_LEVEL && level < LEVELS) {
        write_in(b, "reasoning", "effort", value_text(level_name(level)));
    } else {
        write_switch(b, w, learned);
    }
}

static void write_template(struct body *b, const struct wish *w, const struct learned *learned)
{
    (void)learned;
    write_in(b, "chat_template_kwargs", "enable_thinking", of_bool(w->kind != WISH_OFF));
}

static const struct {
    const char *name;
    void (*write)(struct body *b, const struct wish *w, const struct learned *learned);
} ways[] = {
    {"effort", write_effort},       {"effort_any", write_effort_any},
    {"thinking", write_thinking},   {"thinking_effort", write_thinking_effort},
    {"adaptive", write_adaptive},   {"enable_thinking", write_enable},
    {"reasoning", write_reasoning}, {"reasoning_switch", write_switch},
    {"template", write_template},
};

void think_write(struct body *b, const struct value *think, const struct learned *learned)
{
    const struct wish wish = wish_read(think);
    const char *way = learned_think(learned);
    if (wish.kind == WISH_WRONG) {
        body_fail(b, WISH_WHY);
    }
    for (size_t i = 0; i < sizeof ways / sizeof *ways && wish.kind != WISH_ABSENT; i++) {
        if (strcmp(way != NULL ? way : "effort", ways[i].name) == 0) {
            ways[i].write(b, &wish, learned);
        }
    }
}
