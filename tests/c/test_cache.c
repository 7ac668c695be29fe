#include "check.h"
#include "complete/cache.h"
#include "proto.h"

#define PLENTY (1 << 20)

static struct cache_key key_of(uint64_t backend, struct span left, struct span after)
{
    return (struct cache_key){backend, {left, {left.data + left.len, 0}, after}};
}

static struct cache_key at(const char *left, const char *after)
{
    return key_of(7, span_of(left), span_of(after));
}

/* Asks and gets the whole answer. Returns its serial. */
static uint64_t answer(struct cache *c, const char *before, const char *after, unsigned variant,
                       const char *text)
{
    struct cache_key p = at(before, after);
    struct answer *a = cache_add(c, &p, variant);
    uint64_t serial = a->serial;
    CHECK_INT(cache_extend(c, a, text, strlen(text)), HUM_OK);
    cache_finalize(c, a);
    return serial;
}

/* What of an answer is left to show there, NULL if there is no answer. */
static const char *left_at(struct cache *c, const struct cache_key *p, unsigned variant)
{
    size_t used = 99;
    struct answer *a = cache_find(c, p, variant, &used);
    return a == NULL ? NULL : a->text.len > used ? a->text.data + used : "";
}

static const char *left(struct cache *c, const char *before, const char *after)
{
    struct cache_key p = at(before, after);
    return left_at(c, &p, 0);
}

/* The same of the answer that is shown. */
static const char *shown_left(struct cache *c, uint64_t serial, const char *before,
                              const char *after)
{
    struct cache_key p = at(before, after);
    size_t used = 99;
    struct answer *a = cache_follow_shown(c, &p, serial, &used);
    return a == NULL ? NULL : a->text.len > used ? a->text.data + used : "";
}

#define NOTHING(found) CHECK((found) == NULL)

/* ---- finding ------------------------------------------------------------------- */

static void an_answer_begins_empty_and_pinned(void)
{
    struct cache *c = cache_new(PLENTY);
    struct cache_key p = at("a", "b");
    struct answer *a = cache_add(c, &p, 3), *b = cache_add(c, &p, 4);
    CHECK_INT(a->serial, 1);
    CHECK_INT(b->serial, 2);
    CHECK_INT(a->variant, 3);
    CHECK_INT(a->text.len, 0);
    CHECK(a->pinned && !a->final);
    cache_finalize(c, a);
    CHECK(!a->pinned && a->final);
    cache_free(c);
}

static void serials_are_never_used_again(void)
{
    struct cache *c = cache_new(0);
    struct cache_key p = at("a", "b");
    for (uint64_t serial = 1; serial < 100; serial += 2) {
        struct answer *a = cache_add(c, &p, 0);
        CHECK_INT(a->serial, serial);
        cache_drop(c, a);
        CHECK_INT(answer(c, "x", "y", 0, "z"), serial + 1);
    }
    cache_free(c);
}

static void is_found_where_it_was_asked_for(void)
{
    struct cache *c = cache_new(PLENTY);
    struct cache_key p = at("int ", "\n");
    answer(c, "int ", "\n", 0, "main(void)");
    CHECK_TEXT(left(c, "int ", "\n"), "main(void)");
    NOTHING(left(c, "int", "\n"));
    NOTHING(left(c, "Int ", "\n"));
    NOTHING(left(c, " int ", "\n"));
    NOTHING(left(c, "int ", ""));
    NOTHING(left(c, "int ", "\n\n"));
    NOTHING(left(c, "", ""));
    NOTHING(left_at(c, &p, 1));
    p.backend++;
    NOTHING(left_at(c, &p, 0));
    cache_free(c);
}

static void is_found_while_what_it_says_is_typed(void)
{
    struct cache *c = cache_new(PLENTY);
    answer(c, "if (x) {", "\n}\n", 0, "\n    return y;\n  }");
    CHECK_TEXT(left(c, "if (x) {\n", "\n}\n"), "    return y;\n  }");
    CHECK_TEXT(left(c, "if (x) {\n    ret", "\n}\n"), "urn y;\n  }");
    CHECK_TEXT(left(c, "if (x) {\n    return y;\n  ", "\n}\n"), "}");
    NOTHING(left(c, "if (x) {\n    Ret", "\n}\n"));
    NOTHING(left(c, "if (y) {\n    ret", "\n}\n"));
    cache_free(c);
}

static void is_found_again_after_going_back(void)
{
    struct cache *c = cache_new(PLENTY);
    answer(c, "x = fo", "\n", 0, "o()");
    answer(c, "x = b", "\n", 0, "ar()");
    NOTHING(left(c, "x = ", "\n"));
    CHECK_TEXT(left(c, "x = b", "\n"), "ar()");
    CHECK_TEXT(left(c, "x = ba", "\n"), "r()");
    CHECK_TEXT(left(c, "x = foo", "\n"), "()");
    CHECK_TEXT(left(c, "x = fo", "\n"), "o()");
    cache_free(c);
}

