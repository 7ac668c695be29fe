/* The words of a failure as servers write it. */
#ifndef HUM_ERROR_TEXT_H
#define HUM_ERROR_TEXT_H

#include <stdbool.h>
#include <stddef.h>

struct buf;
struct cJSON;

/* The server's message out of an error body of any kind: {"error":"text"},
 * {"error":{"message":..}}, JSON nested in the text, {"message":..}, {"detail":..},
 * plain text, HTML (its title), any of these behind comments, events or other words, JSON that was
 * cut off, empty. Of Python's traces what they say. Appends one line of valid UTF-8, at most
 * 2000 bytes, to out; appends nothing if the body says nothing. *signin_url, unless
 * signin_url is NULL, is a copy of the body's http(s) one, which the caller frees, or
 * NULL. */
void error_text(const char *body, size_t len, struct buf *out, char **signin_url);

/* The same of an object that was parsed, if it holds a message. Returns whether it does. */
bool error_words(const struct cJSON *object, struct buf *out);

#endif
