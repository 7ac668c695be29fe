-- What the placeholders of a prompt are for some lines of a buffer.
local columns = require('hum.columns')
local plain = require('hum.prompt.plain')
local problems = require('hum.edit.collect.problems')
local quote = require('hum.chat.text.quote')

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

--- The same for what quotes it: whole lines, or what of them is meant.
---@param range hum.EditRange
---@return hum.Quote
function M.quoted(range)
  local part = range.chars and columns.of_bytes(range.buf, range.chars) or nil
  return { buf = range.buf, first = range.first + 1, last = range.last + 1, columns = part }
end

--- The same as a chat quotes it.
---@param range hum.EditRange
---@return string
function M.quote(range) return table.concat(quote.lines(M.quoted(range)) or {}, '\n') end

--- The same in the midst of a text: what reads like a reference is none, in a quote.
---@param range hum.EditRange
---@param is_fenced boolean|nil  it comes into a fence
---@return string
local function inline(range, is_fenced)
  local text = M.text(range)
  if is_fenced or not plain.is_risky(text) then return text end
  return '\n\n' .. M.quote(range) .. '\n\n'
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
  local path = plain.escaped(path_of(range.buf))
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
    selection = function(is_fenced) return inline(range, is_fenced) end,
    diagnostics = function() return plain.escaped(problems.text(range)) end,
  }
end

return M
