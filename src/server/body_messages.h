/* The messages of a request as services have them that follow OpenAI, Ollama among them: {role,
 * content}. */
#ifndef HUM_BODY_MESSAGES_H
#define HUM_BODY_MESSAGES_H

struct body;
struct buf;
struct value;

/* The messages, with the texts of their parts joined as "content"; with images it is a list of texts
 * and images, or "images" stands beside it. Thinking goes back where the
 * service wants it (learned_thoughts), and only if there is any; what another service signed or
 * redacted never does. A model that refuses the system role gets its words as the developer's, or
 * in front of the user's first message. Of a request with "ask" the last message is gone on with:
 * see prefill.h. */
void body_messages(struct body *b, const struct value *spec);

/* Appends the texts of a message, as they are sent. */
void body_text(const struct value *message, struct buf *text);

#endif
