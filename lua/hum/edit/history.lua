-- The instructions that were given, newest last, kept between sessions: a private file in hum's state folder, a JSON
-- string a line. Several Neovims may write it: what another one has added meanwhile stays. Who keeps no chats keeps no
-- instructions either: they last for the session.
local aside = require('hum.aside')
local config = require('hum.config')
local folder = require('hum.chat.kept.folder')
local log = require('hum.log')

local M = {}

--- So many are kept, each of so many bytes at most.
local MOST, LONGEST = 200, 4096

---@return string
local function path()
  return vim.fs.joinpath(vim.fn.stdpath('state') --[[@as string]], 'hum', 'instructions')
end

---@param text string
---@return string[]
local function read(text)
  local list = {}
  for line in vim.gsplit(text, '\n', { plain = true }) do
    local ok, one = pcall(vim.json.decode, line)
    if line ~= '' and ok and type(one) == 'string' then list[#list + 1] = one end -- else it is damaged
  end
  return list
end

local session = {} ---@type string[]  those that are not kept

---@return boolean
local function is_kept() return config.get().chat.keep ~= false end

--- All of them.
---@return string[]
function M.list()
  if not is_kept() then return session end
  local fd = vim.uv.fs_open(path(), 'r', 0)
  if not fd then return {} end
  local stat = vim.uv.fs_fstat(fd)
  local text = stat and vim.uv.fs_read(fd, stat.size, 0) or ''
  vim.uv.fs_close(fd)
  return read(text)
end

---@param list string[]
---@param text string
---@return string[]
local function with(list, text)
  local out = vim.tbl_filter(function(one) return one ~= text end, list)
  out[#out + 1] = text
  return vim.list_slice(out, math.max(1, #out - MOST + 1))
end

--- Adds one; it moves to the end if it is there.
---@param text string
function M.add(text)
  if vim.trim(text) == '' or #text > LONGEST then return end
  if not is_kept() then
    session = with(session, text)
    return
  end
  local lines = vim.tbl_map(vim.json.encode, with(M.list(), text))
  local ok, err = folder.ensure(vim.fs.dirname(path()))
  if ok then
    ok, err = aside.write(path(), table.concat(lines, '\n') .. '\n')
  end
  if not ok then log.write('warn', tostring(err)) end
end

---@class hum.Recall  going through them in a prompt
---@field list string[]
---@field at integer     which is shown; one more than there are: what was typed
---@field typed string

---@param typed string
---@return hum.Recall
function M.recall(typed)
  local list = M.list()
  return { list = list, at = #list + 1, typed = typed }
end

--- The next older one (-1) or newer one (1), perhaps only among those that begin like what was typed.
---@param recall hum.Recall
---@param step -1|1
---@param alike boolean
---@return string|nil text  nil: there is none
function M.step(recall, step, alike)
  local at = recall.at + step
  while recall.list[at] and alike and not vim.startswith(recall.list[at], recall.typed) do
    at = at + step
  end
  if at == #recall.list + 1 then
    recall.at = at
    return recall.typed
  elseif recall.list[at] then
    recall.at = at
    return recall.list[at]
  end
end

return M
