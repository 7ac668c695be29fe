#include "base/base64.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void write_group(char *out, unsigned a, unsigned b, unsigned c)
{
    out[0] = digits[a >> 2];
    out[1] = digits[(a & 3) << 4 | b >> 4];
    out[2] = digits[(b & 15) << 2 | c >> 6];
    out[3] = digits[c & 63];
}

size_t base64_add(struct base64 *b, const void *data, size_t len, char *out)
{
    const unsigned char *p = data, *end = p + len;
    size_t written = 0;
    while (b->count > 0 && p < end) {
        if (b->count < 2) {
            b->rest[b->count++] = *p++;
            continue;
        }
        write_group(out, b->rest[0], b->rest[1], *p++);
        written = 4;
        b->count = 0;
    }
    for (; end - p >= 3; p += 3, written += 4) {
        write_group(out + written, p[0], p[1], p[2]);
    }
    while (p < end) {
        b->rest[b->count++] = *p++;
    }
    return written;
}

size_t base64_end(struct base64 *b, char out[4])
{
    size_t count = b->count;
    if (count == 0) {
        return 0;
    }
    write_group(out, b->rest[0], count > 1 ? b->rest[1] : 0, 0);
    out[3] = '=';
    if (count == 1) {
        out[2] = '=';
    }
    b->count = 0;
    return 4;
}
