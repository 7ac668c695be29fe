#include "shape.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

/* RFC 3339 with up to nine digits, trailing zeros dropped, as Go prints it. */
void shape_created_at(struct buf *out)
{
    static time_t second;
    static char date[24];
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (now.tv_sec != second || !date[0]) {
        struct tm tm;
        gmtime_r(&now.tv_sec, &tm);
        strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &tm);
        second = now.tv_sec;
    }
    char digits[12] = ".000000000";
    long ns = now.tv_nsec;
    for (int i = 9; i > 0; i--, ns /= 10) {
        digits[i] = (char)('0' + ns % 10);
    }
    size_t len = 10;
    while (len > 1 && digits[len - 1] == '0') {
        len--;
    }
    buf_add_str(out, date);
    buf_add(out, digits, len > 1 ? len : 0);
    buf_add(out, "Z", 1);
}

void shape_text(const struct shape_state *s, struct piece p, enum quote_style style,
                struct buf *out)
{
    if (s->answer->escaped) {
        buf_add(out, "\"", 1);
        buf_add(out, p.text, p.len);
        buf_add(out, "\"", 1);
    } else {
        quote(out, p.text, p.len, style);
    }
}

void shape_all(const struct shape_state *s, const struct tokens *t, enum quote_style style,
               struct buf *out)
{
    struct piece all = {t->text.len ? t->text.data : "", t->text.len};
    shape_text(s, all, style, out);
}

/* The script's calls are in Ollama's form; OpenAI's has the arguments as a string. */
void shape_tools(const struct shape_state *s, enum quote_style style, bool ollama, struct buf *out)
{
    const cJSON *call;
    int i = 0;
    buf_add_str(out, "[");
    cJSON_ArrayForEach(call, s->answer->tool_calls)
    {
        const cJSON *function = cJSON_GetObjectItemCaseSensitive(call, "function");
        const cJSON *name = cJSON_GetObjectItemCaseSensitive(function, "name");
        const cJSON *arguments = cJSON_GetObjectItemCaseSensitive(function, "arguments");
        const char *called = cJSON_IsString(name) ? name->valuestring : "";
        char *json = arguments ? cJSON_PrintUnformatted(arguments) : NULL;
        const char *text = json ? json : "{}";
        buf_printf(out, "%s{\"id\":\"call_fake%04d\",", i ? "," : "", i);
        if (ollama) {
            buf_printf(out, "\"function\":{\"index\":%d,\"name\":", i);
            quote(out, called, strlen(called), style);
            buf_printf(out, ",\"arguments\":%s}}", text);
        } else {
            buf_printf(out, "\"index\":%d,\"type\":\"function\",\"function\":{\"name\":", i);
            quote(out, called, strlen(called), style);
            buf_add_str(out, ",\"arguments\":");
            quote(out, text, strlen(text), style);
            buf_add_str(out, "}}");
        }
        cJSON_free(json);
        i++;
    }
    buf_add_str(out, "]");
}

int64_t shape_stat(const struct shape_state *s, const char *name, uint64_t otherwise)
{
    const cJSON *given = cJSON_GetObjectItemCaseSensitive(s->answer->stats, name);
    return cJSON_IsNumber(given) ? (int64_t)given->valuedouble : (int64_t)otherwise;
}

void shape_sse_open(const struct shape_state *s, struct buf *out)
{
    const char *nl = s->answer->crlf ? "\r\n" : "\n";
    if (s->answer->comments) {
        buf_printf(out, ": a comment%s%sevent: message%sid: 1%s", nl, nl, nl, nl);
    }
    buf_add_str(out, s->answer->sse_space ? "data: " : "data:");
}

void shape_sse_close(const struct shape_state *s, struct buf *out)
{
    buf_add_str(out, s->answer->crlf ? "\r\n\r\n" : "\n\n");
}
