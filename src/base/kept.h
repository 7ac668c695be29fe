/* The names of what is kept with a chat, by content, as lua/hum/chat/kept/belongings.lua makes them:
 * the SHA-256 of the base64 of the bytes, in hexadecimal digits, and mostly an extension, ".png". */
#ifndef HUM_KEPT_H
#define HUM_KEPT_H

#include "base/base64.h"
#include "base/sha256.h"

#include <stdbool.h>
#include <stddef.h>

/* Of bytes that come in pieces. */
struct kept_hash {
    struct base64 base64;
    struct sha256 sha256;
};

void kept_hash_init(struct kept_hash *h);
void kept_hash_add(struct kept_hash *h, const void *data, size_t len);

/* As sha256_end. */
void kept_hash_end(struct kept_hash *h, char hex[SHA256_HEX + 1]);

/* Whether the last part of the path is such a name, whatever the hash. */
bool kept_is_name(const char *path);

/* Whether it is the name of what has that hash. */
bool kept_is_name_of(const char *path, const char *hex);

#endif
