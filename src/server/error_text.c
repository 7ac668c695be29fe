#include "server/error_text.h"

#include "base/buf.h"
#include "base/span.h"
#include "base/utf8.h"
#include "base/words.h"
#include "server/balance.h"
#include "server/json.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The longest error text, and how deep messages may hide in one another. */
#define MAX_TEXT 2000
#define MAX_NESTED 8

static bool find_message(const cJSON *item, int depth, struct buf *out);

/* The words in front of a trace of Python's; or its last line, which says what was wrong. */
static void add_without_trace(const char *text, struct buf *out)
{
    const char *trace = strstr(text, "Traceback (most recent call last)");
    size_t len = trace != NULL ? (size_t)(trace - text) : strlen(text);
    size_t before = out->len;
    utf8_line(text, len, MAX_TEXT, out);
    if (out->len > before || trace == NULL) {
        return;
    }
    len = strlen(text);
    while (len > 0 && (unsigned char)text[len - 1] <= ' ') {
        len--;
    }
    const char *last = span_find_last((struct span){text, len}, '\n');
    last = last != NULL ? last : text;
    utf8_line(last, len - (size_t)(last - text), MAX_TEXT, out);
}

/* A server behind a server quotes the other one's JSON, alone or behind a few words:
 * "chat error: {\"error\":{\"message\":\"too long\"}}" becomes "chat error: too long". */
static bool unwrap(const char *text, int depth, struct buf *out)
{
    const char *brace = strchr(text, '{');
    size_t before = out->len;
    if (brace == NULL || depth >= MAX_NESTED) {
        return false;
    }
    char *copy = xstrdup(brace);
    cJSON *inner = json_parse(copy, strlen(copy));
    buf_add(out, text, (size_t)(brace - text));
    bool found = inner != NULL && find_message(inner, depth + 1, out);
    if (!found && out->len > before) {
        out->data[out->len = before] = '\0';
    }
    cJSON_Delete(inner);
    free(copy);
    return found;
}

/* "loc" of a schema's error: where in the request it is, without "body". */
static void add_place(const cJSON *item, struct buf *out)
{
    const cJSON *loc = json_get(item, "loc");
    const char *before = "";
    for (const cJSON *part = cJSON_IsArray(loc) ? loc->child : NULL; part != NULL;
         part = part->next) {
        if (cJSON_IsString(part) && strcmp(part->valuestring, "body") != 0) {
            buf_printf(out, "%s%s", before, part->valuestring);
            before = ".";
        } else if (cJSON_IsNumber(part)) {
            buf_printf(out, "%s%.0f", before, part->valuedouble);
            before = ".";
        }
    }
    buf_add_str(out, before[0] != '\0' ? ": " : "");
}

/* Where a message may stand, best first. */
static const char *const names[] = {
    "error",   "message",    "detail",    "errors",         "msg",           "error_description",
    "title",   "status_msg", "error_msg", "error_message",  "errorMessage",  "errmsg",
    "errMsg",  "err",        "fault",     "faultstring",    "reason",        "description",
    "Message", "Error",      "exception", "status_message", "statusMessage", "messages"};

/* What may stand in the place of a message, where there is none. */
static const char *const codes[] = {"type", "code", "status"};

static bool is_all_blank(const char *text)
{
    return text[strspn(text, " \t\r\n")] == '\0';
}

/* A text, or the one that a server behind the server has written. */
static bool find_in_string(const char *text, int depth, struct buf *out)
{
    if (is_all_blank(text)) {
        return false;
    }
    if (!unwrap(text, depth, out)) {
        add_without_trace(text, out);
    }
    return true;
}

/* "error": "Bad Request" says what kind of error it is, a message beside it which one. */
static bool find_both(const cJSON *object, int depth, struct buf *out)
{
    const cJSON *error = json_get(object, "error");
    size_t before = out->len;
    if (!cJSON_IsString(error) || is_all_blank(error->valuestring)) {
        return false;
    }
    buf_printf(out, "%s: ", error->valuestring);
    for (size_t i = 1; i < sizeof names / sizeof *names; i++) {
        const cJSON *item = json_get(object, names[i]);
        bool same = json_is_text(item, error->valuestring);
        if (!same && find_message(item, depth + 1, out)) {
            return true;
        }
    }
    out->data[out->len = before] = '\0';
    return false;
}

static void add_page(const char *html, struct buf *out);

/* OpenRouter has the words of the provider behind it in "metadata"; its own are "Provider returned
 * error". */
static bool add_upstream(const cJSON *object, int depth, struct buf *out)
{
    const cJSON *raw = json_get(json_get(object, "metadata"), "raw");
    struct buf words;
    buf_init(&words, SIZE_MAX);
    if (cJSON_IsString(raw) && raw->valuestring[0] == '<') {
        add_page(raw->valuestring, &words);
    } else if (raw != NULL) {
        find_message(raw, depth + 1, &words);
    }
    bool found = words.len > 0 && (out->len == 0 || strstr(out->data, words.data) == NULL);
    if (found) {
        buf_printf(out, "%s%s", out->len > 0 ? ": " : "", words.data);
    }
    buf_finish(&words);
    return found;
}