static void works_from_the_first_byte_of_a_text(void)
{
    struct cache *c = cache_new(PLENTY);
    answer(c, "", "", 0, "#include <stdio.h>\n");
    CHECK_TEXT(left(c, "", ""), "#include <stdio.h>\n");
    CHECK_TEXT(left(c, "#in", ""), "clude <stdio.h>\n");
    NOTHING(left(c, "\n#in", ""));
    NOTHING(left(c, "in", ""));
    cache_free(c);
}

/* Texts of every length about CACHE_LEFT, all of one byte or not. */
static void counts_so_many_bytes_before_and_no_more(void)
{
    static const size_t lengths[] = {0, 1, CACHE_LEFT - 1, CACHE_LEFT, CACHE_LEFT + 1, 3000};
    struct cache *c = cache_new(PLENTY);
    char *text = xcalloc(1, 3001);
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        size_t len = lengths[i];
        memset(text, '.', len);
        text[len] = '\0';
        for (size_t at = 0; at < len; at += at + 2 < len ? 1 + len / 3 : 1) {
            bool counts = len - at <= CACHE_LEFT;
            answer(c, text, "|", 0, "yes");
            text[at] = 'x';
            CHECK((left(c, text, "|") == NULL) == counts);
            text[at] = '.';
        }
    }
    free(text);
    cache_free(c);
}

static void counts_so_many_bytes_after_and_no_more(void)
{
    struct cache *c = cache_new(PLENTY);
    char after[CACHE_AFTER + 2];
    memset(after, '.', sizeof after);
    after[CACHE_AFTER + 1] = '\0';
    answer(c, "a", after, 0, "yes");
    after[CACHE_AFTER] = 'x';
    CHECK_TEXT(left(c, "a", after), "yes");
    after[CACHE_AFTER] = '\0';
    CHECK_TEXT(left(c, "a", after), "yes");
    after[CACHE_AFTER - 1] = 'x';
    NOTHING(left(c, "a", after));
    after[CACHE_AFTER - 1] = '\0';
    NOTHING(left(c, "a", after));
    cache_free(c);
}

static void looks_so_far_back_and_no_farther(void)
{
    static const size_t tops[] = {0, 1, CACHE_LEFT - 1, CACHE_LEFT, CACHE_LEFT + 1};
    char typed[CACHE_BACK + 2];
    for (size_t i = 0; i <= CACHE_BACK; i++) {
        typed[i] = (char)('a' + i * i % 23);
    }
    typed[CACHE_BACK + 1] = '\0';
    char before[sizeof typed + CACHE_LEFT + 2];
    for (size_t i = 0; i < sizeof tops / sizeof *tops; i++) {
        struct cache *c = cache_new(PLENTY);
        size_t top = tops[i];
        memset(before, '.', top);
        before[top] = '\0';
        answer(c, before, "", 0, typed);
        memcpy(before + top, typed, sizeof typed);
        before[top + CACHE_BACK] = '\0';
        CHECK_TEXT(left(c, before, ""), typed + CACHE_BACK);
        before[top + CACHE_BACK] = typed[CACHE_BACK];
        NOTHING(left(c, before, ""));
        cache_free(c);
    }
}

static void closers_may_come_in_between(void)
{
    struct cache *c = cache_new(PLENTY);
    uint64_t shown = answer(c, "f", "\nnext", 0, "(\"a\", [b])");
    CHECK_TEXT(shown_left(c, shown, "f(", ")\nnext"), "\"a\", [b])");
    CHECK_TEXT(shown_left(c, shown, "f(\"", "\")\nnext"), "a\", [b])");
    CHECK_TEXT(shown_left(c, shown, "f(\"a\", [", "])\nnext"), "b])");
    CHECK_TEXT(shown_left(c, shown, "f(", "\n    )\nnext"), "\"a\", [b])");
    NOTHING(shown_left(c, shown, "f(", ";\nnext"));
    NOTHING(shown_left(c, shown, "f(", " \nnext"));
    NOTHING(shown_left(c, shown, "f(", ") \nnext"));
    NOTHING(shown_left(c, shown, "f(", "((\nnext"));
    shown = answer(c, "g", "", 0, "()");
    CHECK_TEXT(shown_left(c, shown, "g(", ")"), ")");
    shown = answer(c, "h", "", 0, "(((((x");
    CHECK_TEXT(shown_left(c, shown, "h((((", "))))"), "(x");
    NOTHING(shown_left(c, shown, "h(((((", ")))))"));
    cache_free(c);
}

