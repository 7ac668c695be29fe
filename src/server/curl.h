/* libcurl, loaded with the first request: it brings 30 libraries more, which a helper that has
 * sent nothing needs neither in its memory nor for its start (bench/README.md has figures). The
 * headers are curl's own; its functions are members: curl->easy_init() is curl_easy_init(). */
#ifndef HUM_CURL_H
#define HUM_CURL_H

#include <curl/curl.h>

/* All that http.c calls. */
#define CURL_FUNCTIONS(F)  \
    F(easy_cleanup)        \
    F(easy_getinfo)        \
    F(easy_header)         \
    F(easy_init)           \
    F(easy_pause)          \
    F(easy_setopt)         \
    F(easy_strerror)       \
    F(free)                \
    F(global_cleanup)      \
    F(global_init_mem)     \
    F(multi_add_handle)    \
    F(multi_assign)        \
    F(multi_cleanup)       \
    F(multi_info_read)     \
    F(multi_init)          \
    F(multi_remove_handle) \
    F(multi_setopt)        \
    F(multi_socket_action) \
    F(slist_append)        \
    F(slist_free_all)      \
    F(url)                 \
    F(url_cleanup)         \
    F(url_get)             \
    F(url_set)             \
    F(version)

struct curl {
#define CURL_MEMBER(name) __typeof__(&curl_##name) name;
    CURL_FUNCTIONS(CURL_MEMBER)
#undef CURL_MEMBER
};

/* Loads it, unless it is there already; it stays. Returns NULL if that is not possible, then *why
 * says why until the next call. */
const struct curl *curl_load(const char **why);

#endif
