#include "base/buf.h"
#include "check.h"
#include "text/indent.h"

static struct value_pair pair_int(const char *key, int64_t n)
{
    return (struct value_pair){value_text(key), {.type = VALUE_INT, .as.integer = n}};
}

static struct indent indent_of(int64_t tabstop, int64_t shiftwidth, bool expandtab)
{
    const struct value_pair pairs[] = {
        pair_int("tabstop", tabstop),
        pair_int("shiftwidth", shiftwidth),
        {value_text("expandtab"), {.type = VALUE_BOOL, .as.boolean = expandtab}},
    };
    const struct value map = value_pairs(pairs, sizeof pairs / sizeof *pairs);
    return indent_from(&map);
}

static struct indent with_stops(void)
{
    const struct value stops[] = {{.type = VALUE_INT, .as.integer = 2},
                                  {.type = VALUE_INT, .as.integer = 6},
                                  {.type = VALUE_INT, .as.integer = 4}};
    const struct value_pair pairs[] = {
        pair_int("tabstop", 8),
        {value_text("vartabstop"), {.type = VALUE_ARRAY, .as.array = {stops, 3}}},
    };
    const struct value map = value_pairs(pairs, sizeof pairs / sizeof *pairs);
    return indent_from(&map);
}

static void check_written(const struct indent *indent, size_t from, size_t to, const char *want)
{
    struct buf out;
    buf_init(&out, 1024);
    indent_write(indent, from, to, &out);
    buf_add(&out, "", 0);
    check_texts("written", (int)to, "text", out.len > 0 ? out.data : "", want);
    buf_finish(&out);
}

static void columns_are_the_files(void)
{
    const struct indent plain = {0}, four = indent_of(4, 4, false), stops = with_stops();
    CHECK(indent_columns(&plain, span_of("\tx")) == 8);
    CHECK(indent_columns(&plain, span_of("   \t x")) == 9);
    CHECK(indent_columns(&four, span_of("\t  \tx")) == 8);
    CHECK(indent_columns(&four, span_of("x\t")) == 0);
    CHECK(indent_columns(&stops, span_of("\tx")) == 2);
    CHECK(indent_columns(&stops, span_of("\t\tx")) == 8);
    CHECK(indent_columns(&stops, span_of("\t\t\t\tx")) == 16);
    CHECK(indent_columns(&stops, span_of("   \tx")) == 8);
}

static void white_space_is_written_as_the_file_does(void)
{
    const struct indent tabs = indent_of(8, 4, false), blanks = indent_of(4, 4, true),
                        stops = with_stops();
    check_written(&tabs, 0, 12, "\t    ");
    check_written(&tabs, 4, 8, "\t");
    check_written(&tabs, 8, 8, "");
    check_written(&blanks, 0, 6, "      ");
    check_written(&stops, 0, 13, "\t\t\t ");
}

static void nonsense_is_ignored(void)
{
    const struct indent nothing = indent_from(NULL), wild = indent_of(-1, 1 << 20, false);
    CHECK(indent_step(&nothing) == 8);
    CHECK(indent_step(&wild) == 8);
    CHECK(indent_columns(&wild, span_of("\tx")) == 8);
    CHECK(indent_hash(1, &nothing) == indent_hash(1, &wild));
    const struct indent four = indent_of(4, 4, false), other = indent_of(4, 4, true);
    CHECK(indent_hash(1, &four) != indent_hash(1, &other));
}

int main(void)
{
    RUN(columns_are_the_files);
    RUN(white_space_is_written_as_the_file_does);
    RUN(nonsense_is_ignored);
    return check_report("test_indent");
}
