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
local lost = {} ---@type table<integer, { first: integer, last: integer }[]>  by buffer

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
---@param id integer
---@return integer first, integer below  rows; the same if the lines of the fold are gone
local function rows_of(buf, id)
  local at = vim.api.nvim_buf_get_extmark_by_id(buf, ns, id, { details = true })
  return at[1], at[3].end_row --[[@as integer]]
end

--- Those that were made, where they are by now.
---@param buf integer
---@return hum.OwnFold[]
function M.made(buf)
  local out = {}
  for _, id in ipairs(made[buf] or {}) do
    local first, below = rows_of(buf, id)
    if below > first then out[#out + 1] = { first = first, last = below - 1 } end
  end
  return out
end

--- Rows in which others stand now than those of folds that were made: Neovim keeps these folds, around some of them.
---@param buf integer
---@return { first: integer, last: integer }[]
function M.lost(buf) return lost[buf] or {} end

--- Rows were replaced, or deleted. With those that are deleted Neovim deletes their fold.
---@param buf integer
---@param first integer
---@param last integer  the last one that stands there now; below `first`: they are deleted
---@return boolean lost  folds that were made have lost their rows, and are still there
function M.replaced(buf, first, last)
  local kept = {} ---@type integer[]
  for _, id in ipairs(made[buf] or {}) do
    local from, below = rows_of(buf, id)
    if below > from then
      kept[#kept + 1] = id
    else
      vim.api.nvim_buf_del_extmark(buf, ns, id)
    end
  end
  local is_lost = last >= first and #kept < #(made[buf] or {})
  if is_lost then
    lost[buf] = lost[buf] or {}
    table.insert(lost[buf], { first = first, last = last })
  end
  made[buf] = kept
  return is_lost
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
  table.insert(made[buf], list.mark(buf, ns, { first = first, last = last }))
end

--- These were made, and no others.
---@param buf integer
---@param folds hum.OwnFold[]
function M.set(buf, folds)
  vim.api.nvim_buf_clear_namespace(buf, ns, 0, -1)
  lost[buf] = nil
  made[buf] = vim.tbl_map(function(fold) return list.mark(buf, ns, fold) end, folds)
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
  made[buf], lost[buf] = nil, nil
  if vim.api.nvim_buf_is_valid(buf) then vim.api.nvim_buf_clear_namespace(buf, ns, 0, -1) end
end

return M
