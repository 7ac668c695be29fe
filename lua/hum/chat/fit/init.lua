-- What of a chat is sent to a model whose context window does not hold all of it, and what is told of that.
local anchor = require('hum.chat.fit.anchor')
local bound = require('hum.chat.fit.bound')
local config = require('hum.config')
local endpoints = require('hum.server.endpoint')
local measure = require('hum.chat.fit.measure')
local plans = require('hum.chat.fit.plan')
local slices = require('hum.slices')
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
---@field exact? fun(cb: fun(estimated: integer))  nothing depended on the sizes, and they were not measured: does so

--- The window of a model.
---@param endpoint string
---@param model string
---@param num_ctx? integer
---@param cb fun(tokens: integer?)
---@return hum.Cancel
function M.window(endpoint, model, num_ctx, cb) return windows.find(endpoint, model, { num_ctx = num_ctx }, cb) end

-- ---- sizes ------------------------------------------------------------------------------------

--- What there is to be measured.
---@param given hum.FitGiven
---@return string[]  of the entries, the system's last
local function texts_of(given)
  local texts = {} ---@type string[]
  for i, entry in ipairs(given.entries) do
    texts[i] = entry.text
  end
  texts[#texts + 1] = given.system and given.system.text or ''
  return texts
end

---@class hum.FitSizes  estimated tokens
---@field entries integer[]
---@field system integer

--- Tokens of the entries and of the system message, as estimated.
---@param given hum.FitGiven
---@param counts integer[]  tokens of the texts
---@return hum.FitSizes
local function sizes_of(given, counts)
  local sizes = {} ---@type integer[]
  for i, entry in ipairs(given.entries) do
    sizes[i] = counts[i] + (entry.tokens or 0) + tokens.PER_MESSAGE
  end
  local own = given.system or {}
  local system = (own.tokens or 0) + (counts[#given.entries + 1] or 0)
  system = system > 0 and system + tokens.PER_MESSAGE + tokens.PER_PROMPT or tokens.PER_PROMPT
  return { entries = sizes, system = system }
end

---@param sizes hum.FitSizes
---@return integer
local function total(sizes) return sizes.system + measure.total(sizes.entries) end

---@param sizes hum.FitSizes
---@param from integer  first entry that is sent
---@return integer
local function sum_from(sizes, from)
  local sum = sizes.system
  for i = from, #sizes.entries do
    sum = sum + sizes.entries[i]
  end
  return sum
end

-- ---- the decision -----------------------------------------------------------------------------

--- The window that counts: what an overflow has shown counts more than what is told.
---@param given hum.FitGiven
---@param window? integer
---@return integer|nil
local function within(given, window)
  local limit = bound.of(given.buf, given.endpoint, given.model)
  return limit and math.min(window or limit, limit) or window
end

---@param given hum.FitGiven
---@param sizes hum.FitSizes
---@param window? integer
---@return hum.FitPlan
local function plan_of(given, sizes, window)
  local factor, starts, state = tokens.factor(given.endpoint, given.model), {}, given.state
  local scaled = {} ---@type integer[]
  for i, size in ipairs(sizes.entries) do
    scaled[i] = math.ceil(size * factor)
    starts[i] = given.entries[i].role == 'user'
  end
  return plans.plan({
    sizes = scaled,
    system = math.ceil(sizes.system * factor),
    window = within(given, window),
    reserve = given.max_tokens,
    from = anchor.index(state.from, given.entries),
    starts = starts,
    larger = window ~= nil and type(state.window) == 'number' and window > state.window,
  })
end

---@param given hum.FitGiven
---@param sizes hum.FitSizes
---@param window? integer
---@return hum.Fit
local function decide(given, sizes, window)
  local plan, state = plan_of(given, sizes, window), given.state
  local factor, last = tokens.factor(given.endpoint, given.model), given.entries[#given.entries]
  local sent = sum_from(sizes, plan.from)
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
    system = math.ceil(sizes.system * factor),
    pieces = math.ceil((last and last.tokens or 0) * factor),
    fits = plan.fits,
    alone = plan.from >= #sizes.entries,
    left = plan.from - 1,
    reason = plan.reason or state.news,
  }
end

--- The share of the window from which on it matters how good an estimate is.
local MATTERS = 0.4

--- Whether a server's own tokenizer is to make the estimate right: where there is one, where nothing is known of the
--- model yet, and where it decides what is sent.
---@param given hum.FitGiven
---@param counts integer[]  estimated
---@param window? integer
---@return boolean
local function is_counted(given, counts, window)
  local _, is_known = tokens.factor(given.endpoint, given.model)
  if is_known or not window or measure.total(counts) < window * MATTERS then return false end
  return tokenize.is_there(given.endpoint)
end

--- Whether the same is decided, and told, whatever the texts that were not measured come to: then they need not be.
---@param given hum.FitGiven
---@param now hum.Measured
---@param window? integer
---@return boolean
local function is_clear(given, now, window)
  if now.rest == 0 then return true end
  if given.dry or is_counted(given, now.most, window) then return false end -- what is shown, or learned, is exact
  local limit = within(given, window)
  if not limit then return now.rest < measure.SHORT end
  local least = plan_of(given, sizes_of(given, now.least), window)
  local most = plan_of(given, sizes_of(given, now.most), window)
  if least.from ~= most.from or least.reason ~= most.reason or least.fits ~= most.fits then return false end
  local chat = config.get().chat
  for _, share in ipairs({ chat.warn_at or 1, chat.compact_at or 1 }) do
    if window and (least.tokens >= window * share) ~= (most.tokens >= window * share) then return false end
  end
  return now.rest < measure.SHORT or most.tokens < limit * MATTERS
end

--- Whether the server is asked for the window. A preview is for its size, and runs no command for a key.
---@param given hum.FitGiven
---@param all integer  tokens
---@return boolean
local function is_asked(given, all)
  if given.dry then return endpoints.is_at_hand(given.endpoint) end
  return all >= SMALL or given.state.from ~= nil
end

--- Has the tokenizer do so.
---@param given hum.FitGiven
---@param texts string[]
---@param counts integer[]  estimated
---@param window? integer
---@param cb fun()
---@return hum.Cancel|nil
local function calibrate(given, texts, counts, window, cb)
  if not is_counted(given, counts, window) then return cb() end
  local sample, estimated = tokenize.sample(texts), 0
  for i, text in ipairs(texts) do
    if vim.list_contains(sample, text) then estimated = estimated + counts[i] end
  end
  return tokenize.count(given.endpoint, given.model, table.concat(sample, '\n\n'), function(counted)
    if counted then tokens.learn(given.endpoint, given.model, estimated, counted) end
    cb()
  end)
end

--- More bytes take the editor some ms up to here, and some to be sent: not all in one go.
local LARGE = 1024 * 1024

--- Decides which messages are sent, once all that belongs to them is known. The same input gives the same.
---@param given hum.FitGiven
---@param cb fun(err: string?, fit: hum.Fit?)  called once at most
---@return hum.Cancel
function M.before(given, cb)
  local steps = steps_of(cb)
  local texts = texts_of(given)
  local now = measure.now(texts)

  local function go_on(counts, window)
    steps.add(calibrate(given, texts, counts, window, function()
      local fit = decide(given, sizes_of(given, counts), window)
      if counts == now.tokens and now.rest >= measure.SHORT then
        fit.exact = function(back)
          measure.texts(texts, function(exact) back(sum_from(sizes_of(given, exact), fit.from)) end)
        end
      end
      if now.bytes < LARGE then return steps.finish(nil, fit) end
      vim.defer_fn(function() steps.finish(nil, fit) end, slices.PAUSE)
    end))
  end

  local function on_window(window)
    if is_clear(given, now, window) then return go_on(now.tokens, window) end
    steps.add(measure.texts(texts, function(counts) go_on(counts, window) end))
  end

  if is_asked(given, total(sizes_of(given, now.most))) then
    steps.add(M.window(given.endpoint, given.model, given.num_ctx, on_window))
  else
    on_window(windows.of(given.endpoint, given.model, given.num_ctx))
  end
  return steps.cancel
end

return M
