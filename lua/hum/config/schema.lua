-- Every option of hum: its default, what is allowed, and its help. config.check
-- validates by this table, tools/gen-doc writes the help from it.
--
-- A node has a kind:
--   group    fixed keys, listed in `fields`
--   map      any name to an `item`
--   string, boolean, number (`min`, `max`, `integer`), enum (`values`), list (of strings),
--   keys, json, secret, header, scalar, think, duration, reference (a function, or a table with `resolve`)
-- `default` nil means "not set"; `also` lists names that people try instead.

---@class hum.Node
---@field kind string
---@field name? string
---@field help? string
---@field default? any
---@field default_help? string  what is used when the option is not set
---@field fields? hum.Node[]
---@field item? hum.Node
---@field values? string[]
---@field min? number
---@field max? number
---@field integer? boolean
---@field also? string[]
---@field removable? boolean  `false` takes an entry of the map away
---@field wildcard? boolean   '*' is a name of the map too
---@field models? boolean     its names are those of models, whatever is in them
---@field reserved? table<string, string>  names that a table of options may not have, and why
---@field or_false? boolean   `false` is a value of the string or number too
---@field or_boolean? boolean  `true` and `false` are values of the enum too
---@field switch? boolean     of a group: `true` is all of its defaults, `false` is none of it, and the default

local edit_keys = require('hum.config.edit_keys')
local keys = require('hum.config.keys')

local DIALECTS = vim.tbl_keys(require('hum.server.provider')) ---@type string[]
table.sort(DIALECTS)

--- What makes a request what it is.
local RESERVED = {
  stream = 'replies are always streamed; remove it',
  messages = 'the chat is what is sent; remove it',
  prompt = 'the chat is what is sent; remove it',
  suffix = 'the text at the cursor is what is sent; remove it',
  model = 'set the option "model" of the endpoint',
  tools = 'hum calls no tools; remove it',
  functions = 'hum calls no tools; remove it',
}

