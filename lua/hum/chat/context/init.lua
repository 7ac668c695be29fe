-- What a chat's request says: its turns, with what the references in them stood for when they were sent, and with what
-- has changed since.
--
-- The rule: what was sent stays as it was sent, to the byte, in all requests that follow. Only the last message is made
-- anew; and what a turn says that was edited. The ledger knows what went with each turn.
local composes = require('hum.chat.context.compose')
local ledgers = require('hum.chat.context.ledger')
local lists = require('hum.chat.context.list')
local resolve = require('hum.chat.context.resolve')
local summaries = require('hum.chat.text.summary')
local vision = require('hum.server.vision')
local walks = require('hum.chat.context.walk')

local M = {}

---@class hum.ContextGiven
---@field buf integer
---@field turns hum.Turn[]    that are sent
---@field max_tokens? integer of the reply
---@field thoughts table<hum.Turn, hum.Part[]>
---@field where fun(): hum.Where  where references are looked up
---@field place fun(): { project: string?, file: string? }
---@field endpoint string
---@field model string
---@field num_ctx? integer
---@field front table<string, string>  values of the front matter
---@field with? fun(): string[]  references that belong to the first message as if they stood there: a persona's
---@field reuse? boolean      the last message goes as it went before, if it did
---@field dry? boolean        nothing is asked, run or fetched, and nothing is kept in the chat's folder
---@field folder? string      of contents that are kept, in a dry run
---@field expand? fun(text: string, where: hum.Where, cb: fun(err: string?, text: string?)): fun()?
---@field decide? fun(given: table, cb: fun(text: string?, notes: hum.SystemNote[]?, replaces: boolean?)): fun()?
---@field fit? fun(given: table, cb: fun(err: string?, plan: table?)): fun()?

---@class hum.ContextResult
---@field messages hum.ContextMessage[]
---@field run hum.ContextRun
---@field from integer   index of the first turn that is sent
---@field plan table     of hum.chat.fit
---@field commit fun()   the request was started

--- Of hum's own texts, about.
local BYTES_PER_TOKEN = 4

-- ---- records ----------------------------------------------------------------------------------

--- The record of each turn, by its text and by which of the turns with that text it is.
---@param ledger hum.Ledger
---@return table<string, hum.ContextTurn>
local function index(ledger)
  local out = {}
  for _, record in ipairs(ledger.turns) do
    out[record.key .. record.n] = record
  end
  return out
end

---@class hum.Recorded
---@field key string
---@field n integer
---@field record? hum.ContextTurn  as the ledger has it

--- What the ledger knows of each turn of the user's.
---@param run hum.ContextRun
---@return table<integer, hum.Recorded>  by the turn's index
local function recorded(run)
  local known, counts, out = index(run.ledger), {}, {}
  for i, turn in ipairs(run.given.turns) do
    if turn.role == 'user' and turn.text ~= '' then
      local key = ledgers.key(run.buf, turn.text)
      counts[key] = (counts[key] or 0) + 1
      local record = known[key .. counts[key]]
      -- What its text stood for is gone: it is found out again.
      if record and record.text and run.lost[record.text] then record = nil end
      out[i] = { key = key, n = counts[key], record = record }
    end
  end
  return out
end

--- The names of what is missing among what records need.
---@param run hum.ContextRun
---@return table<string, true>
local function find_lost(run)
  local lost, looked = {}, {}
  local function look(name)
    if not name or looked[name] then return end
    looked[name] = true
    if not vim.uv.fs_stat(run.path(name)) then lost[name] = true end
  end
  for _, record in ipairs(run.ledger.turns) do
    for _, piece in ipairs(record.pieces) do
      look(piece.kept)
      look(piece.sent)
    end
    look(record.text)
  end
  look(run.ledger.system and run.ledger.system.kept)
  return lost
end

-- ---- the run ----------------------------------------------------------------------------------

--- The text whose references belong to a turn.
---@param run hum.ContextRun
---@param i integer
---@param text string
---@return string
local function referring(run, i, text)
  for before = 1, i - 1 do
    if run.recorded[before] then return text end
  end
  local with = run.given.with and run.given.with() or {}
  return #with > 0 and table.concat(with, ' ') .. '\n\n' .. text or text
end

