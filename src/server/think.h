/* How OpenAI-compatible services are told how much to think: each has a field of its own. */
#ifndef HUM_THINK_H
#define HUM_THINK_H

struct body;
struct learned;
struct value;

/* Writes the wish, "think" of a request (NULL: nothing is written), in the way of the service
 * (quirks.think), with the level that comes nearest of those that the model takes:
 *   "effort"           reasoning_effort = level; what is written without a way. true writes nothing
 *   "effort_any"       reasoning_effort = level, number or boolean
 *   "thinking"         thinking = {type = "enabled" or "disabled"}
 *   "thinking_effort"  the same, with a level besides: reasoning_effort = level
 *   "adaptive"         thinking = {type = "adaptive" or "disabled"}
 *   "enable_thinking"  enable_thinking = boolean, of a level or number thinking_budget = tokens
 *   "reasoning"        reasoning = {effort = level}, {max_tokens = number} or {enabled = boolean}
 *   "reasoning_switch" reasoning = {enabled = boolean}
 *   "template"         chat_template_kwargs = {enable_thinking = boolean}
 *   "none"             nothing: the service does not take it
 * Of another way, that of a later version of the Lua side, nothing is written. */
void think_write(struct body *b, const struct value *think, const struct learned *learned);

#endif
