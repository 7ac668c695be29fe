#include "base/kept.h"

#include "base/span.h"

#include <string.h>

/* Bytes that are made base64 at a time. */
#define STEP 3072

void kept_hash_init(struct kept_hash *h)
{
    h->base64 = (struct base64){.count = 0};
    sha256_init(&h->sha256);
}

void kept_hash_add(struct kept_hash *h, const void *data, size_t len)
{
    char text[BASE64_LEN(STEP)];
    const char *p = data;
    while (len > 0) {
        size_t n = len < STEP ? len : STEP;
        sha256_add(&h->sha256, text, base64_add(&h->base64, p, n, text));
        p += n;
        len -= n;
    }
}

void kept_hash_end(struct kept_hash *h, char hex[SHA256_HEX + 1])
{
    char text[4];
    sha256_add(&h->sha256, text, base64_end(&h->base64, text));
    sha256_end(&h->sha256, hex);
}

static const char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

/* "" or ".png". */
static bool is_extension(const char *s)
{
    if (*s == '\0') {
        return true;
    }
    const char *c = s + 1;
    while (is_name(*c) && *c != '_') {
        c++;
    }
    return *s == '.' && c > s + 1 && *c == '\0';
}

bool kept_is_name(const char *path)
{
    const char *name = name_of(path);
    return strspn(name, "0123456789abcdef") == SHA256_HEX && is_extension(name + SHA256_HEX);
}

bool kept_is_name_of(const char *path, const char *hex)
{
    return kept_is_name(path) && memcmp(name_of(path), hex, SHA256_HEX) == 0;
}
