/* What the servers write, as patterns for shape.c. */
#include "shape.h"

#define NDJSON "application/x-ndjson"
#define SSE "text/event-stream"
#define LLAMA_ERROR \
    "$data{\"error\":{\"code\":500,\"message\":$error,\"type\":\"server_error\"}}\n\n"

/* Ollama's own paths. */

#define OLLAMA "{\"model\":$model,\"created_at\":\"$now\","
#define MESSAGE \
    "\"message\":{\"role\":\"assistant\",\"content\":$text<thinking,\"thinking\":$thinking>}"
#define RESPONSE "\"response\":$text<thinking,\"thinking\":$thinking>"
#define GO_ON ",\"done\":false<probs,\"logprobs\":$probs>}\n"
#define DONE ",\"done\":true,\"done_reason\":$reason<probs,\"logprobs\":$probs>"
#define FIGURES                                                                          \
    "<total,\"total_duration\":$total><load,\"load_duration\":$load>"                    \
    "<prompt_tokens,\"prompt_eval_count\":$prompt_tokens>"                               \
    "<prompt_time,\"prompt_eval_duration\":$prompt_time><tokens,\"eval_count\":$tokens>" \
    "<spent,\"eval_duration\":$spent>}"

const struct shape shape_ollama_chat = {
    .style = QUOTE_GO,
    .type = NDJSON,
    .record = OLLAMA MESSAGE GO_ON,
    .error = "{\"error\":$error}\n",
    .final = OLLAMA MESSAGE DONE FIGURES "\n",
    .whole = OLLAMA MESSAGE DONE FIGURES,
    .final_text = true,
};

const struct shape shape_ollama_generate = {
    .style = QUOTE_GO,
    .type = NDJSON,
    .record = OLLAMA RESPONSE GO_ON,
    .error = "{\"error\":$error}\n",
    .final = OLLAMA RESPONSE DONE "<context,\"context\":[$context]>" FIGURES "\n",
    .whole = OLLAMA RESPONSE DONE "<context,\"context\":[$context]>" FIGURES,
    .final_text = true,
};

/* llama-server's. */

#define FINGERPRINT "\"system_fingerprint\":\"b11669-Debian\""
#define CHUNK(delta, reason) \
    "$data{\"choices\":[{\"finish_reason\":" reason ",\"index\":0,\"delta\":{" delta "}}]" TAIL
#define TAIL                                                         \
    ",\"created\":$created,\"id\":$id,\"model\":$model," FINGERPRINT \
    ",\"object\":\"chat.completion.chunk\""
#define USAGE                                                                     \
    ",\"usage\":{\"completion_tokens\":$tokens,\"prompt_tokens\":$prompt_tokens," \
    "\"total_tokens\":$all_tokens,\"prompt_tokens_details\":{\"cached_tokens\":0}}"

const struct shape shape_llama_chat = {
    .style = QUOTE_PLAIN,
    .type = SSE,
    .first = CHUNK("\"role\":\"assistant\",\"content\":null", "null") "}\n\n",
    .record =
        CHUNK("<thinking\"reasoning_content\":$thinking<text,>><not_only_thinks\"content\":$text>",
              "null") "}\n\n",
    .error = LLAMA_ERROR,
    .final = CHUNK("", "$reason") "<usage}\n\n$data{\"choices\":[]" TAIL USAGE ">$timings}\n\n",
    .last = "$data[DONE]\n\n",
    .whole = "{\"choices\":[{\"finish_reason\":$reason,\"index\":0,\"message\":{\"role\":"
             "\"assistant\",\"content\":$text<thinking,\"reasoning_content\":$thinking>}}],"
             "\"created\":$created,\"model\":$model," FINGERPRINT
             ",\"object\":\"chat.completion\"" USAGE ",\"id\":$id$timings}",
};

#define CHOICE(text, reason)                                            \
    "{\"choices\":[{\"text\":" text ",\"index\":0,\"logprobs\":" reason \
    "}],\"created\":$created,\"model\":$model," FINGERPRINT ",\"object\":\"text_completion\""