static bool find_named(const cJSON *object, int depth, struct buf *out)
{
    size_t before = out->len;
    add_place(object, out);
    if (find_both(object, depth, out)) {
        return true;
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (find_message(json_get(object, names[i]), depth + 1, out)) {
            return true;
        }
    }
    if (out->len > before) {
        out->data[out->len = before] = '\0';
    }
    return false;
}

static bool find_in_object(const cJSON *object, int depth, struct buf *out)
{
    bool found = find_named(object, depth, out);
    return add_upstream(object, depth, out) || found;
}

static bool find_message(const cJSON *item, int depth, struct buf *out)
{
    bool found = false;
    if (depth > MAX_NESTED) {
        return false;
    }
    if (cJSON_IsString(item)) {
        return find_in_string(item->valuestring, depth, out);
    }
    if (cJSON_IsObject(item)) {
        return find_in_object(item, depth, out);
    }
    for (const cJSON *child = cJSON_IsArray(item) ? item->child : NULL; child != NULL && !found;
         child = child->next) {
        found = find_message(child, depth + 1, out);
    }
    return found;
}

/* What repeats the request, or is for machines. */
static bool is_no_message(const char *name)
{
    static const char *const others[] = {"input", "body",  "request", "ctx", "trace",
                                         "stack", "param", "type",    "url", NULL};
    return words_is_one(name, others);
}

/* A message under a name that is not known: {"data": {"error": ...}}, or that of a field of the
 * request: {"errors": {"stop": ["is too long"]}}. It has more words than one. */
static bool find_deep(const cJSON *item, int depth, struct buf *out)
{
    const cJSON *child = item != NULL && depth < MAX_NESTED ? item->child : NULL;
    for (; child != NULL; child = child->next) {
        const cJSON *text = cJSON_IsArray(child) ? child->child : child;
        if (is_no_message(child->string)) {
            continue;
        }
        if (cJSON_IsString(text) && strchr(text->valuestring, ' ') != NULL) {
            const char *name = child->string != NULL ? child->string : "";
            buf_printf(out, "%s%s", name, name[0] != '\0' ? ": " : "");
            return find_in_string(text->valuestring, depth, out);
        }
        if (!cJSON_IsString(text) &&
            (find_message(child, depth + 1, out) || find_deep(child, depth + 1, out))) {
            return true;
        }
    }
    return false;
}

/* An error that has no more than a name. */
static bool find_code(const cJSON *item, struct buf *out)
{
    const cJSON *error = json_get(item, "error");
    item = cJSON_IsObject(error) ? error : item;
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        const cJSON *code = json_get(item, codes[i]);
        if (cJSON_IsString(code) && code->valuestring[0] != '\0') {
            utf8_line(code->valuestring, strlen(code->valuestring), MAX_TEXT, out);
            return true;
        }
        if (cJSON_IsNumber(code)) {
            buf_printf(out, "%s %.0f", codes[i], code->valuedouble);
            return true;
        }
    }
    return false;
}

/* What is found, as one line: names and words of servers are any bytes. */
static bool add_found(bool (*find)(const cJSON *, int, struct buf *), const cJSON *item,
                      struct buf *out)
{
    struct buf message;
    buf_init(&message, SIZE_MAX);
    bool found = find(item, 0, &message);
    if (found) {
        utf8_line(message.data, message.len, MAX_TEXT, out);
    }
    buf_finish(&message);
    return found;
}

bool error_words(const cJSON *object, struct buf *out)
{
    return add_found(find_message, object, out);
}

/* Where the text within the first element of that name is, or NULL. */
static const char *find_element(const char *html, const char *name, size_t *len)
{
    size_t name_len = strlen(name);
    for (const char *p = strchr(html, '<'); p != NULL; p = strchr(p + 1, '<')) {
        if (strncasecmp(p + 1, name, name_len) != 0 || isalnum((unsigned char)p[1 + name_len])) {
            continue;
        }
        p = strchr(p, '>');
        if (p == NULL) {
            return NULL;
        }
        *len = strcspn(p + 1, "<");
        return p + 1;
    }
    return NULL;
}

/* A page says what is wrong in its title or its first heading. */
static void add_page(const char *html, struct buf *out)
{
    static const char *const elements[] = {"title", "h1", "message"};
    for (size_t i = 0; i < sizeof elements / sizeof *elements; i++) {
        size_t before = out->len, len = 0;
        const char *text = find_element(html, elements[i], &len);
        if (text != NULL) {
            utf8_line(text, len, MAX_TEXT, out);
        }
        if (out->len > before) {
            return;
        }
    }
}

static char *find_signin_url(const cJSON *root)
{
    const cJSON *url = json_get(root, "signin_url");
    if (url == NULL) {
        url = json_get(json_get(root, "error"), "signin_url");
    }
    if (!cJSON_IsString(url) || (strncmp(url->valuestring, "https://", 8) != 0 &&
                                 strncmp(url->valuestring, "http://", 7) != 0)) {
        return NULL;
    }
    return xstrdup(url->valuestring);
}

