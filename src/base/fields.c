#include "base/fields.h"

#define WEEK_S (7.0 * 24 * 3600)

static void expect(struct fields *f, bool fits, const char *why)
{
    if (!fits && f->why == NULL) {
        f->why = why;
    }
}

bool fields_bool(struct fields *f, const char *name, const char *why)
{
    const struct value *v = value_get(f->map, name);
    expect(f, v != NULL && v->type == VALUE_BOOL, why);
    return value_bool(v, false);
}

size_t fields_size(struct fields *f, size_t max, const char *name, const char *why)
{
    int64_t n = value_int(value_get(f->map, name), -1);
    bool fits = n >= 0 && (uint64_t)n <= max;
    expect(f, fits, why);
    return fits ? (size_t)n : 0;
}

double fields_share(struct fields *f, const char *name, const char *why)
{
    double n = value_number(value_get(f->map, name), -1);
    bool fits = n >= 0 && n <= 1;
    expect(f, fits, why);
    return fits ? n : 0;
}

long fields_ms(struct fields *f, const char *name, const char *why)
{
    double s = value_number(value_get(f->map, name), -1);
    bool fits = s >= 0;
    expect(f, fits, why);
    return fits ? (long)((s < WEEK_S ? s : WEEK_S) * 1000 + 0.999) : 0;
}

char *fields_text(struct fields *f, const char *name, const char *why)
{
    char *s = value_strdup(value_get(f->map, name));
    expect(f, s != NULL, why);
    return s;
}
