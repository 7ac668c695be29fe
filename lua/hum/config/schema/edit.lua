-- Options of what is written into files and commits: `edit`, `prompts`, `commit`.
local edit_keys = require('hum.config.edit_keys')
local parts = require('hum.config.schema.parts')

local M = {} ---@type table<string, hum.Node>

M.commit = {
  name = 'commit',
  kind = 'group',
  help = 'Commit messages, see |hum-commit|.',
  fields = {
    parts.endpoint('commit messages'),
    parts.model('commit messages'),
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

local edit_maps = {
  kind = 'group',
  name = 'maps',
  also = { 'keys', 'mappings', 'keymaps' },
  help = [[
Keys of a buffer while it shows an edit, see |hum-edit-keys|. Each is a string, a list of strings, or
`false` for no key.]],
  fields = vim.tbl_map(parts.map, edit_keys.list),
}

local FORMS = { 'whole', 'search', 'patch', 'udiff' }

M.edit = {
  kind = 'group',
  name = 'edit',
  also = { 'edits', 'inline', 'instruct', 'rewrite' },
  help = 'Edits in place, see |hum-edit|.',
  fields = {
    parts.endpoint('edits'),
    parts.model('edits'),
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

M.prompts = {
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

return M
