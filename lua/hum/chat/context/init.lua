-- What a chat's request says: its turns, with what the references in them stood for when they were sent, and with what
-- has changed since.
--
-- The rule: what was sent stays as it was sent, to the byte, in all requests that follow. Only the last message is made
-- anew; and what a turn says that was edited. The ledger knows what went with each turn.
local layout = require('hum.chat.context.layout')
local ledgers = require('hum.chat.context.ledger')
local lists = require('hum.chat.context.list')
local notify = require('hum.notify')
local records = require('hum.chat.context.records')
local resolve = require('hum.chat.context.resolve')
local systems = require('hum.chat.context.system')
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
---@field decide? fun(buf: integer, given: table, cb: fun(text: string?, notes: table?, replaces: boolean?)): fun()?
---@field fit? fun(given: table, cb: fun(err: string?, plan: table?)): fun()?

---@class hum.ContextResult
---@field messages hum.ContextMessage[]
---@field run hum.ContextRun
---@field from integer   index of the first turn that is sent
---@field plan table     of hum.chat.fit
---@field commit fun()   the request was started

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

-- ---- the end ----------------------------------------------------------------------------------

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
  run.lost = records.lost(run)
  run.recorded = records.of(run)
  run.walk = walks.new(run.lost)
end

--- Says what is not kept any more of what was sent.
---@param run hum.ContextRun
local function tell_missed(run)
  local again, left = {}, {} ---@type string[], string[]
  for _, piece in ipairs(run.given.dry and {} or run.walk.missed) do
    local list = walks.visible(run.walk, piece.id) and again or left
    if not vim.list_contains(list, piece.title) then list[#list + 1] = piece.title end
  end
  if again[1] then
    notify.warn(
      ('hum: the saved copy of %s is gone: the current text is sent instead'):format(table.concat(again, ', '))
    )
  end
  if left[1] then
    notify.warn(
      ('hum: the saved copy of %s is gone: it is no longer sent to the model'):format(table.concat(left, ', '))
    )
  end
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
    layout.fit(run, 1, 1, function(why, messages, from, plan)
      if why or not messages then return finish(why or 'the messages cannot be made') end
      local function done(refused)
        if refused then return finish(refused) end
        tell_missed(run)
        finish(nil, {
          messages = messages,
          run = run,
          from = from,
          plan = plan,
          commit = function() records.commit(run) end,
        })
      end
      if given.dry then return done() end
      resolve.await(run, function(back) return vision.check(given.endpoint, given.model, messages, back) end, done)
    end)
  end
  -- Last of all, as rules are asked about: nothing is asked for a message that cannot be sent.
  local function decide(err)
    if err then return finish(err) end
    systems.decide(run, settle)
  end
  if may_refer(given) or ledgers.has(given.buf) then
    recall(run)
    go_on(run, 1, decide)
  else
    decide()
  end
  return function()
    run.over = true
    if run.cancel then run.cancel() end
  end
end

--- What the model has seen beside the chat's text; of what is followed, whether it has changed since.
---@param given hum.ContextGiven that of a dry run
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
  local function finish()
    if run.over then return end
    run.over = true
    cb(items)
  end
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
  local known = records.index(own)
  for _, record in ipairs(theirs.turns) do
    if not known[record.key .. record.n] then table.insert(own.turns, vim.deepcopy(record)) end
  end
  own.system = own.system or (theirs.system and vim.deepcopy(theirs.system))
  own.choices = vim.tbl_extend('keep', own.choices, theirs.choices)
  ledgers.copy(from, to)
  ledgers.save(to)
end

--- A chat's buffer is gone.
M.forget = ledgers.forget

return M