/* Whoever shows it again could not tell them from the user's, and they would be there twice. */
static void only_behind_what_is_shown_closers_may_come_in(void)
{
    struct cache *c = cache_new(PLENTY);
    uint64_t serial = answer(c, "f", "\nnext", 0, "(\"a\")\ng()");
    struct cache_key p = at("f(", ")\nnext");
    size_t used;
    CHECK(cache_follow_shown(c, &p, serial, &used) != NULL);
    CHECK(cache_follow(c, &p, serial, &used) == NULL);
    NOTHING(left_at(c, &p, 0));
    NOTHING(left(c, "f", ")\nnext"));
    NOTHING(left(c, "f(\"a", "\")\nnext"));
    NOTHING(left(c, "f(", "\n)\nnext"));
    CHECK_INT(cache_variants(c, &p), 0);
    CHECK_TEXT(left(c, "f(", "\nnext"), "\"a\")\ng()");
    cache_free(c);
}

static void closers_are_looked_for_so_far_and_no_farther(void)
{
    struct cache *c = cache_new(PLENTY);
    char after[CACHE_PAIR + 2];
    memset(after, ' ', sizeof after);
    after[CACHE_PAIR - 1] = ')';
    after[CACHE_PAIR] = '\0';
    uint64_t shown = answer(c, "f", "", 0, "(x)");
    CHECK_TEXT(shown_left(c, shown, "f(", after), "x)");
    after[CACHE_PAIR - 1] = ' ';
    after[CACHE_PAIR] = ')';
    after[CACHE_PAIR + 1] = '\0';
    NOTHING(shown_left(c, shown, "f(", after));
    cache_free(c);
}

static void bytes_of_any_value_count(void)
{
    struct cache *c = cache_new(PLENTY);
    struct cache_key p = key_of(1, (struct span){"\0\xFF", 2}, (struct span){"\0", 1});
    struct cache_key q = key_of(1, (struct span){"\0\0\xFF\0", 4}, (struct span){"\0", 1});
    struct answer *a = cache_add(c, &p, 0);
    cache_extend(c, a, "\0\0\n", 3);
    size_t used;
    CHECK(cache_find(c, &p, 0, &used) == a);
    CHECK(cache_find(c, &q, 0, &used) == NULL);
    q.around.before = span_skip(q.around.before, 1);
    CHECK(cache_find(c, &q, 0, &used) == a);
    CHECK_INT(used, 1);
    cache_free(c);
}

/* Both ways lead to the same sum, as long as the hash is a polynomial of this factor. */
static void keys_of_equal_hash_are_told_apart(void)
{
    struct cache *c = cache_new(PLENTY);
    struct cache_key p = at("a", "b"), q = at("a", "");
    q.backend = p.backend * UINT64_C(0x9E3779B97F4A7C15) + 'b' + 1;
    cache_finalize(c, cache_add(c, &p, 0));
    CHECK_TEXT(left_at(c, &p, 0), "");
    NOTHING(left_at(c, &q, 0));
    cache_finalize(c, cache_add(c, &q, 0));
    CHECK_TEXT(left_at(c, &p, 0), "");
    CHECK_TEXT(left_at(c, &q, 0), "");
    cache_free(c);
}

/* ---- which one ----------------------------------------------------------------- */

static void the_nearest_is_preferred_then_the_newest(void)
{
    struct cache *c = cache_new(PLENTY);
    struct cache_key p = at("ab", "");
    answer(c, "", "", 0, "abcd");
    answer(c, "a", "", 0, "bce");
    CHECK_TEXT(left(c, "ab", ""), "ce");
    struct answer *one = cache_add(c, &p, 0);
    CHECK_TEXT(left(c, "ab", ""), "ce");
    cache_extend(c, one, "f", 1);
    CHECK_TEXT(left(c, "ab", ""), "f");
    struct answer *two = cache_add(c, &p, 0);
    cache_extend(c, two, "g", 1);
    CHECK_TEXT(left(c, "ab", ""), "g");
    cache_finalize(c, two);
    cache_finalize(c, one);
    size_t used;
    CHECK(cache_find(c, &p, 0, &used) == two);
    CHECK_INT(used, 0);
    cache_free(c);
}

static void nothing_to_suggest_is_an_answer_if_there_is_no_other(void)
{
    struct cache *c = cache_new(PLENTY);
    struct cache_key p = at("ab", "");
    answer(c, "ab", "", 0, "");
    CHECK_TEXT(left(c, "ab", ""), "");
    NOTHING(left(c, "abc", ""));
    p.around.before.len = 1;
    struct answer *live = cache_add(c, &p, 0);
    cache_extend(c, live, "b", 1);
    p.around.before.len = 2;
    size_t used;
    CHECK(cache_find(c, &p, 0, &used) == live);
    CHECK_INT(used, 1);
    answer(c, "", "", 0, "abc");
    CHECK_TEXT(left(c, "ab", ""), "c");
    cache_free(c);
}

