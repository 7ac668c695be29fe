-- What treesitter says of the place that is typed at: the definition (function, class, ...) around it. Asked
-- once for each line, behind the keys, and only where the text has a tree already or one comes by itself:
-- where none does the helper goes by indentation.
local channel = require('hum.complete.channel')
local definition = require('hum.definition')

local M = {}

--- Bytes of a text that is parsed for this alone.
local LARGEST = 512 * 1024

---@param parser vim.treesitter.LanguageTree
---@param row integer
---@param col integer
---@return integer? row  where the definition begins; nil: there is none, or nobody can say
local function definition_at(parser, row, col)
  local range = { row, col, row, col }
  if parser:language_for_range(range) ~= parser then return nil end
  local tree = parser:tree_for_range(range, { ignore_injections = true })
  local node = tree and tree:root():named_descendant_for_range(row, col, row, col)
  local found ---@type integer|nil
  while node do
    local parent = node:parent()
    local first = node:range()
    if node:type() == 'ERROR' then
      return nil
    elseif
      not found
      and parent
      and first < row
      and definition.NODES[node:type()]
      and not definition.ARGUMENTS[parent:type()]
    then
      found = first
    end
    node = parent
  end
  return found
end

---@param buf integer
---@param parser vim.treesitter.LanguageTree
local function send(buf, parser)
  if buf ~= vim.api.nvim_get_current_buf() then return end
  local cursor = vim.api.nvim_win_get_cursor(0)
  local row = cursor[1] - 1
  local ok, first = pcall(definition_at, parser, row, cursor[2])
  if not ok or not first then return end
  channel.notify('scope', buf, row, { definition = vim.fn.indent(first + 1) })
end

---@param buf integer
local function ask(buf)
  if not vim.api.nvim_buf_is_loaded(buf) or buf ~= vim.api.nvim_get_current_buf() then return end
  if vim.api.nvim_buf_get_offset(buf, vim.api.nvim_buf_line_count(buf)) > LARGEST then return end
  local slices = vim.fn.has('nvim-0.11') == 1 -- it parses in slices, between keys
  if not slices and not vim.treesitter.highlighter.active[buf] then return end
  local ok, parser = pcall(vim.treesitter.get_parser, buf)
  if not ok or not parser then
    return
  elseif slices then
    parser:parse(nil, function(_, trees)
      if trees then send(buf, parser) end
    end)
  else
    send(buf, parser) -- as the highlighter has left it
  end
end

local asked = { buf = 0, row = -1, lines = 0 } -- lines: of the buffer; with others the row is another line

--- The cursor is in that line of the current buffer, which is attached.
---@param buf integer
---@param row integer
function M.note(buf, row)
  local lines = vim.api.nvim_buf_line_count(buf)
  if asked.buf == buf and asked.row == row and asked.lines == lines then return end
  asked.buf, asked.row, asked.lines = buf, row, lines
  vim.schedule(function()
    if asked.buf == buf and asked.row == row then ask(buf) end
  end)
end

return M
