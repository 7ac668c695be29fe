-- Draws the note about a reply over its mark, `<!-- hum: stopped -->`: the rows of the screen that the mark takes have
-- the first rows of the note. What is below them, hum.chat.view.notes has placed.
local highlight = require('hum.chat.view.highlight')
local notes = require('hum.chat.view.notes')
local private = require('hum.private')
local rows = require('hum.chat.text.rows')

local M = {}

--- Above what a plugin that dresses Markdown draws over comments: 4096.
local PRIORITY = 5000

local set_extmark = vim.api.nvim_buf_set_extmark

--- Where each row of the screen begins that a line takes.
---@param view hum.View
---@param row integer
---@return integer[] columns  from 0
local function starts(view, row)
  local cells = vim.fn.virtcol({ row + 1, '$' }, false, view.win) - 1
  local columns = { 0 }
  for i = 1, vim.wo[view.win].wrap and math.ceil(cells / view.width) - 1 or 0 do
    columns[i + 1] = vim.fn.virtcol2col(view.win, row + 1, i * view.width + 1) - 1
  end
  return columns
end

---@param texts hum.NoteRow
---@param width integer
---@return hum.NoteRow  as wide as the window: nothing of the mark is seen beside it
local function padded(texts, width)
  local used, row = 0, {} ---@type integer, hum.NoteRow
  for i, chunk in ipairs(texts) do
    row[i] = chunk
    used = used + vim.fn.strdisplaywidth(chunk[1])
  end
  row[#row + 1] = { (' '):rep(math.max(width - used, 0)) }
  return row
end

---@param view hum.View
---@param row integer
---@param line string
---@return boolean|nil drawn
local function draw(view, row, line)
  -- The text of a mark is of interest to those who change it.
  if row == view.cursor and vim.api.nvim_get_mode().mode:find('^[iR]') then return nil end
  local drawn = notes.drawn(view.buf, row, line)
  if not drawn then return nil end
  for i, column in ipairs(starts(view, row)) do
    set_extmark(view.buf, view.ns, row, column, {
      ephemeral = true,
      virt_text = padded(drawn[i] or {}, view.width),
      virt_text_pos = 'overlay',
      virt_text_win_col = 0,
      hl_mode = 'replace',
      priority = PRIORITY,
    })
  end
  return true
end

local started = false

--- Draws a mark in the row of the cursor anew: the mode says whether it is drawn over there.
---@param buf integer
local function redraw(buf)
  local row = vim.api.nvim_win_get_cursor(0)[1] - 1
  if vim.bo[buf].filetype == 'hum' and notes.drawn(buf, row, rows.line(buf, row)) then
    private.redraw({ buf = buf, range = { row, row + 1 } })
  end
end

--- Has marks drawn over from now on.
function M.start()
  if started then return end
  started = true
  highlight.draw_with('mark', draw)
  vim.api.nvim_create_autocmd({ 'InsertEnter', 'InsertLeave' }, {
    group = vim.api.nvim_create_augroup('hum.mark', {}),
    callback = function(event)
      local buf = event.buf
      vim.schedule(function()
        if vim.api.nvim_get_current_buf() == buf then redraw(buf) end
      end)
    end,
  })
end

return M