static void what_is_used_up_fits_only_while_more_may_come(void)
{
    struct cache *c = cache_new(PLENTY);
    struct cache_key p = at("a", ""), q = at("abc", ""), r = at("abcd", "");
    struct answer *a = cache_add(c, &p, 0);
    cache_extend(c, a, "bc", 2);
    size_t used;
    CHECK(cache_find(c, &q, 0, &used) == a);
    CHECK_INT(used, 2);
    CHECK(cache_find(c, &r, 0, &used) == NULL);
    cache_finalize(c, a);
    CHECK(cache_find(c, &q, 0, &used) == NULL);
    cache_free(c);
}

static void follows_an_answer_that_lags_behind_the_typing(void)
{
    struct cache *c = cache_new(PLENTY);
    struct cache_key p = at("a", ""), q = at("abc", ""), r = at("axc", "");
    struct answer *a = cache_add(c, &p, 0);
    size_t used;
    CHECK(cache_follow(c, &p, a->serial, &used) == a);
    CHECK(cache_follow(c, &q, a->serial + 1, &used) == NULL);
    CHECK(cache_follow(c, &q, a->serial, &used) == a);
    CHECK_INT(used, 2);
    CHECK(cache_follow(c, &r, a->serial, &used) == a);
    cache_extend(c, a, "b", 1);
    CHECK(cache_follow(c, &q, a->serial, &used) == a);
    CHECK_INT(used, 2);
    CHECK(cache_follow(c, &r, a->serial, &used) == NULL);
    cache_finalize(c, a);
    CHECK(cache_follow(c, &q, a->serial, &used) == NULL);
    CHECK(cache_follow(c, &p, a->serial, &used) == a);
    CHECK_INT(used, 0);
    cache_free(c);
}

static void follows_an_alternative_that_is_typed_through(void)
{
    struct cache *c = cache_new(PLENTY);
    struct cache_key p = at("xf", "");
    answer(c, "x", "", 0, "foo");
    uint64_t serial = answer(c, "x", "", 1, "fab");
    size_t used;
    CHECK_TEXT(cache_follow(c, &p, serial, &used)->text.data, "fab");
    CHECK_INT(used, 1);
    CHECK_TEXT(left_at(c, &p, 1), "ab");
    CHECK_TEXT(left_at(c, &p, 0), "oo");
    cache_free(c);
}

static void counts_the_alternatives_without_a_gap(void)
{
    struct cache *c = cache_new(PLENTY);
    struct cache_key p = at("x", ""), q = at("xf", "");
    CHECK_INT(cache_variants(c, &p), 0);
    answer(c, "x", "", 0, "foo");
    CHECK_INT(cache_variants(c, &p), 1);
    answer(c, "x", "", 2, "fee");
    CHECK_INT(cache_variants(c, &p), 1);
    answer(c, "x", "", 1, "bar");
    CHECK_INT(cache_variants(c, &p), 3);
    CHECK_INT(cache_variants(c, &q), 1);
    answer(c, "xf", "", 1, "ix");
    CHECK_INT(cache_variants(c, &q), 3);
    cache_free(c);
}

/* ---- what stays ---------------------------------------------------------------- */

static void a_new_answer_replaces_the_old_one_unless_that_is_pinned(void)
{
    struct cache *c = cache_new(PLENTY);
    struct cache_key p = at("a", "");
    answer(c, "a", "", 0, "one");
    size_t bytes = cache_bytes(c);
    uint64_t serial = answer(c, "a", "", 0, "two");
    CHECK_INT(cache_bytes(c), bytes);
    size_t used;
    CHECK(cache_follow(c, &p, serial - 1, &used) == NULL);
    struct answer *live = cache_add(c, &p, 0);
    CHECK(cache_follow(c, &p, serial, &used) == NULL);
    answer(c, "a", "", 0, "four");
    CHECK(cache_follow(c, &p, live->serial, &used) == live);
    CHECK_TEXT(left(c, "a", ""), "four");
    cache_drop(c, live);
    CHECK_TEXT(left(c, "a", ""), "four");
    cache_free(c);
}

static void a_cut_gives_memory_back_and_text_may_come_again(void)
{
    struct cache *c = cache_new(PLENTY);
    struct cache_key p = at("a", "");
    struct answer *a = cache_add(c, &p, 0);
    size_t empty = cache_bytes(c);
    cache_cut(c, a, 0);
    cache_extend(c, a, "some text, long enough", 22);
    cache_cut(c, a, 100);
    CHECK_INT(a->text.len, 22);
    cache_cut(c, a, 4);
    CHECK_TEXT(a->text.data, "some");
    CHECK_INT(cache_bytes(c), empty + 5);
    cache_extend(c, a, " more", 5);
    CHECK_TEXT(a->text.data, "some more");
    CHECK_INT(cache_bytes(c), empty + a->text.room);
    cache_drop(c, a);
    CHECK_INT(cache_bytes(c), 0);
    cache_free(c);
}

