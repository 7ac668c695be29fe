/* What is known of a file's language by its file type alone: no parser, no settings. */
#ifndef HUM_LANGUAGE_H
#define HUM_LANGUAGE_H

#include <stdbool.h>

struct language {
    bool prose;        /* for people: indentation is no scope, and a fence is text */
    bool markup;       /* tags such as <s> are text */
    bool generics;     /* <...> are brackets of types: Vec<u8> */
    bool by_indent;    /* a block ends where its indentation does */
    bool recipes;      /* of make: their lines begin with a tab, in every file */
    bool nocase;       /* "select" is "SELECT" */
    bool words;        /* lines may be sentences, or hold them without quotes */
    bool bars;         /* <| and |> are operators */
    bool long_strings; /* a string may have several lines */

    /* Words with a blank between them, NULL: none. */
    const char *comments; /* what begins a comment up to the line's end */
    const char *blocks;   /* what begins a comment of lines, and what ends it, in turn */
    const char *strings;  /* what begins a string and ends it: longer ones first */
};

/* Of a Neovim file type (NUL-terminated); of several with dots between them ("c.doxygen") the
 * first that is known. "" is prose; one that nobody knows has no flag. Never NULL, constant. */
const struct language *language_of(const char *filetype);

#endif
