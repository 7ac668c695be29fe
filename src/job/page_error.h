/* Why a page of the web is not there, for the user: the address, what is wrong, what to do. Words of
 * its own, for there is no endpoint. */
#ifndef HUM_PAGE_ERROR_H
#define HUM_PAGE_ERROR_H

#include "base/buf.h"
#include "proto.h"

#include <stdint.h>

struct http_result;
struct rpc;

struct page_error {
    enum hum_error code;
    long status; /* of HTTP, 0: none */
    struct buf message;
    const char *hint; /* static */
};

#define PAGE_COPY_HINT "Open it in a browser, copy what matters, and refer to it by #clipboard."

/* "URL what". hint is static. */
struct page_error page_error_of(const char *url, enum hum_error code, const char *what,
                                const char *hint);

/* Of a transfer that ended before there was an answer; of an answer that is an error. */
struct page_error page_error_of_transfer(const char *url, const struct http_result *result);
struct page_error page_error_of_status(const char *url, long status);

/* The event, with which the error is gone. */
void page_error_send(struct page_error *e, struct rpc *rpc, int64_t id);

#endif
