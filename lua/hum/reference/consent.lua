-- The question before something runs or is fetched for a reference. It shows exactly what, and where. "Always" holds
-- for this very text in this project, and is kept with what else the user trusts.
local questions = require('hum.question')
local trust = require('hum.trust')

local M = {}

---@class hum.ConsentQuestion
---@field verb string   "Run", "Fetch"
---@field done string   "run", "fetched"
---@field what string   exactly what will be run or fetched
---@field at? string    where: a folder
---@field thing? string what it is, in the list of what is trusted; default "command"

---@class hum.ConsentAsked
---@field ask fun()
---@field over boolean  answered, or cancelled

--- One question at a time, in the order of the references.
local queue = {} ---@type hum.ConsentAsked[]

--- Goes on to the next question, if this was the one that is open.
---@param asked hum.ConsentAsked
local function leave(asked)
  asked.over = true
  if queue[1] ~= asked then return end
  repeat
    table.remove(queue, 1)
  until not queue[1] or not queue[1].over
  if queue[1] then queue[1].ask() end
end

---@param kind hum.ReferenceKind
---@param where hum.Where
---@return string  of the store: what is trusted here is not trusted elsewhere
local function key_of(kind, where) return ('%s#%s'):format(vim.uv.fs_realpath(where.base) or where.base, kind.name) end

---@param kind hum.ReferenceKind
---@param ref hum.Reference
---@param where hum.Where
---@return hum.ConsentQuestion|nil, string|nil err
local function question_of(kind, ref, where)
  if kind.question then return kind.question(ref, where) end
  return { verb = 'Run', done = 'run', what = ref.text }
end

--- Control characters and what is invisible could hide a part of it.
---@param question hum.ConsentQuestion
---@return string
local function prompt_of(question)
  local at = question.at and (' in %s'):format(question.at) or ''
  return ('%s this for your message%s?  %s '):format(question.verb, at, vim.fn.strtrans(question.what))
end

---@param question hum.ConsentQuestion
---@param cb fun(answer: 'once'|'always'|'no')  scheduled
local function ask(question, cb)
  local items = {
    ('%s it once'):format(question.verb),
    ('Always %s this in this project'):format(question.verb:lower()),
    'No, and do not send the message',
  }
  local answers = { 'once', 'always', 'no' }
  local opts = { prompt = prompt_of(question), kind = 'hum.reference' }
  questions.ask(items, opts, vim.schedule_wrap(function(i) cb(answers[i] or 'no') end))
end

--- Asks the user, unless he said "always" to this very text in this project.
---@param kind hum.ReferenceKind  one with `asks`
---@param ref hum.Reference
---@param where hum.Where         not a dry one
---@param cb fun(err?: string)    scheduled, once; err: it may not be done
---@return fun() cancel  cb is not called any more; an answer that comes later is not heard
function M.ask(kind, ref, where, cb)
  local asked = { over = false, ask = function() end } ---@type hum.ConsentAsked
  local function finish(err)
    if asked.over then return end
    leave(asked)
    cb(err)
  end
  local question, err = question_of(kind, ref, where)
  local key = key_of(kind, where)
  if not question or trust.allowed(key, question.what) then
    vim.schedule(function() finish(not question and err or nil) end)
    return function() asked.over = true end
  end
  function asked.ask()
    ask(question, function(answer)
      if asked.over then return end
      if answer == 'always' then trust.allow(key, question.what, question.thing) end
      local refused = ('%s was not %s: you did not allow it\nAllow it, or take it out of the message.'):format(
        ref.text,
        question.done
      )
      finish(answer == 'no' and refused or nil)
    end)
  end
  queue[#queue + 1] = asked
  if #queue == 1 then vim.schedule(function()
    if not asked.over then asked.ask() end
  end) end
  return function() leave(asked) end
end

return M
