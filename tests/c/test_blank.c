#include "check.h"
#include "complete/blank.h"

static void a_blank_is_due_where_a_word_must_follow(void)
{
    static const char *const due[] = {"x = ",     "f(a, ",  "if a == ", "return ",
                                      "  local ", "    ",   "  ",       "\t  ",
                                      "a: ",      "x and ", "const ",   "a ? b : "};
    static const char *const not_due[] = {
        "",    "x",  "x =",       " ",   "x =  ", "word ",      "f( ",
        "x\t", "\t", "returned ", "x. ", "12 ",   "my_return ", "\xC3\xA9 "};
    for (size_t i = 0; i < sizeof due / sizeof *due; i++) {
        check_ints(__FILE__, __LINE__, due[i], blank_is_due(span_of(due[i])), 1);
    }
    for (size_t i = 0; i < sizeof not_due / sizeof *not_due; i++) {
        check_ints(__FILE__, __LINE__, not_due[i], blank_is_due(span_of(not_due[i])), 0);
    }
}

int main(void)
{
    RUN(a_blank_is_due_where_a_word_must_follow);
    return check_report("blank");
}
