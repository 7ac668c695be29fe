-- What the user has made of the folds of a window, while they are computed: 'foldexpr' has those that he has made, open
-- or closed, and lacks those of hum's that he has deleted. Otherwise Neovim keeps them itself.
local list = require('hum.chat.view.fold_list')

local M = {}

local ns = vim.api.nvim_create_namespace('hum.fold.user')

---@class hum.HeldFolds
---@field buf integer
---@field made integer[]  extmarks, from the first row to the one below the last
---@field deleted integer[]

local held = {} ---@type table<integer, hum.HeldFolds>  by window

--- Holds the folds of a window, from before folds are computed there.
---@param win integer  whose 'foldmethod' is manual
---@param own { first: integer, last: integer }[]  that hum has made
function M.hold(win, own)
  local buf, folds = vim.api.nvim_win_get_buf(win), list.of(win)
  M.release(win)
  if not folds then return end
  local of_hum, there = {}, {}
  for _, fold in ipairs(own) do
    of_hum[list.key(fold)] = true
  end
  local one = { buf = buf, made = {}, deleted = {} } ---@type hum.HeldFolds
  list.each(folds, function(fold)
    there[list.key(fold)] = true
    if not of_hum[list.key(fold)] then table.insert(one.made, list.mark(buf, ns, fold)) end
  end)
  for _, fold in ipairs(own) do
    if not there[list.key(fold)] then table.insert(one.deleted, list.mark(buf, ns, fold)) end
  end
  if #one.made + #one.deleted > 0 then held[win] = one end
end

--- Folds are not computed any more.
---@param win integer
function M.release(win)
  local one = held[win]
  held[win] = nil
  if not one or not vim.api.nvim_buf_is_valid(one.buf) then return end
  for _, id in ipairs(vim.list_extend(one.made, one.deleted)) do
    vim.api.nvim_buf_del_extmark(one.buf, ns, id)
  end
end

---@param buf integer
---@param ids integer[]
---@param row integer
---@return integer count  of those around a row
---@return boolean begins  one of them in this row
local function around(buf, ids, row)
  local count, begins = 0, false
  for _, id in ipairs(ids) do
    local at = vim.api.nvim_buf_get_extmark_by_id(buf, ns, id, { details = true })
    if at[1] and row >= at[1] and row < at[3].end_row then
      count, begins = count + 1, begins or row == at[1]
    end
  end
  return count, begins
end

--- The level of a row of the current window, as the user has it.
---@param row integer
---@param level integer|string  as 'foldexpr' has it without him
---@return integer|string
function M.level(row, level)
  local one = next(held) and held[vim.api.nvim_get_current_win()]
  if not one or one.buf ~= vim.api.nvim_get_current_buf() then return level end
  local made, begins = around(one.buf, one.made, row)
  local deleted, is_gone = around(one.buf, one.deleted, row)
  if type(level) == 'string' then
    begins = begins or not is_gone
    level = tonumber(level:sub(2)) --[[@as integer]]
  end
  level = math.max(0, level + made - deleted)
  return begins and level > 0 and '>' .. level or level
end

return M
