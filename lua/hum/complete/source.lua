-- Suggestions for other completion plugins, one request at a time: the common part of
-- |hum-sources|. Ghost text and a source may work side by side in a buffer.
local attach = require('hum.complete.attach')
local channel = require('hum.complete.channel')
local complete = require('hum.complete')
local helper = require('hum.server.helper')
local keys = require('hum.complete.keys')

local M = {}

--- The longest label of an item, in cells.
local LABEL = 60

---@class hum.Found  a suggestion for where the cursor was
---@field buf integer
---@field row integer   from 0
---@field col integer   bytes
---@field text string   to be inserted there
---@field word string   what stands left of it as the beginning of a word

---@class hum.Pending
---@field buf integer
---@field tick integer
---@field row integer
---@field col integer
---@field cb fun(found: hum.Found?)

local pending ---@type hum.Pending|nil

---@param found hum.Found|nil
local function finish(found)
  local done = pending
  pending = nil
  if done then done.cb(found) end
end

---@param one hum.Pending
local function cancel(one)
  if pending == one then
    finish(nil)
    if not keys.is_here(one.buf) then channel.notify('leave', one.buf) end
  end
end

local function watch()
  watch = function() end
  vim.api.nvim_create_autocmd('ModeChanged', {
    group = vim.api.nvim_create_augroup('hum.complete.source', {}),
    pattern = 'i*:[^i]*',
    callback = function()
      if pending then cancel(pending) end
    end,
  })
end

--- Requests a suggestion at the cursor. A later request, or leaving insert mode, ends this
--- one with nil, as do a buffer that must not be read, a server that fails and one without a
--- FIM model.
---@param cb fun(found: hum.Found?)  called exactly once
---@return fun() cancel
function M.request(cb)
  local buf = vim.api.nvim_get_current_buf()
  local cursor = vim.api.nvim_win_get_cursor(0)
  finish(nil)
  local is_attached = attach.ensure(buf)
  if is_attached then require('hum.complete.backend').renew() end
  if not is_attached or channel.has_fault() then
    cb(nil)
    return function() end
  end
  watch()
  local one = {
    buf = buf,
    tick = vim.api.nvim_buf_get_changedtick(buf),
    row = cursor[1] - 1,
    col = cursor[2],
    cb = cb,
  }
  pending = one
  channel.notify('enter', buf, vim.api.nvim_buf_line_count(buf))
  channel.notify('key', buf, one.tick, one.row, one.col, 'source', 0, 0)
  return function() cancel(one) end
end

---@param buf integer
---@param data hum.Suggestion
function M.on_suggest(buf, data)
  local one = pending
  if not one or not data.final or one.buf ~= buf or one.tick ~= data.tick then
    return
  elseif one.row ~= data.row or one.col ~= data.col then
    return
  elseif data.text == '' then
    return finish(nil)
  end
  local line = vim.api.nvim_buf_get_lines(buf, data.row, data.row + 1, false)[1] or ''
  local word = vim.fn.matchstr(line:sub(1, data.col), [[\k*$]])
  finish({ buf = buf, row = data.row, col = data.col, text = data.text, word = word })
end

--- The backend fails, or the helper is gone.
function M.on_failed() finish(nil) end

complete.listen(M)
helper.on_lost(M.on_failed)
channel.on_fault(M.on_failed)

---@param text string
---@return string  its first line that says something
local function label_of(text)
  local line = vim.trim(text:match('[^\n]*%S[^\n]*') or text):gsub('%s+', ' ')
  local label = vim.fn.strcharpart(line, 0, LABEL)
  return (label ~= line or text:find('\n%s*%S.*\n')) and label .. '…' or label
end

---@param found hum.Found
---@return lsp.CompletionItem  with columns in bytes, that is position encoding "utf-8"
function M.item(found)
  local whole = found.word .. found.text
  return {
    label = label_of(whole),
    filterText = whole:match('^[^\n]*'),
    kind = vim.lsp.protocol.CompletionItemKind.Text,
    insertTextFormat = vim.lsp.protocol.InsertTextFormat.PlainText,
    -- As written: the lines are indented already.
    insertTextMode = 1,
    documentation = {
      kind = 'markdown',
      value = ('```%s\n%s\n```'):format(vim.bo[found.buf].filetype, whole),
    },
    textEdit = {
      newText = whole,
      range = {
        start = { line = found.row, character = found.col - #found.word },
        ['end'] = { line = found.row, character = found.col },
      },
    },
  }
end

return M
