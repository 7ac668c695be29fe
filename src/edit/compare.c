#include "edit/compare.h"

#include "base/buf.h"

#include <stdlib.h>
#include <string.h>

/* Lines x0 up to x1 of a, y0 up to y1 of b. */
struct box {
    size_t x0, x1, y0, y1;
};

struct point {
    size_t x, y;
};

/* How far one end of a search has got: on diagonal k = x - y, counted from its own, to x[k]. */
struct front {
    int32_t *x; /* points at diagonal 0 */
    int32_t own, low, high;
};

void compare_init(struct compare *c)
{
    *c = (struct compare){0};
}

void compare_finish(struct compare *c)
{
    free(c->a);
    free(c->b);
    free(c->a_at);
    free(c->b_at);
    free(c->a_changed);
    free(c->b_changed);
    free(c->in_a);
    free(c->in_b);
    *c = (struct compare){0};
}

/* ---- where to divide ---- */

/* One more diagonal at either side, where there is one. */
static void widen(struct front *f, int32_t least, int32_t most, int32_t outside)
{
    if (f->low > least) {
        f->x[--f->low - 1 - f->own] = outside;
    } else {
        f->low++;
    }
    if (f->high < most) {
        f->x[++f->high + 1 - f->own] = outside;
    } else {
        f->high--;
    }
}

static bool reaches(const struct front *f, int32_t k)
{
    return k >= f->low && k <= f->high && (k - f->low) % 2 == 0;
}

/* The search from the beginning. meets: true if it met the other one, at *at. */
static bool step_forward(struct compare *c, const struct box *box, struct front *f,
                         const struct front *other, struct point *at)
{
    int32_t n = (int32_t)(box->x1 - box->x0), m = (int32_t)(box->y1 - box->y0);
    widen(f, -m, n, -1);
    for (int32_t k = f->high; k >= f->low; k -= 2) {
        int32_t left = f->x[k - 1], above = f->x[k + 1];
        int32_t x = left >= above ? left + 1 : above, y = x - k;
        while (x < n && y < m && c->a[box->x0 + (size_t)x] == c->b[box->y0 + (size_t)y]) {
            x++;
            y++;
            c->steps++;
        }
        c->steps++;
        f->x[k] = x;
        if (reaches(other, k) && other->x[k - other->own] <= x) {
            *at = (struct point){box->x0 + (size_t)x, box->y0 + (size_t)y};
            return true;
        }
    }
    return false;
}

/* The search from the end. */
static bool step_backward(struct compare *c, const struct box *box, struct front *f,
                          const struct front *other, struct point *at)
{
    int32_t n = (int32_t)(box->x1 - box->x0), m = (int32_t)(box->y1 - box->y0);
    widen(f, -m, n, INT32_MAX);
    for (int32_t k = f->high; k >= f->low; k -= 2) {
        int32_t below = f->x[k - 1 - f->own], right = f->x[k + 1 - f->own];
        int32_t x = below < right ? below : right - 1, y = x - k;
        while (x > 0 && y > 0 && c->a[box->x0 + (size_t)x - 1] == c->b[box->y0 + (size_t)y - 1]) {
            x--;
            y--;
            c->steps++;
        }
        c->steps++;
        f->x[k - f->own] = x;
        if (reaches(other, k) && other->x[k] >= x) {
            *at = (struct point){box->x0 + (size_t)x, box->y0 + (size_t)y};
            return true;
        }
    }
    return false;
}

/* A diagonal's point, moved into the box. */
static struct point within(const struct box *box, int32_t x, int32_t k)
{
    int32_t n = (int32_t)(box->x1 - box->x0), m = (int32_t)(box->y1 - box->y0);
    x = x > n ? n : x;
    x = x - k > m ? m + k : x;
    x = x < 0 ? 0 : x;
    x = x - k < 0 ? k : x;
    return (struct point){box->x0 + (size_t)x, box->y0 + (size_t)(x - k)};
}

/* Of both searches the point furthest from where they began. */
static struct point furthest(const struct box *box, const struct front *f, const struct front *b)
{
    struct point best = {box->x0, box->y0};
    size_t most = 0;
    for (int32_t k = f->low; k <= f->high; k += 2) {
        struct point p = within(box, f->x[k], k);
        size_t way = (p.x - box->x0) + (p.y - box->y0);
        best = way > most ? p : best;
        most = way > most ? way : most;
    }
    for (int32_t k = b->low; k <= b->high; k += 2) {
        struct point p = within(box, b->x[k - b->own], k);
        size_t way = (box->x1 - p.x) + (box->y1 - p.y);
        best = way > most ? p : best;
        most = way > most ? way : most;
    }
    return best;
}

/* A point on the best way through a box that has a line of each, of which neither the first two
 * nor the last two are equal. */
