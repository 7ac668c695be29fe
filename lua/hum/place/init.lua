-- Places in buffers where text of the helper goes, wherever they are by then: an extmark spans the text that came and
-- grows with it. What the user does above, below and inside is his; typed right at the end, it comes before what
-- follows. Once the text was undone, or deleted with all around it, the place is lost.
local block = require('hum.place.block')
local fault = require('hum.fault')
local guard = require('hum.interrupt').guard
local guard_change = require('hum.interrupt').guard_change
local mending = require('hum.place.mend')

local M = {}

---@class hum.Place
---@field buf integer
---@field block? integer  changenr() after the newest of its edits; nil: none yet
---@field closed? boolean  Neovim has closed the undo block of that edit
---@field on_lost fun(why: string)
---@field autocmd integer  for its unloading

local places = {} ---@type table<integer, hum.Place>  by the key, which is the extmark's id, too
local last_key = 0
local ns = vim.api.nvim_create_namespace('hum.place')
local group = vim.api.nvim_create_augroup('hum.place', {})

local CLOSED = 'its buffer was closed'

--- No text comes any more.
---@param key integer
function M.close(key)
  local place = places[key]
  places[key] = nil
  if not place then return end
  pcall(vim.api.nvim_del_autocmd, place.autocmd) -- it goes with its buffer
  if vim.api.nvim_buf_is_loaded(place.buf) then vim.api.nvim_buf_del_extmark(place.buf, ns, key) end
end

---@param key integer
---@param why string
local function lose(key, why)
  local place = places[key]
  if not place then return end
  M.close(key)
  fault.guard('the loss of a place', place.on_lost, why)
end

---@param buf integer
---@param key integer
---@param at { row: integer, col: integer }
local function span(buf, key, at)
  vim.api.nvim_buf_set_extmark(buf, ns, at.row, at.col, {
    id = key,
    end_row = at.row,
    end_col = at.col,
    right_gravity = false,
    end_right_gravity = true,
    invalidate = true,
  })
end

--- Opens a place. What comes next in the buffer is an undo step of its own, or belongs to the last one.
---@param at { buf: integer, row: integer, col: integer }  as nvim_buf_set_text() has them
---@param on_lost fun(why: string)  called once, if no text can come there any more; the place is closed then
---@param joins? boolean  it belongs to the last step, which has just made room for it
---@return integer|nil key, string|nil why
function M.open(at, on_lost, joins)
  local ok, err = pcall(span, at.buf, last_key + 1, at)
  if not ok then return nil, tostring(err) end
  last_key = last_key + 1
  local key = last_key
  if not joins then guard(vim.api.nvim_buf_call, at.buf, block.close) end
  local autocmd = vim.api.nvim_create_autocmd('BufUnload', {
    group = group,
    buffer = at.buf,
    callback = function() lose(key, CLOSED) end,
  })
  places[key] = { buf = at.buf, on_lost = on_lost, autocmd = autocmd }
  if joins then
    places[key].block = guard(block.changenr, at.buf)
    places[key].closed = block.must_join(at.buf)
  end
  return key
end

---@param place hum.Place
---@param key integer
---@return integer[]|string  of the text: row, column, row, column; or why it is lost
local function find(place, key)
  if not vim.api.nvim_buf_is_loaded(place.buf) then return CLOSED end
  local at = vim.api.nvim_buf_get_extmark_by_id(place.buf, ns, key, { details = true })
  if place.block and block.changenr(place.buf) < place.block then
    return 'its text was undone'
  elseif not at[1] or at[3].invalid then
    return 'the text around it was deleted'
  end
  return { at[1], at[2], at[3].end_row or at[1], at[3].end_col or at[2] }
end

--- Where the text stands. nil: nowhere, and whoever opened the place knows.
---@param key integer
---@return hum.Place|nil place
---@return integer[] range
local function locate(key)
  local place = places[key]
  if not place then return nil, {} end
  local found = guard(find, place, key)
  if type(found) == 'table' then return place, found end
  lose(key, found)
  return nil, {}
end

--- One edit. It joins the undo block of the one before, unless the user has changed something in between, or is
--- typing: that is his own step.
---@param place hum.Place
---@param range integer[]  what is replaced
---@param lines string[]
local function put(place, range, lines)
  local buf, closes = place.buf, block.must_join(place.buf)
  local is_current = buf == vim.api.nvim_get_current_buf()
  local joins = place.block == block.changenr(buf) and (closes or (place.closed and not is_current))
  local function change()
    if joins then pcall(guard, vim.api.nvim_command, 'undojoin') end
    guard_change(buf, vim.api.nvim_buf_set_text, buf, range[1], range[2], range[3], range[4], lines)
  end
  if joins and not is_current then
    vim.api.nvim_buf_call(buf, change)
  else
    change()
  end
  place.block, place.closed = guard(block.changenr, buf), closes
end

--- Appends text to what has come to a place. Raises E565 under textlock; the helper gets the error.
---@param key integer
---@param lines string[]
function M.edit(key, lines)
  local place, range = locate(key)
  if place then put(place, { range[3], range[4], range[3], range[4] }, lines) end
end

--- Takes the text of a place away, in one edit of its undo step: it was none. Raises E565 as well.
---@param key integer
function M.clear(key)
  local place, range = locate(key)
  if not place then return end
  put(place, range, { '' })
  span(place.buf, key, { row = range[1], col = range[2] }) -- it has lost all that it stood for
end

--- Makes the text of a place end with `unacked`. Raises E565 while textlock lasts; the helper calls again.
---@param key integer
---@param acked integer     bytes of it that are surely there
---@param acked_end string  the last of those bytes
---@param unacked string    sent after them, and perhaps refused in part
function M.repair(key, acked, acked_end, unacked)
  local place, range = locate(key)
  if not place then return end
  local text = table.concat(vim.api.nvim_buf_get_text(place.buf, range[1], range[2], range[3], range[4], {}), '\n')
  local kept, missing = mending.mend(text, acked, acked_end, unacked)
  if missing == '' and kept == #text then return end
  local row, col = mending.end_of(range[1], range[2], text:sub(1, kept))
  put(place, { row, col, range[3], range[4] }, vim.split(missing, '\n', { plain = true }))
end

return M
