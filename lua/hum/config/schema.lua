-- Every option of hum: its default, what is allowed, and its help. config.check
-- validates by this table, tools/gen-doc writes the help from it.
--
-- A node has a kind:
--   group    fixed keys, listed in `fields`
--   map      any name to an `item`
--   string, boolean, number (`min`, `max`, `integer`), enum (`values`), list (of strings),
--   keys, json, secret, header, think, duration
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

local endpoint = {
  kind = 'group',
  fields = {
    {
      name = 'url',
      kind = 'string',
      also = { 'base_url', 'host', 'endpoint', 'address' },
      default_help = '$OLLAMA_HOST, else "http://127.0.0.1:11434"',
      help = [[
Where the server listens: `http://` or `https://`, host, port, and a base path if a
proxy adds one. Not the path of the API: hum adds `/api/chat` or
`/v1/chat/completions` itself (a `/v1` at the end is taken off when the dialect is
"openai"). User names and passwords do not belong here; see `key`.]],
    },
    {
      name = 'dialect',
      kind = 'enum',
      values = { 'ollama', 'openai' },
      default = 'ollama',
      also = { 'type', 'provider', 'api', 'kind' },
      help = [[
The API that is spoken: "ollama" is Ollama's own `/api/chat`, "openai" is
`/v1/chat/completions` as llama-server, vLLM, SGLang, LiteLLM and others offer it.]],
    },
    {
      name = 'model',
      kind = 'string',
      default_help = 'asked for once, then remembered',
      help = [[
The model of new chats. When it is not set, the server's only model is taken; with
several you are asked with |vim.ui.select()|, and the answer is remembered.]],
    },
    {
      name = 'options',
      kind = 'json',
      default = {},
      also = { 'params', 'parameters' },
      help = [[
Sampling and load options, handed to the server as they are: `temperature`,
`num_ctx` ... for "ollama", top-level fields such as `max_tokens` for "openai".
An Ollama server loads the model anew when `num_ctx` differs from the last request.]],
    },
    {
      name = 'headers',
      kind = 'map',
      item = { kind = 'header' },
      default = {},
      help = [[
Further HTTP headers, name to value. A value is a string or, for anything secret,
`{ env = 'NAME' }` or `{ command = { ... } }` as in `key`.]],
    },
    {
      name = 'key',
      kind = 'secret',
      also = { 'api_key', 'apikey', 'token', 'secret', 'password' },
      help = [[
The API key, sent as `Authorization: Bearer ...`. Never written here in clear but as
`{ env = 'NAME' }`, an environment variable, or `{ command = { 'pass', 'show', 'x' } }`,
a command whose first line of output is the key. The command runs at first use,
without blocking the editor; the key is kept in memory only.]],
    },
    {
      name = 'keep_alive',
      kind = 'duration',
      help = [[
How long an Ollama server keeps the model loaded after a request: "10m", "-1s" (for
ever), or a number of seconds.]],
    },
    {
      name = 'think',
      kind = 'think',
      also = { 'thinking', 'reasoning' },
      help = [[
Whether a thinking model thinks: `true`, `false`, or a level: "low", "medium", "high",
"max". Not set, the server decides.]],
    },
    {
      name = 'connect_timeout',
      kind = 'number',
      min = 0.3,
      max = 600,
      default = 10,
      help = 'Seconds until a connection must be made.',
    },
    {
      name = 'first_timeout',
      kind = 'number',
      min = 0,
      default = 0,
      also = { 'timeout' },
      help = [[
Seconds until the first token must come; 0 waits without end. A server says nothing
while it loads a model or reads a long prompt, and that may take minutes.]],
    },
    {
      name = 'idle_timeout',
      kind = 'number',
      min = 0,
      default = 120,
      help = 'Seconds of silence after the first token that end a reply; 0 waits without end.',
    },
  },
}

local maps = {
  kind = 'group',
  name = 'maps',
  also = { 'keys', 'mappings', 'keymaps' },
  help = [[
Keys in chat buffers. Each is a string, a list of strings, or `false` for none.]],
  fields = {
    {
      name = 'send',
      kind = 'keys',
      default = { '<CR>', '<C-s>' },
      help = 'Normal mode: send what you wrote.',
    },
    {
      name = 'send_insert',
      kind = 'keys',
      default = '<C-s>',
      help = 'Insert mode: send what you wrote.',
    },
    {
      name = 'stop',
      kind = 'keys',
      default = '<C-c>',
      help = 'Normal mode: stop the reply. Without one the key does what it always does.',
    },
    {
      name = 'stop_insert',
      kind = 'keys',
      default = '<C-c>',
      help = 'Insert mode: stop the reply. Without one the key does what it always does.',
    },
    { name = 'retry', kind = 'keys', default = false, help = 'Normal mode: ask again.' },
    { name = 'model', kind = 'keys', default = false, help = 'Normal mode: choose the model.' },
    { name = 'next_turn', kind = 'keys', default = ']]', help = 'To the next heading of a turn.' },
    { name = 'prev_turn', kind = 'keys', default = '[[', help = 'To the heading before.' },
  },
}

