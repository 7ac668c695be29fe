/* The vocabulary that both sides of the pipe share: what Lua may call in the
 * helper, what the helper calls in Lua, error codes, limits. The Lua side is
 * lua/hum/server/client.lua; a change here that Lua can see raises HUM_PROTOCOL, and
 * PROTOCOL in lua/hum/server/helper.lua. */
#ifndef HUM_PROTO_H
#define HUM_PROTO_H

#define HUM_VERSION "0.1.0"
#define HUM_PROTOCOL 10

/* Lua to helper. All are notifications: Lua never waits (a request that is not
 * answered freezes Neovim). "specs", "poll", "info" and "mirror" are requests, asked
 * by Neovim's remote-plugin code and by tests. */
#define METHOD_HELLO "hello"       /* {protocol, log_file?, log_level?} */
#define METHOD_WARM "warm"         /* a request is near: what it needs is loaded */
#define METHOD_CHAT "chat"         /* id, spec: a reply of a model to the end of a buffer */
#define METHOD_GENERATE "generate" /* id, spec: a reply to Lua, or to a place in a buffer */
#define METHOD_EDIT "edit"         /* id, spec: a reply that rewrites lines, as hunks */
#define METHOD_QUERY "query"       /* id, spec: one GET or POST, answered by "record"s, "result" */
#define METHOD_FETCH "fetch"       /* id, spec: a page of the web as text; "result": job/page.h */
#define METHOD_STOP "stop"         /* id, discard?: text that Neovim has not been sent is dropped */
#define METHOD_JOIN "join"         /* id, boolean: edits must join the undo block */
#define METHOD_BLOCKS "blocks"     /* id, spec: the files that an answer names; "result" */
#define METHOD_APPLY "apply"       /* id, spec: what it makes of their texts; "result" */
#define METHOD_GATHER "gather"     /* id, spec: what a message refers to; "result" */
#define METHOD_PIECE "piece"       /* id, index, text: of an item of gather that has pieces */
#define METHOD_FORGET "forget"     /* {endpoint?}: what was learned of it, or of all, is no more */
#define METHOD_JOBS "jobs"         /* id of its own: answered by "jobs" */
#define METHOD_INSPECT "inspect"   /* id of its own, {buf?}: answered by "inspection" */
/* Completion; rows and columns count from 0, columns in bytes. What is typed reaches the
 * helper from Neovim itself, as nvim_buf_lines_event, before the key that did it. */
#define METHOD_BACKEND "backend" /* spec or nil: what suggestions come from, and how */
#define METHOD_EXTRAS "extras"   /* buf, list of {name, text}: pseudo files for its prompts */
#define METHOD_ATTACH "attach"   /* buf, {name, filetype, comment, indent}: wants suggestions */
#define METHOD_WINDOW "window"   /* {window_tokens, ring_tokens, ...}: another size of prompts */
#define METHOD_SCOPE "scope"     /* buf, row, {definition}: of treesitter, for that line */
#define METHOD_DETACH "detach"   /* buf, keep? (its chunks), name? (of one closed before) */
#define METHOD_ENTER "enter"     /* buf, lines: insert mode begins, so the model will be needed */
#define METHOD_KEY "key"     /* buf, tick, row, col, kind, serial, length, used?: suggestion.h */
#define METHOD_CYCLE "cycle" /* buf, tick, row, col, step: another alternative */
#define METHOD_LEAVE "leave" /* buf: no suggestion is wanted now */
#define METHOD_COLLECT "collect" /* buf, first, last: lines worth knowing elsewhere */
#define METHOD_WATCH "watch"     /* boolean: whether "asking" and "loading" are wanted */
#define METHOD_INFO "info"       /* request: version, protocol, pid, running, complete */
#define METHOD_MIRROR "mirror"   /* request: buf; its text as the helper has it, or nil */
#define METHOD_SPECS "specs"     /* request: remote-plugin specs of a file */
#define METHOD_POLL "poll"       /* request: "ok" */

/* Helper to Lua: LUA_ON_EVENT with name, id and data. Each id gets any number of events, then
 * exactly one of done, error, cancelled, result, jobs or inspection. */
#define EVENT_READY "ready"               /* id 0; {version, protocol}: answer to hello */
#define EVENT_PART "part"                 /* {part, ttft_ms?}: text of this part begins */
#define EVENT_AFTERTHOUGHT "afterthought" /* {text}: thinking that comes as a reply goes on */
#define EVENT_RETHOUGHT "rethought"       /* {part}: all of the reply so far belongs to that part */
#define EVENT_TEXT "text"                 /* {at, text}: of generate; at bytes came before */
#define EVENT_HUNKS "hunks"         /* {at, text}: of edit; as text, of records: edit/journal.h */
#define EVENT_THOUGHT "thought"     /* {text, signature} or {redacted}: to go back with the reply */
#define EVENT_STOPPING "stopping"   /* {}: "stop" was heard, the ending will come */
#define EVENT_PROGRESS "progress"   /* {read, total}: tokens of the prompt, before any text */
#define EVENT_WAITING "waiting"     /* {seconds, code, message, hint, status}: sent again then */
#define EVENT_LEARNED "learned"     /* {endpoint, message}: see learned.h; id 0: of completion */
#define EVENT_DONE "done"           /* {reason, ending, message, hint, stats} */
#define EVENT_ERROR "error"         /* {code, message, hint?, status?, stats?} */
#define EVENT_CANCELLED "cancelled" /* {stats} */
#define EVENT_RECORD "record"       /* {at, text}: lines of a query with stream; else as text */
#define EVENT_RESULT "result"       /* {status, body}: of a query, if the status is 2xx */

