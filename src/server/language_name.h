/* What models were told a file's language is called, as it stands in prompts of some. */
#ifndef HUM_LANGUAGE_NAME_H
#define HUM_LANGUAGE_NAME_H

/* By the ending of a path (NUL-terminated): "C++" for "src/a.cpp"; "": not known. Constant. */
const char *language_name(const char *path);

#endif