local chat = {
  kind = 'group',
  name = 'chat',
  help = 'Chats and their windows.',
  fields = {
    {
      name = 'system',
      kind = 'string',
      also = { 'system_prompt', 'prompt' },
      help = 'A system prompt that new chats begin with.',
    },
    {
      name = 'window',
      kind = 'enum',
      values = { 'vsplit', 'split', 'tab', 'current' },
      default = 'vsplit',
      also = { 'layout', 'win', 'position' },
      help = [[
Where a chat opens. Modifiers of the command win: `:tab Hum chat`, `:botright Hum chat`.]],
    },
    {
      name = 'size',
      kind = 'number',
      min = 0,
      default = 0,
      also = { 'width', 'height' },
      help = [[
Width of a "vsplit" or height of a "split": below 1 a share of the screen, else columns
or lines; 0 leaves it to Neovim.]],
    },
    maps,
    {
      name = 'fold_thinking',
      kind = 'boolean',
      default = true,
      also = { 'thinking', 'fold' },
      help = 'Thinking is folded; |zo| opens it.',
    },
    {
      name = 'stats',
      kind = 'boolean',
      default = true,
      also = { 'show_stats', 'figures' },
      help = [[
Show tokens, tokens per second and the time to the first token behind a finished reply.]],
    },
    {
      name = 'follow',
      kind = 'boolean',
      default = true,
      help = [[
A window whose cursor is on the last line follows the reply. A window whose cursor is
elsewhere is left alone in any case.]],
    },
    {
      name = 'highlight',
      kind = 'boolean',
      default = true,
      also = { 'syntax', 'colors', 'colours' },
      help = [[
Colour chats by hum's own highlighter, at a cost that does not grow with their length.]],
    },
  },
}

local MODES = { 'off', 'on', 'manual' }

local fim = {
  kind = 'group',
  name = 'fim',
  also = { 'tokens', 'fill_in', 'template' },
  help = [[
Fill-in tokens of a model that hum does not know, see |hum-complete-tokens|. With
`prefix` and `suffix` set, prompts are built of these and sent as they are.]],
  fields = {
    { name = 'prefix', kind = 'string', help = 'Stands before the text above the cursor.' },
    { name = 'suffix', kind = 'string', help = 'Stands before the text below the cursor.' },
    { name = 'middle', kind = 'string', help = 'Stands last: the answer follows it.' },
    {
      name = 'file',
      kind = 'string',
      help = 'Stands before the name of a file; without it other files travel as comments.',
    },
    { name = 'repo', kind = 'string', help = 'Stands before the name of the project.' },
    {
      name = 'suffix_first',
      kind = 'boolean',
      default = false,
      help = 'The text below the cursor goes first.',
    },
    { name = 'stop', kind = 'list', default = {}, help = 'Texts that end an answer.' },
  },
}

local complete = {
  kind = 'group',
  name = 'complete',
  also = { 'completion', 'ghost', 'suggest', 'fill', 'autocomplete' },
  help = 'Suggestions while you type, see |hum-complete|.',
  fields = {
    {
      name = 'mode',
      kind = 'enum',
      values = MODES,
      default = 'off',
      also = { 'enabled', 'enable', 'auto', 'auto_trigger' },
      help = [[
"on": suggestions come while you type; "manual": only when you ask for one; "off":
never. |:Hum-complete| changes it for this session or a buffer.]],
    },
    {
      name = 'filetypes',
      kind = 'map',
      item = { kind = 'enum', values = MODES },
      wildcard = true,
      default = {},
      also = { 'filetype', 'languages', 'ft' },
      help = [[
The mode for file types, such as `{ lua = 'on', markdown = 'manual' }`. `['*']` is for
all that are not named. What is said here goes before `mode`.]],
    },
    {
      name = 'endpoint',
      kind = 'string',
      also = { 'provider', 'server' },
      default_help = 'the default endpoint',
      help = 'The name of the endpoint that fills in.',
    },
    {
      name = 'model',
      kind = 'string',
      default_help = 'found, see |hum-complete-model|',
      help = 'The model that fills in. A small one made for it answers in time; chat models are slow.',
    },
    {
      name = 'exclude',
      kind = 'list',
      -- stylua: ignore
      default = {
        '.env*', '*.env', '.netrc', '_netrc', '.pgpass', '.htpasswd', '.npmrc', '.pypirc',
        '*.pem', '*.key', '*.p12', '*.pfx', '*.jks', '*.keystore', '*.kdbx', '*.gpg', '*.pgp', '*.asc', '*.age',
        'id_rsa*', 'id_dsa*', 'id_ecdsa*', 'id_ed25519*', '*secret*', '*credential*', '*password*',
        '*/.ssh/*', '*/.gnupg/*', '*/.aws/*', '*/.kube/*', '*/.password-store/*', '*/pass.*/*',
      },
      also = { 'ignore', 'excludes', 'blacklist', 'secrets' },
      help = [[
Files that are never read for completion, as a |file-pattern|, upper and lower case
alike: one without "/" is compared with the file's name, one with "/" with its whole
path. A list of yours replaces this one.]],
    },
    {
      name = 'max_size',
      kind = 'number',
      min = 1,
      default = 8192,
      also = { 'max_file_size', 'size' },
      help = 'Larger buffers get no suggestions. In kB.',
    },
    {
      name = 'max_lines',
      kind = 'number',
      integer = true,
      min = 1,
      max = 1000,
      default = 16,
      help = 'Lines of a suggestion at most.',
    },
    {
      name = 'max_tokens',
      kind = 'number',
      integer = true,
      min = 1,
      max = 4096,
      default = 128,
      also = { 'num_predict', 'n_predict' },
      help = 'Tokens of a suggestion at most.',
    },
    {
      name = 'window_tokens',
      kind = 'number',
      integer = true,
      min = 64,
      max = 100000,
      default = 1536,
      also = { 'context', 'context_window', 'context_size' },
      help = [[
How much of the buffer around the cursor a request shows the model, in tokens as hum
estimates them. Together with `ring_tokens` and `max_tokens` it has to fit into the
model's context, which is 4096 with Ollama unless `num_ctx` says more; the defaults
leave room for a wrong estimate.]],
    },
    {
      name = 'ring_tokens',
      kind = 'number',
      integer = true,
      min = 0,
      max = 100000,
      default = 1024,
      also = { 'ring', 'extra_tokens' },
      help = [[
How much of other places a request shows: pieces of what you opened, edited, yanked
and jumped to. 0: none.]],
    },
    {
      name = 'debounce',
      kind = 'number',
      min = 0,
      max = 10000,
      also = { 'delay', 'throttle', 'timeout' },
      default_help = 'adapted to how fast the server answers',
      help = 'Milliseconds of rest after a key before the server is asked.',
    },
    {
      name = 'cache',
      kind = 'number',
      min = 0,
      max = 1024,
      default = 16,
      also = { 'cache_size' },
      help = 'Memory for former answers, in MB.',
    },
    {
      name = 'confidence',
      kind = 'number',
      min = 0,
      max = 1,
      default = 0,
      also = { 'min_confidence', 'threshold' },
      help = [[
How sure of a suggestion the model has to be: the mean probability of the tokens of its
first line, from 0 (all are shown) to 1. Holds where the server tells probabilities.]],
    },
    {
      name = 'prompts',
      kind = 'enum',
      values = { 'hum', 'server' },
      default = 'hum',
      help = [[
Who puts prompts together where the server could: "hum", if it knows the model's fill-in
tokens, so that what is typed stands last and the server has little to evaluate at each
key, or the "server", by `suffix` or `/infill`.]],
    },
    {
      name = 'prefetch',
      kind = 'boolean',
      default = true,
      also = { 'speculative' },
      help = 'After a suggestion was accepted, ask for the next one before you type.',
    },
    {
      name = 'during_chat',
      kind = 'enum',
      values = { 'auto', 'always', 'never' },
      default = 'auto',
      help = [[
Whether suggestions are asked for while a chat streams from the same model. "auto": if
the server is known to do several requests at a time.]],
    },
    {
      name = 'menu',
      kind = 'enum',
      values = { 'hide', 'show' },
      default = 'hide',
      also = { 'popup', 'pum' },
      help = 'Whether a suggestion is shown while the popup menu of completion is open.',
    },
    fim,
    {
      name = 'options',
      kind = 'json',
      default = {},
      also = { 'params', 'parameters' },
      help = [[
Laid over the endpoint's `options` in requests of completion, such as `temperature`.
What makes Ollama load the model anew, as `num_ctx`, belongs to the endpoint alone.]],
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
      help = 'The name of the endpoint that new chats use.',
    },
    {
      name = 'endpoints',
      kind = 'map',
      item = endpoint,
      removable = true,
      default = { ollama = {} },
      default_help = 'one named "ollama"',
      also = { 'providers', 'servers', 'adapters' },
      help = [[
The servers that hum may talk to, by name. Names consist of letters, digits, `-`, `_`
and `.`. The one named "ollama" is there unless you set it to `false`.]],
    },
    chat,
    complete,
    {
      name = 'helper',
      kind = 'string',
      also = { 'binary', 'bin', 'cmd', 'path' },
      default_help = '`build/hum` inside the plugin',
      help = 'Path of the helper program.',
    },
    {
      name = 'log',
      kind = 'enum',
      values = { 'error', 'warn', 'info', 'debug' },
      default = 'info',
      also = { 'log_level', 'level', 'debug' },
      help = [[
What goes into the log, see |hum-log|. Below "debug" no text of a chat is written, and
keys never are.]],
    },
  },
}
