/* A page of the web as text: one GET, its redirects, and HTML made readable. Nothing of the user's
 * goes along: no key, no cookie. */
#ifndef HUM_PAGE_H
#define HUM_PAGE_H

#include "job/job.h"

struct value;

/* spec: {url, largest, timeout, idle_timeout, connect_timeout, allow_redirects?, proxy?, no_proxy?,
 * ca?}; largest: bytes that are read; times in seconds, 0: none. Ends with "result", {url, asked,
 * title?, text, bytes, cut, media}: url is the last address; bytes came, cut: of more; or with "error"
 * or "cancelled". Returns the job, or NULL if the spec is wrong: the ending event was sent then. */
struct job *page_start(const struct job_env *env, int64_t id, const struct value *spec);

#endif
