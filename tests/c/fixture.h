/* Recorded HTTP responses from tests/fixtures, for tests of what comes after HTTP. */
#ifndef HUM_FIXTURE_H
#define HUM_FIXTURE_H

#include "base/buf.h"
#include "proto.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct fixture {
    int status;
    bool is_events; /* text/event-stream */
    bool is_lines;  /* application/x-ndjson */
    struct buf body;
};

static inline bool fixture_has(const char *head, const char *end, const char *what)
{
    size_t len = strlen(what);
    for (; head + len <= end; head++) {
        if (strncasecmp(head, what, len) == 0) {
            return true;
        }
    }
    return false;
}

/* Chunks from data on, as far as they are well-formed. */
static inline void fixture_dechunk(const char *data, const char *end, struct buf *out)
{
    while (data < end) {
        char *rest;
        size_t size = strtoul(data, &rest, 16);
        const char *lf = memchr(rest, '\n', (size_t)(end - rest));
        if (rest == data || lf == NULL || size == 0) {
            return;
        }
        data = lf + 1;
        if (size > (size_t)(end - data)) {
            size = (size_t)(end - data);
        }
        buf_add(out, data, size);
        data += size;
        if (end - data >= 2) {
            data += 2;
        }
    }
}

/* Parses a whole response, NUL-terminated behind len: false if it is none. */
static inline bool fixture_parse(struct fixture *f, const char *data, size_t len)
{
    const char *end = data + len;
    memset(f, 0, sizeof *f);
    buf_init(&f->body, LIMIT_RECORD);
    const char *body;
    do {
        if (len < 12 || strncmp(data, "HTTP/1.", 7) != 0) {
            return false;
        }
        f->status = (int)strtol(data + 9, NULL, 10);
        body = strstr(data, "\r\n\r\n");
        if (body == NULL) {
            return false;
        }
        body += 4;
        len = (size_t)(end - body);
    } while (f->status == 100 && (data = body) != NULL);
    f->is_events = fixture_has(data, body, "\r\nContent-Type: text/event-stream");
    f->is_lines = fixture_has(data, body, "\r\nContent-Type: application/x-ndjson");
    if (fixture_has(data, body, "\r\nTransfer-Encoding: chunked")) {
        fixture_dechunk(body, end, &f->body);
    } else {
        buf_add(&f->body, body, len);
    }
    return true;
}

/* Loads tests/fixtures/PATH; the tests run in the root of the sources. */
static inline bool fixture_load(struct fixture *f, const char *path)
{
    char name[600];
    snprintf(name, sizeof name, "tests/fixtures/%s", path);
    FILE *file = fopen(name, "rb");
    if (file == NULL) {
        printf("%s: cannot be read\n", name);
        memset(f, 0, sizeof *f);
        return false;
    }
    struct buf raw;
    buf_init(&raw, LIMIT_RECORD);
    size_t n;
    do {
        buf_reserve(&raw, 65536);
        n = fread(raw.data + raw.len, 1, 65536, file);
        raw.len += n;
        raw.data[raw.len] = '\0';
    } while (n > 0);
    fclose(file);
    bool ok = fixture_parse(f, raw.data, raw.len);
    buf_finish(&raw);
    return ok;
}

static inline void fixture_finish(struct fixture *f)
{
    buf_finish(&f->body);
}

/* Calls visit for each recorded stream (status 200, lines or events) of tests/fixtures;
 * returns their number. */
static inline int fixture_each(void (*visit)(const char *path, const struct fixture *f))
{
    static const char *const folders[] = {"ollama", "llama-server"};
    int count = 0;
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        char path[512];
        snprintf(path, sizeof path, "tests/fixtures/%s", folders[i]);
        DIR *dir = opendir(path);
        struct dirent *entry;
        while (dir != NULL && (entry = readdir(dir)) != NULL) {
            if (strstr(entry->d_name, ".http") == NULL) {
                continue;
            }
            snprintf(path, sizeof path, "%s/%s", folders[i], entry->d_name);
            struct fixture f;
            if (fixture_load(&f, path) && f.status == 200 && (f.is_lines || f.is_events)) {
                visit(path, &f);
                count++;
            }
            fixture_finish(&f);
        }
        if (dir != NULL) {
            closedir(dir);
        }
    }
    return count;
}

#endif
