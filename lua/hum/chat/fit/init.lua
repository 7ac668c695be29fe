-- What of a chat is sent to a model whose context window does not hold all of it, and what is told of that.
local anchor = require('hum.chat.fit.anchor')
local bound = require('hum.chat.fit.bound')
local endpoints = require('hum.server.endpoint')
local measure = require('hum.chat.fit.measure')
local plans = require('hum.chat.fit.plan')
local steps_of = require('hum.server.steps').new
local tokenize = require('hum.server.tokenize')
local tokens = require('hum.server.tokens')
local windows = require('hum.server.window')

local M = {}

M.plan = plans.plan

--- A prompt of fewer tokens fits into any window: no server is asked for that.
local SMALL = 1500

---@class hum.FitEntry  a message, behind the system message
---@field role 'user'|'assistant'
---@field text string        the typed part
---@field bytes? integer
---@field tokens? integer    estimated, of its pieces
---@field turns hum.Turn[]
---@field first integer      of the turns, by their index in the chat
---@field last integer

---@class hum.FitGiven
---@field buf integer
---@field endpoint string
---@field model string
---@field num_ctx? integer
---@field max_tokens? integer  of the reply
---@field dry? boolean         nothing is kept, and nobody is asked
---@field state table          the chat's own, kept in its ledger
---@field system? { bytes?: integer, tokens?: integer, text?: string }
---@field entries hum.FitEntry[]

---@class hum.Fit
---@field from integer      the first entry that is sent
---@field window? integer   nil: unknown
---@field tokens integer    of what is sent, about
---@field system integer    of those, of the system message
---@field pieces integer    likewise, of what the last message refers to
---@field estimated integer  the same before what is known of the model's tokenizer
---@field fits boolean      false: the last message alone is too long
---@field alone boolean     nothing but the last message is sent
---@field left integer      entries that are left out
---@field reason? 'full'|'grown'  why others are left out than before

--- The window of a model.
---@param endpoint string
---@param model string
---@param num_ctx? integer
---@param cb fun(tokens: integer?)
---@return hum.Cancel
function M.window(endpoint, model, num_ctx, cb) return windows.find(endpoint, model, { num_ctx = num_ctx }, cb) end

--- Tokens of the entries and of the system message, as estimated.
---@param given hum.FitGiven
---@param texts integer[]  tokens of the texts of the entries, the system's last
---@return integer[] sizes, integer system
local function raw_sizes(given, texts)
  local sizes = {} ---@type integer[]
  for i, entry in ipairs(given.entries) do
    sizes[i] = texts[i] + (entry.tokens or 0) + tokens.PER_MESSAGE
  end
  local own = given.system or {}
  local system = (own.tokens or 0) + (texts[#given.entries + 1] or 0)
  return sizes, system > 0 and system + tokens.PER_MESSAGE + tokens.PER_PROMPT or tokens.PER_PROMPT
end

---@param given hum.FitGiven
---@param sizes integer[]
---@param system integer
---@param window? integer
---@return hum.Fit
local function decide(given, sizes, system, window)
  local factor, starts = tokens.factor(given.endpoint, given.model), {}
  local scaled = {} ---@type integer[]
  for i, size in ipairs(sizes) do
    scaled[i] = math.ceil(size * factor)
    starts[i] = given.entries[i].role == 'user'
  end
  local limit = bound.of(given.buf, given.endpoint, given.model)
  local state, last = given.state, given.entries[#given.entries]
  local plan = plans.plan({
    sizes = scaled,
    system = math.ceil(system * factor),
    window = limit and math.min(window or limit, limit) or window,
    reserve = given.max_tokens,
    from = anchor.index(state.from, given.entries),
    starts = starts,
    larger = window ~= nil and type(state.window) == 'number' and window > state.window,
  })
  local sent = system
  for i = plan.from, #sizes do
    sent = sent + sizes[i]
  end
  if not given.dry then
    state.from = plan.from > 1 and anchor.of(given.entries, plan.from) or nil
    if plan.reason == 'full' then state.window = window end
    if not state.from then state.window = nil end
    -- It may be asked for again before the message goes, and stays news until then.
    state.news = plan.reason or state.news
  end
  if window and plan.tokens > window / 2 then windows.weigh(given.endpoint, given.model) end
  return {
    from = plan.from,
    window = window,
    tokens = plan.tokens,
    estimated = sent,
    system = math.ceil(system * factor),
    pieces = math.ceil((last and last.tokens or 0) * factor),
    fits = plan.fits,
    alone = plan.from >= #sizes,
    left = plan.from - 1,
    reason = plan.reason or state.news,
  }
end

--- Whether the server is asked for the window. A preview is for its size, and runs no command for a key.
---@param given hum.FitGiven
---@param all integer  tokens
---@return boolean
local function is_asked(given, all)
  if given.dry then return endpoints.is_at_hand(given.endpoint) end
  return all >= SMALL or given.state.from ~= nil
end

--- The share of the window from which on it matters how good an estimate is.
local MATTERS = 0.4

--- Has a server's own tokenizer make the estimate right, where there is one, where nothing is known of the model yet,
--- and where it decides what is sent.
---@param given hum.FitGiven
---@param texts string[]
---@param counts integer[]  estimated
---@param window? integer
---@param cb fun()
---@return hum.Cancel|nil
local function calibrate(given, texts, counts, window, cb)
  local _, is_known = tokens.factor(given.endpoint, given.model)
  local all = measure.total(counts)
  if is_known or not window or all < window * MATTERS or not tokenize.is_there(given.endpoint) then return cb() end
  local sample, estimated = tokenize.sample(texts), 0
  for i, text in ipairs(texts) do
    if vim.list_contains(sample, text) then estimated = estimated + counts[i] end
  end
  return tokenize.count(given.endpoint, given.model, table.concat(sample, '\n\n'), function(counted)
    if counted then tokens.learn(given.endpoint, given.model, estimated, counted) end
    cb()
  end)
end

--- Decides which messages are sent, once all that belongs to them is known. The same input gives the same.
---@param given hum.FitGiven
---@param cb fun(err: string?, fit: hum.Fit?)  called once at most
---@return hum.Cancel
function M.before(given, cb)
  local steps = steps_of(cb)
  local texts = {} ---@type string[]
  for i, entry in ipairs(given.entries) do
    texts[i] = entry.text
  end
  texts[#texts + 1] = given.system and given.system.text or ''
  steps.add(measure.texts(texts, function(counts)
    local sizes, system = raw_sizes(given, counts)
    local all = system + measure.total(sizes)
    if not is_asked(given, all) then
      local window = windows.of(given.endpoint, given.model, given.num_ctx)
      return steps.finish(nil, decide(given, sizes, system, window))
    end
    steps.add(M.window(given.endpoint, given.model, given.num_ctx, function(window)
      steps.add(
        calibrate(given, texts, counts, window, function() steps.finish(nil, decide(given, sizes, system, window)) end)
      )
    end))
  end))
  return steps.cancel
end

return M
