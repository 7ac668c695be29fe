-- The lines in which two texts differ, as Neovim finds them. `vim.diff` is `vim.text.diff` from 0.12 on, and warns.
local M = {}

---@class hum.LineDiff  rows of the one text, and those of the other that stand there
---@field row integer    from 0; of no rows: they would stand in front of this one
---@field count integer
---@field to_row integer
---@field to_count integer

---@param lines string[]
---@return string
local function joined(lines) return #lines > 0 and table.concat(lines, '\n') .. '\n' or '' end

--- Lines are as nvim_buf_get_lines() gives them.
---@param from string[]
---@param to string[]
---@return hum.LineDiff[]  from the first to the last
function M.changes(from, to)
  local diff = vim.text and vim.text.diff or vim.diff ---@diagnostic disable-line: deprecated
  local found = diff(joined(from), joined(to), { result_type = 'indices', algorithm = 'histogram' })
  return vim.tbl_map(function(one)
    local a, n, b, m = unpack(one)
    return { row = n > 0 and a - 1 or a, count = n, to_row = m > 0 and b - 1 or b, to_count = m }
  end, found --[[@as integer[][] ]])
end

--- The same as hunks of an edit.
---@param from string[]
---@param to string[]
---@return { first: integer, last: integer, new: string[] }[]  lines of `from`, from 1; of an insertion last = first - 1
function M.hunks(from, to)
  return vim.tbl_map(
    function(one)
      return {
        first = one.row + 1,
        last = one.row + one.count,
        new = vim.list_slice(to, one.to_row + 1, one.to_row + one.to_count),
      }
    end,
    M.changes(from, to)
  )
end

return M
