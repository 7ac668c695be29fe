-- What a question is about: lines of a buffer, quoted.
local format = require('hum.chat.text.format')

local M = {}

---@class hum.Quote
---@field buf integer
---@field first integer   line, from 1
---@field last integer
---@field text? string[]  what of them was selected, if that is not all

---@param buf integer
---@return string  the file's name as seen from here, '' for a buffer without one
local function name_of(buf)
  local name = vim.api.nvim_buf_get_name(buf)
  if name == '' or vim.bo[buf].buftype ~= '' or name:find('^%a[%w+.-]+://') then return '' end
  return vim.fn.fnamemodify(name, ':~:.')
end

---@param quote hum.Quote
---@return string[]|nil lines, string|nil err
function M.lines(quote)
  if not vim.api.nvim_buf_is_loaded(quote.buf) then return nil, 'the buffer to quote from is gone' end
  local last = math.min(quote.last, vim.api.nvim_buf_line_count(quote.buf))
  local first = math.max(1, math.min(quote.first, last))
  return format.quote({
    lines = quote.text or vim.api.nvim_buf_get_lines(quote.buf, first - 1, last, false),
    is_part = quote.text ~= nil,
    filetype = vim.bo[quote.buf].filetype,
    name = name_of(quote.buf),
    first = first,
    last = last,
  })
end

return M