#define EVENT_JOBS "jobs" /* {jobs = {{id, kind, state, endpoint, model?, age_ms, bytes}}} */

#define EVENT_INSPECTION "inspection" /* {last?}: what was asked and answered, if there was any */

/* Of completion: the id is the buffer, no ending follows. Of the answer with this serial
 * text is what follows its first from bytes: to be shown at tick, row, col. It may come
 * again with more, or with less when the end is not to be shown. */
#define EVENT_SUGGEST "suggest"   /* {tick, row, col, serial, from, text, final, cut, n, of} */
#define EVENT_ASKING "asking"     /* {asking}: a request for the typed place is alive */
#define EVENT_LOADING "loading"   /* id 0; {loading}: the model is being loaded */
#define EVENT_ANSWERED "answered" /* id 0; {}: the backend has, for the first time */
#define EVENT_BACKEND_ERROR "backend_error" /* id 0; {code, message, hint, status} */

/* What the helper calls in Lua, with nvim_exec_lua, and the arguments:
 *   LUA_ON_EVENT      name, id, data
 *   LUA_PUT           buf, lines, whether windows follow, whether to join the undo block
 *   LUA_ANCHOR        buf, key: there the text of a chat's reply begins
 *   LUA_REPAIR        buf, key, bytes acknowledged, their end, text that is not
 *   LUA_WRAP          buf, key, text to be put before the reply, text to be put behind it
 *   LUA_AFTERTHOUGHT  buf, key: the text of a reply that goes on goes before what was there
 *   LUA_UNWRAP        buf, key, text to be taken from the beginning of the reply
 *   LUA_PLACE         key of a place, lines
 *   LUA_PLACE_CLEAR   key of a place whose text is to be taken away
 *   LUA_PLACE_REPAIR  key of a place, bytes acknowledged, their end, text that is not */
#define LUA_ON_EVENT "require('hum.server.client').on_event(...)"
#define LUA_PUT "require('hum.chat.reply.put').edit(...)"
#define LUA_ANCHOR "require('hum.chat.reply.repair').anchor(...)"
#define LUA_REPAIR "require('hum.chat.reply.repair').run(...)"
#define LUA_WRAP "require('hum.chat.reply.turn').wrap(...)"
#define LUA_AFTERTHOUGHT "require('hum.chat.reply.turn').afterthought(...)"
#define LUA_UNWRAP "require('hum.chat.reply.turn').unwrap(...)"
#define LUA_PLACE_CLEAR "require('hum.place').clear(...)"
#define LUA_PLACE "require('hum.place').edit(...)"
#define LUA_PLACE_REPAIR "require('hum.place').repair(...)"

/* In the traceback of an error, each says that an edit was refused: files of what is called above
 * by notifications. */
#define LUA_EDIT_FILES                                                          \
    {                                                                           \
        "hum/chat/reply/put.lua", "hum/place/init.lua", "hum/server/client.lua" \
    }

/* Errors inside the helper: 0 is success, these are negative. failure_code()
 * gives the code that Lua sees. */
enum hum_error {
    HUM_OK = 0,
    HUM_ETOOBIG = -1,    /* a record, body or message over its cap */
    HUM_EBAD = -2,       /* bytes that are not what they should be */
    HUM_ESPEC = -3,      /* a call from Lua with missing or wrong fields */
    HUM_ECONNECT = -4,   /* no connection: refused, unknown host, TLS */
    HUM_ETIMEOUT = -5,   /* connect, first token or idle limit passed */
    HUM_EHTTP = -6,      /* an HTTP status that is not 2xx */
    HUM_ESERVER = -7,    /* an error inside an answer with status 200 */
    HUM_ECUT = -8,       /* the answer ended without saying that it is done */
    HUM_EGONE = -9,      /* the buffer is gone or cannot be changed */
    HUM_EFILE = -10,     /* a file that is a part of a request is missing, or not as it was */
    HUM_EOVERFLOW = -11, /* the prompt is longer than the model's context window */
};

/* Limits, in bytes unless said. */
#define LIMIT_RECORD (16u << 20) /* one NDJSON line or SSE event; Ollama's own cap is 8 MB */
#define LIMIT_MESSAGE \
    (64u << 20) /* one msgpack-RPC message: a whole chat; longer ones are not read */
#define LIMIT_ERROR_BODY (64u << 10)
#define LIMIT_QUERY_BODY (16u << 20)
#define LIMIT_UNACKED 64         /* edits that may be unacknowledged, a count */
#define LIMIT_PENDING (1u << 20) /* text held for a busy editor before HTTP is paused */
#define LIMIT_EDIT (64u << 10)   /* text merged into one edit */
/* How deep the options of a request may be nested, a count: msgpack-c refuses more than 32, of
 * which the call itself takes some. lua/hum/config/check.lua has the same number. */
#define LIMIT_DEPTH 24

#endif
