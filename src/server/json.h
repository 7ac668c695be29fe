/* JSON both ways, in hum's terms: values to text, text to cJSON trees. Besides this module only
 * the dialects and what they share (record, shape, emit, calls, foreign, error_text, learned) know
 * cJSON. */
#ifndef HUM_JSON_H
#define HUM_JSON_H

#include "base/buf.h"
#include "base/value.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

/* Appends v as JSON; invalid UTF-8 becomes U+FFFD. HUM_ESPEC is out's error for what JSON
 * cannot say: nesting beyond LIMIT_DEPTH, NaN, infinity. */
void json_write(struct buf *out, const struct value *v);

/* Appends s in quotes, escaped, made valid UTF-8. */
void json_write_string(struct buf *out, const char *s, size_t len);

/* Makes text safe for cJSON, in place: NUL, which would end a C string, and lone
 * surrogates, which cJSON refuses, become U+FFFD ("\ufffd" is as long as "\u0000");
 * "\u" without four digits, which cJSON would take for NUL, becomes an error. Nothing
 * else changes, nor does the length. */
void json_mend(char *text, size_t len);

/* Mends and parses. text must be NUL-terminated behind len. Returns NULL unless all of
 * it is one JSON value; the caller frees the tree by cJSON_Delete. */
cJSON *json_parse(char *text, size_t len);

/* The same for the JSON of servers, which may have NaN and Infinity: they become numbers. */
cJSON *json_parse_loose(char *text, size_t len);

/* The member of that name, NULL if absent, null, or object is no object. */
const cJSON *json_get(const cJSON *object, const char *name);

/* Whether it is this string. */
bool json_is_text(const cJSON *item, const char *text);

/* A number as an integer, -1 if it is none, negative or too big. */
int64_t json_count(const cJSON *number);

/* The same times 1e6, rounded: milliseconds to nanoseconds. */
int64_t json_ms_to_ns(const cJSON *number);

#endif
