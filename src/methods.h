/* What may be called in the helper: one function per method, found in a table. Keeps
 * the running chats and queries by id. */
#ifndef HUM_METHODS_H
#define HUM_METHODS_H

#include <uv.h>

struct methods;

/* Takes over both descriptors as the RPC channel and announces itself on it. on_closed
 * runs once, when Neovim has gone. Returns NULL with *why a text. */
struct methods *methods_new(uv_loop_t *loop, int in_fd, int out_fd, void (*on_closed)(void *ctx),
                            void *ctx, const char **why);

/* Ends every job and closes everything; frees itself as the loop closes handles. */
void methods_close(struct methods *m);

#endif
