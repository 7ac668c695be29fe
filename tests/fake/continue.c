/* Answers that go on in a document from where the prompt stands. */
#include "fill.h"

#include <stdlib.h>
#include <string.h>

enum { SOUGHT = 64, DEFAULT_LINES = 8, WRONG_TOKENS = 6 };

/* How many bytes the two texts have in common at their ends. */
static size_t common_end(const char *a, size_t a_len, const char *b, size_t b_len)
{
    size_t n = 0;
    while (n < a_len && n < b_len && a[a_len - 1 - n] == b[b_len - 1 - n]) {
        n++;
    }
    return n;
}

static const char *next_place(const char *from, const char *what, size_t len, const char *end)
{
    for (const char *at = from; len && (size_t)(end - at) >= len; at++) {
        at = memchr(at, *what, (size_t)(end - at) - len + 1);
        if (at == NULL) {
            return NULL;
        }
        if (memcmp(at, what, len) == 0) {
            return at;
        }
    }
    return NULL;
}

/* Where in the document the text before the cursor ends, or NULL. */
static const char *find_place(const struct buf *document, const struct buf *before)
{
    size_t len = before->len < SOUGHT ? before->len : SOUGHT, best = 0;
    const char *end = document->data + document->len, *place = NULL;
    const char *what = before->data + before->len - len;
    const char *at = document->data;
    while ((at = next_place(at, what, len, end)) != NULL) {
        size_t to = (size_t)(at - document->data) + len;
        size_t common = common_end(document->data, to, before->data, before->len);
        if (common > best) {
            best = common;
            place = document->data + to;
        }
        at++;
    }
    return place;
}

/* Whether the line that ends before at is no line of the document. */
static bool behind_other(const struct buf *document, const struct buf *before, const char *at)
{
    const char *end = document->data + document->len, *from = at - 1;
    while (from > before->data && from[-1] != '\n') {
        from--;
    }
    return from < at - 1 && next_place(document->data, from, (size_t)(at - from), end) == NULL;
}

/* The document may have just begun, behind comments with text of other files. */
static const char *find_beginning(const struct buf *document, const struct buf *before)
{
    size_t n = before->len - 1 < SOUGHT ? before->len - 1 : SOUGHT;
    for (n = n < document->len ? n : document->len; n > 0; n--) {
        const char *from = before->data + before->len - n;
        if (from[-1] == '\n' && memcmp(from, document->data, n) == 0 &&
            behind_other(document, before, from)) {
            return document->data + n;
        }
    }
    return NULL;
}

/* Up to so many lines, without the last line break; one right at the place is no line. */
static size_t lines_length(const char *at, size_t len, size_t lines)
{
    size_t n = 0;
    while (n < len && at[n] == '\n') {
        n++;
    }
    for (; n < len; n++) {
        if (at[n] == '\n' && --lines == 0) {
            break;
        }
    }
    return n;
}

static void add_wrong(cJSON *answer, uint64_t seed)
{
    struct tokens t;
    tokens_init(&t);
    tokens_make(&t, WRONG_TOKENS, seed);
    cJSON_AddStringToObject(answer, "text", t.text.data);
    tokens_finish(&t);
}

/* Takes over what is said when the place was found. */
static void add_rest(struct server *s, cJSON *answer, const char *at, size_t len)
{
    size_t lines = (size_t)field_number(answer, "continue_lines", DEFAULT_LINES);
    unsigned nth = ++s->script.continued, miss = (unsigned)field_number(answer, "miss", 0);
    if (miss && nth % miss == 0) {
        add_wrong(answer, (uint64_t)field_number(answer, "seed", 1) + nth);
        return;
    }
    char *text = xstrndup(at, lines ? lines_length(at, len, lines) : len);
    cJSON_AddStringToObject(answer, "text", text);
    free(text);
}

cJSON *fill_continue(struct server *s, const struct fill *f, const cJSON *answer,
                     char why[WHY_SIZE])
{
    const cJSON *given = field_get(answer, "continue");
    const cJSON *file = field_get(given, "file");
    struct buf document;
    buf_init(&document, SIZE_MAX / 2);
    if (cJSON_IsString(file)) {
        if (!answer_file(&document, file->valuestring, s->fixtures, why)) {
            buf_finish(&document);
            return NULL;
        }
    } else {
        buf_add_str(&document, cJSON_IsString(given) ? given->valuestring : "");
    }
    cJSON *copy = cJSON_Duplicate(answer, true);
    cJSON_DeleteItemFromObjectCaseSensitive(copy, "continue");
    if (document.data != NULL && document.len && f != NULL && f->before.len) {
        const char *at = find_place(&document, &f->before);
        at = at != NULL ? at : find_beginning(&document, &f->before);
        if (at != NULL) {
            add_rest(s, copy, at, (size_t)(document.data + document.len - at));
        }
    }
    buf_finish(&document);
    return copy;
}
