-- How many hunks a closed fold hides: at the right of its line, drawn from within the redraw. Folds stay as they are.
local count_of = require('hum.count').of
local guard = require('hum.interrupt').guard
local is_open = require('hum.edit.view.go').is_open

local M = {}

local api = vim.api

local found = {} ---@type table<integer, integer>  hunks, by the first row of a fold in the window that is drawn

---@param views hum.EditView[]
---@param top integer     row
---@param bottom integer
local function look(views, top, bottom)
  for _, view in ipairs(views) do
    for _, hunk in ipairs(view.preview.hunks) do
      local first = hunk.row >= top and hunk.row <= bottom and is_open(hunk) and vim.fn.foldclosed(hunk.row + 1) or -1
      if first > 0 then found[first - 1] = (found[first - 1] or 0) + 1 end
    end
  end
end

--- Finds what is hidden in a window that is about to be drawn.
---@param views hum.EditView[]
---@param win integer
---@param top integer
---@param bottom integer
---@return boolean  there is something
function M.look(views, win, top, bottom)
  found = {}
  if not vim.wo[win].foldenable then return false end
  guard(api.nvim_win_call, win, function() look(views, top, bottom) end)
  return next(found) ~= nil
end

---@param buf integer
---@param ns integer
---@param row integer
function M.draw(buf, ns, row)
  local hunks = found[row]
  if not hunks then return end
  api.nvim_buf_set_extmark(buf, ns, row, 0, {
    virt_text = { { ' ' .. count_of(hunks, 'hunk') .. ' ', 'HumEditInfo' } },
    virt_text_pos = 'right_align',
    ephemeral = true,
  })
end

return M
