-- What was read of the chats of a folder, so that no file is read twice for the list: a cache. The files are the truth,
-- and this can be thrown away at any time; what is broken, or another folder's, counts as thrown away.
--
-- A row stands for a file as it was, by its size and times; without a head it is a file that is no chat. On disk that
-- is a line of fields with tabs between them, which is read in slices, unlike JSON. The last line tells that it is
-- whole.
local aside = require('hum.aside')
local disk = require('hum.chat.kept.disk')
local folder = require('hum.chat.kept.folder')

local M = {}

---@class hum.IndexRow
---@field stamp string
---@field head hum.Head|false

---@alias hum.Index table<string, hum.IndexRow>  by path

local HEADER = 'hum chats 1\t%s'
local FOOTER = 'end %d'

local known = {} ---@type table<string, hum.Index>  by folder

---@param root string
---@return string
function M.path(root)
  local name = ('chats-%s'):format(vim.fn.sha256(root):sub(1, 16))
  return vim.fs.joinpath(vim.fn.stdpath('cache') --[[@as string]], 'hum', name)
end

--- What stands for the state of a file.
---@param stat uv.fs_stat.result
---@return string
function M.stamp(stat)
  local written, changed = stat.mtime, stat.ctime
  return ('%d.%d.%d.%d.%d'):format(stat.size, written.sec, written.nsec, changed.sec, changed.nsec)
end

---@param line string
---@return string|nil path, hum.IndexRow|nil row
local function parsed(line)
  local fields = vim.split(line, '\t', { plain = true })
  if not fields[2] or not fields[2]:find('^%d+%.%d+%.%d+%.%d+%.%d+$') then return nil end
  if #fields == 2 then return fields[1], { stamp = fields[2], head = false } end
  if #fields ~= 6 then return nil end
  local head = { title = fields[3], model = fields[4], project = fields[5], root = fields[6] }
  return fields[1], { stamp = fields[2], head = head }
end

---@param root string
---@param slices hum.Slices
---@return hum.Index
local function read(root, slices)
  local text = disk.read(M.path(root))
  local header = HEADER:format(root) .. '\n'
  if not text or not vim.startswith(text, header) then return {} end
  local index, count = {}, 0
  for line in text:sub(#header + 1):gmatch('([^\n]*)\n') do
    if line == FOOTER:format(count) then return index end
    local path, row = parsed(line)
    if not path then return {} end
    index[path], count = row, count + 1
    slices.pause()
  end
  return {}
end

---@param root string
---@param slices hum.Slices
---@return hum.Index  not to be changed by the caller
function M.load(root, slices)
  known[root] = known[root] or read(root, slices)
  return known[root]
end

---@param path string
---@param row hum.IndexRow
---@return string|nil  nil: its name cannot stand in a line
local function line_of(path, row)
  if path:find('[\t\n]') then return nil end
  local head = row.head
  if not head then return path .. '\t' .. row.stamp end
  return table.concat({ path, row.stamp, head.title, head.model, head.project, head.root }, '\t')
end

---@param root string
---@param index hum.Index
---@param slices hum.Slices
function M.save(root, index, slices)
  known[root] = index
  local lines = { HEADER:format(root) }
  for path, row in pairs(index) do
    lines[#lines + 1] = line_of(path, row)
    slices.pause()
  end
  lines[#lines + 1] = FOOTER:format(#lines - 1)
  local path = M.path(root)
  -- Titles are as private as the chats are. Without a place for it there is no index.
  if folder.ensure(vim.fs.dirname(path)) then aside.write(path, table.concat(lines, '\n') .. '\n') end
end

return M
