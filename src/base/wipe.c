#include "base/wipe.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void wipe(void *data, size_t len)
{
    if (len > 0) {
        memset(data, 0, len);
        /* What reads all memory keeps the line above: explicit_bzero is not everywhere. */
        __asm__ __volatile__("" : : "r"(data) : "memory");
    }
}

__attribute__((noinline)) void wipe_stack(void)
{
    char space[64 << 10];
    wipe(space, sizeof space);
}

void wipe_text(char *text)
{
    if (text != NULL) {
        wipe(text, strlen(text));
        free(text);
    }
}

void wipe_texts(char **texts)
{
    for (char **text = texts; text != NULL && *text != NULL; text++) {
        wipe_text(*text);
    }
    free(texts);
}

/* ---- an allocator -------------------------------------------------------------- */

/* Before each block: its size, in so much room that what follows is aligned for anything. */
union head {
    size_t size;
    max_align_t align;
};

static union head *head_of(void *block)
{
    return (union head *)block - 1;
}

void *wiped_malloc(size_t size)
{
    union head *head = size <= SIZE_MAX - sizeof *head ? malloc(sizeof *head + size) : NULL;
    if (head == NULL) {
        return NULL;
    }
    head->size = size;
    return head + 1;
}

void *wiped_calloc(size_t count, size_t size)
{
    if (size > 0 && count > SIZE_MAX / size) {
        return NULL;
    }
    void *block = wiped_malloc(count * size);
    return block != NULL ? memset(block, 0, count * size) : NULL;
}

void *wiped_realloc(void *block, size_t size)
{
    void *other = wiped_malloc(size);
    if (other != NULL && block != NULL) {
        size_t had = head_of(block)->size;
        memcpy(other, block, had < size ? had : size);
        wiped_free(block);
    }
    return other;
}

char *wiped_strdup(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = wiped_malloc(size);
    return copy != NULL ? memcpy(copy, text, size) : NULL;
}

void wiped_free(void *block)
{
    if (block != NULL) {
        wipe(block, head_of(block)->size);
        free(head_of(block));
    }
}
