-- The whole text of definitions, of which a language server may tell only where the name stands.
local place = require('hum.reference.source.place')
local syntax = require('hum.reference.source.syntax')
local texts = require('hum.reference.source.text')

local M = {}

--- So many lines of one are taken; larger files are not read, in bytes.
local LINES, FILE_BYTES = 400, 1024 * 1024

---@class hum.ReferenceDefinition
---@field path string|nil   absolute; nil: a buffer without a file
---@field buf? integer
---@field first integer     rows from 0
---@field last integer
---@field symbol? hum.ReferenceSymbol
---@field lines? string[]   of it

--- Reads a file in the background.
---@param path string
---@param cb fun(text: string|nil)  scheduled
local function read(path, cb)
  cb = vim.schedule_wrap(cb)
  vim.uv.fs_open(path, 'r', 0, function(err, fd)
    if err or not fd then return cb() end
    vim.uv.fs_fstat(fd, function(_, stat)
      local may = stat and stat.type == 'file' and stat.size <= FILE_BYTES
      local function close(text)
        vim.uv.fs_close(fd, function() end)
        cb(text)
      end
      if not may then return close() end
      vim.uv.fs_read(fd, stat.size, 0, function(_, text) close(text) end)
    end)
  end)
end

--- Where no tree says how far a definition goes: to the next line that stands no deeper, which may close it.
---@param lines string[]
---@param first integer
---@return integer
local function by_indent(lines, first)
  local function depth(line) return #(line:match('^%s*')) end
  local own, last = depth(lines[first + 1] or ''), first
  for row = first + 1, math.min(#lines - 1, first + LINES) do
    local line = lines[row + 1]
    local closes = line:find('^%s*[%]})]') or line:find('^%s*end%f[%W]')
    if line:find('%S') and depth(line) <= own then return closes and row or last end
    if line:find('%S') then last = row end
  end
  return last
end

--- Takes the lines of a definition.
---@param one hum.ReferenceDefinition
---@param text hum.ReferenceText
function M.take(one, text)
  if type(text.source) == 'number' and #text.lines == 0 then
    one.lines = vim.api.nvim_buf_get_lines(text.source, one.first, math.min(one.last, one.first + LINES - 1) + 1, false)
    return
  end
  -- Servers may tell only where the name stands.
  if one.last == one.first then
    local first, last
    if text.root then
      first, last = syntax.at(text, one.first)
    end
    one.first, one.last = first or one.first, last or by_indent(text.lines, one.first)
  end
  one.last = math.min(one.last, #text.lines - 1)
  one.lines = vim.list_slice(text.lines, one.first + 1, math.min(one.last, one.first + LINES - 1) + 1)
end

--- Finds the lines of definitions, one file after the other.
---@param list hum.ReferenceDefinition[]
---@param is_over fun(): boolean  then cb is not called
---@param cb fun(list: hum.ReferenceDefinition[])  those that can be read
function M.of(list, is_over, cb)
  local kept = {}
  local function step(i)
    local one = list[i]
    if is_over() then return end
    if not one then return cb(kept) end
    if one.lines then
      kept[#kept + 1] = one
      return step(i + 1)
    end
    local function with(text)
      texts.parse(text, function()
        M.take(one, text)
        if #one.lines > 0 then kept[#kept + 1] = one end
        vim.schedule(function() step(i + 1) end)
      end)
    end
    local buf = one.buf or place.loaded(one.path)
    if buf then return with(texts.of_buffer(buf)) end
    read(one.path, function(content)
      if content then return with(texts.of_file(content, one.path)) end
      step(i + 1)
    end)
  end
  step(1)
end

return M