/* A text that begins like JSON. What follows the first value is left aside, as a body
 * may go on after its error, but a quoted word may begin plain text as well. */
static cJSON *parse_body(char *text, size_t len)
{
    if (text[0] == '"') {
        return json_parse(text, len);
    }
    if (text[0] != '{' && text[0] != '[') {
        return NULL;
    }
    json_mend(text, len);
    return cJSON_ParseWithLength(text, len);
}

/* ---- bodies that are more than a value ----------------------------------------- */

/* So many values in a body are looked at. */
#define MAX_VALUES 16

/* What stands in a line behind the name of an event's field, all of it if there is none. */
static char *skip_field(char *line)
{
    static const char *const fields[] = {"data:", "error:"};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        if (strncmp(line, fields[i], strlen(fields[i])) == 0) {
            line += strlen(fields[i]);
        }
    }
    return line + strspn(line, " \t\r");
}

static char *next_line(char *line)
{
    char *stop = strchr(line, '\n');
    return stop != NULL ? stop + 1 : NULL;
}

/* The first line that begins a value or a page with words in it: behind comments, events, a proxy's
 * own words. */
static bool find_in_lines(char *text, size_t len, struct buf *out)
{
    const char *end = text + len;
    int values = 0;
    for (char *line = text; line != NULL && values < MAX_VALUES; line = next_line(line)) {
        char *start = skip_field(line);
        bool page = *start == '<', found = false;
        if (page) {
            size_t before = out->len;
            add_page(start, out);
            found = out->len > before;
        } else if (*start == '{' || *start == '[') {
            cJSON *root = parse_body(start, (size_t)(end - start));
            found = root != NULL && error_words(root, out);
            cJSON_Delete(root);
            values++;
        }
        if (found || page) {
            return found;
        }
    }
    return false;
}

/* The text of a member in JSON that was cut off. */
static bool find_in_broken(const char *text, struct buf *out)
{
    static const char *const members[] = {"\"message\"", "\"detail\"", "\"error\"", "\"msg\""};
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        const char *at = strstr(text, members[i]);
        at = at != NULL ? at + strlen(members[i]) : "";
        at += strspn(at, " \t\r\n:");
        if (*at == '"' && at[1] != '"' && at[1] != '\0') {
            size_t len = 1;
            while (at[len] != '\0' && (at[len] != '"' || at[len - 1] == '\\')) {
                len++;
            }
            utf8_line(at + 1, len - 1, MAX_TEXT, out);
            return true;
        }
    }
    return false;
}

/* What is words and no name of an event nor a comment. */
static void add_lines(char *text, struct buf *out)
{
    struct buf words;
    buf_init(&words, SIZE_MAX);
    for (char *line = text; line != NULL; line = next_line(line)) {
        bool none = line[0] == ':' || strncmp(line, "event:", 6) == 0 ||
                    strncmp(line, "id:", 3) == 0 || strncmp(line, "retry:", 6) == 0;
        const char *start = skip_field(line);
        if (!none) {
            buf_add(&words, start, strcspn(start, "\n"));
            buf_add(&words, "\n", 1);
        }
    }
    add_without_trace(words.len > 0 ? words.data : "", out);
    buf_finish(&words);
}

/* What follows the value that a body begins with. */
static bool find_behind(char *text, size_t len, struct buf *out)
{
    struct balance balance = {0};
    size_t end = text[0] == '{' || text[0] == '[' ? balance_end(&balance, text, len) : 0;
    return end > 0 && find_in_lines(text + end, len - end, out);
}

static void add_words(char *text, size_t len, const cJSON *root, struct buf *out)
{
    if (root != NULL && (error_words(root, out) || find_behind(text, len, out))) {
        return;
    }
    if (root != NULL && (add_found(find_deep, root, out) || find_code(root, out))) {
        return;
    }
    if (root != NULL && (root->child != NULL || cJSON_IsNumber(root))) {
        utf8_line(text, len, MAX_TEXT, out);
    }
    if (root == NULL && !find_in_lines(text, len, out) && text[0] != '<' &&
        (text[0] != '{' || !find_in_broken(text, out))) {
        add_lines(text, out);
    }
}

void error_text(const char *body, size_t len, struct buf *out, char **signin_url)
{
    char *text = xstrndup(body, len), *whole = text;
    for (size_t i = 0; i < len; i++) { /* a NUL would end it here */
        whole[i] = whole[i] == '\0' ? ' ' : whole[i];
    }
    text = skip_field(text + strspn(text, " \t\r\n"));
    len -= (size_t)(text - whole);
    cJSON *root = parse_body(text, len);
    add_words(text, len, root, out);
    if (signin_url != NULL) {
        *signin_url = find_signin_url(root);
    }
    cJSON_Delete(root);
    free(whole);
}