const struct shape shape_llama_completion = {
    .style = QUOTE_PLAIN,
    .type = SSE,
    .record = "$data" CHOICE("$said", "$llama_probs,\"finish_reason\":null") ",\"id\":$id}\n\n",
    .error = LLAMA_ERROR,
    .final =
        "$data" CHOICE("\"\"", "null,\"finish_reason\":$reason") USAGE ",\"id\":$id$timings}\n\n",
    .last = "$data[DONE]\n\n",
    .whole = CHOICE("$text", "$llama_probs,\"finish_reason\":$reason") USAGE ",\"id\":$id$timings}",
};

/* The token that ends the text is an event without text. */
const struct shape shape_llama_infill = {
    .style = QUOTE_PLAIN,
    .type = SSE,
    .record = "$data{\"index\":0,\"content\":$text,\"tokens\":[$token_id],\"stop\":false,"
              "\"id_slot\":-1,\"tokens_predicted\":$nth,\"tokens_evaluated\":$prompt_tokens"
              "<probs,\"completion_probabilities\":$probs>}\n\n",
    .error = LLAMA_ERROR,
    .final = "<eos$data{\"index\":0,\"content\":\"\",\"tokens\":[603],\"stop\":false,"
             "\"id_slot\":-1,\"tokens_predicted\":$tokens,\"tokens_evaluated\":$prompt_tokens}"
             "\n\n>",
    .last = "$data$end\n\n",
    .end = "{\"index\":0,\"content\":$text,\"tokens\":[],\"id_slot\":0,\"stop\":true,"
           "\"model\":$model,\"tokens_predicted\":$tokens,\"tokens_evaluated\":$prompt_tokens,"
           "\"generation_settings\":{},\"prompt\":$prompt,\"has_new_line\":$lines,"
           "\"truncated\":false,\"stop_type\":$stop_type,\"stopping_word\":$stopping_word,"
           "\"tokens_cached\":$kept$timings<probs,\"completion_probabilities\":$probs>}",
    .whole = "$end",
    .final_text = true,
    .counts_end = true,
};

/* Ollama's OpenAI-compatible paths: a failure in mid-stream shows only as an end without
 * [DONE]. */

#define COMPAT_CHUNK(model)                                                       \
    "$data{\"id\":$id,\"object\":\"chat.completion.chunk\",\"created\":$created," \
    "\"model\":" model ",\"system_fingerprint\":\"fp_ollama\",\"choices\":["
#define COMPAT_DELTA                                                          \
    "{\"index\":0,\"delta\":{<first\"role\":\"assistant\",>\"content\":$text" \
    "<thinking,\"reasoning\":$thinking>},\"finish_reason\":null}]}\n\n"
#define COMPAT_USAGE                                                             \
    "\"usage\":{\"prompt_tokens\":$prompt_tokens,\"completion_tokens\":$tokens," \
    "\"total_tokens\":$all_tokens}"

const struct shape shape_compat_chat = {
    .style = QUOTE_GO,
    .type = SSE,
    .id = "chatcmpl",
    .record = COMPAT_CHUNK("$model") COMPAT_DELTA,
    .error = COMPAT_CHUNK("\"\"") COMPAT_DELTA,
    .final = COMPAT_CHUNK("$model") "{\"index\":0,\"delta\":{},\"finish_reason\":$reason}]}\n\n"
                                    "<usage" COMPAT_CHUNK("$model") "]," COMPAT_USAGE
                                                                    "}\n\n>$data[DONE]\n\n",
    .whole = "{\"id\":$id,\"object\":\"chat.completion\",\"created\":$created,\"model\":$model,"
             "\"system_fingerprint\":\"fp_ollama\",\"choices\":[{\"index\":0,\"message\":{"
             "\"role\":\"assistant\",\"content\":$text<thinking,\"reasoning\":$thinking>},"
             "\"finish_reason\":$reason}]," COMPAT_USAGE "}\n",
};

#define COMPAT_COMPLETION "{\"id\":$id,\"object\":\"text_completion\",\"created\":$created,"
#define COMPAT_CHOICE(text, reason)                                                           \
    COMPAT_COMPLETION "\"choices\":[{\"text\":" text ",\"index\":0,\"finish_reason\":" reason \
                      "<probs,\"logprobs\":{\"content\":$probs}>}],\"model\":$model,"         \
                      "\"system_fingerprint\":\"fp_ollama\""
/* Asked for, it is in every chunk, and only the last one has numbers. */
#define NO_USAGE \
    "<usage,\"usage\":{\"prompt_tokens\":0,\"completion_tokens\":0,\"total_tokens\":0}>"