--- Makes the record of a turn: what it refers to, and of the last one, what has changed since.
---@param run hum.ContextRun
---@param i integer
---@param one hum.Recorded
---@param is_last boolean
---@param cb fun(err: string?)
local function make_record(run, i, one, is_last, cb)
  local text = run.given.turns[i].text
  local record = { key = one.key, n = one.n, at = os.time(), pieces = {} } ---@type hum.ContextTurn
  run.made[i] = record
  local function refer()
    resolve.expanded(run, text, record, function(err, said)
      if err then return cb(err) end
      resolve.references_of(run, referring(run, i, said or text), i, record, cb)
    end)
  end
  if not is_last then return refer() end
  resolve.changes(run, i, record, function(err)
    if err then return cb(err) end
    refer()
  end)
end

---@param run hum.ContextRun
---@return boolean  the last turn is a message of the user's, which is made anew
local function is_fresh(run)
  local turns = run.given.turns
  local one = run.recorded[#turns]
  return one ~= nil and not (run.given.reuse and one.record)
end

--- Goes over the turns from one on; what has to be found out is waited for.
---@param run hum.ContextRun
---@param i integer
---@param cb fun(err: string?)
local function go_on(run, i, cb)
  local turns, known = run.given.turns, run.recorded
  local last = is_fresh(run) and #turns or 0
  while i <= #turns do
    local one = known[i]
    local record = one and i ~= last and one.record or nil
    if record then
      walks.add(run.walk, record, i, run.path)
    elseif one and (i == last or resolve.may_refer(turns[i].text)) then
      local at = i
      return make_record(run, at, one, at == last, function(err)
        if err then return cb(err) end
        go_on(run, at + 1, cb)
      end)
    end
    i = i + 1
  end
  cb()
end

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

-- ---- the system message -----------------------------------------------------------------------

---@param turns hum.Turn[]
---@return string|nil  of the chat's own system turns
local function own_system(turns)
  local texts = {}
  for _, turn in ipairs(turns) do
    local is_own = turn.role == 'system' and turn.text ~= '' and not summaries.is_one(turn)
    if is_own then texts[#texts + 1] = turn.text end
  end
  return texts[1] and table.concat(texts, '\n\n')
end

---@param turns hum.Turn[]
---@return boolean  nothing was answered in the chat
local function is_first(turns)
  for _, turn in ipairs(turns) do
    if turn.role == 'assistant' and turn.text ~= '' then return false end
  end
  return true
end

--- Keeps what was decided.
---@param run hum.ContextRun
---@param key string
---@param text? string
---@param notes? hum.SystemNote[]
---@param replaces? boolean
---@return string|nil err
local function take_system(run, key, text, notes, replaces)
  local kept, err
  if text and text ~= '' then
    kept, err = run.put(text)
    if not kept then return err end
  end
  local bytes = text and #text or 0
  ---@type hum.ContextSystem
  run.system = {
    key = key,
    kept = kept,
    bytes = bytes,
    tokens = math.ceil(bytes / BYTES_PER_TOKEN),
    replaces = replaces == true or nil,
    notes = notes or {},
  }
end

--- Has the system message decided, once for each chat: at its first message, or when the user has changed what it was
--- decided by.
---@param run hum.ContextRun
---@param cb fun(err: string?)
local function decide(run, cb)
  local given = run.given
  local own = own_system(given.turns)
  local key = ledgers.key(run.buf, ('%s\0%s'):format(given.front.persona or '', own or ''))
  local known = run.ledger.system
  local is_known = known and known.key == key and not (known.kept and run.lost[known.kept])
  local is_due = not is_known and (known ~= nil or is_first(given.turns) or (given.front.persona or '') ~= '')
  run.system = known
  if not given.decide or not is_due then return cb() end
  resolve.await(
    run,
    function(back)
      return given.decide(
        given.buf,
        vim.tbl_extend('error', given.place(), {
          system = own,
          front = given.front,
          endpoint = given.endpoint,
          model = given.model,
          num_ctx = given.num_ctx,
          dry = given.dry == true,
        }),
        back
      )
    end,
    function(text, notes, replaces) cb(take_system(run, key, text, notes, replaces)) end
  )
end

-- ---- what fits --------------------------------------------------------------------------------

--- More often the plan is not made anew because a piece became larger.
local MOST_PLANS = 4

---@param run hum.ContextRun
---@param message hum.ContextMessage
---@return table  as hum.chat.fit wants it
local function entry_of(run, message)
  local texts, turns, tokens, bytes = {}, {}, 0, 0
  for i = message.first, message.last do
    local turn = run.given.turns[i]
    if turn.role == message.role and turn.text ~= '' then
      turns[#turns + 1], texts[#texts + 1] = turn, turn.text
    end
  end
  for _, piece in ipairs(run.walk.pieces) do
    if piece.turn >= message.first and piece.turn <= message.last and not piece.out then
      tokens, bytes = tokens + piece.tokens, bytes + piece.bytes
    end
  end
  local text = table.concat(texts, '\n\n')
  return {
    role = message.role,
    text = text,
    bytes = #text,
    tokens = tokens,
    piece_bytes = bytes,
    first = message.first,
    last = message.last,
    turns = turns,
  }
end

---@param run hum.ContextRun
---@param messages hum.ContextMessage[]
---@return table[] entries, table system
local function sizes(run, messages)
  local at = summaries.find(run.given.turns)
  local entries, system = {}, { bytes = 0, tokens = 0 }
  for i, message in ipairs(messages) do
    if i == 1 and message.role == 'system' then
      local own = own_system(run.given.turns) or ''
      local decided = run.system
      local text = decided and decided.replaces and '' or own
      system.bytes = #text + (decided and decided.bytes or 0)
      system.tokens = math.ceil(#text / BYTES_PER_TOKEN) + (decided and decided.tokens or 0)
    else
      entries[#entries + 1] = entry_of(run, message)
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

--- Finds out from where on the turns are sent, so that they fit.
---@param run hum.ContextRun
---@param from integer  the first turn
---@param times integer
---@param cb fun(err: string?, messages: hum.ContextMessage[]?, from: integer?, plan: table?)
local function fit(run, from, times, cb)
  local all = compose(run, 1)
  local messages = from > 1 and compose(run, from) or all -- last, since it leaves the walk that counts
  if not run.given.fit then return cb(nil, messages, from, {}) end
  local entries, system = sizes(run, all)
  resolve.await(
    run,
    function(back)
      return run.given.fit({
        buf = run.buf,
        endpoint = run.given.endpoint,
        model = run.given.model,
        num_ctx = run.given.num_ctx,
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
      if wanted ~= from and times < MOST_PLANS then return fit(run, wanted, times + 1, cb) end
      cb(nil, messages, from, plan)
    end
  )
end

-- ---- the end ----------------------------------------------------------------------------------

--- Records of texts that the chat does not have now are kept too, for undo: so many.
local SPARE = 200

---@param run hum.ContextRun
local function commit(run)
  local ledger = ledgers.get(run.buf)
  local was_there = #ledger.turns > 0 or ledger.system ~= nil or next(ledger.fit) ~= nil
  local known, used, turns, spare = index(ledger), {}, {}, {}
  for i, one in pairs(run.recorded) do
    local id = one.key .. one.n
    used[id] = true
    local made = run.made[i]
    if made then known[id] = (#made.pieces > 0 or made.text) and made or nil end
  end
  for id, record in pairs(known) do
    table.insert(used[id] and turns or spare, record)
  end
  local function later(a, b)
    if a.at ~= b.at then return a.at > b.at end
    return a.key .. a.n < b.key .. b.n
  end
  table.sort(turns, later)
  table.sort(spare, later)
  ledger.turns = vim.list_extend(turns, vim.list_slice(spare, 1, SPARE))
  ledger.system = run.system and (run.system.kept or next(run.system.notes) or ledger.system) and run.system or nil
  ledger.fit = run.fit_state
  if was_there or #ledger.turns > 0 or ledger.system or next(ledger.fit) then ledgers.save(run.buf) end
end

--- Where a run finds and puts contents: in the chat's folder; in a dry run, in one of its own first.
---@param given hum.ContextGiven
---@return { path: (fun(name: string): string), put: (fun(text: string): string?, string?), provide: fun(name: string) }
local function stores(given)
  local buf, dir, paths = given.buf, given.folder, nil ---@type integer, string?, (fun(name: string): string)?
  local function path(name)
    paths = paths or ledgers.paths(buf)
    local own = dir and vim.fs.joinpath(dir, name)
    return own and vim.uv.fs_stat(own) and own or paths(name)
  end
  if not dir then
    return { path = path, put = function(text) return ledgers.put(buf, text) end, provide = function() end }
  end
  return {
    path = path,
    put = function(text) return ledgers.put_in(dir, text) end,
    provide = function(name) ledgers.link(buf, name, dir) end,
  }
end

---@param given hum.ContextGiven
---@return hum.ContextRun
local function begin(given)
  local store = stores(given)
  local ledger = ledgers.get(given.buf)
  ---@type hum.ContextRun
  return {
    given = given,
    buf = given.buf,
    ledger = ledger,
    folder = given.folder or '',
    path = store.path,
    put = store.put,
    provide = store.provide,
    is_closed = function(name) return ledgers.is_closed(store.path(name)) end,
    walk = walks.new(),
    over = false,
    fail = function() end,
    references = {},
    made = {},
    recorded = {},
    lost = {},
    fit_state = vim.deepcopy(ledger.fit),
  }
end

---@param given hum.ContextGiven
---@return boolean  a text of the user's may refer to something
local function may_refer(given)
  for _, turn in ipairs(given.turns) do
    if turn.role == 'user' and resolve.may_refer(turn.text) then return true end
  end
  return given.with ~= nil and #given.with() > 0
end

--- Reads what is known of what was sent.
---@param run hum.ContextRun
local function recall(run)
  if run.folder == '' then run.folder = ledgers.folder(run.buf) end
  run.lost = find_lost(run)
  run.recorded = recorded(run)
  run.walk = walks.new(run.lost)
end

--- Makes the messages of a request. Nothing is changed by it but contents that are kept: `commit` is to be called when
--- the request was started.
---@param given hum.ContextGiven
---@param cb fun(err: string?, result: hum.ContextResult?)  once, at once or later; not after a cancel
---@return fun() cancel
function M.prepare(given, cb)
  local run = begin(given)
  local function finish(err, result)
    if run.over then return end
    run.over = true
    cb(err, result)
  end
  run.fail = finish
  local function settle(err)
    if err then return finish(err) end
    fit(run, 1, 1, function(why, messages, from, plan)
      if why or not messages then return finish(why or 'the messages cannot be made') end
      local function done(refused)
        if refused then return finish(refused) end
        finish(nil, {
          messages = messages,
          run = run,
          from = from,
          plan = plan,
          commit = function() commit(run) end,
        })
      end
      if given.dry then return done() end
      resolve.await(run, function(back) return vision.check(given.endpoint, given.model, messages, back) end, done)
    end)
  end
  local needs = may_refer(given) or ledgers.has(given.buf)
  if needs then recall(run) end
  decide(run, function(err)
    if err or not needs then return settle(err) end
    go_on(run, 1, settle)
  end)
  return function()
    run.over = true
    if run.cancel then run.cancel() end
  end
end

--- What the model has seen beside the chat's text; of what is followed, whether it has changed since.
---@param given hum.ContextGiven  in a dry run
---@param texts integer[]  tokens of the turns' texts
---@param cb fun(items: hum.ContextItem[])  once, at once or later
---@return fun() cancel
function M.list(given, texts, cb)
  local run = begin(given)
  if not ledgers.has(given.buf) then
    cb({})
    return function() end
  end
  recall(run)
  local times, cut, tokens = {}, {}, {}
  for i in ipairs(given.turns) do
    local record = run.recorded[i] and run.recorded[i].record
    if record then
      times[i] = record.at
      walks.add(run.walk, record, i, run.path)
      for _, piece in ipairs(record.pieces) do
        if piece.cut then cut[#cut + 1] = { piece = piece, turn = i } end
      end
    end
  end
  local items = lists.of(run.walk, times, cut)
  for i = #given.turns, 1, -1 do
    tokens[i] = (tokens[i + 1] or 0) + (texts[i] or 0)
  end
  for _, item in ipairs(items) do
    item.after = tokens[item.turn] or 0
    for _, other in ipairs(items) do
      if other.turn >= item.turn and other ~= item then item.after = item.after + other.tokens end
    end
  end
  local function finish() cb(items) end
  run.fail = finish
  resolve.state(run, function(changed)
    for _, item in ipairs(items) do
      item.changed = changed[item.id]
    end
    finish()
  end)
  return function()
    run.over = true
    if run.cancel then run.cancel() end
  end
end

--- Takes a source out of what is sent from now on, or back into it.
---@param buf integer
---@param id string  of the list
---@param is_cut boolean
---@return boolean  false: there is no such source
function M.cut(buf, id, is_cut)
  local found = false
  for _, record in ipairs(ledgers.get(buf).turns) do
    for _, piece in ipairs(record.pieces) do
      if walks.place(piece.id) == walks.place(id) then
        found, piece.cut = true, is_cut or nil
      end
    end
  end
  if found then ledgers.save(buf) end
  return found
end

--- A chat gets what another one with the same turns has of its context: nothing of that is found out anew.
---@param from integer  buffer
---@param to integer
function M.share(from, to)
  local theirs, own = ledgers.get(from), ledgers.get(to)
  local known = index(own)
  for _, record in ipairs(theirs.turns) do
    if not known[record.key .. record.n] then table.insert(own.turns, vim.deepcopy(record)) end
  end
  own.system = own.system or vim.deepcopy(theirs.system)
  own.choices = vim.tbl_extend('keep', own.choices, theirs.choices)
  ledgers.copy(from, to)
  ledgers.save(to)
end

--- A chat's buffer is gone.
M.forget = ledgers.forget

return M
