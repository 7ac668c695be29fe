#include "server/error_text.h"

#include "base/buf.h"
#include "base/utf8.h"
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

static bool find_message(const cJSON *item, int depth, struct buf *out)
{
    static const char *const names[] = {"error", "message",           "detail", "errors",
                                        "msg",   "error_description", "title",  "status_msg"};
    if (depth > MAX_NESTED) {
        return false;
    }
    if (cJSON_IsString(item)) {
        if (item->valuestring[strspn(item->valuestring, " \t\r\n")] == '\0') {
            return false;
        }
        if (!unwrap(item->valuestring, depth, out)) {
            buf_add_str(out, item->valuestring);
        }
        return true;
    }
    if (cJSON_IsObject(item)) {
        size_t before = out->len;
        add_place(item, out);
        for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
            if (find_message(json_get(item, names[i]), depth + 1, out)) {
                return true;
            }
        }
        if (out->len > before) {
            out->data[out->len = before] = '\0';
        }
    }
    if (cJSON_IsArray(item)) {
        for (const cJSON *child = item->child; child != NULL; child = child->next) {
            if (find_message(child, depth + 1, out)) {
                return true;
            }
        }
    }
    return false;
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
    static const char *const names[] = {"title", "h1", "message"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t before = out->len, len = 0;
        const char *text = find_element(html, names[i], &len);
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

void error_text(const char *body, size_t len, struct buf *out, char **signin_url)
{
    if (signin_url != NULL) {
        *signin_url = NULL;
    }
    char *text = xstrndup(body, len);
    char *start = text + strspn(text, " \t\r\n");
    if (strncmp(start, "data:", 5) == 0) {
        start += 5 + strspn(start + 5, " ");
    }
    len -= (size_t)(start - text);
    cJSON *root = parse_body(start, len);
    struct buf message;
    buf_init(&message, SIZE_MAX);
    if (find_message(root, 0, &message)) {
        utf8_line(message.data, message.len, MAX_TEXT, out);
    } else if (root == NULL && start[0] == '<') {
        add_page(start, out);
    } else if (root == NULL || root->child != NULL || cJSON_IsNumber(root)) {
        utf8_line(start, len, MAX_TEXT, out);
    }
    if (signin_url != NULL) {
        *signin_url = find_signin_url(root);
    }
    cJSON_Delete(root);
    buf_finish(&message);
    free(text);
}
