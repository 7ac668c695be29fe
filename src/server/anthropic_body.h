/* The body of a request to /v1/messages, apart from anthropic.c, which reads the answers. */
#ifndef HUM_ANTHROPIC_BODY_H
#define HUM_ANTHROPIC_BODY_H

struct buf;
struct learned;
struct value;

/* As dialect_chat.body. The system's messages become the field "system", neighbours of one role one
 * message, the first message is the user's. Signed and redacted thoughts go back, others do not.
 * "max_tokens" is always there: the options' own, else the spec's "max_tokens" (what the list of
 * models says), else 8192, with a budget for thoughts on top. What does not change any more is
 * marked for the server's cache, at most four times. think asks for thoughts in the form that newer
 * models want (adaptive, summarized), or, as a number or if that was refused, by a budget. */
int anthropic_body(const struct value *spec, const struct learned *learned, struct buf *out,
                   const char **why);

#endif
