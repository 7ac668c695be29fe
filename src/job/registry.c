#include "job/registry.h"

#include "job/job.h"
#include "nvim/wire.h"

#include <string.h>

bool registry_is_full(const struct registry *r)
{
    return r->count == REGISTRY_MAX;
}

void registry_add(struct registry *r, struct job *j)
{
    r->jobs[r->count++] = j;
}

void registry_remove(struct registry *r, const struct job *j)
{
    for (size_t i = 0; i < r->count; i++) {
        if (r->jobs[i] == j) {
            r->count--;
            memmove(r->jobs + i, r->jobs + i + 1, (r->count - i) * sizeof(struct job *));
            return;
        }
    }
}

struct job *registry_find(const struct registry *r, int64_t id)
{
    for (size_t i = 0; i < r->count; i++) {
        if (r->jobs[i]->id == id) {
            return r->jobs[i];
        }
    }
    return NULL;
}

void registry_clear(struct registry *r)
{
    while (r->count > 0) {
        struct job *j = r->jobs[--r->count];
        j->ops->free(j);
    }
}

/* From the end on: one that goes moves only those that had their turn. */
void registry_suspect(struct registry *r)
{
    for (size_t i = r->count; i-- > 0;) {
        struct job *j = r->jobs[i];
        if (j->ops->suspect != NULL) {
            j->ops->suspect(j);
        }
    }
}

bool registry_uses(const struct registry *r, const char *url, const char *model)
{
    for (size_t i = 0; i < r->count; i++) {
        const struct job *j = r->jobs[i];
        if (j->ops->uses != NULL && j->ops->uses(j, url, model)) {
            return true;
        }
    }
    return false;
}

static void pack(const struct job *j, uint64_t now_ns, struct buf *out)
{
    struct job_info info = {.state = JOB_WAITING};
    j->ops->describe(j, &info);
    wire_map(out, info.model != NULL ? 7 : 6);
    wire_cstr(out, "id");
    wire_int(out, j->id);
    wire_cstr(out, "kind");
    wire_cstr(out, j->ops->kind);
    wire_cstr(out, "state");
    wire_cstr(out, job_state_name(info.state));
    wire_cstr(out, "endpoint");
    wire_cstr(out, info.endpoint);
    if (info.model != NULL) {
        wire_cstr(out, "model");
        wire_cstr(out, info.model);
    }
    wire_cstr(out, "age_ms");
    wire_int(out, (int64_t)((now_ns - j->started_ns) / 1000000));
    wire_cstr(out, "bytes");
    wire_int(out, (int64_t)info.bytes);
}

void registry_pack(const struct registry *r, uint64_t now_ns, struct buf *out)
{
    wire_array(out, (uint32_t)r->count);
    for (size_t i = 0; i < r->count; i++) {
        pack(r->jobs[i], now_ns, out);
    }
}
