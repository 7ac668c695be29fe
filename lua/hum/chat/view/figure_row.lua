-- Where the figures of a reply stand: below it, in the blank row that is there, else, and where windows are too narrow
-- for that, in rows of their own.
local figures = require('hum.chat.view.figures')
local lines = require('hum.chat.view.lines')
local rows = require('hum.chat.text.rows')

local M = {}

local ns = vim.api.nvim_create_namespace('hum.figures')

---@param buf integer
---@param id? integer  of their extmark
---@return nil
function M.hide(buf, id)
  if id then vim.api.nvim_buf_del_extmark(buf, ns, id) end
  return nil
end

---@param buf integer
---@param last integer    row of the reply
---@param stats hum.Stats
---@param id? integer     of their extmark, if they are shown already
---@return integer id
function M.show(buf, last, stats, id)
  local room, text = lines.room(buf) - 1, figures.text(stats)
  local is_blank = last + 2 < vim.api.nvim_buf_line_count(buf) and rows.line(buf, last + 1) == ''
  if is_blank and vim.fn.strdisplaywidth(text) <= room then
    return vim.api.nvim_buf_set_extmark(buf, ns, last + 1, 0, {
      id = id,
      end_row = last + 2,
      invalidate = true,
      virt_text = { { text, 'HumFigures' } },
      virt_text_pos = 'eol',
    })
  end
  -- Below the rows of a note, which is on the reply's last line.
  return vim.api.nvim_buf_set_extmark(buf, ns, is_blank and last + 1 or last, 0, {
    id = id,
    end_row = is_blank and last + 2 or last + 1,
    strict = false,
    invalidate = true,
    virt_lines_above = is_blank,
    virt_lines = vim.tbl_map(function(line) return { { ' ' .. line, 'HumFigures' } } end, figures.lines(stats, room)),
  })
end

--- Whether figures stand in a blank row.
---@param buf integer
---@param row integer
---@return boolean
function M.is_in(buf, row)
  local marks = vim.api.nvim_buf_get_extmarks(buf, ns, { row, 0 }, { row, -1 }, { details = true })
  return marks[1] ~= nil and marks[1][4].virt_text ~= nil and not marks[1][4].invalid
end

return M