static void an_answer_without_end_is_refused(void)
{
    struct cache *c = cache_new(PLENTY);
    struct cache_key p = at("a", "");
    struct answer *a = cache_add(c, &p, 0);
    char *text = xcalloc(1, CACHE_TEXT);
    CHECK_INT(cache_extend(c, a, text, CACHE_TEXT), HUM_OK);
    CHECK_INT(cache_extend(c, a, text, 1), HUM_ETOOBIG);
    CHECK_INT(a->text.len, CACHE_TEXT);
    free(text);
    cache_free(c);
}

static void what_was_not_used_for_longest_leaves(void)
{
    struct cache *c = cache_new(PLENTY);
    answer(c, "a", "", 0, "x");
    size_t one = cache_bytes(c);
    answer(c, "b", "", 0, "x");
    one = cache_bytes(c) - one;
    answer(c, "c", "", 0, "x");
    cache_resize(c, cache_bytes(c));
    CHECK_TEXT(left(c, "a", ""), "x");
    answer(c, "d", "", 0, "x");
    NOTHING(left(c, "b", ""));
    CHECK_TEXT(left(c, "c", ""), "x");
    CHECK_TEXT(left(c, "a", ""), "x");
    CHECK_TEXT(left(c, "d", ""), "x");
    cache_resize(c, cache_bytes(c) - 1);
    NOTHING(left(c, "c", ""));
    cache_resize(c, cache_bytes(c) - one - 1);
    NOTHING(left(c, "a", ""));
    NOTHING(left(c, "d", ""));
    CHECK_INT(cache_bytes(c), 0);
    cache_free(c);
}

static size_t count_found(struct cache *c)
{
    char name[16];
    size_t found = 0;
    for (int i = 0; i < 10000; i++) {
        snprintf(name, sizeof name, "%04d", i);
        found += left(c, name, "") != NULL;
    }
    return found;
}

/* The second of two equal answers costs what each further one does, but for the index: two to
 * four slots of 20 bytes each, up to eight after many have left. */
static void holds_as_many_as_the_limit_allows(void)
{
    struct cache *c = cache_new(PLENTY);
    answer(c, "0000", "", 0, "x");
    size_t one = cache_bytes(c);
    answer(c, "1000", "", 0, "x");
    one = cache_bytes(c) - one;
    size_t over = 0;
    char name[16];
    for (int i = 0; i < 20000; i++) {
        snprintf(name, sizeof name, "%04d", i % 10000);
        answer(c, name, "", 0, "x");
        over += cache_bytes(c) > PLENTY;
    }
    CHECK_INT(over, 0);
    size_t found = count_found(c);
    CHECK(found >= PLENTY / (one + 4 * 20) && found <= PLENTY / (one + 2 * 20));
    cache_resize(c, PLENTY / 64);
    found = count_found(c);
    CHECK(found >= PLENTY / 64 / (one + 8 * 20) && found <= PLENTY / 64 / (one + 2 * 20));
    cache_resize(c, 0);
    CHECK_INT(cache_bytes(c), 0);
    cache_free(c);
}

static void pinned_answers_stay_and_may_grow(void)
{
    struct cache *c = cache_new(0);
    struct cache_key p = at("a", ""), q = at("b", "");
    struct answer *a = cache_add(c, &p, 0), *b = cache_add(c, &q, 0);
    for (int i = 0; i < 100; i++) {
        cache_extend(c, a, "0123456789", 10);
        cache_extend(c, b, "9876543210", 10);
    }
    cache_resize(c, 1);
    size_t used;
    CHECK(cache_find(c, &p, 0, &used) == a);
    CHECK_INT(a->text.len, 1000);
    cache_finalize(c, a);
    CHECK_INT(a->text.len, 1000);
    cache_extend(c, b, "!", 1);
    CHECK(cache_find(c, &p, 0, &used) == NULL);
    CHECK(cache_find(c, &q, 0, &used) == b);
    cache_drop(c, b);
    CHECK_INT(cache_bytes(c), 0);
    cache_free(c);
}

static void a_growing_answer_pushes_others_out(void)
{
    struct cache *c = cache_new(4096);
    struct cache_key p = at("live", "");
    answer(c, "old", "", 0, "x");
    answer(c, "new", "", 0, "x");
    struct answer *a = cache_add(c, &p, 0);
    while (cache_bytes(c) < 2048) {
        cache_extend(c, a, "0123456789", 10);
    }
    CHECK_TEXT(left(c, "old", ""), "x");
    CHECK_TEXT(left(c, "new", ""), "x");
    while (a->text.room < 4096) {
        cache_extend(c, a, "0123456789", 10);
    }
    NOTHING(left(c, "old", ""));
    NOTHING(left(c, "new", ""));
    CHECK_INT(memcmp(left(c, "live0123456", ""), "789012", 6), 0);
    cache_free(c);
}

/* ---- against a model that compares everything with everything ------------------ */

