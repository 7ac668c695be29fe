-- What must survive when a buffer's history is built again, the text being the same
-- before and after: views and cursors, marks, extmarks, folds, 'modified'.
local list = require('hum.chat.view.fold_list')

local M = {}

---@class hum.Preserved
---@field buf integer
---@field upto integer|nil     only rows before this one will be the same
---@field views table<integer, table>
---@field open table<integer, integer[]>  window to lines whose fold is open
---@field folds table<integer, hum.Fold[]>  of windows in which they are not computed
---@field extmarks table[]
---@field marks table<string, integer[]>
---@field modified boolean

-- Not accepted by nvim_buf_set_extmark().
local ONLY_READ = { 'ns_id', 'invalid', 'sign_name' }

---@param buf integer
---@return table<string, integer[]>
local function marks_of(buf)
  local marks = {}
  for _, item in ipairs(vim.fn.getmarklist(buf)) do
    local name = item.mark:sub(2)
    if name:find('^[a-z<>]$') then marks[name] = { item.pos[2], item.pos[3] - 1 } end
  end
  return marks
end

---@param win integer
---@return integer[]
local function open_folds(win)
  return vim.api.nvim_win_call(win, function()
    local lines, before = {}, 0
    if not vim.wo.foldenable or vim.wo.foldmethod == 'manual' then return lines end
    for line = 1, vim.fn.line('$') do
      local level = vim.fn.foldlevel(line)
      if level > before and vim.fn.foldclosed(line) == -1 then lines[#lines + 1] = line end
      before = level
    end
    return lines
  end)
end

---@param buf integer
---@param upto? integer
---@return hum.Preserved
function M.save(buf, upto)
  local keep = { buf = buf, upto = upto, views = {}, open = {}, folds = {}, modified = vim.bo[buf].modified }
  for _, win in ipairs(vim.fn.win_findbuf(buf)) do
    keep.views[win] = vim.api.nvim_win_call(win, vim.fn.winsaveview)
    keep.open[win] = open_folds(win)
    keep.folds[win] = vim.wo[win].foldmethod == 'manual' and list.of(win) or nil
  end
  keep.extmarks = vim.api.nvim_buf_get_extmarks(buf, -1, 0, -1, { details = true })
  keep.marks = marks_of(buf)
  return keep
end

---@param keep { buf: integer, upto?: integer, extmarks: table[] }
local function restore_extmarks(keep)
  local now = {}
  for _, mark in ipairs(vim.api.nvim_buf_get_extmarks(keep.buf, -1, 0, -1, { details = true })) do
    now[mark[4].ns_id .. ':' .. mark[1]] = mark
  end
  for _, mark in ipairs(keep.extmarks) do
    local id, row, col, details = unpack(mark)
    local wanted = not details.invalid and (not keep.upto or row < keep.upto)
    if wanted and not vim.deep_equal(mark, now[details.ns_id .. ':' .. id]) then
      local ns = details.ns_id
      for _, key in ipairs(ONLY_READ) do
        details[key] = nil
      end
      details.id = id
      pcall(vim.api.nvim_buf_set_extmark, keep.buf, ns, row, col, details)
    end
  end
end

--- Brings back the extmarks of the rows at the end of a text that are the same as in the one before.
---@param keep hum.Preserved
---@param before string[]  the lines by then
function M.restore_end(keep, before)
  local after = vim.api.nvim_buf_get_lines(keep.buf, 0, -1, false)
  local same, shift = 0, #after - #before
  while same < math.min(#before, #after) and before[#before - same] == after[#after - same] do
    same = same + 1
  end
  local marks = {}
  for _, mark in ipairs(keep.extmarks) do
    local id, row, col, details = unpack(mark)
    if row >= #before - same then
      details.end_row = details.end_row and details.end_row + shift
      marks[#marks + 1] = { id, row + shift, col, details }
    end
  end
  restore_extmarks({ buf = keep.buf, extmarks = marks })
end

---@param keep hum.Preserved
local function restore_marks(keep)
  for name, pos in pairs(keep.marks) do
    if not keep.upto or pos[1] <= keep.upto then
      pcall(vim.api.nvim_buf_set_mark, keep.buf, name, pos[1], pos[2], {})
    end
  end
end

--- Neovim takes folds away with their lines, and leaves them out when these come back.
---@param win integer
---@param folds hum.Fold[]
---@param upto? integer  only rows before this one are the same
local function restore_folds(win, folds, upto)
  local now = list.of(win) or {}
  if upto then
    folds = vim.tbl_filter(function(fold) return fold.last < upto end, folds)
    vim.list_extend(folds, vim.tbl_filter(function(fold) return fold.last >= upto end, now))
  end
  if not vim.deep_equal(now, folds) then list.put(win, folds) end
end

---@param keep hum.Preserved
function M.restore(keep)
  restore_extmarks(keep)
  restore_marks(keep)
  for win, view in pairs(keep.views) do
    if vim.api.nvim_win_is_valid(win) and vim.api.nvim_win_get_buf(win) == keep.buf then
      if keep.folds[win] then restore_folds(win, keep.folds[win], keep.upto) end
      vim.api.nvim_win_call(win, function()
        for _, line in ipairs(keep.open[win]) do
          if vim.fn.foldclosed(line) ~= -1 then pcall(vim.api.nvim_command, line .. 'foldopen') end
        end
        vim.fn.winrestview(view)
      end)
    end
  end
  if not keep.upto then vim.bo[keep.buf].modified = keep.modified end
end

return M
