/* What a request to fill in text at the cursor is made from: the text around it, what else is
 * worth knowing, and how much may be generated. A dialect's body of it makes a request of it.
 * Everything is borrowed for the time of the call. Texts with a length may hold any bytes. */
#ifndef HUM_FILL_H
#define HUM_FILL_H

#include "base/around.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct value;

/* Text from elsewhere than around the cursor that is worth showing the model. */
struct chunk {
    const char *name; /* of the file */
    const char *text; /* whole lines, no blank ones at either end; ends with '\n' and a NUL */
    size_t len;
};

/* How a family of models was trained to fill in. The tokens stand in the prompt as they are
 * written here, blanks included. In repo, file and prefix "%s" is where the name goes; repo
 * and file without one have it behind them, and a line break behind it. */
struct fim_tokens {
    const char *prefix; /* "<|fim_prefix|>"; with "%s": the file's own path goes there */
    const char *suffix; /* "<|fim_suffix|>" */
    const char *middle; /* "<|fim_middle|>", or "" */
    const char *file;   /* NULL, or what begins a file: else paths and chunks are comments */
    const char *repo;   /* NULL, or, with file, what begins the prompt with the project's name */
    const char *head;   /* NULL, or what stands before all of that */
    const char *own;    /* NULL, or, with file, what begins the file to fill in, as other files have
                           file; in it "%s" is the path, "%l" the language */
    bool suffix_first;  /* suffix token and text come before those of the prefix */
    bool line_before;   /* the cursor's line stands with the prefix, not behind middle */
};

struct fill {
    const char *model;               /* may be NULL where a server has but one (llama-server) */
    const struct fim_tokens *tokens; /* NULL: the server knows how, it gets the suffix */
    const char *project;             /* its name, NULL or "": none */
    const char *path;                /* the file's, to be shown to the model; NULL or "": none */
    const char *comment; /* how a line of comment is written, "// %s"; NULL or "": unknown */

    struct around around;
    const struct chunk *const *chunks; /* in the order of the prompt */
    size_t chunk_count;

    int64_t max_tokens; /* at least 1 */
    double temperature; /* negative: not said */
    int64_t seed;       /* negative: not said */
    bool logprobs;      /* events are to say how sure the model was */
    bool load;          /* Ollama: no text, only load the model; ends with reason "load" */
    const char *const *stop;
    size_t stop_count; /* 0: not said. To Ollama they replace the model's own */

    /* The user's, NULL for none: sampling and load options as in a chat (see dialect.h),
     * fields of the request, and how long Ollama keeps the model. What this struct says wins
     * over options, except that stop strings of both hold; extra wins over everything. */
    const struct value *options, *extra, *keep_alive;
};

#endif