const struct shape shape_compat_completion = {
    .style = QUOTE_GO,
    .type = SSE,
    .id = "cmpl",
    .record = "$data" COMPAT_CHOICE("$said", "null") NO_USAGE "}\n\n",
    .error = COMPAT_CHUNK("\"\"") COMPAT_DELTA,
    .final = "$data" COMPAT_CHOICE("\"\"", "$reason") NO_USAGE
    "}\n\n"
    "<usage$data" COMPAT_COMPLETION "\"choices\":[],\"model\":$model,"
    "\"system_fingerprint\":\"fp_ollama\"," COMPAT_USAGE "}\n\n>$data[DONE]\n\n",
    .whole = COMPAT_CHOICE("$text", "$reason") "," COMPAT_USAGE "}\n",
};

/* The Messages API, as llama-server writes it: what is thought is block 0, the text the next one. */

#define EVENT(type, fields) "$event " type "\n$data{\"type\":\"" type "\"" fields "}\n\n"
#define BLOCK_BEGINS(index, type) \
    EVENT("content_block_start",  \
          ",\"index\":" index ",\"content_block\":{\"type\":\"" type "\",\"" type "\":\"\"}")
#define BLOCK_GOES_ON(index, type, value) \
    EVENT("content_block_delta",          \
          ",\"index\":" index ",\"delta\":{\"type\":\"" type "_delta\",\"" type "\":" value "}")
#define MESSAGES_USAGE                                                                   \
    "\"usage\":{\"cache_read_input_tokens\":0,\"input_tokens\":$prompt_tokens,\"output_" \
    "tokens\":"

#define MESSAGE_BEGINS                                                                      \
    EVENT("message_start", ",\"message\":{\"id\":$id,\"type\":\"message\",\"role\":"        \
                           "\"assistant\",\"content\":[],\"model\":$model,\"stop_reason\":" \
                           "null,\"stop_sequence\":null," MESSAGES_USAGE "0}}")
#define BLOCK_IS_SIGNED          \
    EVENT("content_block_delta", \
          ",\"index\":0,\"delta\":{\"type\":\"signature_delta\",\"signature\":\"\"}")
#define BLOCK_ENDS(index) EVENT("content_block_stop", ",\"index\":" index)
#define THOUGHT_BEGINS BLOCK_BEGINS("0", "thinking")
#define THOUGHT_GOES_ON BLOCK_GOES_ON("0", "thinking", "$thinking")
#define THOUGHT_ENDS BLOCK_ENDS("0")
#define TEXT_BEGINS BLOCK_BEGINS("$text_block", "text")
#define TEXT_GOES_ON BLOCK_GOES_ON("$text_block", "text", "$text")
#define TEXT_ENDS BLOCK_ENDS("$text_block")
#define MESSAGE_ENDS                                                                          \
    EVENT("message_delta", ",\"delta\":{\"stop_reason\":$stop_reason,\"stop_sequence\":null}" \
                           ",\"usage\":{\"output_tokens\":$tokens}")
#define MESSAGE_STOPS EVENT("message_stop", "")
#define MESSAGE_FAILS EVENT("error", ",\"error\":{\"type\":\"api_error\",\"message\":$error}")

const struct shape shape_messages = {
    .style = QUOTE_PLAIN,
    .type = SSE,
    .first = MESSAGE_BEGINS,
    .record = "<opens_thinking" THOUGHT_BEGINS "><thinking" THOUGHT_GOES_ON ">"
              "<opens_text" TEXT_BEGINS "><text" TEXT_GOES_ON ">",
    .error = MESSAGE_FAILS,
    .final = "<thought" BLOCK_IS_SIGNED THOUGHT_ENDS ">" TEXT_ENDS MESSAGE_ENDS MESSAGE_STOPS,
    .whole = "{\"id\":$id,\"type\":\"message\",\"role\":\"assistant\",\"content\":[<thinking{"
             "\"type\":\"thinking\",\"thinking\":$thinking,\"signature\":\"\"},>{\"type\":"
             "\"text\",\"text\":$text}],\"model\":$model,\"stop_reason\":$stop_reason,\"stop_"
             "sequence\":null," MESSAGES_USAGE "$tokens}}",
};
