#include "server/missing.h"

#include "base/words.h"

#include <ctype.h>
#include <string.h>

/* Whether the word stands there, and not as a part of another one or of a path. */
static bool has_word(const char *text, const char *word)
{
    size_t len = strlen(word);
    for (const char *at = strcasestr(text, word); at != NULL; at = strcasestr(at + 1, word)) {
        bool begins = at == text || !(isalnum((unsigned char)at[-1]) || at[-1] == '/');
        if (begins && !isalnum((unsigned char)at[len]) && at[len] != '/') {
            return true;
        }
    }
    return false;
}

static bool is_of_model(const char *text)
{
    return has_word(text, "model") || has_word(text, "deployment") ||
           strcasestr(text, "endpoints found") != NULL ||
           strcasestr(text, "repository not found") != NULL; /* MLX, which fetches models */
}

/* "Not Found", whatever stands around it. */
static bool is_bare(const char *text)
{
    static const char bare[] = "not found";
    text += strspn(text, " \t\r\n\"'");
    size_t len = strcspn(text, ".!\"'\r\n");
    return len == sizeof bare - 1 && strncasecmp(text, bare, len) == 0;
}

/* In the words of routers: OpenAI, llama-server, LM Studio, Kong, Express, Ollama, FastAPI. */
static bool is_of_path(const char *text)
{
    static const char *const words[] = {"invalid url",
                                        "request url",
                                        "file not found",
                                        "page not found",
                                        "route",
                                        "cannot post",
                                        "cannot get",
                                        "unknown endpoint",
                                        "no such endpoint",
                                        "unknown path",
                                        "unexpected endpoint",
                                        "method not allowed",
                                        "path not found",
                                        "url not found",
                                        "resource not found",
                                        "not found: /",
                                        "not found for url",
                                        NULL};
    return is_bare(text) || words_any(text, words);
}

bool missing_is_address(long status, const char *body, size_t len, const char *text)
{
    static const char *const no_route[] = {"no route for", NULL}; /* Cloudflare, with 400 */
    if (status != 404 && status != 405 && !(status == 400 && words_any(text, no_route))) {
        return false;
    }
    size_t begin = 0;
    while (begin < len && isspace((unsigned char)body[begin])) {
        begin++;
    }
    bool is_json = begin < len && body[begin] != '\0' && strchr("{[\"", body[begin]) != NULL;
    text = text != NULL ? text : "";
    if (is_of_model(text)) {
        return false;
    }
    return !is_json || text[0] == '\0' || is_of_path(text);
}