#define TEXT_MAX 4000
#define MODEL_MAX 400

struct known {
    uint64_t serial, backend, use;
    unsigned variant;
    bool final;
    struct answer *live; /* while pinned */
    size_t left_len, after_len, len;
    char left[CACHE_LEFT], after[CACHE_AFTER], text[200];
};

static struct {
    struct cache *cache;
    struct known known[MODEL_MAX];
    size_t count;
    uint64_t use;
    char text[TEXT_MAX]; /* being edited */
    size_t len, cursor;
    uint64_t seed;
    int here, typed, lagging, evicted; /* what was found, what left */
} m;

static size_t dice(size_t sides)
{
    m.seed = m.seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (size_t)(m.seed >> 33) % sides;
}

static char letter(void)
{
    return "aaaaaaaaaaaabab)\n "[dice(18)];
}

static struct cache_key here(void)
{
    size_t most = CACHE_LEFT + CACHE_BACK, ahead = CACHE_AFTER + CACHE_PAIR;
    size_t before = m.cursor < most ? m.cursor : most, after = m.len - m.cursor;
    return key_of(dice(40) == 0, (struct span){m.text + m.cursor - before, before},
                  (struct span){m.text + m.cursor, after < ahead ? after : ahead});
}

static bool has_way_to(const struct known *k, const struct cache_key *p, bool shown)
{
    size_t closers = 0;
    for (size_t skip = 0;
         skip <= p->around.after.len && skip <= CACHE_PAIR && closers <= CACHE_CLOSERS; skip++) {
        size_t len =
            p->around.after.len - skip < CACHE_AFTER ? p->around.after.len - skip : CACHE_AFTER;
        bool closed = skip == 0 || p->around.after.data[skip - 1] == ')';
        if (closed && len == k->after_len &&
            memcmp(p->around.after.data + skip, k->after, len) == 0) {
            return true;
        }
        if (!shown || skip == p->around.after.len ||
            strchr(") \n", p->around.after.data[skip]) == NULL) {
            break;
        }
        closers += p->around.after.data[skip] == ')';
    }
    return false;
}

/* 0: does not fit, else the better the greater. */
static int model_fit(const struct known *k, const struct cache_key *p, size_t back, bool shown)
{
    size_t end = p->around.before.len - back, len = end < CACHE_LEFT ? end : CACHE_LEFT;
    size_t common = back < k->len ? back : k->len;
    if (k->backend != p->backend || memcmp(k->text, p->around.before.data + end, common) != 0 ||
        k->left_len != len || memcmp(k->left, p->around.before.data + end - len, len) != 0 ||
        !has_way_to(k, p, shown)) {
        return 0;
    }
    return k->len > back              ? 4
           : !k->final                ? (k->len == back ? 3 : 1)
           : k->len == 0 && back == 0 ? 2
                                      : 0;
}

/* By variant, or by serial if that is not 0. */
static struct known *model_find(const struct cache_key *p, unsigned variant, uint64_t serial,
                                bool shown, size_t *used)
{
    int best_fit = serial ? 0 : 1;
    struct known *best = NULL;
    for (size_t back = 0; back <= p->around.before.len && back <= CACHE_BACK; back++) {
        for (size_t i = 0; i < m.count; i++) {
            struct known *k = &m.known[i];
            if (serial ? k->serial != serial : k->variant != variant) {
                continue;
            }
            int fit = model_fit(k, p, back, shown);
            if (fit > best_fit ||
                (best != NULL && fit == best_fit && back == *used && k->serial > best->serial)) {
                best = k;
                best_fit = fit;
                *used = back;
            }
        }
    }
    return best;
}

static void model_forget(struct known *k)
{
    *k = m.known[--m.count];
}

static void check_same(struct answer *got, size_t got_used, struct known *wanted, size_t used)
{
    if (got == NULL || wanted == NULL) {
        CHECK(!got && !wanted);
        return;
    }
    CHECK_INT(got->serial, wanted->serial);
    CHECK_INT(got_used, used);
    CHECK(got->text.len == wanted->len);
    CHECK(got->text.len == 0 || memcmp(got->text.data, wanted->text, wanted->len) == 0);
    CHECK(got->pinned == (wanted->live != NULL) && got->final == wanted->final);
    wanted->use = ++m.use;
    *(used == 0 ? &m.here : used <= wanted->len ? &m.typed : &m.lagging) += 1;
}

static struct cache_key key_of_known(const struct known *k)
{
    return key_of(k->backend, (struct span){k->left, k->left_len},
                  (struct span){k->after, k->after_len});
}

static bool is_gone(const struct known *k)
{
    struct cache_key p = key_of_known(k);
    size_t used;
    return cache_follow(m.cache, &p, k->serial, &used) == NULL;
}

/* Those evicted must be the ones used longest ago: asks for each from there on, until one is
 * there still; asking uses it. */
