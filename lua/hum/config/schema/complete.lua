-- Options of code completion: `complete`.
local parts = require('hum.config.schema.parts')

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

---@type hum.Node
return {
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
      reserved = parts.RESERVED,
      default = {},
      also = { 'params', 'parameters' },
      help = [[
Merged over the endpoint's `options` in completion requests, for example `temperature`.
Options that make Ollama reload the model, such as `num_ctx`, are only allowed in the
endpoint.]],
    },
  },
}
