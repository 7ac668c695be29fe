-- The buffers of which the helper keeps a copy.
local allow = require('hum.complete.allow')
local channel = require('hum.complete.channel')
local config = require('hum.config')
local contents = require('hum.complete.contents')
local disclosed = require('hum.disclosed')
local helper = require('hum.server.helper')
local scope = require('hum.complete.scope')

local M = {}

local group = vim.api.nvim_create_augroup('hum.complete.attach', {})

---@class hum.Attached
---@field name string      as prompts have it
---@field filetype string
---@field comment string   'commentstring'
---@field indent hum.Indent

---@type table<integer, hum.Attached>
local attached = {}

--- Buffers that are closed, of which prompts elsewhere may still have what was collected.
---@type table<integer, { name: string, path: string }>
local closed = {}

local on_key = function() end ---@type fun()

--- Sets what runs at every key in an attached buffer, and in no other one.
---@param fn fun()
function M.on_key(fn) on_key = fn end

local on_secret = function(_) end ---@type fun(buf: integer)

--- Sets what runs, scheduled, when a buffer is detached because a secret has come into it.
---@param fn fun(buf: integer)
function M.on_secret(fn) on_secret = fn end

---@param buf integer
---@return hum.Attached
local function describe(buf)
  return {
    name = disclosed.name(buf),
    filetype = vim.bo[buf].filetype,
    comment = vim.bo[buf].commentstring,
    indent = disclosed.indent(buf),
  }
end

---@param buf integer
---@return boolean
function M.is_attached(buf) return attached[buf] ~= nil end

---@param buf integer
local function forget(buf)
  attached[buf] = nil
  if vim.api.nvim_buf_is_valid(buf) then vim.api.nvim_clear_autocmds({ group = group, buffer = buf }) end
end

--- From now on no prompt has its text, nor what was collected of it before it was closed.
---@param buf integer
function M.detach(buf)
  if attached[buf] then
    channel.notify('detach', buf)
    forget(buf)
  elseif closed[buf] then
    channel.notify('detach', buf, false, closed[buf].name)
    closed[buf] = nil
  end
end

--- The buffer is closed: the helper may still use what it knows of it in prompts elsewhere.
---@param buf integer
local function close(buf)
  if attached[buf] then
    channel.notify('detach', buf, true)
    closed[buf] = { name = attached[buf].name, path = vim.api.nvim_buf_get_name(buf) }
    forget(buf)
  end
end

local reviewed ---@type table<integer, boolean>|nil  buffers that are about to be

--- Scheduled: a file type sets many options, each with an event.
---@param buf integer
local function review_soon(buf)
  if not reviewed then
    reviewed = {}
    vim.schedule(function()
      local bufs = reviewed
      reviewed = nil
      for one in pairs(bufs or {}) do
        if attached[one] and vim.api.nvim_buf_is_valid(one) then M.ensure(one) end
      end
    end)
  end
  reviewed[buf] = true
end

--- Keys that come to another line note it themselves: a further autocommand would cost more than the rest of a key.
---@param buf integer
local function note_scope(buf)
  if buf == vim.api.nvim_get_current_buf() then scope.note(buf, vim.api.nvim_win_get_cursor(0)[1]) end
end

---@param buf integer
local function watch(buf)
  vim.api.nvim_create_autocmd({ 'CursorMovedI', 'TextChangedI', 'TextChangedP' }, {
    group = group,
    buffer = buf,
    callback = on_key,
  })
  vim.api.nvim_create_autocmd({ 'BufUnload', 'BufDelete', 'BufWipeout' }, {
    group = group,
    buffer = buf,
    callback = function() close(buf) end,
  })
  vim.api.nvim_create_autocmd('InsertEnter', {
    group = group,
    buffer = buf,
    callback = function() note_scope(buf) end,
  })
  vim.api.nvim_create_autocmd({ 'FileType', 'BufEnter' }, {
    group = group,
    buffer = buf,
    callback = function() review_soon(buf) end,
  })
  -- The new name may be that of a file with secrets.
  vim.api.nvim_create_autocmd('BufFilePost', {
    group = group,
    buffer = buf,
    callback = function() M.ensure(buf) end,
  })
  contents.on_secret(buf, function()
    M.detach(buf)
    vim.schedule(function() on_secret(buf) end)
  end)
end

--- Sees to it that the helper has the buffer and knows its name, type and indentation, unless
--- the buffer must not be read.
---@param buf integer
---@return boolean
function M.ensure(buf)
  if allow.refusal(buf) then
    M.detach(buf)
    return false
  elseif not channel.open() then
    return false
  end
  local now, known = describe(buf), attached[buf]
  if not known then watch(buf) end
  if not known or not vim.deep_equal(known, now) then
    attached[buf], closed[buf] = now, nil
    channel.notify('attach', buf, now)
  end
  note_scope(buf)
  return true
end

--- Detaches what is no longer to be completed, or was wiped under ":noautocmd".
function M.review()
  for buf in pairs(attached) do
    if not vim.api.nvim_buf_is_valid(buf) or allow.is_off(buf) or allow.refusal(buf) then M.detach(buf) end
  end
  for buf, one in pairs(closed) do
    if one.path ~= '' and allow.refusal_of_file(one.path) then M.detach(buf) end
  end
end

--- Detaches buffers in which the user has switched completion off, of which no event tells.
function M.drop_off()
  for buf in pairs(attached) do
    if vim.api.nvim_buf_is_valid(buf) and allow.is_off(buf) then M.detach(buf) end
  end
end

config.on_change(function() M.review() end)

-- Another program may have written secrets into it.
vim.api.nvim_create_autocmd('BufReadPost', {
  group = group,
  callback = function(ev)
    if closed[ev.buf] and select(2, allow.refusal(ev.buf)) then M.detach(ev.buf) end
  end,
})

vim.api.nvim_create_autocmd('OptionSet', {
  group = group,
  pattern = disclosed.INDENT,
  callback = function(ev)
    local buf = ev.buf ~= 0 and ev.buf or vim.api.nvim_get_current_buf()
    if attached[buf] then review_soon(buf) end
  end,
})

helper.on_lost(function()
  closed = {}
  for buf in pairs(attached) do
    forget(buf)
  end
end)

return M
