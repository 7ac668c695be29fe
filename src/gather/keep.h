/* Content kept in the folder of a chat, each under the name that base/kept.h makes of it. Written
 * aside and renamed, so that a name stands for whole content only, whoever else writes it. */
#ifndef HUM_KEEP_H
#define HUM_KEEP_H

#include "base/sha256.h"
#include "base/span.h"

#include <stdbool.h>

struct buf;

/* Room for the longest name: hash, ".", extension, NUL. */
#define KEEP_NAME (SHA256_HEX + 1 + 8 + 1)

/* The name of the content with this extension of at most 8 characters, or "". */
void keep_name(struct span content, const char *ext, char name[KEEP_NAME]);

/* Keeps it in the folder (absolute), which is made, for the user alone, if it is missing; its
 * parents likewise. Returns true, or false with what to do and what is wrong in *why, which is
 * appended to. */
bool keep_write(const char *folder, const char *name, struct span content, struct buf *why);

/* Appends what is kept under a name. False: it is no such name, or nothing is kept there, or it was
 * changed since. */
bool keep_read(const char *folder, const char *name, struct buf *out);

/* Whether two names mean the same content. */
bool keep_is_same(const char *a, const char *b);

#endif
