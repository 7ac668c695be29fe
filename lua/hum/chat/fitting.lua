-- What a chat does about its context window: a message that did not fit is sent again, shortened; what a request has
-- shown is learned; what is left out is told and marked.
local config = require('hum.config')
local advice = require('hum.chat.fit.advice')
local chats = require('hum.chat.chats')
local after = require('hum.chat.fit.after')
local fault = require('hum.fault')
local fold = require('hum.chat.view.fold')
local left = require('hum.chat.view.left')
local ledgers = require('hum.chat.context.ledger')
local notify = require('hum.notify')
local ranges = require('hum.chat.fit.ranges')
local refer = require('hum.chat.refer')
local reply = require('hum.chat.reply')
local summaries = require('hum.chat.text.summary')
local turns = require('hum.chat.text.turns')

local M = {}

local on_marked = function(_) end ---@type fun(buf: integer)

--- Sets the function that is called when other turns of a chat are left out than before.
---@param fn fun(buf: integer)
function M.on_marked(fn) on_marked = fn end

--- Whether a request has nothing but text: what a server counts of an image, or of thoughts that go back, says nothing
--- about the estimate of texts.
---@param messages hum.WireMessage[]
---@return boolean
local function is_text(messages)
  for _, message in ipairs(messages) do
    for _, part in ipairs(message.parts) do
      if part.type ~= 'text' and part.type ~= 'kept' then return false end
    end
  end
  return true
end

---@param message hum.Message
---@param made hum.ContextResult
---@return hum.FitSent|nil
local function sent_of(message, made)
  local plan = made.plan ---@type hum.Fit|{}
  if not plan.tokens then return nil end
  local endpoint = message.resolved.endpoint.name
  return {
    buf = message.buf,
    endpoint = endpoint,
    model = message.model,
    num_ctx = refer.num_ctx(message),
    fit = plan --[[@as hum.Fit]],
    is_text = is_text(made.messages),
  }
end

--- Marks what of a chat is not sent, and folds it.
---@param buf integer
function M.mark(buf)
  if not vim.api.nvim_buf_is_loaded(buf) then return end
  local from = ledgers.has(buf) and ledgers.get(buf).fit.from or nil
  local list = turns.of(buf).turns
  if not from and not left.has(buf) and not summaries.find(list) then return end
  if fold.leave_out(buf, ranges.of(list, from)) then on_marked(buf) end
end

local warned = {} ---@type table<integer, true>  chats whose window is nearly full, by buffer
chats.on_drop('what is known of its window', function(buf)
  warned[buf] = nil
  after.forget(buf)
end)

--- Warns once that the window is nearly full, before something has to be left out.
---@param message hum.Message
---@param plan hum.Fit
local function warn(message, plan)
  local at, buf = config.get().chat.warn_at, message.buf
  local window = plan.window
  local is_near = at and window and plan.fits and plan.tokens >= window * at and plan.reason ~= 'full'
  if window and is_near and not warned[buf] then notify.warn(advice.nearly_full(message.model, plan.tokens, window)) end
  warned[buf] = is_near or nil
end

--- The part of the window that a message takes of which it is told that it does not fit: it may be less that was
--- refused before.
local ALONE = 0.9

--- Tells what is left out from now on.
---@param message hum.Message
---@param made hum.ContextResult
local function tell(message, made)
  local plan = made.plan --[[@as hum.Fit]]
  made.run.fit_state.news = nil
  if not plan.fits and plan.window and plan.tokens > plan.window * ALONE then
    notify.warn(advice.too_long(message.resolved.endpoint.name, message.model, plan, plan.window))
  end
  warn(message, plan)
  if plan.reason ~= 'full' or plan.left == 0 then return end
  local unseen = require('hum.chat.context.unseen')
  local missing = unseen.words(unseen.of_walk(made.run.walk))
  notify.info(advice.left_out(plan.left, message.model, plan.window, missing))
end

--- Whether old turns are to be replaced by a summary before a message is sent (`chat.compact_at`).
---@param plan hum.Fit|{}
---@return boolean
function M.is_compact_due(plan)
  local at = config.get().chat.compact_at
  if not at or not plan.window or not plan.tokens then return false end
  return plan.tokens >= plan.window * at or (plan.reason == 'full' and plan.left > 0)
end

--- Lets a message be shortened if it does not fit, and what comes of it be learned.
---@param message hum.Message
---@param made hum.ContextResult
function M.attach(message, made)
  local sent = sent_of(message, made)
  if not sent then return end
  function message.judge(name, data) after.ended(sent, name, data) end
  function message.shorten(data, cb)
    after.refused(sent, data)
    return refer.prepare(message, message.turns, function(err, again)
      local plan = again and again.plan ---@type hum.Fit|nil
      if err or not again or not plan or plan.from <= sent.fit.from then return cb() end
      sent.fit, sent.is_text = plan, is_text(again.messages)
      cb(again.messages)
      tell(message, again)
      again.commit()
      M.mark(message.buf)
    end)
  end
end

--- A message was sent, and what was decided for it is going to be kept.
---@param message hum.Message
---@param made hum.ContextResult
function M.sent(message, made)
  if made.plan.tokens then tell(message, made) end
  vim.schedule(function() fault.guard('what is left out', M.mark, message.buf) end)
end

--- Marks it from now on, also when the user has changed the text: an undo may have brought turns back. The tokens of a
--- reply change nothing of that.
---@param buf integer
function M.watch(buf)
  local group = vim.api.nvim_create_augroup('hum.fitting', { clear = false })
  vim.api.nvim_clear_autocmds({ group = group, buffer = buf })
  vim.api.nvim_create_autocmd({ 'TextChanged', 'InsertLeave', 'BufWinEnter' }, {
    group = group,
    buffer = buf,
    callback = function()
      if not reply.of(buf) then fault.guard('what is left out', M.mark, buf) end
    end,
  })
end

return M
