#include "edit/clean.h"

static const struct {
    const char *message, *hint;
} words[CLEAN_FAULTS] = {
    [CLEAN_FINE] = {"", ""},
    [CLEAN_EMPTY] = {"the answer is empty: it has no code",
                     "Ask again, or say in the instruction what is wanted."},
    [CLEAN_PROSE] = {"the answer has no code, only text",
                     "Read it, then ask again for the code itself."},
    [CLEAN_QUESTION] = {"the model asks a question: the answer has no code",
                        "Answer the question in the next instruction."},
    [CLEAN_THOUGHT] =
        {"the answer has thoughts of the model, but no code that can be told from them",
         "Turn thinking off (edit.think), or allow more tokens."},
    [CLEAN_ELIDED] = {"the answer leaves out code that should stay (\"rest unchanged\")",
                      "Ask for the whole text, or select a shorter range."},
    [CLEAN_LOOP] = {"the model repeats the same lines again and again",
                    "Ask again, or use another model."},
    [CLEAN_TOOL] = {"the answer calls a tool and has no code",
                    "Use a model or a template that answers with text."},
    [CLEAN_ENVELOPE] = {"the answer is JSON around the code, not code",
                        "Ask again for plain text, or use another model."},
    [CLEAN_OPEN_FENCE] = {"the answer is not complete: its code block is not closed",
                          "Ask again, or select a shorter range."},
    [CLEAN_MARKER] = {"the answer has markers of a block, but not the block",
                      "Ask again for the code itself."},
    [CLEAN_OUTSIDE] = {"the answer changes more lines than the range has",
                       "Select all of the lines that may change."},
};

const char *clean_message(enum clean_fault fault)
{
    return words[fault].message;
}

const char *clean_hint(enum clean_fault fault)
{
    return words[fault].hint;
}
