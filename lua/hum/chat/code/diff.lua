-- A code block as a diff against what it is for, in a tab page of its own: left the file, which can take changes over
-- with `do`, right the file as it would be with the block.
local indent = require('hum.chat.code.indent')
local notify = require('hum.notify')
local sides = require('hum.look.sides')
local target = require('hum.chat.code.target')
local view = require('hum.chat.view.window')
local window = require('hum.chat.code.window')

local M = {}

---@param text string
---@return string[]
local function split(text) return vim.split(text, '\n', { plain = true }) end

--- The only row of a buffer's lines with the text of a line, white space at both ends aside.
---@param lines string[]
---@param line string
---@return integer|nil
local function only_row(lines, line)
  local found
  for row, other in ipairs(lines) do
    if vim.trim(other) == vim.trim(line) then
      if found then return nil end
      found = row - 1
    end
  end
  return found
end

---@param line string
---@param other string
---@return boolean
local function is_deeper(line, other) return indent.split(line, 8) > indent.split(other, 8) end

--- The lines of a file that code is for: from the only one that reads like its first line, to the next that reads
--- like its last line and stands as deep below the first as that does.
---@param lines string[]
---@param code string[]
---@return integer|nil first
---@return integer|nil last
local function part_of(lines, code)
  local first = vim.trim(code[1]) ~= '' and only_row(lines, code[1]) or nil
  if not first then return nil end
  local depth = is_deeper(code[#code], code[1])
  for row = first, #lines - 1 do
    local line = lines[row + 1]
    if vim.trim(line) == vim.trim(code[#code]) and is_deeper(line, lines[first + 1]) == depth then return first, row end
  end
end

---@class hum.BlockComparison
---@field buf integer
---@field lines string[]  as they would be

---@param range hum.Range
---@param code string[]
---@return hum.BlockComparison
local function with(range, code)
  local buf = range.buf
  local fitted = indent.fit(code, indent.of(range), indent.style(buf, range.first))
  local lines = vim.api.nvim_buf_get_lines(buf, 0, range.first, false)
  vim.list_extend(lines, fitted)
  return { buf = buf, lines = vim.list_extend(lines, vim.api.nvim_buf_get_lines(buf, range.last + 1, -1, false)) }
end

--- The file that a block belongs to, else the one beside the chat.
---@param chat integer
---@param snippet hum.Snippet
---@return integer|nil buf, string|nil err
local function buffer_for(chat, snippet)
  if snippet.file then
    local buf = target.buffer(chat, snippet.file)
    return buf, not buf and ('there is no file "%s" to compare the block with'):format(snippet.file) or nil
  end
  local win = window.nearest()
  local buf = win and vim.api.nvim_win_get_buf(win) or view.former()
  if buf then return buf end
  return nil, 'open the file beside the chat first: the block names none'
end

--- What a block is compared with: the lines that the question was about, else a file, in whole or in the part that
--- the block begins and ends like.
---@param chat integer
---@param snippet hum.Snippet
---@return hum.BlockComparison|nil this, string|nil err
local function comparison(chat, snippet)
  local code = split(snippet.text)
  local range = target.quoted(chat, snippet)
  if range then return with(range, code) end
  local buf, err = buffer_for(chat, snippet)
  if not buf then return nil, err end
  local first, last = part_of(vim.api.nvim_buf_get_lines(buf, 0, -1, false), code)
  if first and last then return with({ buf = buf, first = first, last = last }, code) end
  return { buf = buf, lines = code }
end

---@param this hum.BlockComparison
local function show(this)
  local buf = sides.scratch(this.buf, 'hum://diff/', this.lines)
  vim.bo[buf].modifiable = false
  sides.show(this.buf, buf)
end

---@param chat integer
---@param snippet hum.Snippet
function M.show(chat, snippet)
  if snippet.text == '' then return notify.warn('hum: the code block is empty') end
  local this, err = comparison(chat, snippet)
  if not this then return notify.error('hum: ' .. err) end
  if vim.deep_equal(this.lines, vim.api.nvim_buf_get_lines(this.buf, 0, -1, false)) then
    return notify.info('hum: the file has this code already')
  end
  show(this)
end

return M
