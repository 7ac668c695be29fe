#include "text/element.h"

#include <stdlib.h>
#include <string.h>

struct element {
    char name[TAG_NAME + 1];
    enum deed deed;
};

/* In the order of strcmp; names as far as TAG_NAME goes. */
static const struct element elements[] = {
    {"a", DEED_LINK},          {"address", DEED_LINE},    {"article", DEED_PARAGRAPH},
    {"aside", DEED_PARAGRAPH}, {"audio", DEED_SKIP},      {"blockquote", DEED_QUOTE},
    {"br", DEED_BREAK},        {"button", DEED_SKIP},     {"canvas", DEED_SKIP},
    {"caption", DEED_LINE},    {"center", DEED_LINE},     {"code", DEED_CODE},
    {"dd", DEED_ABOUT},        {"details", DEED_LINE},    {"dialog", DEED_SKIP},
    {"div", DEED_LINE},        {"dl", DEED_PARAGRAPH},    {"dt", DEED_LINE},
    {"fieldset", DEED_LINE},   {"figcaption", DEED_LINE}, {"figure", DEED_PARAGRAPH},
    {"footer", DEED_SKIP},     {"form", DEED_LINE},       {"h1", DEED_HEADING},
    {"h2", DEED_HEADING},      {"h3", DEED_HEADING},      {"h4", DEED_HEADING},
    {"h5", DEED_HEADING},      {"h6", DEED_HEADING},      {"header", DEED_LINE},
    {"hr", DEED_RULE},         {"iframe", DEED_RAW},      {"img", DEED_IMAGE},
    {"kbd", DEED_CODE},        {"legend", DEED_LINE},     {"li", DEED_ITEM},
    {"main", DEED_MAIN},       {"math", DEED_SKIP},       {"menu", DEED_LIST},
    {"nav", DEED_SKIP},        {"noscript", DEED_SKIP},   {"object", DEED_SKIP},
    {"ol", DEED_LIST},         {"p", DEED_PARAGRAPH},     {"pre", DEED_FENCE},
    {"samp", DEED_CODE},       {"script", DEED_RAW},      {"section", DEED_PARAGRAPH},
    {"select", DEED_SKIP},     {"style", DEED_RAW},       {"summary", DEED_LINE},
    {"svg", DEED_SKIP},        {"table", DEED_TABLE},     {"td", DEED_CELL},
    {"template", DEED_SKIP},   {"textarea", DEED_RAW},    {"th", DEED_CELL},
    {"title", DEED_TITLE},     {"tr", DEED_ROW},          {"tt", DEED_CODE},
    {"ul", DEED_LIST},         {"video", DEED_SKIP},
};

static int compare(const void *name, const void *element)
{
    return strcmp(name, ((const struct element *)element)->name);
}

enum deed element_deed(const struct tag *tag)
{
    const struct element *found =
        bsearch(tag->name, elements, sizeof elements / sizeof *elements, sizeof *elements, compare);
    return found != NULL ? found->deed : DEED_NONE;
}

bool element_is_void(const struct tag *tag)
{
    static const char *const names =
        "area base br col embed hr img input link meta source track wbr";
    const struct span a = tag->attributes;
    return span_is_among(span_of(tag->name), names) || (a.len > 0 && a.data[a.len - 1] == '/');
}

bool element_is_unread(const struct tag *tag)
{
    return element_deed(tag) == DEED_SKIP || tag_has(tag, "hidden", NULL) ||
           tag_has_word(tag, "role", "navigation", NULL) ||
           tag_has_word(tag, "aria-hidden", "true", NULL);
}