local endpoint = {
  kind = 'group',
  fields = {
    {
      name = 'preset',
      kind = 'string',
      or_false = true,
      also = { 'service', 'template' },
      default_help = 'the one with the name of the endpoint, if there is one',
      help = [[
Which server or service this is, see |hum-presets|: hum then knows its address, the variable
of its key and the peculiarities of its API. What you set yourself takes precedence. `false`:
none of them.]],
    },
    {
      name = 'url',
      kind = 'string',
      also = { 'base_url', 'host', 'endpoint', 'address' },
      default_help = [[
that of the preset; of "ollama" $OLLAMA_HOST, else "http://127.0.0.1:11434"]],
      help = [[
Address of the server, as given in its documentation: `http://` or `https://`, host, port and
path, see |hum-addresses|; `unix:///run/server.sock` is a Unix socket. User names, passwords
and keys are not accepted here; see `key`.]],
    },
    {
      name = 'path',
      kind = 'string',
      help = [[
The whole path of a chat, instead of the usual one: `/v2/chat`.]],
    },
    {
      name = 'query',
      kind = 'map',
      item = { kind = 'scalar' },
      default = {},
      also = { 'url_params', 'query_params' },
      help = [[
Parameters that are added to the URL of every request: `{ ['api-version'] = '2025-04-01' }`.
Keys are not accepted here; see `key`.]],
    },
    {
      name = 'dialect',
      kind = 'enum',
      values = DIALECTS,
      default_help = 'that of the preset, else "ollama"',
      also = { 'type', 'provider', 'api', 'kind' },
      help = [[
Which API the server speaks: "ollama" for Ollama's native `/api/chat`, "openai" for
`/v1/chat/completions` as provided by llama-server, vLLM, SGLang, LiteLLM and others,
"anthropic" for `/v1/messages`, see |hum-anthropic|.]],
    },
    {
      name = 'model',
      kind = 'string',
      default_help = 'you are asked once, see |hum-models|',
      help = [[
The model for new chats. If it is not set, hum uses the server's only model, or asks you
to select one with |vim.ui.select()| and remembers your choice.]],
    },
    {
      name = 'models',
      kind = 'list',
      default = {},
      help = [[
The models that `:Hum model` offers, for servers that have no list of them. The server is
then not asked for a list.]],
    },
    {
      name = 'resource',
      kind = 'string',
      help = 'Name of your Azure resource, see |hum-azure|.',
    },
    {
      name = 'deployment',
      kind = 'string',
      help = 'Name of the deployment in your Azure resource; also the model, if `model` is not set.',
    },
    {
      name = 'api_version',
      kind = 'string',
      help = "Version of Azure's API, if you use its older addresses.",
    },
    {
      name = 'options',
      kind = 'json',
      reserved = RESERVED,
      default = {},
      also = { 'params', 'parameters' },
      help = [[
Sampling and load options, passed to the server unchanged: `temperature`, `num_ctx` and
so on for "ollama", top-level fields such as `max_tokens` for the others. Ollama reloads
the model whenever `num_ctx` differs from the previous request. `vim.NIL` removes a field that
hum would send: `{ stream_options = vim.NIL }`.]],
    },
    {
      name = 'headers',
      kind = 'map',
      item = { kind = 'header' },
      default = {},
      help = [[
Additional HTTP headers by name. A value is a string or, for anything secret,
`{ env = 'NAME' }` or `{ command = { ... } }` as in `key`; `prefix = '...'` in there is put
before the secret. A header of yours replaces the one that hum would send.]],
    },
    {
      name = 'key',
      kind = 'secret',
      also = { 'api_key', 'apikey', 'token', 'secret', 'password' },
      help = [[
The API key; with a preset, it is taken from the usual environment variable of the service. It
is sent as `Authorization: Bearer ...`, with the dialect "anthropic" as
`x-api-key`; see |hum-api-keys|. A header `Authorization` in `headers` replaces it. Plain text is
rejected: use `{ env = 'NAME' }` for an environment variable, or
`{ command = { 'pass', 'show', 'x' } }` for a command that prints the key on its first
line. The command runs in the background when the key is first needed; the key is kept
in memory only.]],
    },
    {
      name = 'keep_alive',
      kind = 'duration',
      help = [[
How long Ollama keeps the model loaded after a request: a duration such as "10m", a
number of seconds, or "-1s" for no limit.]],
    },
    {
      name = 'think',
      kind = 'think',
      also = { 'thinking', 'reasoning' },
      help = [[
Whether a thinking model thinks: `true`, `false`, a level ("none", "minimal", "low",
"medium", "high", "xhigh" or "max"), or the most tokens that it may spend on it. If it is not
set, the server decides. How each value is sent: |hum-think|.]],
    },
    {
      name = 'thoughts',
      kind = 'string',
      or_false = true,
      default_help = 'the one that the service documents',
      help = [[
Name of the field in which the thinking of earlier replies is sent back to the model, such
as "reasoning_content"; `false`: it is not sent back.]],
    },
    {
      name = 'ca',
      kind = 'string',
      also = { 'cacert', 'ca_bundle', 'ca_file', 'cafile', 'capath' },
      default_help = [[
$CURL_CA_BUNDLE, else $SSL_CERT_FILE and $SSL_CERT_DIR, else the system's]],
      help = [[
File or directory with the certificates of the only authorities that are trusted for this
endpoint; see |hum-tls|.]],
    },
    {
      name = 'client_cert',
      kind = 'string',
      also = { 'cert', 'certificate' },
      help = 'File with the client certificate that the server requires, in PEM format.',
    },
    {
      name = 'client_key',
      kind = 'string',
      help = 'File with the key of that certificate, if it is not in `client_cert`. It must not have a passphrase.',
    },
    {
      name = 'insecure',
      kind = 'boolean',
      default = false,
      also = { 'allow_insecure', 'verify' },
      help = [[
Do not check the server's certificate: anybody on the network in between can read and change
what is sent, including the key. You are warned when the endpoint is first used. Put the server's own
certificate into `ca` instead.]],
    },
    {
      name = 'proxy',
      kind = 'string',
      or_false = true,
      default_help = '$http_proxy, $https_proxy or $all_proxy, but none for servers on this machine',
      help = [[
URL of the proxy: `http://`, `https://`, `socks5://` or `socks5h://`, host and port;
`false` for none. It is also used for servers on this machine; see |hum-proxy|.]],
    },
    {
      name = 'no_proxy',
      kind = 'list',
      default_help = '$no_proxy, if the proxy is one of the variables',
      help = [[
Hosts that are reached without the proxy: names (with all subdomains), addresses and
networks (`10.0.0.0/8`).]],
    },
    {
      name = 'connect_timeout',
      kind = 'number',
      min = 0.3,
      max = 600,
      default = 10,
      help = 'Seconds to wait for a connection.',
    },
    {
      name = 'first_timeout',
      kind = 'number',
      min = 0,
      default = 0,
      also = { 'timeout' },
      help = [[
Seconds to wait for the first token; 0 waits indefinitely. A server sends nothing while
it loads a model or processes a long prompt, which can take minutes. Headers, comments
and pings are no token.]],
    },
    {
      name = 'idle_timeout',
      kind = 'number',
      min = 0,
      default = 120,
      help = [[
Abort a reply after this many seconds without a token, counted from the first one on; 0
waits indefinitely. What a server sends to keep the connection alive is no token.]],
    },
  },
}

--- Fields of a persona, which stand in its file's front matter, too.
local persona = {
  kind = 'group',
  fields = {
    {
      name = 'description',
      kind = 'string',
      also = { 'desc' },
      help = 'What it is for, in one line: `:Hum persona` shows it.',
    },
    {
      name = 'system',
      kind = 'string',
      also = { 'system_prompt', 'prompt' },
      help = 'Its system prompt, which takes the place of `chat.system`.',
    },
    {
      name = 'endpoint',
      kind = 'string',
      also = { 'provider', 'server' },
      default_help = 'the one that the chat uses',
      help = 'Name of its endpoint.',
    },
    {
      name = 'model',
      kind = 'string',
      default_help = 'the one that the chat uses',
      help = 'Its model: "model" or "endpoint/model".',
    },
    {
      name = 'options',
      kind = 'json',
      reserved = RESERVED,
      default = {},
      also = { 'params', 'parameters' },
      help = "Merged over the endpoint's `options`. Those in a chat's front matter take precedence.",
    },
    { name = 'think', kind = 'think', help = 'How much the model thinks, see |hum-think|.' },
    {
      name = 'references',
      kind = 'list',
      default = {},
      also = { 'context', 'files' },
      help = [[
References that belong to its first message as if you had written them there: `{ '#diff', '#file:docs/api.md' }`.]],
    },
  },
}

local PERSONAS = [[
Personas by name: a system prompt, a model and options that belong together, for |:Hum-persona|. See
|hum-personas|.]]

local rules = {
  name = 'rules',
  kind = 'group',
  also = { 'instructions', 'memory' },
  help = 'Rules for models: AGENTS.md and its like, see |hum-rules|.',
  fields = {
    {
      name = 'enabled',
      kind = 'boolean',
      default = true,
      also = { 'enable' },
      help = 'Whether rules are sent at all, your own included.',
    },
    {
      name = 'share',
      kind = 'number',
      min = 0,
      max = 1,
      default = 0.1,
      also = { 'size', 'budget' },
      help = [[
How much of the model's context window rules may take. Beyond that whole files are left out, the most
distant first, and you are told. Where the context window is not known they may take 8192 tokens.]],
    },
    {
      name = 'files',
      kind = 'list',
      default_help = 'those in |hum-rules-files|',
      also = { 'names' },
      help = [[
The files and folders in which a project's rules are looked for, from |hum-rules-files|; any other name
is looked for in the project's root and every folder down to that of the file at hand.]],
    },
    {
      name = 'exclude',
      kind = 'list',
      default = {},
      also = { 'excludes', 'disabled' },
      help = [[
Projects whose rules are not used: folders, such as `'~/src/vendor'`, or patterns, `'/tmp/**'`.]],
    },
    {
      name = 'text',
      kind = 'string',
      also = { 'own' },
      help = [[
Rules of your own for every project, before those in `stdpath("config")/hum/rules.md`.]],
    },
  },
}

---@param key hum.Key
---@return hum.Node
local function map(key)
  local help = ('%s mode: %s.'):format(keys.modes(key), keys.help(key))
  return { name = key.name, kind = 'keys', default = key.default, help = (help:gsub('^%l', string.upper)) }
end

local maps = {
  kind = 'group',
  name = 'maps',
  also = { 'keys', 'mappings', 'keymaps' },
  help = [[
Keys in chat buffers, see |hum-keys|. Each is a string, a list of strings, or `false`
for no key.]],
  fields = vim.tbl_map(map, keys.list),
}

local chat = {
  kind = 'group',
  name = 'chat',
  help = 'Chat buffers and windows.',
  fields = {
    {
      name = 'system',
      kind = 'string',
      also = { 'system_prompt', 'prompt' },
      help = 'System prompt for new chats.',
    },
    {
      name = 'personas',
      kind = 'map',
      item = persona,
      default = {},
      help = 'The same as `personas`.',
    },
    {
      name = 'window',
      kind = 'enum',
      values = { 'right', 'left', 'bottom', 'top', 'float', 'tab', 'current', 'vsplit', 'split' },
      default = 'right',
      also = { 'layout', 'win', 'position' },
      help = [[
Where a chat opens if the tab page has no chat window yet: on that side of your windows, in a
float, in a tab page of its own, or in the current window. "vsplit" and "split" leave the side to
'splitright' and 'splitbelow'. Command modifiers take precedence: `:tab Hum chat`,
`:botright Hum chat`.]],
    },
    {
      name = 'size',
      kind = 'number',
      min = 0,
      default = 0,
      also = { 'width', 'height' },
      help = [[
Width of a chat on the right or left, height of one at the bottom or top: a fraction of
the screen if it is below 1, otherwise columns or lines; 0: a fair share. Once you resize
the window, it comes back in that size.]],
    },
    {
      name = 'ask',
      kind = 'enum',
      values = { 'float', 'window' },
      default = 'float',
      also = { 'answer' },
      help = [[
Where |:Hum-ask| shows the answer: in a float at the cursor, or in the chat window.]],
    },
    {
      name = 'current_file',
      kind = 'boolean',
      default = false,
      also = { 'file', 'current_buffer', 'auto_context' },
      help = [[
New chats begin with `#buffer` in your message: the file that you come from is sent with it, as
it is then. Delete the line where you do not want that. Secret files are left out.]],
    },
    {
      name = 'keep',
      kind = 'enum',
      values = { 'project' },
      or_boolean = true,
      default = true,
      also = { 'save', 'autosave', 'history', 'persist' },
      help = [[
Whether each chat is a file from its first message on, see |hum-save|. "project": likewise, in a
folder for each project. `false`: a new chat has no file, swap file or undo file, and hum writes a
chat's file only when you do, with |:w|.]],
    },
    {
      name = 'title',
      kind = 'enum',
      values = { 'question', 'model' },
      default = 'question',
      also = { 'titles', 'generate_title' },
      help = [[
Where a chat gets its title, and its file its name. "question": from the first question. "model": the
model of the chat is asked for one after its first reply, by a small request of its own.]],
    },
    {
      name = 'directory',
      kind = 'string',
      also = { 'dir', 'folder', 'path', 'chat_dir' },
      default_help = '`stdpath("data")/hum/chats`',
      help = [[
The folder where chats are kept. It is made when it is needed, and readable by you alone.]],
    },
    maps,
    {
      name = 'thinking',
      kind = 'enum',
      values = { 'fold', 'show', 'hide' },
      default = 'fold',
      also = { 'fold_thinking', 'fold', 'show_thinking', 'hide_thinking' },
      help = [[
How the thinking of a model is shown. "fold": one line that says how long it takes, and opens with |zo|.
"show": as text, in a fold that |zc| closes. "hide": not at all, though |zo| on the blank line above the
reply's text shows it. See |hum-thinking|.]],
    },
    {
      name = 'stats',
      kind = 'boolean',
      default = true,
      also = { 'show_stats', 'figures' },
      help = [[
Show the figures of a finished reply below it: tokens, tokens per second, time to the first token,
the size of the prompt and its share of the model's context, see |hum-figures|.]],
    },
    {
      name = 'start_insert',
      kind = 'boolean',
      default = false,
      also = { 'insert', 'start_in_insert_mode', 'auto_insert' },
      help = [[
Start insert mode in a chat that opens for you to write in: a new one, or the latest if the cursor
is where the next message goes.]],
    },
    {
      name = 'stay_in_insert',
      kind = 'boolean',
      default = false,
      also = { 'keep_insert', 'stay_insert' },
      help = [[
Stay in insert mode when you send from there (`chat.maps.send_insert`): the cursor goes below the
reply, where the next message is written. By default insert mode ends, and the window follows the
reply.]],
    },
    {
      name = 'winbar',
      kind = 'boolean',
      default = true,
      also = { 'header', 'title_bar' },
      help = [[
Show a |'winbar'| above a chat: model, endpoint, how much of the context is full, and what the model
is doing. A window keeps the 'winbar' that you or another plugin have set for it.]],
    },
    {
      name = 'warn_at',
      kind = 'number',
      min = 0,
      max = 1,
      or_false = true,
      default = 0.85,
      also = { 'warn', 'context_warning' },
      help = [[
From which share of the context window on the meter of a chat is coloured and a message warns, see
|hum-window|: 0.85 is 85 %. `false`: never.]],
    },
    {
      name = 'compact_at',
      kind = 'number',
      min = 0,
      max = 1,
      or_false = true,
      default = false,
      also = { 'auto_compact', 'compact' },
      help = [[
From which share of the context window on old turns are replaced by a summary before a message is sent,
as |:Hum-compact| does it. `false`: only when you ask for it.]],
    },
    {
      name = 'preload',
      kind = 'boolean',
      default = false,
      also = { 'warm', 'warmup', 'load' },
      help = [[
Load the model when a chat opens, with the options that the chat will send, so that the first reply
comes sooner. For Ollama; other servers have their model loaded.]],
    },
    {
      name = 'bell',
      kind = 'boolean',
      default = false,
      also = { 'beep', 'sound' },
      help = [[
Ring the bell of the terminal when a reply has ended that you do not see: its chat is hidden, or
Neovim has lost the focus. See |hum-hidden|.]],
    },
    {
      name = 'follow',
      kind = 'boolean',
      default = true,
      help = [[
Scroll with the reply in windows whose cursor is on the last line. Windows whose cursor
is elsewhere never scroll.]],
    },
    {
      name = 'highlight',
      kind = 'boolean',
      default = true,
      also = { 'syntax', 'colors', 'colours' },
      help = [[
Highlight chats with hum's own highlighter, whose cost does not grow with the length of
the chat.]],
    },
    {
      name = 'dress',
      kind = 'boolean',
      default = true,
      also = { 'render', 'conceal', 'decorate' },
      help = [[
Dress the Markdown of chats, see |hum-looks|: role lines and code blocks as bars and boxes,
bullets, tables, and no marks around **strong** words. The text itself is never changed. If
this is off, chats show raw Markdown in colours.]],
    },
    {
      name = 'raw_at_cursor',
      kind = 'boolean',
      default = true,
      also = { 'anti_conceal', 'reveal' },
      help = [[
Show the row of the cursor as raw Markdown, so that it can be edited. If this is off, it
is raw in insert mode only. While a reply streams, the row is dressed.]],
    },
  },
}

local MODES = { 'off', 'on', 'manual' }

local fim = {
  kind = 'group',
  name = 'fim',
  also = { 'tokens', 'fill_in', 'template' },
  help = [[
Fill-in-the-middle (FIM) tokens of a model that hum does not know, see
|hum-fim-tokens|. If `prefix` and `suffix` are set, hum builds FIM prompts from
these tokens and sends them raw, without a template.]],
  fields = {
    { name = 'prefix', kind = 'string', help = 'Token before the text that precedes the cursor.' },
    { name = 'suffix', kind = 'string', help = 'Token before the text that follows the cursor.' },
    {
      name = 'middle',
      kind = 'string',
      help = 'Token at the end of the prompt, after which the model writes the missing middle.',
    },
    {
      name = 'file',
      kind = 'string',
      help = 'Token before a file name. If it is not set, context from other files is sent as comments.',
    },
    { name = 'repo', kind = 'string', help = 'Token before the project name.' },
    {
      name = 'suffix_first',
      kind = 'boolean',
      default = false,
      help = 'Put the text that follows the cursor first (SPM instead of PSM order).',
    },
    { name = 'stop', kind = 'list', default = {}, help = 'Stop sequences: strings that end a suggestion.' },
  },
}

local complete_maps = {
  kind = 'group',
  name = 'maps',
  switch = true,
  default = false,
  also = { 'keys', 'mappings', 'keymaps', 'keymap' },
  help = [[
Keys for suggestions, in insert mode, see |hum-complete-maps|. `true`: those below; a table sets
others, or `false` for no key; `false`: none is mapped. Without a suggestion each key does
what it did before.]],
  fields = {
    { name = 'accept', kind = 'keys', default = '<Tab>', help = 'Insert the suggestion.' },
    { name = 'accept_word', kind = 'keys', default = '<M-w>', help = 'Insert its first word.' },
    { name = 'accept_line', kind = 'keys', default = '<M-l>', help = 'Insert its first line.' },
    { name = 'next', kind = 'keys', default = '<M-n>', help = 'Show the next alternative.' },
    { name = 'prev', kind = 'keys', default = '<M-p>', help = 'Show the previous alternative.' },
    { name = 'dismiss', kind = 'keys', default = '<M-e>', help = 'Dismiss the suggestion.' },
    { name = 'suggest', kind = 'keys', default = '<M-s>', help = 'Request a suggestion now.' },
  },
}

---@param use string
---@return hum.Node
local function own_endpoint(use)
  return {
    name = 'endpoint',
    kind = 'string',
    also = { 'provider', 'server' },
    default_help = 'the one of new chats',
    help = ('Name of the endpoint used for %s.'):format(use),
  }
end

---@param use string
---@return hum.Node
local function own_model(use)
  return {
    name = 'model',
    kind = 'string',
    default_help = 'the one of new chats',
    help = ('The model used for %s.'):format(use),
  }
end

local commit = {
  name = 'commit',
  kind = 'group',
  help = 'Commit messages, see |hum-commit|.',
  fields = {
    own_endpoint('commit messages'),
    own_model('commit messages'),
    { name = 'think', kind = 'think', default = false, help = 'How much the model thinks first, see |hum-think|.' },
    {
      name = 'tokens',
      kind = 'number',
      integer = true,
      min = 200,
      default = 6000,
      help = [[
How many tokens of the diff the model is shown, at most. Beyond that files and hunks are left out, and you are told
which.]],
    },
    {
      name = 'subject',
      kind = 'number',
      integer = true,
      min = 20,
      default = 72,
      help = 'The longest first line of a message, in characters. A longer one is asked for again.',
    },
    {
      name = 'width',
      kind = 'number',
      integer = true,
      min = 20,
      default = 72,
      help = 'The width to which the other lines are wrapped.',
    },
    {
      name = 'rules',
      kind = 'boolean',
      default = true,
      help = "Whether the model is told the project's rules and yours, see |hum-rules|.",
    },
  },
}

local complete = {
  kind = 'group',
  name = 'complete',
  also = { 'completion', 'ghost', 'suggest', 'fill', 'autocomplete' },
  help = 'Code completion as you type, see |hum-complete|.',
  fields = {
    {
      name = 'mode',
      kind = 'enum',
      values = MODES,
      default = 'off',
      also = { 'enabled', 'enable', 'auto', 'auto_trigger' },
      help = [[
"on": show suggestions as you type; "manual": only on request, with <Plug>(hum-suggest);
"off": never. |:Hum-complete| changes it for the session or for a buffer.]],
    },
    {
      name = 'filetypes',
      kind = 'map',
      item = { kind = 'enum', values = MODES },
      wildcard = true,
      default = {},
      also = { 'filetype', 'languages', 'ft' },
      help = [[
The mode by file type, such as `{ lua = 'on', markdown = 'manual' }`. `['*']` stands for
all other file types. Takes precedence over `mode`.]],
    },
    {
      name = 'endpoint',
      kind = 'string',
      also = { 'provider', 'server' },
      default_help = 'the default endpoint',
      help = 'Name of the endpoint used for completion.',
    },
    {
      name = 'model',
      kind = 'string',
      default_help = 'chosen automatically, see |hum-fim|',
      help = [[
The fill-in-the-middle (FIM) model. Small FIM models are fast enough to keep up with
typing; chat models are slow.]],
    },
    {
      name = 'exclude',
      kind = 'list',
      default = {},
      also = { 'excludes', 'blacklist', 'secrets' },
      help = [[
Files that are never read for completion, as |file-pattern|s that ignore case, in addition to
those that hum takes for secret (|hum-complete-secrets|). A pattern without "/" is matched
against the file name, one with "/" against the full path. `!` in front of a pattern allows what
it matches, whatever hum takes it for; the last pattern that matches decides.]],
    },
    {
      name = 'ignored',
      kind = 'boolean',
      default = true,
      also = { 'ignore', 'git_ignored', 'gitignored', 'gitignore' },
      help = [[
Whether to read files that git ignores. With `false`, git is asked once for each file; until it
has answered, the file is not read.]],
    },
    {
      name = 'max_size',
      kind = 'number',
      min = 1,
      default = 8192,
      also = { 'max_file_size', 'size' },
      help = 'Largest buffer that gets suggestions, in kB.',
    },
    {
      name = 'max_lines',
      kind = 'number',
      integer = true,
      min = 1,
      max = 1000,
      default = 16,
      help = 'Maximum number of lines in a suggestion.',
    },
    {
      name = 'max_tokens',
      kind = 'number',
      integer = true,
      min = 1,
      max = 4096,
      default = 128,
      also = { 'num_predict', 'n_predict' },
      help = 'Maximum number of tokens in a suggestion.',
    },
    {
      name = 'window_tokens',
      kind = 'number',
      integer = true,
      min = 64,
      max = 100000,
      also = { 'context', 'context_window', 'context_size' },
      default_help = 'a quarter of the context window that is loaded, if the server says how much that is; else 1536',
      help = [[
How much text around the cursor is sent with a request, in estimated tokens. The sum of
`window_tokens`, `ring_tokens` and `max_tokens` has to fit into the model's context
window, see |hum-complete-context|.]],
    },
    {
      name = 'ring_tokens',
      kind = 'number',
      integer = true,
      min = 0,
      max = 100000,
      also = { 'ring', 'extra_tokens' },
      default_help = 'an eighth of the context window that is loaded, at least 1024 if they fit',
      help = [[
How much extra context is sent with a request, in estimated tokens: chunks of text from
other places, see |hum-complete-context|. 0 sends none.]],
    },
    {
      kind = 'group',
      name = 'extras',
      help = [[
What else to put into prompts. It has a price: the server has to process more, and to process the
text again whenever something of this changes. Whether it improves suggestions depends on the model
and has not been measured, so it is off by default. See |hum-complete-context|.]],
      fields = {
        {
          name = 'diagnostics',
          kind = 'boolean',
          default = false,
          help = 'Diagnostics of the lines around the cursor, as |vim.diagnostic| has them.',
        },
        {
          name = 'edits',
          kind = 'boolean',
          default = false,
          help = 'The last edits elsewhere in attached buffers, as small diffs.',
        },
        {
          name = 'definitions',
          kind = 'boolean',
          default = false,
          help = [[
Definitions of what the line of the cursor names, from a language server that is
attached to the buffer.]],
        },
      },
    },
    {
      name = 'debounce',
      kind = 'number',
      min = 0,
      max = 10000,
      also = { 'delay', 'throttle', 'timeout' },
      default_help = 'adapts to the response time of the server',
      help = [[
Milliseconds to wait after the last keystroke before a request is sent. By default it is a
moment after the first keystroke for which no suggestion is known, at most 40 ms: see
|hum-complete-requests|.]],
    },
    {
      name = 'cache',
      kind = 'number',
      min = 0,
      max = 1024,
      default = 16,
      also = { 'cache_size' },
      help = 'Size of the cache for suggestions, in MB.',
    },
    {
      name = 'confidence',
      kind = 'number',
      min = 0,
      max = 1,
      default = 0,
      also = { 'min_confidence', 'threshold' },
      help = [[
Minimum confidence of a suggestion: the mean token probability of its first line, from 0
(show every suggestion) to 1. Has no effect with servers that do not report
probabilities.]],
    },
    {
      name = 'prompts',
      kind = 'enum',
      values = { 'hum', 'server' },
      default = 'hum',
      help = [[
Who builds FIM prompts for servers that can do it themselves (with `suffix` or
`/infill`). "hum" puts the text before the cursor last, so that the server has only a
few new tokens to process per keystroke; it needs the model's FIM tokens and otherwise
leaves it to the server. "server": always the server.]],
    },
    {
      name = 'line',
      kind = 'enum',
      values = { 'behind', 'before' },
      default = 'behind',
      help = [[
Where prompts that hum builds have the typed part of the cursor's line. "behind": behind the
token for the middle, at the end of the prompt, so that the server has only a few new tokens to
process per keystroke; the blank at its end is left out, as a model begins its words with it.
"before": with the text before the cursor, as most models are trained; then the text after the
cursor is processed again with each key. Which of them a model answers better to has not been
measured.]],
    },
    {
      name = 'prefetch',
      kind = 'boolean',
      default = true,
      also = { 'speculative' },
      help = [[
Once half of a suggestion is typed or accepted, already request the one that follows it.
Its prompt only adds to the one before, so a server with one slot loses nothing of its
prompt cache.]],
    },
    {
      name = 'during_chat',
      kind = 'enum',
      values = { 'auto', 'always', 'never' },
      default = 'auto',
      help = [[
Whether to request suggestions while a chat streams from the same model. "auto": only if
the server is known to process requests in parallel.]],
    },
    {
      name = 'menu',
      kind = 'enum',
      values = { 'hide', 'show' },
      default = 'hide',
      also = { 'popup', 'pum' },
      help = 'Whether to show a suggestion while a completion menu (|popupmenu-completion|) is open.',
    },
    {
      name = 'overflow',
      kind = 'enum',
      values = { 'scroll', 'float', 'count' },
      default = 'scroll',
      also = { 'scroll', 'hidden' },
      help = [[
What to do if the window has no room for all lines of a suggestion. "scroll": scroll it
once, and show what still has no room in a float; "float": only a float; "count": only
say how many lines there are ("+4"). See |hum-overflow|.]],
    },
    complete_maps,
    fim,
    {
      name = 'options',
      kind = 'json',
      reserved = RESERVED,
      default = {},
      also = { 'params', 'parameters' },
      help = [[
Merged over the endpoint's `options` in completion requests, for example `temperature`.
Options that make Ollama reload the model, such as `num_ctx`, are only allowed in the
endpoint.]],
    },
  },
}

local edit_maps = {
  kind = 'group',
  name = 'maps',
  also = { 'keys', 'mappings', 'keymaps' },
  help = [[
Keys of a buffer while it shows an edit, see |hum-edit-keys|. Each is a string, a list of strings, or
`false` for no key.]],
  fields = vim.tbl_map(map, edit_keys.list),
}

local FORMS = { 'whole', 'search', 'patch', 'udiff' }

local edit = {
  kind = 'group',
  name = 'edit',
  also = { 'edits', 'inline', 'instruct', 'rewrite' },
  help = 'Edits in place, see |hum-edit|.',
  fields = {
    own_endpoint('edits'),
    own_model('edits'),
    {
      name = 'think',
      kind = 'think',
      default = false,
      also = { 'thinking', 'reasoning' },
      help = [[
Whether a thinking model thinks before it answers, as `think` of an endpoint. It is off by default: what a
model thinks is not shown with an edit, only that it does.]],
    },
    {
      name = 'form',
      kind = 'map',
      item = { kind = 'enum', values = FORMS },
      wildcard = true,
      models = true,
      default = {},
      also = { 'format', 'forms' },
      help = [[
The form in which a model answers, by the model's name: `{ ['qwen3:32b'] = 'search' }`; `['*']` stands for
all others. "whole": the new lines, all of them; "search": blocks of what to search for and what to put
there; "patch" and "udiff": as their models are trained. Without it hum decides by the model and the size
of the text, see |hum-edit-forms|.]],
    },
    edit_maps,
  },
}

local prompts = {
  name = 'prompts',
  kind = 'group',
  also = { 'prompt', 'prompt_library' },
  help = 'The library of prompts, see |hum-prompts|.',
  fields = {
    {
      name = 'folders',
      kind = 'list',
      default = {},
      also = { 'dirs', 'directories', 'paths' },
      help = [[
Folders with prompts of yours besides `hum/prompts` in your configuration. What is not absolute is
below the root of a project, and needs your trust as its other prompts do.]],
    },
    {
      name = 'shipped',
      kind = 'boolean',
      default = true,
      also = { 'builtin', 'defaults' },
      help = [[
Whether there are the prompts of hum's; without them there are your own, and those of `:Hum fix` and
`:Hum commit`.]],
    },
  },
}

local reference = {
  name = 'reference',
  kind = 'group',
  also = { 'references', 'context', 'mentions' },
  help = 'References in messages and instructions, see |hum-references|.',
  fields = {
    {
      name = 'kinds',
      kind = 'map',
      item = { kind = 'reference' },
      removable = true,
      default = {},
      also = { 'functions', 'custom', 'sources' },
      help = [[
References of your own, by name: functions that return a text, or tables; see
|hum-reference-kinds|.]],
    },
    {
      name = 'large',
      kind = 'number',
      integer = true,
      min = 100,
      default = 16000,
      also = { 'max_tokens', 'limit', 'large_tokens' },
      help = [[
Tokens, as estimated, from which on hum asks before a reference is sent: its outline, all of it,
or nothing.]],
    },
    {
      name = 'image_size',
      kind = 'number',
      integer = true,
      min = 64,
      default = 1568,
      also = { 'image_pixels', 'max_pixels', 'resize' },
      help = [[
Pixels of the longer side from which on an image is made smaller, see |hum-images|. Local models that
count an image by its pixels want less, such as 1024.]],
    },
    {
      name = 'cmd_timeout',
      kind = 'number',
      min = 0,
      default = 120,
      also = { 'command_timeout', 'timeout' },
      help = 'Seconds after which a command of `#cmd` is stopped, see |hum-ref-cmd|; 0: no limit.',
    },
    {
      name = 'fetch',
      kind = 'group',
      also = { 'url', 'web', 'http' },
      help = 'How pages of the web are fetched, see |hum-fetch|.',
      fields = {
        {
          name = 'timeout',
          kind = 'number',
          min = 0,
          default = 60,
          help = 'Seconds in which a page must have come; 0: no limit.',
        },
        {
          name = 'idle_timeout',
          kind = 'number',
          min = 0,
          default = 20,
          help = 'Seconds of silence after which it is given up; 0: no limit.',
        },
        {
          name = 'connect_timeout',
          kind = 'number',
          min = 0.3,
          max = 600,
          default = 10,
          help = 'Seconds to wait for a connection.',
        },
        {
          name = 'largest',
          kind = 'number',
          integer = true,
          min = 1000,
          max = 16000000,
          default = 4000000,
          also = { 'max_bytes', 'size' },
          help = 'Bytes that are read of a page.',
        },
        {
          name = 'allow_redirects',
          kind = 'boolean',
          default = true,
          also = { 'redirects', 'follow' },
          help = 'Redirects to other hosts are followed. Within a host they always are.',
        },
        {
          name = 'proxy',
          kind = 'string',
          or_false = true,
          default_help = '$http_proxy, $https_proxy or $all_proxy, but none for servers on this machine',
          help = 'URL of a proxy, `false` for none; as `endpoints.*.proxy`.',
        },
      },
    },
  },
}

---@type hum.Node
return {
  kind = 'group',
  fields = {
    {
      name = 'endpoint',
      kind = 'string',
      default = 'ollama',
      also = { 'default', 'provider' },
      help = 'Name of the endpoint for new chats.',
    },
    {
      name = 'endpoints',
      kind = 'map',
      item = endpoint,
      removable = true,
      default = { ollama = {} },
      default_help = 'the endpoint "ollama"',
      also = { 'providers', 'servers', 'adapters' },
      help = [[
The servers that hum can use, by name; see |hum-endpoints|. Names consist of letters,
digits, `-`, `_` and `.`. The endpoint "ollama" always exists unless you set it to
`false`.]],
    },
    chat,
    commit,
    complete,
    edit,
    {
      name = 'glyphs',
      kind = 'enum',
      values = { 'auto', 'unicode', 'ascii' },
      default = 'auto',
      also = { 'icons', 'ascii', 'symbols' },
      help = [[
The characters that hum draws borders, bullets and signs with. "auto": those of Unicode, and on a
Linux console those that its font has. With 'ambiwidth' "double" they are always ASCII.]],
    },
    {
      name = 'helper',
      kind = 'string',
      also = { 'binary', 'bin', 'cmd', 'path' },
      default_help = '`build/hum` in the plugin directory',
      help = 'Path of the helper executable, see |hum-helper|.',
    },
    {
      name = 'log',
      kind = 'enum',
      values = { 'error', 'warn', 'info', 'debug' },
      default = 'info',
      also = { 'log_level', 'level', 'debug' },
      help = [[
Log level, see |hum-log|. Chat text is only logged at level "debug", API keys never.]],
    },
    prompts,
    reference,
    { name = 'personas', kind = 'map', item = persona, default = {}, help = PERSONAS },
    rules,
  },
}
