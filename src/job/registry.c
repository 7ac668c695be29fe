#include "job/registry.h"

#include "job/inspect.h"
#include "job/job.h"
#include "nvim/wire.h"

bool registry_is_full(const struct registry *r)
{
    size_t count = 0;
    for (const struct job *j = r->first; j != NULL; j = j->next) {
        count += j->id >= 0;
    }
    return count >= REGISTRY_MAX;
}

void registry_add(struct registry *r, struct job *j)
{
    struct job **end = &r->first;
    while (*end != NULL) {
        end = &(*end)->next;
    }
    *end = j;
    j->next = NULL;
    r->count++;
}

void registry_add_own(struct registry *r, struct job *j)
{
    j->id = --r->last_own;
    registry_add(r, j);
}

void registry_remove(struct registry *r, const struct job *j)
{
    for (struct job **at = &r->first; *at != NULL; at = &(*at)->next) {
        if (*at == j) {
            *at = j->next;
            r->next = r->next == j ? j->next : r->next;
            r->count--;
            return;
        }
    }
}

struct job *registry_find(const struct registry *r, int64_t id)
{
    struct job *j = r->first;
    while (j != NULL && j->id != id) {
        j = j->next;
    }
    return j;
}

void registry_clear(struct registry *r)
{
    while (r->first != NULL) {
        struct job *j = r->first;
        registry_remove(r, j);
        j->ops->free(j);
    }
}

void registry_suspect(struct registry *r)
{
    for (struct job *j = r->first; j != NULL; j = r->next) {
        r->next = j->next;
        if (j->ops->suspect != NULL) {
            j->ops->suspect(j);
        }
    }
}

bool registry_uses(const struct registry *r, const char *url, const char *model)
{
    for (const struct job *j = r->first; j != NULL; j = j->next) {
        if (j->ops->uses != NULL && j->ops->uses(j, url, model)) {
            return true;
        }
    }
    return false;
}

const struct inspection *registry_inspection(const struct registry *r, int64_t buf,
                                             char *const **secrets)
{
    const struct inspection *youngest = NULL;
    for (const struct job *j = r->first; j != NULL; j = j->next) {
        char *const *its = NULL;
        const struct inspection *one =
            j->ops->inspection != NULL ? j->ops->inspection(j, &its) : NULL;
        if (one != NULL && (buf == 0 || inspection_buf(one) == buf)) {
            youngest = one;
            *secrets = its;
        }
    }
    return youngest;
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
    for (const struct job *j = r->first; j != NULL; j = j->next) {
        pack(j, now_ns, out);
    }
}
