#include "server/record.h"

#include "base/buf.h"
#include "base/words.h"
#include "server/balance.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* What holds nothing is no longer. */
#define END_EVENT_MAX 16

/* How often one record may stand in another, as a list of them or a text that is JSON. */
#define MAX_NESTED 4

static void read_text(struct emit *e, char *text, size_t len, const struct record_reader *reader,
                      int depth);

static size_t skip_space(const char *text, size_t len, size_t at)
{
    while (at < len && (unsigned char)text[at] <= ' ') {
        at++;
    }
    return at;
}

/* "[DONE]", with blanks or quotes around it, in lower case, with something behind it; or the word
 * alone. */
static bool is_mark(const char *text, size_t len)
{
    size_t at = skip_space(text, len, 0);
    at += at < len && (text[at] == '"' || text[at] == '\'');
    bool word = len - at >= 4 && strncasecmp(text + at, "done", 4) == 0 &&
                skip_space(text, len, at + 4) == len;
    return word || (len - at >= 6 && strncasecmp(text + at, "[done]", 6) == 0);
}

/* An event that is called the end and holds nothing. */
static bool is_end_event(const struct emit *e, const cJSON *root)
{
    static const char *const names[] = {"done", "end", "close", "finish", "complete", NULL};
    const char *event = e->state->event != NULL ? e->state->event : "";
    return words_is_any(event, strlen(event), names) && (root == NULL || root->child == NULL);
}

/* Where the next piece begins: names of fields that stand in it by mistake are passed over. */
static size_t next_piece(const char *text, size_t len, size_t at)
{
    at = skip_space(text, len, at);
    if (len - at >= 3 && memcmp(text + at, "\xEF\xBB\xBF", 3) == 0) {
        at = skip_space(text, len, at + 3);
    }
    while (len - at >= 5 && memcmp(text + at, "data:", 5) == 0) {
        at = skip_space(text, len, at + 5);
    }
    return at;
}

static bool is_piece(const char *text, size_t len)
{
    return is_mark(text, len) || balance_opens(text, len);
}

/* The end of the lines of words that begin at a place, or of a mark's line: where a value or a mark
 * begins behind them. */
static size_t end_of_lines(const char *text, size_t len, size_t at)
{
    size_t end = at;
    bool words = !is_mark(text + at, len - at);
    do {
        const char *stop = memchr(text + end, '\n', len - end);
        end = stop != NULL ? (size_t)(stop - text) : len;
        at = next_piece(text, len, end);
        words = words && at < len && !is_piece(text + at, len - at);
        end = words ? at : end;
    } while (words);
    return end;
}

/* The end of the piece of a record that begins at a place which is no white space: a value, a mark,
 * words; a page is all that follows. */
static size_t end_of_piece(const char *text, size_t len, size_t at)
{
    struct balance balance = {0};
    if (text[at] == '<') {
        return len;
    }
    if (is_mark(text + at, len - at) || !balance_opens(text + at, len - at)) {
        return end_of_lines(text, len, at);
    }
    size_t end = balance_end(&balance, text + at, len - at);
    return end > 0 ? at + end : len;
}

/* A record that is no JSON is tried as several: values one behind the other, lines. Returns false
 * if it is not several, nor begins with what does not belong to it. */
static bool read_pieces(struct emit *e, char *text, size_t len, const struct record_reader *reader,
                        int depth)
{
    size_t at = next_piece(text, len, 0);
    if (depth >= MAX_NESTED || at == len || (at == 0 && end_of_piece(text, len, at) == len)) {
        return false;
    }
    while (at < len) {
        size_t end = end_of_piece(text, len, at);
        char behind = text[end];
        text[end] = '\0';
        read_text(e, text + at, end - at, reader, depth + 1);
        text[end] = behind;
        at = next_piece(text, len, end);
    }
    return true;
}

/* Some servers put what they send into a string, as JSON. Returns whether it was that. */
static bool read_string(struct emit *e, const char *text, const struct record_reader *reader,
                        int depth)
{
    size_t len = strlen(text);
    if (depth >= MAX_NESTED || !balance_opens(text, len)) {
        emit_stray(e, text, len);
        return false;
    }
    char *copy = xstrndup(text, len);
    read_text(e, copy, len, reader, depth + 1);
    free(copy);
    return true;
}

/* What holds nothing of an API is passed over: null, numbers, "ping". Gemini sends lists of what
 * others send by itself. */
static void read_root(struct emit *e, const cJSON *root, const struct record_reader *reader,
                      int depth)
{
    if (cJSON_IsObject(root)) {
        e->late = e->state->finished;
        reader->read(e, root);
    } else if (cJSON_IsString(root)) {
        read_string(e, root->valuestring, reader, depth);
    }
    for (const cJSON *item = cJSON_IsArray(root) ? root->child : NULL;
         item != NULL && depth < MAX_NESTED; item = item->next) {
        if (cJSON_IsObject(item)) {
            read_root(e, item, reader, depth + 1);
        }
    }
}

/* Whether text that is no JSON may have held a part of the reply: it begins like an object that has
 * members, in JSON or as Python writes it; "{ping}" does not. */
static bool is_broken(const char *text, size_t len)
{
    size_t at = skip_space(text, len, 0);
    if (at == len || !balance_opens(text + at, len - at)) {
        return false;
    }
    while (at < len && (text[at] == '{' || text[at] == '[')) {
        at = skip_space(text, len, at + 1);
    }
    return at < len && (text[at] == '"' || text[at] == '\'');
}

/* Words, and a page within a stream, cannot have held any. */
static void read_broken(struct emit *e)
{
    bool page = e->len > 0 && e->record[0] == '<' && e->state->whole;
    if (page || is_broken(e->record, e->len)) {
        emit_odd(e);
    } else {
        emit_stray(e, e->record, e->len);
    }
}

static void read_text(struct emit *e, char *text, size_t len, const struct record_reader *reader,
                      int depth)
{
    if (e->state->done) {
        return;
    }
    if (is_mark(text, len)) {
        reader->end(e);
        return;
    }
    cJSON *root = json_parse_loose(text, len);
    if (len <= END_EVENT_MAX && is_end_event(e, root)) {
        reader->end(e);
    } else if (root != NULL) {
        read_root(e, root, reader, depth);
    } else if (!read_pieces(e, text, len, reader, depth)) {
        e->record = text;
        e->len = len;
        e->late = e->state->finished;
        read_broken(e);
    }
    cJSON_Delete(root);
}

void record_read(struct emit *e, char *record, size_t len, const struct record_reader *reader)
{
    e->record = record;
    e->len = len;
    read_text(e, record, len, reader, 0);
}
