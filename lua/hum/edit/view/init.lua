-- What is seen of edits in their buffers: a view for each preview, of which several may be in one buffer.
local clock = require('hum.look.clock')
local config = require('hum.config')
local fault = require('hum.fault')
local go = require('hum.edit.view.go')
local keys = require('hum.edit.view.keys')
local limits = require('hum.edit.view.limits')
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

--- While there is a preview.
local function watch()
  local function on(event, pattern, callback)
    api.nvim_create_autocmd(event, { group = group, pattern = pattern, callback = callback })
  end
  on({ 'WinResized', 'VimResized', 'BufWinEnter', 'WinNew' }, nil, soon)
  on('OptionSet', OPTIONS, soon)
  on('WinScrolled', nil, function()
    limits.scrolled(function(buf) return views[buf] ~= nil end)
  end)
  on({ 'CursorMoved', 'CursorMovedI' }, nil, function(event)
    if views[event.buf] then fault.guard('a preview', go.number, views[event.buf], event.buf) end
  end)
  on('WinClosed', nil, function(event)
    limits.forget(tonumber(event.match) --[[@as integer]])
  end)
  scheme.on_change('edit', reshape_all)
  -- The width of the number column is known once a window is drawn.
  api.nvim_set_decoration_provider(ns, {
    on_win = function(_, _, buf)
      if views[buf] then clock.seen(buf) end
      return false
    end,
  })
end

local function unwatch()
  api.nvim_clear_autocmds({ group = group })
  api.nvim_set_decoration_provider(ns, {})
  scheme.on_change('edit', function() end)
end

---@param v hum.EditView
local function remove(v)
  local list = views[v.buf] or {}
  for i, other in ipairs(list) do
    if other == v then table.remove(list, i) end
  end
  if #list > 0 then return end
  views[v.buf] = nil
  fault.guard('a preview', keys.changed, v.buf, false)
  if not next(views) then unwatch() end
end

--- Shows a preview until it is gone.
---@param preview hum.edit.Preview
---@param actions hum.EditActions
function M.attach(preview, actions)
  scheme.start('edit')
  local buf = preview.buf
  if not next(views) then watch() end
  local is_first = views[buf] == nil
  views[buf] = views[buf] or {}
  local v = one.new(preview)
  table.insert(views[buf], v)
  keys.with(actions)
  preview:subscribe(function(_, what, arg)
    fault.guard('a preview', one.follow, v, what, arg)
    if what == 'gone' then return remove(v) end
    if what ~= 'fed' or #arg.finished > 0 then fault.guard('a preview', go.number, views[buf] or {}, buf) end
  end)
  if is_first then fault.guard('a preview', keys.changed, buf, true) end
  go.number(views[buf], buf)
end

keys.start(M.of)
config.on_change(reshape_all)

return M
