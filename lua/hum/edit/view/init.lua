-- What is seen of edits in their buffers: a view for each preview, of which several may be in one buffer.
local above = require('hum.edit.view.above')
local clock = require('hum.look.clock')
local config = require('hum.config')
local fault = require('hum.fault')
local fold = require('hum.edit.view.fold')
local go = require('hum.edit.view.go')
local hints = require('hum.edit.view.hints')
local keys = require('hum.edit.view.keys')
local one = require('hum.edit.view.one')
local scheme = require('hum.look.scheme')

local M = {}

local api = vim.api

local group = api.nvim_create_augroup('hum.edit.view', {})
local ns = api.nvim_create_namespace('hum.edit.seen')

---@class hum.EditActions  what keys in a buffer with a preview do
---@field accept fun(opts: { buf: integer, id?: integer|'all', force?: boolean }): integer|nil, string?
---@field reject fun(opts: { buf: integer, id?: integer|'all' }): integer|nil, string?
---@field stop fun(opts: { buf: integer })
---@field [string] any

local views = {} ---@type table<integer, hum.EditView[]>  by buffer

---@param buf integer
---@return hum.EditView[]  none where there is no preview
function M.of(buf) return views[buf] or {} end

--- All of them, by buffer.
---@return table<integer, hum.EditView[]>
function M.all() return views end

---@return fun(): hum.EditView
local function each()
  local all = {}
  for _, list in pairs(views) do
    vim.list_extend(all, list)
  end
  local i = 0
  return function()
    i = i + 1
    return all[i]
  end
end

local function reshape_all()
  for v in each() do
    if api.nvim_buf_is_loaded(v.buf) then fault.guard('a preview', one.reshape, v) end
  end
end

local function reshape_outdated()
  for v in each() do
    if api.nvim_buf_is_loaded(v.buf) and one.is_outdated(v) then fault.guard('a preview', one.reshape, v) end
  end
end

local update ---@type fun(buf: integer)

local waits = false

--- Once for all that happens at a time.
local function soon()
  if waits then return end
  waits = true
  vim.schedule(function()
    waits = false
    reshape_outdated()
  end)
end

local OPTIONS = 'wrap,number,relativenumber,numberwidth,signcolumn,foldcolumn,statuscolumn,tabstop,vartabstop,'
  .. 'showbreak,breakindent,diff,scrollbind'

local offsets = {} ---@type table<integer, integer>  by window: cells left of the text

local looked_at = {} ---@type table<integer, true>  windows that are being drawn

--- Signs may make the text narrower, which no event tells, and a window knows only once it is drawn.
local function look_at_widths()
  for win in pairs(looked_at) do
    local info = vim.fn.getwininfo(win)[1]
    local now = info and info.textoff
    if offsets[win] and offsets[win] ~= now then soon() end
    offsets[win], looked_at[win] = now, nil
  end
end

--- While there is a preview.
local function watch()
  local function on(event, pattern, callback)
    api.nvim_create_autocmd(event, { group = group, pattern = pattern, callback = callback })
  end
  on({ 'WinResized', 'VimResized', 'BufWinEnter', 'WinNew' }, nil, soon)
  on({ 'BufWinEnter', 'Syntax' }, nil, function(event)
    if not views[event.buf] then return end
    -- After what others do then.
    vim.schedule(function()
      for _, v in ipairs(M.of(event.buf)) do
        if api.nvim_buf_is_loaded(v.buf) then fault.guard('a preview', one.recolour, v) end
      end
    end)
  end)
  on('OptionSet', OPTIONS, soon)
  on('WinScrolled', nil, function()
    above.scrolled(function(buf) return views[buf] ~= nil end)
  end)
  on({ 'CursorMoved', 'CursorMovedI' }, nil, function(event)
    if views[event.buf] then fault.guard('a preview', go.number, views[event.buf], event.buf) end
  end)
  on('WinClosed', nil, function(event)
    above.forget(tonumber(event.match) --[[@as integer]])
  end)
  scheme.on_change('edit', reshape_all)
  api.nvim_set_decoration_provider(ns, {
    on_win = function(_, win, buf, top, bottom)
      if not views[buf] then return false end
      clock.seen(buf)
      looked_at[win] = true
      return fold.look(views[buf], win, top, bottom)
    end,
    on_line = function(_, _, buf, row) fold.draw(buf, ns, row) end,
    on_end = look_at_widths,
  })
end

local function unwatch()
  api.nvim_clear_autocmds({ group = group })
  api.nvim_set_decoration_provider(ns, {})
  offsets = {}
  scheme.on_change('edit', function() end)
end

--- Those of a buffer of which something is to be seen.
---@param buf integer
---@return hum.EditView[]
local function active(buf) return vim.tbl_filter(one.is_active, M.of(buf)) end

--- Maps the keys that are of use in a buffer now, and says where the cursor is.
---@param buf integer
function update(buf)
  if not api.nvim_buf_is_loaded(buf) then return end
  keys.lay(buf, active(buf))
  go.number(M.of(buf), buf)
end

---@param v hum.EditView
local function remove(v)
  local list = views[v.buf] or {}
  for i, other in ipairs(list) do
    if other == v then table.remove(list, i) end
  end
  if #list > 0 then return end
  views[v.buf] = nil
  keys.take(v.buf)
  if not next(views) then unwatch() end
end

---@param v hum.EditView
---@param what string
---@param arg any
local function follow(v, what, arg)
  fault.guard('a preview', one.follow, v, what, arg)
  if what == 'gone' then fault.guard('a preview', remove, v) end
  -- A token brings nothing of that.
  if what ~= 'fed' or #arg.finished > 0 then fault.guard('a preview', update, v.buf) end
end

--- Shows a preview until it is gone.
---@param preview hum.edit.Preview
---@param actions hum.EditActions
function M.attach(preview, actions)
  local buf = preview.buf
  for _, v in ipairs(M.of(buf)) do
    if v.preview == preview then return end
  end
  config.get() -- what is read for the first time is told as a change
  scheme.start('edit')
  if not next(views) then watch() end
  keys.with(actions)
  views[buf] = views[buf] or {}
  local v = one.new(preview, hints.said)
  table.insert(views[buf], v)
  preview:subscribe(function(_, what, arg) follow(v, what, arg) end)
  fault.guard('a preview', update, buf)
end

--- Whether a float shows what the model has said instead of code.
---@param preview hum.edit.Preview
---@return boolean
function M.shows_words(preview)
  for _, v in ipairs(M.of(preview.buf)) do
    if v.preview == preview then return v.said ~= nil end
  end
  return false
end

--- Does what a key does.
---@param name string  of hum.edit.view.keys
function M.run(name) keys.actions[name]() end

--- Moves the cursor by hunks, as many as the count says.
---@param sign 1|-1
function M.move(sign)
  if not keys.move(sign) then keys.tell_end(sign) end
end

--- Shows previews of a buffer, or not, while a diff shows one of them.
---@param buf integer
---@param hidden boolean
function M.hide(buf, hidden)
  for _, v in ipairs(M.of(buf)) do
    one.hide(v, hidden)
    one.tell(v)
  end
  update(buf)
end

---@param buf integer
local function close_said(buf)
  for _, v in ipairs(M.of(buf)) do
    one.close_said(v)
  end
  update(buf)
end

keys.start(M.of, close_said, M.hide)
config.on_change(function()
  for buf in pairs(views) do
    keys.take(buf)
    update(buf)
  end
  reshape_all()
end)

return M
