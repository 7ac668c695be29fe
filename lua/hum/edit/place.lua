-- Where an edit is to be made: which buffers and ranges may be edited.
local accept = require('hum.edit.accept')

local M = {}

---@class hum.edit.Place
---@field buf integer
---@field first integer  whole lines, from 1
---@field last integer   first - 1: nothing is replaced
---@field head string    what stands left of the range in its first line
---@field foot string    and right of it in its last

--- Buffers whose lines are not the user's.
local FOREIGN = { terminal = 'a terminal', prompt = 'a prompt', quickfix = 'a list of places', help = 'a help page' }

---@param buf integer
---@param first integer
---@param last integer
---@return boolean
local function has_nul(buf, first, last)
  for _, line in ipairs(vim.api.nvim_buf_get_lines(buf, first - 1, last, false)) do
    if line:find('[%z\n]') then return true end
  end
  return false
end

--- Why a buffer cannot be edited; the second line is what to do.
---@param buf integer
---@return string|nil
local function refusal(buf)
  local foreign = FOREIGN[vim.bo[buf].buftype]
  if foreign then return ('the buffer is %s: its lines cannot be edited'):format(foreign) end
  if vim.bo[buf].binary then return "the buffer is 'binary'\n:setlocal nobinary lets it be edited" end
  return accept.refusal(buf)
end

---@param buf integer
---@param range integer[]  row, col, row, col, from 0, the end excluded, as nvim_buf_get_text() has them
---@return hum.edit.Place|nil, string|nil err
local function of_range(buf, range)
  local row, col, to_row, to_col = range[1], range[2], range[3], range[4]
  local first = vim.api.nvim_buf_get_lines(buf, row, row + 1, false)[1]
  local last = vim.api.nvim_buf_get_lines(buf, to_row, to_row + 1, false)[1]
  if not first or not last or col > #first or to_col > #last then
    return nil, 'range: it is not in the buffer'
  elseif to_row < row or to_row == row and to_col < col then
    return nil, 'range: its end stands before its beginning'
  end
  return {
    buf = buf,
    first = row + 1,
    last = to_row + 1,
    head = first:sub(1, col),
    foot = last:sub(to_col + 1),
  }
end

---@param opts { buf?: integer, first?: integer, last?: integer, range?: integer[] }
---@return hum.edit.Place|nil, string|nil err  its second line is what to do
function M.find(opts)
  local buf = (opts.buf or 0) == 0 and vim.api.nvim_get_current_buf() or opts.buf --[[@as integer]]
  local why = refusal(buf)
  if why then return nil, why end
  local place ---@type hum.edit.Place|nil
  if opts.range then
    place, why = of_range(buf, opts.range)
    if not place then return nil, why end
  else
    local count = vim.api.nvim_buf_line_count(buf)
    local first = opts.first or 1
    local last = opts.last or opts.first or count
    if first > count + 1 or last > count or last < first - 1 then
      return nil, ('lines %d to %d: the buffer has %d'):format(first, last, count)
    end
    place = { buf = buf, first = first, last = last, head = '', foot = '' }
  end
  if has_nul(buf, place.first, place.last) then return nil, 'the lines have NUL bytes: they are no text' end
  return place
end

return M