static struct point divide(struct compare *c, const struct box *box)
{
    int32_t delta = (int32_t)(box->x1 - box->x0) - (int32_t)(box->y1 - box->y0);
    struct front f = {c->forward + COMPARE_COST + 1, 0, 0, 0};
    struct front b = {c->backward + COMPARE_COST + 1, delta, delta, delta};
    f.x[0] = 0;
    b.x[0] = (int32_t)(box->x1 - box->x0);
    struct point at;
    for (int cost = 0; cost < COMPARE_COST; cost++) {
        if (step_forward(c, box, &f, &b, &at) || step_backward(c, box, &b, &f, &at)) {
            return at;
        }
    }
    return furthest(box, &f, &b);
}

/* ---- dividing ---- */

static void strip(struct compare *c, struct box *box)
{
    while (box->x0 < box->x1 && box->y0 < box->y1 && c->a[box->x0] == c->b[box->y0]) {
        box->x0++;
        box->y0++;
        c->steps++;
    }
    while (box->x0 < box->x1 && box->y0 < box->y1 && c->a[box->x1 - 1] == c->b[box->y1 - 1]) {
        box->x1--;
        box->y1--;
        c->steps++;
    }
}

static size_t size_of(const struct box *box)
{
    return (box->x1 - box->x0) + (box->y1 - box->y0);
}

/* The smaller half is done by a call, so that calls are not nested deeply. */
static void solve(struct compare *c, struct box box) // NOLINT(misc-no-recursion)
{
    for (;;) {
        strip(c, &box);
        if (box.x0 == box.x1 || box.y0 == box.y1) {
            break;
        }
        struct point at = divide(c, &box);
        struct box first = {box.x0, at.x, box.y0, at.y}, second = {at.x, box.x1, at.y, box.y1};
        bool first_is_smaller = size_of(&first) < size_of(&second);
        solve(c, first_is_smaller ? first : second);
        box = first_is_smaller ? second : first;
    }
    for (size_t x = box.x0; x < box.x1; x++) {
        c->a_changed[x] = true;
    }
    for (size_t y = box.y0; y < box.y1; y++) {
        c->b_changed[y] = true;
    }
}

/* ---- lines of one side alone ---- */

static void *room_for(void *p, size_t count, size_t size)
{
    free(p);
    return xcalloc(count, size);
}

static void make_room(struct compare *c, size_t a, size_t b, size_t classes)
{
    if (a > c->a_room) {
        c->a_room = 2 * a;
        c->a = room_for(c->a, c->a_room, sizeof *c->a);
        c->a_at = room_for(c->a_at, c->a_room, sizeof *c->a_at);
        c->a_changed = room_for(c->a_changed, c->a_room, sizeof *c->a_changed);
    }
    if (b > c->b_room) {
        c->b_room = 2 * b;
        c->b = room_for(c->b, c->b_room, sizeof *c->b);
        c->b_at = room_for(c->b_at, c->b_room, sizeof *c->b_at);
        c->b_changed = room_for(c->b_changed, c->b_room, sizeof *c->b_changed);
    }
    if (classes > c->classes) {
        c->classes = 2 * classes;
        c->in_a = room_for(c->in_a, c->classes, sizeof *c->in_a);
        c->in_b = room_for(c->in_b, c->classes, sizeof *c->in_b);
        c->round = 0;
    }
}

static void note_classes(const struct compare_side *side, uint32_t *in, uint32_t round)
{
    for (size_t i = 0; i < side->count; i++) {
        in[side->classes[i]] = round;
    }
}

/* Lines that are in the other side too, and where they stand; the others are changed. */
static size_t pick(const struct compare_side *side, const uint32_t *in_other, uint32_t round,
                   uint32_t *classes, uint32_t *at)
{
    size_t count = 0;
    for (size_t i = 0; i < side->count; i++) {
        if (in_other[side->classes[i]] == round) {
            classes[count] = side->classes[i];
            at[count++] = (uint32_t)i;
        } else {
            side->changed[i] = true;
        }
    }
    return count;
}

static void put_back(const struct compare_side *side, const uint32_t *at, const bool *changed,
                     size_t count)
{
    for (size_t i = 0; i < count; i++) {
        side->changed[at[i]] = changed[i];
    }
}

void compare_lines(struct compare *c, const struct compare_side *a, const struct compare_side *b,
                   size_t class_count)
{
    make_room(c, a->count, b->count, class_count);
    c->round++;
    note_classes(a, c->in_a, c->round);
    note_classes(b, c->in_b, c->round);
    size_t a_count = pick(a, c->in_b, c->round, c->a, c->a_at);
    size_t b_count = pick(b, c->in_a, c->round, c->b, c->b_at);
    c->steps += a->count + b->count;
    if (a_count > 0) {
        memset(c->a_changed, 0, a_count * sizeof *c->a_changed);
    }
    if (b_count > 0) {
        memset(c->b_changed, 0, b_count * sizeof *c->b_changed);
    }
    solve(c, (struct box){0, a_count, 0, b_count});
    put_back(a, c->a_at, c->a_changed, a_count);
    put_back(b, c->b_at, c->b_changed, b_count);
}
