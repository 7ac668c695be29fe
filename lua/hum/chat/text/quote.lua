-- What a question is about: lines of a buffer, quoted.
local columns = require('hum.columns')
local format = require('hum.chat.text.format')

local M = {}

---@class hum.Quote: hum.Span
---@field buf integer

---@param buf integer
---@return string  the file's name as seen from here, '' for a buffer without one
function M.name(buf)
  local name = vim.api.nvim_buf_get_name(buf)
  if name == '' or vim.bo[buf].buftype ~= '' or name:find('^%a[%w+.-]+://') then return '' end
  return vim.fn.fnamemodify(name, ':~:.')
end

--- What stands in lines, or in a part of them.
---@param buf integer
---@param span hum.Span  of lines that are there
---@return string[]|nil lines, string|nil why
function M.text(buf, span)
  if not span.columns then return vim.api.nvim_buf_get_lines(buf, span.first - 1, span.last, false) end
  local found, why = columns.read(buf, span.first - 1, span.last - 1, span.columns)
  return found and found.lines, why
end

--- As it stands in a message.
---@param quote hum.Quote
---@return string[]|nil lines, string|nil err
function M.lines(quote)
  if not vim.api.nvim_buf_is_loaded(quote.buf) then return nil, 'the buffer to quote from is gone' end
  local last = math.min(quote.last, vim.api.nvim_buf_line_count(quote.buf))
  local first = math.max(1, math.min(quote.first, last))
  local lines, why = M.text(quote.buf, { first = first, last = last, columns = quote.columns })
  if not lines then return nil, why end
  return format.quote({
    lines = lines,
    filetype = vim.bo[quote.buf].filetype,
    name = M.name(quote.buf),
    first = first,
    last = last,
    columns = quote.columns,
  })
end

return M
