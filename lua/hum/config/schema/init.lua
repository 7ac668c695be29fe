-- Every option of hum: its default, what is allowed, and its help. config.check validates by this table, tools/gen-doc
-- writes the help from it, in this order. Each larger section is a module beside this one.
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

local edit = require('hum.config.schema.edit')
local given = require('hum.config.schema.given')

local PERSONAS = [[
Personas by name: a system prompt, a model and options that belong together, for |:Hum-persona|. See
|hum-personas|.]]

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
      item = require('hum.config.schema.endpoint'),
      removable = true,
      default = { ollama = {} },
      default_help = 'the endpoint "ollama"',
      also = { 'providers', 'servers', 'adapters' },
      help = [[
The servers that hum can use, by name; see |hum-endpoints|. Names consist of letters,
digits, `-`, `_` and `.`. The endpoint "ollama" always exists unless you set it to
`false`.]],
    },
    require('hum.config.schema.chat'),
    edit.commit,
    require('hum.config.schema.complete'),
    edit.edit,
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
    edit.prompts,
    given.reference,
    { name = 'personas', kind = 'map', item = given.persona, default = {}, help = PERSONAS },
    given.rules,
  },
}