static void model_evict(void)
{
    for (;;) {
        struct known *oldest = NULL;
        for (size_t i = 0; i < m.count; i++) {
            if (m.known[i].live == NULL && (oldest == NULL || m.known[i].use < oldest->use)) {
                oldest = &m.known[i];
            }
        }
        if (oldest == NULL) {
            return;
        }
        if (!is_gone(oldest)) {
            oldest->use = ++m.use;
            return;
        }
        model_forget(oldest);
        m.evicted++;
    }
}

static void model_fetch(void)
{
    struct cache_key p = here();
    size_t before = p.around.before.len < CACHE_LEFT ? p.around.before.len : CACHE_LEFT;
    size_t after = p.around.after.len < CACHE_AFTER ? p.around.after.len : CACHE_AFTER;
    unsigned variant = (unsigned)dice(8) / 6;
    if (m.count == MODEL_MAX) {
        return;
    }
    struct known *k;
    for (size_t i = m.count; i-- > 0;) {
        k = &m.known[i];
        if (k->live == NULL && k->backend == p.backend && k->variant == variant &&
            k->left_len == before && k->after_len == after &&
            memcmp(k->after, p.around.after.data, after) == 0 &&
            memcmp(k->left, p.around.before.data + p.around.before.len - before, before) == 0) {
            model_forget(k);
        }
    }
    k = &m.known[m.count++];
    *k = (struct known){
        .backend = p.backend, .variant = variant, .left_len = before, .after_len = after};
    memcpy(k->left, p.around.before.data + p.around.before.len - before, before);
    memcpy(k->after, p.around.after.data, after);
    k->live = cache_add(m.cache, &p, variant);
    k->serial = k->live->serial;
    model_evict();
}

static void model_grow(struct known *k)
{
    size_t more = 1 + dice(40);
    if (k->live == NULL || k->len + more > sizeof k->text) {
        return;
    }
    for (size_t i = 0; i < more; i++) {
        k->text[k->len + i] = letter();
    }
    CHECK_INT(cache_extend(m.cache, k->live, k->text + k->len, more), HUM_OK);
    k->len += more;
    model_evict();
}

static void model_end(struct known *k)
{
    if (k->live == NULL) {
        return;
    }
    if (dice(3) == 0) {
        k->len = dice(k->len + 1);
        cache_cut(m.cache, k->live, k->len);
    }
    if (dice(4) == 0) {
        cache_drop(m.cache, k->live);
        model_forget(k);
        return;
    }
    cache_finalize(m.cache, k->live);
    k->final = true;
    k->live = NULL;
    k->use = ++m.use;
    model_evict();
}

static void model_look(void)
{
    struct cache_key p = here();
    unsigned variant = (unsigned)dice(2);
    size_t used = 0, got_used = 0;
    struct known *wanted = model_find(&p, variant, 0, false, &used);

    struct answer *got = cache_find(m.cache, &p, variant, &got_used);
    check_same(got, got_used, wanted, used);
    if (m.count > 0) {
        uint64_t serial = m.known[dice(m.count)].serial;
        bool shown = dice(2) == 0;
        wanted = model_find(&p, 0, serial, shown, &used);
        got = shown ? cache_follow_shown(m.cache, &p, serial, &got_used)
                    : cache_follow(m.cache, &p, serial, &got_used);
        check_same(got, got_used, wanted, used);
    }
    unsigned count = 0;
    while (model_find(&p, count, 0, false, &used) != NULL) {
        count++;
    }
    CHECK_INT(cache_variants(m.cache, &p), count);
}

static void insert(const char *text, size_t len)
{
    if (m.len + len > TEXT_MAX) {
        return;
    }
    memmove(m.text + m.cursor + len, m.text + m.cursor, m.len - m.cursor);
    memcpy(m.text + m.cursor, text, len);
    m.len += len;
    m.cursor += len;
}

static void erase(size_t len)
{
    len = len < m.cursor ? len : m.cursor;
    memmove(m.text + m.cursor - len, m.text + m.cursor, m.len - m.cursor);
    m.len -= len;
    m.cursor -= len;
}

/* Types, as an answer says or not, goes back, goes elsewhere. */
static void model_edit(void)
{
    char c = letter();
    size_t what = dice(30), used = 0;
    struct cache_key p = here();
    struct known *k = what < 19 ? model_find(&p, 0, 0, false, &used) : NULL;
    if (k != NULL && k->len > used) {
        insert(k->text + used, 1 + dice(k->len - used));
    } else if (what < 23) {
        insert(&c, 1);
    } else if (what < 26) {
        erase(1 + dice(4));
    } else if (what < 27) {
        insert("a)", 2);
        m.cursor--;
    } else if (what < 28) {
        m.cursor = dice(m.len + 1);
    } else if (what < 29 && m.count > 0) {
        k = &m.known[dice(m.count)];
        m.len = m.cursor = 0;
        insert(k->left, k->left_len);
        insert(k->after, k->after_len);
        m.cursor = k->left_len;
    } else if (dice(10) == 0) {
        m.len = m.cursor = 0;
        for (size_t n = dice(2) * dice(TEXT_MAX - 500); n > 0; n--) {
            c = dice(100) ? 'a' : 'b';
            insert(&c, 1);
        }
    }
}

