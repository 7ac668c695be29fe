-- The folds that are hum's, in the windows of a chat: those that a chat wants, and those that were made, which move
-- with its text. What of the first is none of the second is to be made; the other way round it is to be taken away. So
-- what the user has deleted of them stays so, and what he has made is left alone.
local left = require('hum.chat.view.left')
local level = require('hum.chat.view.fold_level')
local list = require('hum.chat.view.fold_list')

local M = {}

local ns = vim.api.nvim_create_namespace('hum.fold.own')

---@class hum.OwnFold  rows
---@field first integer
---@field last integer
---@field open? boolean

local made = {} ---@type table<integer, integer[]>  extmarks by buffer, from the first row to the one below the last

--- Those that a chat has by its text, from the first row on, outer ones first.
---@param buf integer
---@param how hum.ShownThinking
---@return hum.OwnFold[]
function M.wanted(buf, how)
  local out = {} ---@type hum.OwnFold[]
  local front = level.front(buf)
  if front then out[1] = { first = 0, last = front } end
  for _, range in ipairs(left.ranges(buf)) do
    out[#out + 1] = { first = range.first, last = range.last }
  end
  for _, part in ipairs(level.parts(buf, how)) do
    out[#out + 1] = { first = part[1], last = part[2], open = how == 'show' or nil }
  end
  table.sort(out, function(a, b)
    if a.first ~= b.first then return a.first < b.first end
    return a.last > b.last
  end)
  return out
end

---@param buf integer
---@param first integer
---@param last integer
---@return integer
local function mark(buf, first, last)
  return vim.api.nvim_buf_set_extmark(buf, ns, first, 0, {
    end_row = last + 1,
    end_col = 0,
    strict = false,
    invalidate = true,
    undo_restore = false,
  })
end

--- Those that were made, where they are by now.
---@param buf integer
---@return hum.OwnFold[]
function M.made(buf)
  local out = {}
  for _, id in ipairs(made[buf] or {}) do
    local at = vim.api.nvim_buf_get_extmark_by_id(buf, ns, id, { details = true })
    if at[1] and not at[3].invalid and at[3].end_row > at[1] then
      out[#out + 1] = { first = at[1], last = at[3].end_row - 1 }
    end
  end
  return out
end

--- A fold was made.
---@param buf integer
---@param first integer
---@param last integer
function M.add(buf, first, last)
  for _, one in ipairs(M.made(buf)) do
    if one.first == first and one.last == last then return end
  end
  made[buf] = made[buf] or {}
  table.insert(made[buf], mark(buf, first, last))
end

--- These were made, and no others.
---@param buf integer
---@param folds hum.OwnFold[]
function M.set(buf, folds)
  vim.api.nvim_buf_clear_namespace(buf, ns, 0, -1)
  made[buf] = vim.tbl_map(function(fold) return mark(buf, fold.first, fold.last) end, folds)
end

---@param a hum.OwnFold[]
---@param b hum.OwnFold[]
---@return hum.OwnFold[]  those of `a` that are not in `b`
function M.without(a, b)
  local there = {}
  for _, one in ipairs(b) do
    there[list.key(one)] = true
  end
  return vim.tbl_filter(function(one) return not there[list.key(one)] end, a)
end

---@param buf integer
function M.forget(buf)
  made[buf] = nil
  if vim.api.nvim_buf_is_valid(buf) then vim.api.nvim_buf_clear_namespace(buf, ns, 0, -1) end
end

return M
