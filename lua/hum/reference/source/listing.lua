-- Places in files with what is said of them, as compilers write them: "src/a.lua:7:3: warning: unused [lua_ls]", each
-- with what stands there.
local place = require('hum.reference.source.place')

local M = {}

--- So many places are sent, and so many bytes of what is said of one, and of its line.
M.MOST = 200
local LONGEST = 1000

---@class hum.ReferencePlace
---@field path? string      absolute; nil: a buffer without a file
---@field buf? integer      whose line is shown, if it is loaded
---@field line? integer     from 1
---@field col? integer      from 1, in bytes
---@field kind? string      "warning"
---@field text string
---@field from? string      who says it

---@param text string
---@return string  of whole characters
local function cut(text)
  if #text <= LONGEST then return text end
  return text:sub(1, LONGEST + vim.str_utf_start(text, LONGEST + 1)) .. '…'
end

---@param one hum.ReferencePlace
---@return string|nil  what stands in its line
local function line_of(one)
  if not one.buf or not one.line or not vim.api.nvim_buf_is_loaded(one.buf) then return nil end
  local line = vim.api.nvim_buf_get_lines(one.buf, one.line - 1, one.line, false)[1]
  return line and line:find('%S') and '  | ' .. cut(line) or nil
end

---@param one hum.ReferencePlace
---@param where hum.Where
---@return string
local function entry(one, where)
  local head = one.path and place.shown(one.path, where) or place.NAMELESS
  if one.line and one.line > 0 then head = head .. ':' .. one.line end
  if one.line and one.col and one.col > 0 then head = head .. ':' .. one.col end
  if one.kind then head = head .. ': ' .. one.kind end
  local text = cut(vim.trim(one.text)):gsub('\r', ''):gsub('\n', '\n    ')
  return ('%s: %s%s'):format(head, text, one.from and (' [%s]'):format(one.from) or '')
end

--- The list as text.
---@param list hum.ReferencePlace[]
---@param where hum.Where
---@param notes string[]  what was left out: told below it
---@return string
function M.text(list, where, notes)
  local out = {}
  for _, one in ipairs(vim.list_slice(list, 1, M.MOST)) do
    out[#out + 1] = entry(one, where)
    out[#out + 1] = line_of(one)
  end
  if #list > M.MOST then notes[#notes + 1] = ('%d more are left out'):format(#list - M.MOST) end
  for _, note in ipairs(notes) do
    out[#out + 1] = ('(%s)'):format(note)
  end
  return table.concat(out, '\n')
end

--- The files of a list, each once.
---@param list hum.ReferencePlace[]
---@return string[]
function M.files(list)
  local files, seen = {}, {}
  for _, one in ipairs(list) do
    if one.path and not seen[one.path] then
      seen[one.path] = true
      files[#files + 1] = one.path
    end
  end
  return files
end

return M