static void model_step(size_t limit)
{
    struct known *k = m.count > 0 ? &m.known[dice(m.count)] : NULL;
    size_t what = dice(100);
    model_edit();
    model_look();
    if (what < 15) {
        model_fetch();
    } else if (what < 60 && k != NULL) {
        model_grow(k);
    } else if (what < 61) {
        cache_resize(m.cache, limit / (1 + dice(4)));
        model_evict();
        cache_resize(m.cache, limit);
    }
    size_t pinned = 0;
    for (size_t i = m.count; i-- > 0;) {
        pinned += m.known[i].live != NULL;
        if (m.known[i].live != NULL && pinned > 4) {
            model_end(&m.known[i]);
        }
    }
    if (pinned == 0) {
        CHECK(cache_bytes(m.cache) <= limit);
    }
}

static void model_begin(uint64_t seed, size_t limit)
{
    m.count = m.len = m.cursor = 0;
    m.use = 0;
    m.seed = seed;
    m.cache = cache_new(limit);
}

static void model_finish(void)
{
    for (size_t i = 0; i < m.count; i++) {
        CHECK(!is_gone(&m.known[i]));
    }
    for (size_t i = 0; i < m.count; i++) {
        if (m.known[i].live != NULL) {
            cache_drop(m.cache, m.known[i].live);
        }
    }
    cache_resize(m.cache, 0);
    CHECK_INT(cache_bytes(m.cache), 0);
    cache_free(m.cache);
}

static void is_found_by_its_serial_wherever_the_user_is(void)
{
    struct cache *c = cache_new(PLENTY);
    CHECK(cache_by_serial(c, 1) == NULL);
    uint64_t serial = answer(c, "f", "\nnext", 0, "(a)");
    const struct answer *a = cache_by_serial(c, serial);
    CHECK(a != NULL && a->serial == serial);
    CHECK(cache_by_serial(c, serial + 1) == NULL);
    cache_resize(c, 0);
    CHECK(cache_by_serial(c, serial) == NULL);
    cache_free(c);
}

static void agrees_with_a_model_that_compares_everything(void)
{
    memset(&m, 0, sizeof m);
    for (uint64_t seed = 1; seed <= 6 && !check_state.bad; seed++) {
        size_t limit = seed * 6000;
        model_begin(seed, limit);
        for (int i = 0; i < 2000 && !check_state.bad; i++) {
            model_step(limit);
        }
        model_finish();
        if (check_state.bad) {
            printf("    seed %" PRIu64 "\n", seed);
        }
    }
    CHECK(m.here > 200 && m.typed > 200 && m.lagging > 200 && m.evicted > 200);
}

int main(void)
{
    RUN(an_answer_begins_empty_and_pinned);
    RUN(serials_are_never_used_again);
    RUN(is_found_where_it_was_asked_for);
    RUN(is_found_while_what_it_says_is_typed);
    RUN(is_found_again_after_going_back);
    RUN(works_from_the_first_byte_of_a_text);
    RUN(counts_so_many_bytes_before_and_no_more);
    RUN(counts_so_many_bytes_after_and_no_more);
    RUN(looks_so_far_back_and_no_farther);
    RUN(closers_may_come_in_between);
    RUN(only_behind_what_is_shown_closers_may_come_in);
    RUN(closers_are_looked_for_so_far_and_no_farther);
    RUN(bytes_of_any_value_count);
    RUN(keys_of_equal_hash_are_told_apart);
    RUN(the_nearest_is_preferred_then_the_newest);
    RUN(nothing_to_suggest_is_an_answer_if_there_is_no_other);
    RUN(what_is_used_up_fits_only_while_more_may_come);
    RUN(follows_an_answer_that_lags_behind_the_typing);
    RUN(follows_an_alternative_that_is_typed_through);
    RUN(counts_the_alternatives_without_a_gap);
    RUN(a_new_answer_replaces_the_old_one_unless_that_is_pinned);
    RUN(a_cut_gives_memory_back_and_text_may_come_again);
    RUN(an_answer_without_end_is_refused);
    RUN(what_was_not_used_for_longest_leaves);
    RUN(holds_as_many_as_the_limit_allows);
    RUN(pinned_answers_stay_and_may_grow);
    RUN(a_growing_answer_pushes_others_out);
    RUN(is_found_by_its_serial_wherever_the_user_is);
    RUN(agrees_with_a_model_that_compares_everything);
    return check_report("cache");
}
