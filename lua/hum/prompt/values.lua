-- What the placeholders of a prompt are for some lines of a buffer.
local problems = require('hum.edit.collect.problems')

local M = {}

--- The text of a range.
---@param range hum.EditRange
---@return string
function M.text(range)
  local c = range.chars
  local lines = c and vim.api.nvim_buf_get_text(range.buf, c[1], c[2], c[3], c[4], {})
    or vim.api.nvim_buf_get_lines(range.buf, range.first, range.last + 1, false)
  return table.concat(lines, '\n')
end

---@param buf integer
---@return string  '' if it has no file
local function path_of(buf)
  local name = vim.api.nvim_buf_get_name(buf)
  return vim.bo[buf].buftype == '' and name ~= '' and vim.fn.fnamemodify(name, ':~:.') or ''
end

--- What may stand in a prompt, for some lines.
---@param range hum.EditRange
---@param input string
---@return hum.PromptValues
function M.range(range, input)
  local path = path_of(range.buf)
  return {
    input = input,
    filetype = vim.bo[range.buf].filetype,
    path = path,
    file = path ~= '' and vim.fs.basename(path) or '',
    folder = path ~= '' and vim.fs.dirname(path) or '',
    first = tostring(range.first + 1),
    last = tostring(range.last + 1),
    lines = range.first == range.last and tostring(range.first + 1)
      or ('%d-%d'):format(range.first + 1, range.last + 1),
    selection = function() return M.text(range) end,
    diagnostics = function() return problems.text(range) end,
  }
end

return M
