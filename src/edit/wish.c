#include "edit/wish.h"

#include <stddef.h>

#define ALL_WORDS 5 /* of an instruction that is about the whole range */

/* Beginnings of words, of a few languages that many write; what is not ASCII may stand anywhere:
 * Chinese, Japanese and Korean have no blanks. */
static const char *const removes[] = {"delet",
                                      "remov",
                                      "drop",
                                      "eras",
                                      "l\u00F6sch",
                                      "entfern",
                                      "supprim",
                                      "enl\u00E8v",
                                      "elimin",
                                      "borra",
                                      "quita",
                                      "cancell",
                                      "rimuov",
                                      "apag",
                                      "remova",
                                      "usu\u0144",
                                      "verwijder",
                                      "\u5220",
                                      "\u79FB\u9664",
                                      "\u524A\u9664",
                                      "\uC0AD\uC81C",
                                      "\u0443\u0434\u0430\u043B",
                                      "\u0443\u0431\u0435\u0440",
                                      NULL};
static const char *const less[] = {"short",   "condens", "simplif",   "strip",    "collaps",
                                   "compact", "concis",  "k\u00FCrz", "raccourc", "trim",
                                   "clean",   "minif",   NULL};
static const char *const white[] = {
    "indent", "dedent", "outdent", "unindent",     "reindent",     "whitespace",   "trailing",
    "tabs",   "deeper", "align",   "einr\u00FCck", "ausr\u00FCck", "\u7F29\u8FDB", NULL};
static const char *const blanks[] = {"blank",  "empty",    "newline",  "linebreak", "spacing",
                                     "format", "reformat", "leerzeil", "pep8",      NULL};

static const char *const numbers[] = {"number", "enumerat", "nummer", "num\u00E9r", "list", NULL};

static bool begins(struct span s, const char *word)
{
    size_t n = 0;
    while (n < s.len && word[n] != '\0' && to_lower(s.data[n]) == word[n]) {
        n++;
    }
    return word[n] == '\0';
}

static bool is_word_start(struct span s, size_t i)
{
    return i == 0 || !is_word(s.data[i - 1]) || (unsigned char)s.data[i] >= 0x80;
}

static bool has_any(struct span s, const char *const *list)
{
    for (; *list != NULL; list++) {
        for (size_t i = 0; i < s.len; i++) {
            if (is_word_start(s, i) && begins(span_skip(s, i), *list)) {
                return true;
            }
        }
    }
    return false;
}

static size_t count_words(struct span s)
{
    size_t count = 0;
    for (size_t i = 0; i < s.len; i++) {
        count += !is_space(s.data[i]) && (i == 0 || is_space(s.data[i - 1]));
    }
    return count;
}

struct wish wish_of(struct span instruction)
{
    struct wish w = {.removes = has_any(instruction, removes),
                     .white = has_any(instruction, white),
                     .blanks = has_any(instruction, blanks),
                     .numbers = has_any(instruction, numbers)};
    w.all = w.removes && count_words(instruction) <= ALL_WORDS;
    w.less = w.removes || has_any(instruction, less);
    return w;
}
