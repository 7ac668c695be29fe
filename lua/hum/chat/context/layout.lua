-- The messages of a request, from the first turn on that fits into the context window.
local composes = require('hum.chat.context.compose')
local resolve = require('hum.chat.context.resolve')
local summaries = require('hum.chat.text.summary')
local systems = require('hum.chat.context.system')
local walks = require('hum.chat.context.walk')

local M = {}

--- Of hum's own texts, about.
local BYTES_PER_TOKEN = 4

--- What stands before the text of each turn that is sent, now that all is known.
---@param run hum.ContextRun
---@param from integer
---@return table<integer, hum.Part[]> before, table<integer, hum.Part> text
local function lay_out(run, from)
  local before, text = {}, {}
  run.walk = walks.new(run.lost)
  for i in ipairs(run.given.turns) do
    local one = run.recorded[i]
    local record = run.made[i] or one and one.record
    if record and i < from then
      walks.leave_out(run.walk, record, i)
    elseif record then
      before[i] = walks.add(run.walk, record, i, run.path)
      if record.text then text[i] = { type = 'kept', path = run.path(record.text) } end
    end
  end
  return before, text
end

---@param run hum.ContextRun
---@param from integer
---@return hum.ContextMessage[]
local function compose(run, from)
  from = math.max(from, (summaries.find(run.given.turns) or 0) + 1) -- what a summary replaces is not sent
  local before, text = lay_out(run, from)
  local system = run.system
  return composes.messages({
    turns = run.given.turns,
    thoughts = run.given.thoughts,
    before = before,
    text = text,
    system = system and system.kept and { type = 'kept', path = run.path(system.kept) } or nil,
    replaces = system and system.replaces,
    from = from,
  })
end

--- More often the plan is not made anew because a piece became larger.
local MOST_PLANS = 4

--- Tokens of what goes with each turn, by its index.
---@param walk hum.Walk
---@return table<integer, integer>
local function sizes_of(walk)
  local out = {}
  for _, piece in ipairs(walk.pieces) do
    if not piece.out then out[piece.turn] = (out[piece.turn] or 0) + piece.tokens end
  end
  return out
end

--- Adds what hum.chat.fit is told of a message: an entry for each of its turns, since what was not answered before may
--- be left out of the last one.
---@param entries hum.FitEntry[]
---@param turns hum.Turn[]
---@param message hum.ContextMessage
---@param with table<integer, integer>
local function add_entries(entries, turns, message, with)
  for i = message.first, message.last do
    local turn = turns[i]
    if turn.role == message.role and turn.text ~= '' then
      local role = turn.role --[[@as 'user'|'assistant']]
      entries[#entries + 1] =
        { role = role, text = turn.text, tokens = with[i] or 0, first = i, last = i, turns = { turn } }
    end
  end
end

---@param run hum.ContextRun
---@param messages hum.ContextMessage[]
---@param with table<integer, integer>  tokens of what goes with each turn
---@return hum.FitEntry[] entries, table system
local function sizes(run, messages, with)
  local at = summaries.find(run.given.turns)
  local entries, system = {}, { bytes = 0, tokens = 0 }
  for i, message in ipairs(messages) do
    if i == 1 and message.role == 'system' then
      local own = systems.own(run.given.turns) or ''
      local decided = run.system
      local text = decided and decided.replaces and '' or own
      system.bytes = #text + (decided and decided.bytes or 0)
      system.tokens = math.ceil(#text / BYTES_PER_TOKEN) + (decided and decided.tokens or 0)
    else
      add_entries(entries, run.given.turns, message, with)
    end
  end
  if at then system.tokens = system.tokens + math.ceil(#run.given.turns[at].text / BYTES_PER_TOKEN) end
  return entries, system
end

---@param plan table
---@param entries table[]
---@return integer  index of the first turn that is sent
local function first_turn(plan, entries)
  local entry = entries[plan.from or 1]
  return (plan.from or 1) > 1 and entry and entry.first or 1
end

--- What goes with each turn: of those that are sent as they go now, for what is left out may have to be sent whole
--- with a later one; of the others as they went, for they may have room again.
---@param run hum.ContextRun
---@param from integer
---@return hum.ContextMessage[] all, hum.ContextMessage[] sent, table<integer, integer> with
local function compose_from(run, from)
  local all = compose(run, 1)
  if from <= 1 then return all, all, sizes_of(run.walk) end
  local whole = sizes_of(run.walk)
  local sent = compose(run, from) -- last, since it leaves the walk that counts
  local with = sizes_of(run.walk)
  for i = 1, from - 1 do
    with[i] = whole[i]
  end
  return all, sent, with
end

--- Finds out from where on the turns are sent, so that they fit.
---@param run hum.ContextRun
---@param from integer  the first turn
---@param times integer
---@param cb fun(err: string?, messages: hum.ContextMessage[]?, from: integer?, plan: table?)
function M.fit(run, from, times, cb)
  local all, messages, with = compose_from(run, from)
  if not run.given.fit then return cb(nil, messages, from, {}) end
  local entries, system = sizes(run, all, with)
  resolve.await(
    run,
    function(back)
      return run.given.fit({
        buf = run.buf,
        endpoint = run.given.endpoint,
        model = run.given.model,
        num_ctx = run.given.num_ctx,
        max_tokens = run.given.max_tokens,
        dry = run.given.dry == true,
        state = run.fit_state,
        system = system,
        entries = entries,
      }, back)
    end,
    function(err, plan)
      if err then return cb(err) end
      plan = plan or {}
      local wanted = first_turn(plan, entries)
      if wanted == from then return cb(nil, messages, from, plan) end
      if times < MOST_PLANS then return M.fit(run, wanted, times + 1, cb) end
      cb(nil, compose(run, wanted), wanted, plan)
    end
  )
end

return M
