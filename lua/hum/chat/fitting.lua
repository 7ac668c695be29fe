-- What a chat does about its context window: a message that did not fit is sent again, shortened; what a request has
-- shown is learned; what is left out is told and marked.
local advice = require('hum.chat.fit.advice')
local after = require('hum.chat.fit.after')
local notify = require('hum.notify')
local refer = require('hum.chat.refer')

local M = {}

---@param message hum.Message
---@param plan hum.Fit|{}
---@return hum.FitSent|nil
local function sent_of(message, plan)
  if not plan.tokens then return nil end
  local endpoint = message.resolved.endpoint.name
  return {
    buf = message.buf,
    endpoint = endpoint,
    model = message.model,
    num_ctx = refer.num_ctx(message),
    fit = plan --[[@as hum.Fit]],
  }
end

--- Tells what is left out from now on.
---@param message hum.Message
---@param made hum.ContextResult
local function tell(message, made)
  local plan = made.plan --[[@as hum.Fit]]
  made.run.fit_state.news = nil
  if plan.reason ~= 'full' or plan.left == 0 then return end
  notify.info(advice.left_out(plan.left, message.model, plan.window))
end

--- Lets a message be shortened if it does not fit, and what comes of it be learned.
---@param message hum.Message
---@param made hum.ContextResult
function M.attach(message, made)
  local sent = sent_of(message, made.plan)
  if not sent then return end
  function message.judge(name, data) after.ended(sent, name, data) end
  function message.shorten(data, cb)
    after.refused(sent, data)
    return refer.prepare(message, message.turns, function(err, again)
      local plan = again and again.plan ---@type hum.Fit|nil
      if err or not plan or plan.from <= sent.fit.from then return cb() end
      sent.fit = plan
      cb(again.messages)
      tell(message, again)
      again.commit()
    end)
  end
end

--- A message was sent, and what was decided for it is going to be kept.
---@param message hum.Message
---@param made hum.ContextResult
function M.sent(message, made)
  if made.plan.tokens then tell(message, made) end
end

return M
