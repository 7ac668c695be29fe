-- Who is told what of chats: what belongs to a chat here listens to its buffer, its file and its reply, which know
-- nothing of it.
local answer = require('hum.chat.view.answer')
local asked = require('hum.chat.asked')
local below = require('hum.chat.reply.below')
local bounds = require('hum.chat.reply.bounds')
local buffer = require('hum.chat.buffer')
local code_window = require('hum.chat.code.window')
local config = require('hum.config')
local fault = require('hum.fault')
local file = require('hum.chat.kept.file')
local fitting = require('hum.chat.fitting')
local headings = require('hum.chat.headings')
local hidden = require('hum.chat.hidden')
local maps = require('hum.chat.maps')
local meter = require('hum.chat.meter')
local notes = require('hum.chat.view.notes')
local onward = require('hum.chat.onward')
local persona = require('hum.chat.persona')
local queue = require('hum.chat.queue')
local quotes = require('hum.chat.quotes')
local ready = require('hum.chat.ready')
local references = require('hum.chat.references')
local reply = require('hum.chat.reply')
local snippets = require('hum.chat.text.snippets')
local turns = require('hum.chat.text.turns')
local unkept = require('hum.chat.kept.unkept')
local winbar = require('hum.chat.winbar')

local M = {}

--- The text of a chat is that of its file, or was written by hum, turns and all.
---@param buf integer
function M.reread(buf)
  turns.when_read(buf, function(text)
    bounds.read(buf, text.turns)
    asked.note(buf, text.turns)
    headings.note(buf, text.turns)
    queue.restore(buf, text.turns)
    notes.adopt(buf, text.turns)
    quotes.fold(buf, text.turns)
    fitting.mark(buf)
  end)
end

local preloads = vim.api.nvim_create_augroup('hum.preload', {})

---@param buf integer
local function preload(buf)
  if config.get().chat.preload then fault.guard('loading the model', require('hum.chat.preload').run, buf) end
end

--- Loads the model of a chat of an earlier day when it is shown.
---@param buf integer
local function preload_shown(buf)
  vim.api.nvim_create_autocmd('BufWinEnter', {
    group = preloads,
    buffer = buf,
    once = true,
    callback = function() preload(buf) end,
  })
end

---@param buf integer
---@param actions hum.MapActions
local function on_attached(buf, actions)
  file.bind(buf)
  preload_shown(buf)
  maps.setup(buf, actions)
  ready.watch(buf)
  persona.opened(buf)
  winbar.watch(buf)
  references.watch(buf)
  M.reread(buf)
  fitting.watch(buf)
  meter.watch(buf)
end

---@param buf integer
---@param what 'begun'|'ended'
---@param ending? hum.Ending
local function on_reply(buf, what, ending)
  file.grow(buf, what == 'begun')
  references.on_reply(buf, what)
  if what == 'ended' then
    if ending and ending.data.code == 'file' then require('hum.chat.context.ledger').sweep(buf) end
    unkept.settle(buf)
    answer.ended(buf)
  end
  if ending then onward.ended(buf, ending) end
end

---@param data table  of HumRequestFinished
local function on_finished(data)
  if config.get().chat.title == 'model' then require('hum.chat.retitle').on_finished(data) end
end

---@param group integer
---@param event string  of `User`
---@param fn fun(data: table)
local function on(group, event, fn)
  vim.api.nvim_create_autocmd('User', {
    group = group,
    pattern = event,
    callback = function(args) fn(args.data) end,
  })
end

--- Listens from now on. Called once.
---@param actions hum.MapActions  what the keys of a chat do
function M.start(actions)
  code_window.watch()
  hidden.watch()
  snippets.on_reply_end(below.last)
  buffer.on_attach(function(buf) on_attached(buf, actions) end)
  file.on_reread(M.reread)
  reply.on_change(on_reply)
  reply.on_busy(function(busy)
    if busy then
      maps.watch_ctrl_c(actions)
    else
      maps.unwatch_ctrl_c()
    end
  end)
  on(preloads, 'HumChatOpened', function(data) preload(data.buf) end)
  on(vim.api.nvim_create_augroup('hum.title', {}), 'HumRequestFinished', on_finished)
end

return M
