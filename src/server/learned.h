/* What is known of a service and its models: what is said of it (quirks), and what they have
 * refused, as their servers told, for as long as the process lives. A refusal holds for an endpoint
 * as it is configured, or, most of them, for a model there. Dialects make their bodies by it,
 * generations add to it. */
#ifndef HUM_LEARNED_H
#define HUM_LEARNED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct endpoint;
struct endpoint_quirks;
struct memory;

/* A view; each part may be NULL. Valid until something is learned or forgotten. */
struct learned {
    const struct endpoint_quirks *quirks;
    const struct memory *endpoint, *model;
};

/* All functions take a NULL view for one of which nothing is known. */
struct learned learned_of(const struct endpoint *e, const char *model);

/* Whether the request has to do without. The names: top-level fields; forms of a dialect (struct
 * refusal); "role:system", which then is the developer's, and "role:developer", which stand in
 * front of the user's first message if both are refused; "think:level", Ollama's levels;
 * "thoughts:", which go back otherwise; "message:prefill", the beginning of a reply; "stream:", for a
 * reply in one piece. */
bool learned_avoids(const struct learned *l, const char *what);

/* So many tokens at most may be asked for: wanted, or the limit that the server has named. */
int64_t learned_limit(const struct learned *l, int64_t wanted);

/* The name that this field for the limit of tokens has to go by: itself, "max_tokens" or
 * "max_completion_tokens"; NULL: it is to be left out. */
const char *learned_limit_name(const struct learned *l, const char *field);

/* The levels of thinking that are taken, see level.h; LEVEL_ANY if that is not known. */
unsigned learned_levels(const struct learned *l);

/* The field in which thoughts go back, NULL: they do not. */
const char *learned_thoughts(const struct learned *l);

/* How the level of thinking is sent, see think.h; NULL: in the dialect's usual way. */
const char *learned_think(const struct learned *l);

/* How the beginning of a reply is given, see prefill.h; NULL: it cannot be, or was refused. */
const char *learned_prefill(const struct learned *l);

/* The field that has the server tell how far it is in the prompt, NULL: it is not asked. */
const char *learned_progress(const struct learned *l);

/* What a refusal tells is remembered: of the model, or, of what the server's own code reads, of the
 * endpoint. Each returns whether it is news. */
bool learned_avoid(const struct endpoint *e, const char *model, const char *what);
bool learned_lower(const struct endpoint *e, const char *model, int64_t max_tokens);
bool learned_set_levels(const struct endpoint *e, const char *model, unsigned levels);

/* Whether it is remembered of the endpoint. */
bool learned_is_of_service(const char *what);

/* The other name of the limit of tokens, NULL if the field is none. */
const char *learned_other_limit(const char *field);

/* Whether the model's replies begin with a thought that has no opening tag, see split.h. Nothing is
 * refused by that, so it is not told. */
bool learned_begins_thinking(const struct learned *l);
void learned_note_thinking(const struct endpoint *e, const char *model, bool begins);

/* Appends a request's body as it is to be sent now: without the top-level fields that are
 * refused. Of bodies that are no chat's. */
void learned_revise(const struct learned *l, const char *body, size_t len, struct buf *out);

/* Which of the endpoint's addresses holds: its url, or as it is written. */
bool learned_is_as_written(const struct endpoint *e);
void learned_note_address(const struct endpoint *e, bool as_written);

/* Of the endpoint of that name, however it is configured; NULL: of all. */
void learned_forget(const char *endpoint);

#endif
