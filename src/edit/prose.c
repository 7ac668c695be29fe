#include "edit/prose.h"

#include "edit/place.h"
#include "edit/sentence.h"
#include "text/talk.h"

bool prose_is_talk(const struct place *p, struct span line)
{
    if (linemap_find(&p->old, line) != NULL) {
        return false;
    }
    bool sentences = !p->language->prose && !p->language->words && !p->sentences;
    if (talk_at_start(line, true, sentences) == TALK_IS) {
        return true;
    }
    return !p->language->prose && !p->sentences && sentence_is(line);
}

bool prose_is_code(const struct place *p, struct span line)
{
    if (linemap_find(&p->old, line) != NULL) {
        return true;
    }
    bool path = line.len > 2 && strchr("*`#", line.data[0]) != NULL && line.data[0] != '\0' &&
                (line.data[1] == line.data[0] || line.data[1] == ' ' || line.data[0] == '`');
    if (path || sentence_is(line)) {
        return false;
    }
    static const char signs[] = "(){};=<>@$\\";
    for (size_t i = 0; i < line.len; i++) {
        if (line.data[i] != '\0' && strchr(signs, line.data[i]) != NULL) {
            return line.data[line.len - 1] != ':' || p->language->by_indent;
        }
    }
    return false;
}

bool prose_introduces(struct span line)
{
    return line.len > 0 && (line.data[line.len - 1] == ':' || sentence_ends_with(line, "\uFF1A"));
}

bool prose_asks(struct span line)
{
    return line.len > 0 && (line.data[line.len - 1] == '?' || sentence_ends_with(line, "\uFF1F"));
}
