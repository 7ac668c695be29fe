-- The kinds of references: hum's own, each loaded when it is used first, and the user's (see reference.kinds).
local config = require('hum.config')

local M = {}

---@class hum.ReferenceKind
---@field name string
---@field desc string  one line for menus and the help
---@field argument? 'none'|'optional'|'needed'  default: optional
---@field asks? boolean  the user is asked before it is resolved
---@field question? fun(ref: hum.Reference, where: hum.Where): hum.ConsentQuestion|nil, string|nil  what he is asked
---@field complete? fun(typed: string, where: hum.Where): { word: string, info?: string }[]  at once, and bounded
---@field resolve fun(ref: hum.Reference, where: hum.Where, cb: hum.ReferenceDone): fun()|nil  returns how to cancel
---@field again? fun(id: string, where: hum.Where): hum.Source|nil  what an id stands for now, of a source that follows

--- `err` has two lines: what is wrong, and what to do. `state` says what kind of error: default "missing".
---@alias hum.ReferenceDone fun(err: string|nil, sources: hum.Source[]|nil, state: 'missing'|'refused'|'empty'|nil)

---@class hum.Source  exactly one of path, buf, text
---@field id string     "file:/abs": the same for the same thing, whatever it is called
---@field title string  for users
---@field tag string    for the wording: "file", "lines", "diagnostics" ...
---@field attributes? table<string, string>
---@field path? string  absolute; read by the helper
---@field buf? integer  whose text may not be saved
---@field text? string
---@field first? integer  lines of path or buf, from 1
---@field last? integer
---@field follows boolean  what changes of it later is sent with later messages
---@field own? boolean  a file that hum has made: nothing refuses it
---@field folder? string  absolute: it is the names in it
---@field listed? boolean  it came with others: what is refused is left out, and said
---@field unsaved? boolean  the text of its buffer, which is not saved, stands for the file
---@field image? table
---@field note? string  what was left out of it, and why

--- In the order of menus.
local OWN = {
  'file',
  'buffer',
  'buffers',
  'selection',
  'lines',
  'diagnostics',
  'symbol',
  'diff',
  'quickfix',
  'loclist',
  'tree',
  'terminal',
  'messages',
  'help',
  'clipboard',
  'image',
  'url',
  'cmd',
}

--- No module needs to know which there are.
local PLACE = 'hum.reference.kinds.'

local is_own = {} ---@type table<string, true>
for _, name in ipairs(OWN) do
  is_own[name] = true
end

local loaded = {} ---@type table<string, hum.ReferenceKind|false>

---@param name string
---@return hum.ReferenceKind|nil
local function own(name)
  if loaded[name] == nil then
    local ok, kind = pcall(require, PLACE .. name)
    if not ok and not tostring(kind):find('module .* not found') then error(kind, 0) end
    loaded[name] = ok and kind --[[@as hum.ReferenceKind]] or false
  end
  return loaded[name] --[[@as hum.ReferenceKind]] or nil
end

--- A kind: the user's own goes before hum's of the same name.
---@param name string
---@return hum.ReferenceKind|nil
function M.get(name)
  local users = config.get().reference.kinds[name]
  if users then return require('hum.reference.user').kind(name, users) end
  return is_own[name] and own(name) or nil
end

---@param name string
---@return boolean  it is one of hum's
function M.is_own(name) return is_own[name] == true and not config.get().reference.kinds[name] end

--- What an id stands for now, of a source that is followed: only hum's kinds have such.
---@param id string
---@param where hum.Where
---@return hum.Source|nil
function M.again(id, where)
  local name = id:match('^[%w_-]+') or ''
  local kind = is_own[name] and own(name)
  return kind and kind.again and kind.again(id, where) or nil
end

---@return string[]  hum's own first
function M.names()
  local users = vim.tbl_keys(config.get().reference.kinds)
  table.sort(users)
  local all =
    vim.list_extend(vim.list_extend({}, OWN), vim.tbl_filter(function(name) return not is_own[name] end, users))
  return vim.tbl_filter(function(name) return M.get(name) ~= nil end, all)
end

--- Whether "#name" or "#name:argument" is a reference, for hum.reference.parse.
---@param name string
---@param arg? string
---@return boolean
function M.is_kind(name, arg)
  local kind = M.get(name)
  if not kind then return false end
  if arg then return kind.argument ~= 'none' end
  return kind.argument ~= 'needed'
end

return M
