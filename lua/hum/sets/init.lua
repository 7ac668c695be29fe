-- Sets: all that one edit, or one apply in all its files, has changed, so that it can be taken back at once
-- (hum.sets.undo). A set begins when something is offered, and counts from the first hunk that is accepted. What it
-- has changed is kept while Neovim runs, and soon after each change in a file (hum.sets.store).
local fault = require('hum.fault')
local snapshot = require('hum.sets.snapshot')
local store = require('hum.sets.store')

local M = {}

--- So long after a change the set is written, in ms: several hunks are accepted at once.
local SOON = 200

---@class hum.SetFile
---@field path string           '': a buffer without a name
---@field buf? integer          nil: of a set that was kept
---@field is_new? boolean       there was no such file
---@field tick? integer         of the buffer's text when the set changed it last
---@field snapshot hum.SetText

---@class hum.SetAction  what was done to a file as a whole
---@field kind 'delete'|'move'
---@field path string
---@field to? string
---@field bytes? string  of what was deleted
---@field mode? integer

---@class hum.SetSpec
---@field kind 'edit'|'apply'
---@field label string   what it is called in messages
---@field chat? integer  buffer of the chat that it came from
---@field root? string   of the project; default: the current one

---@class hum.Set: hum.SetSpec
---@field id string
---@field root string           of the project
---@field beside? string        the chat's file, beside which it is kept
---@field files hum.SetFile[]
---@field actions hum.SetAction[]

local list = {} ---@type hum.Set[]  of this Neovim, that have changed something; the last one last
local unsaved = {} ---@type table<hum.Set, true>
local count = 0

--- The folder by which sets of other sessions are found.
---@return string
function M.project()
  local cwd = vim.fn.getcwd()
  local root = vim.fs.root(cwd, '.git') or cwd
  return vim.uv.fs_realpath(root) or root
end

---@param spec hum.SetSpec
---@return hum.Set
function M.begin(spec)
  count = count + 1
  local sec, usec = vim.uv.gettimeofday()
  local id = ('%011d%03d-%d-%d'):format(sec, usec / 1000, vim.uv.os_getpid(), count)
  return {
    id = id,
    kind = spec.kind,
    label = spec.label,
    chat = spec.chat,
    root = spec.root or M.project(),
    files = {},
    actions = {},
  }
end

local function save_all()
  for set in pairs(unsaved) do
    unsaved[set] = nil
    fault.guard('keeping a set', store.save, set)
  end
end

vim.api.nvim_create_autocmd('VimLeavePre', {
  group = vim.api.nvim_create_augroup('hum.sets', {}),
  callback = save_all,
})

--- It has changed something: it is the last one now.
---@param set hum.Set
local function touch(set)
  if list[#list] ~= set then
    list = vim.tbl_filter(function(one) return one ~= set end, list)
    list[#list + 1] = set
  end
  if not next(unsaved) then vim.defer_fn(save_all, SOON) end
  unsaved[set] = true
end

---@param set hum.Set
---@param buf integer
---@return hum.SetFile
local function file_of(set, buf)
  for _, file in ipairs(set.files) do
    if file.buf == buf then return file end
  end
  local path = vim.bo[buf].buftype == '' and vim.api.nvim_buf_get_name(buf) or ''
  local is_new = path ~= '' and vim.uv.fs_stat(path) == nil
  local file = { path = path, buf = buf, is_new = is_new or nil, snapshot = snapshot.new() }
  set.files[#set.files + 1] = file
  return file
end

---@class hum.SetAccepted
---@field buf integer
---@field tick integer  of the buffer before it was changed: tells whether somebody else has changed it meanwhile
---@field changes hum.SetChange[]  one after the other

--- Lines of a buffer were replaced for a set.
---@param set hum.Set
---@param accepted hum.SetAccepted
function M.accepted(set, accepted)
  local file, changes = file_of(set, accepted.buf), accepted.changes
  local now = vim.api.nvim_buf_get_lines(accepted.buf, 0, -1, false)
  if file.tick and file.tick ~= accepted.tick then snapshot.rebase(file.snapshot, snapshot.without(changes, now)) end
  snapshot.add(file.snapshot, changes, now)
  file.tick = vim.api.nvim_buf_get_changedtick(accepted.buf)
  touch(set)
end

--- A file was deleted or moved for a set.
---@param set hum.Set
---@param action hum.SetAction
function M.done(set, action)
  set.actions[#set.actions + 1] = action
  touch(set)
end

--- A set was taken back: it is known no more.
---@param set hum.Set
function M.forget(set)
  list = vim.tbl_filter(function(one) return one ~= set end, list)
  unsaved[set] = nil
  store.drop(set)
end

--- The last set: of this Neovim, else the last one that was kept for the project.
---@return hum.Set|nil
function M.last()
  if #list > 0 then return list[#list] end
  return store.last(M.project())
end

return M
