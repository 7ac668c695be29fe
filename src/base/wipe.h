/* Memory that held a key is made unreadable before it is given back. */
#ifndef HUM_WIPE_H
#define HUM_WIPE_H

#include <stddef.h>

/* Fills it with zeros; no optimizer takes that away. data may be NULL if len is 0. */
void wipe(void *data, size_t len);

/* Wipes what functions that have returned may have left on the stack. */
void wipe_stack(void);

/* Wipes and frees a NUL-terminated text, or a NULL-terminated list of them; NULL is fine. */
void wipe_text(char *text);
void wipe_texts(char **texts);

/* An allocator, as the C library's, whose blocks are wiped when they are freed: for libraries whose
 * copies of a key cannot be reached otherwise. Its blocks must not meet free() and realloc(). They
 * return NULL when there is no memory. */
void *wiped_malloc(size_t size);
void *wiped_calloc(size_t count, size_t size);
void *wiped_realloc(void *block, size_t size);
char *wiped_strdup(const char *text);
void wiped_free(void *block);

#endif
