-- Options of what models are told beside the words of a chat: `personas`, `reference`, `rules`.
local parts = require('hum.config.schema.parts')

local M = {} ---@type table<string, hum.Node>

--- Fields of a persona, which stand in its file's front matter, too.
M.persona = {
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
      reserved = parts.RESERVED,
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

M.reference = {
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

M.rules = {
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

return M
