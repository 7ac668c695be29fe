/* Names of files in a folder of this test's own. */
#include "check.h"

#include "gather/names.h"

#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/hum-test-names-XXXXXX";

static int drop(const char *path, const struct stat *st, int kind, struct FTW *where)
{
    (void)st, (void)kind, (void)where;
    return remove(path);
}

/* Folders in one another, so many. */
static void make_deep(size_t levels)
{
    char path[2000];
    size_t len = (size_t)snprintf(path, sizeof path, "%s", folder);
    for (size_t i = 0; i < levels; i++) {
        memcpy(path + len, "/d", 3);
        len += 2;
        CHECK_INT(mkdir(path, 0700), 0);
    }
}

static void no_tree_is_deeper_than_a_hundred_levels(void)
{
    const atomic_bool stop = false;
    struct names names;
    struct names_want want = {.base = folder, .root = "", .depth = 1000, .most = 5};
    make_deep(150);
    CHECK(names_find(&want, &stop, &names));
    CHECK_INT(names.count, 5);
    CHECK_INT(names.more, 95);
    names_finish(&names);
    want.depth = 3;
    CHECK(names_find(&want, &stop, &names));
    CHECK_INT(names.count, 3);
    CHECK_TEXT(names.items[2], "d/d/d/");
    names_finish(&names);
}

static void a_folder_deeper_than_that_is_looked_into_all_the_same(void)
{
    const atomic_bool stop = false;
    struct names names;
    char base[1000];
    size_t len = (size_t)snprintf(base, sizeof base, "%s", folder);
    for (size_t i = 0; i < 120; i++) {
        memcpy(base + len, "/d", 3);
        len += 2;
    }
    const struct names_want want = {.base = base, .root = folder, .depth = 1000, .most = 1000};
    CHECK(names_find(&want, &stop, &names));
    CHECK_INT(names.count, 30);
    CHECK_TEXT(names.items[0], "d/");
    names_finish(&names);
}

int main(void)
{
    if (mkdtemp(folder) == NULL) {
        return 1;
    }
    RUN(no_tree_is_deeper_than_a_hundred_levels);
    RUN(a_folder_deeper_than_that_is_looked_into_all_the_same);
    nftw(folder, drop, 20, FTW_DEPTH | FTW_PHYS);
    return check_report("test_names");
}
