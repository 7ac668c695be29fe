-- What the references of a message stand for now: read, and held against what the model has seen.
local log = require('hum.log')
local pieces = require('hum.chat.context.piece')
local slices = require('hum.slices')
local walks = require('hum.chat.context.walk')

local M = {}

---@class hum.ContextRun  one going through the turns of a chat
---@field given hum.ContextGiven
---@field buf integer
---@field ledger hum.Ledger
---@field folder string     where contents are kept
---@field path fun(name: string): string
---@field walk hum.Walk
---@field is_closed fun(name: string): boolean  something that is kept ends with a line break
---@field provide fun(name: string)  sees to it that something kept is in `folder`
---@field put fun(text: string): string?, string?  keeps a text of hum's own
---@field cancel? fun()     ends what runs
---@field over boolean
---@field fail fun(err: string)
---@field made table<integer, hum.ContextTurn>  records that are new, by the turn's index
---@field recorded table<integer, hum.Recorded>
---@field lost table<string, true>  names under which nothing is kept any more
---@field fit_state table
---@field system? hum.ContextSystem
---@field references hum.PreviewReference[]  of the last message, in a dry run

--- Whether a text may begin with the name of a prompt.
---@param text string
---@return boolean
function M.may_expand(text) return text:find('^\\?/%w') ~= nil end

--- What text can have no reference, no image and no name of a prompt in it.
---@param text string
---@return boolean
function M.may_refer(text)
  -- A plain search is a hundred times as fast as one for a pattern.
  if text:find('#', 1, true) and text:find('#%a') then return true end
  return text:find('![', 1, true) ~= nil or M.may_expand(text)
end

---@param text string
---@return hum.Reference[]
function M.references(text)
  if not text:find('#%a') and not text:find('![', 1, true) then return {} end
  return require('hum.reference').find(vim.split(text, '\n', { plain = true }))
end

---@param run hum.ContextRun
---@return table
local function options(run)
  local walk = run.walk
  return {
    folder = run.folder,
    since = function(id)
      local seen = walk.seen[walks.place(id)]
      local kept = seen and seen.form ~= 'outline' and seen.form ~= 'image' and seen.kept or nil
      if not kept or walk.lost[kept] then return nil end
      run.provide(kept)
      return kept
    end,
    forced = function(id)
      local place = walks.place(id)
      local seen = walk.seen[place]
      if seen and seen.forced then return true end
      for _, piece in ipairs(walk.missed) do
        if piece.forced and walks.place(piece.id) == place then return true end
      end
      return false
    end,
    want = run.ledger.choices,
    on_choice = function(id, choice) run.ledger.choices[id] = choice end,
  }
end

--- Calls a function of a run. A fault in it ends the run, or what is being sent would be waited for without end.
---@param run hum.ContextRun
---@param fn function
---@return any  what it returns
local function guarded(run, fn, ...)
  local ok, result = xpcall(fn, debug.traceback, ...)
  if ok then return result end
  log.write('error', ('the context of a chat: %s'):format(result))
  run.fail('what the message refers to cannot be found out\nSee :Hum log.')
end

--- Starts something that calls back once, at once or later; what ends it is kept in the run.
---@param run hum.ContextRun
---@param fn fun(cb: fun(...)): fun()?
---@param cb fun(...)
function M.await(run, fn, cb)
  local is_back = false
  local function back(...)
    if is_back or run.over then return end
    is_back, run.cancel = true, nil
    guarded(run, cb, ...)
  end
  local cancel = guarded(run, fn, back)
  if not is_back and not run.over then run.cancel = cancel end
end

--- What a reference is in a preview.
---@param piece hum.Piece
---@return hum.PreviewReference
local function preview_of(piece)
  local ref, source = piece.ref, piece.source
  return {
    text = ref and ref.text or '',
    kind = ref and ref.kind or '',
    path = source and (source.path or source.id:match('^%a+:(/.*)$')) or nil,
    title = source and source.title or (ref and ref.arg) or nil,
    tokens = piece.tokens or 0,
    bytes = piece.bytes or 0,
    state = piece.state,
    why = piece.why,
  }
end

---@param piece hum.Piece
---@return boolean  there is something to be sent
local function is_sent(piece) return piece.source ~= nil and (piece.state == 'ok' or piece.state == 'empty') end

--- Makes pieces of a context out of what references stand for, in slices; the walk goes over each.
---@param run hum.ContextRun
---@param list hum.Piece[]
---@param turn integer
---@param record hum.ContextTurn
---@param cb fun()
local function take(run, list, turn, record, cb)
  local function take_one(piece)
    if not is_sent(piece) then return end
    local own = pieces.of(run.walk, piece, run.is_closed)
    table.insert(record.pieces, own)
    walks.piece(run.walk, own, turn, run.path)
  end
  M.await(run, function(back)
    return slices.each(list, function(piece)
      if not run.over then guarded(run, take_one, piece) end
    end, back)
  end, cb)
end

--- Resolves the references of a text, in order.
---@param run hum.ContextRun
---@param text string
---@param turn integer
---@param record hum.ContextTurn
---@param cb fun(err: string?)
function M.references_of(run, text, turn, record, cb)
  local refs = M.references(text)
  if #refs == 0 then return cb() end
  M.await(
    run,
    function(back) return require('hum.reference').resolve(refs, run.given.where(), options(run), back) end,
    function(err, list)
      if err then return cb(err) end
      if run.given.dry then vim.list_extend(run.references, vim.tbl_map(preview_of, list)) end
      take(run, list or {}, turn, record, cb)
    end
  )
end

---@class hum.FollowedSource
---@field id string
---@field turn integer
---@field seen? hum.SeenSource
---@field missed? hum.ContextPiece  nothing is kept of it any more: the model does not see it

--- The sources that are followed, in the order in which they came. What has gone may come back.
---@param walk hum.Walk
---@return hum.FollowedSource[]
local function followed(walk)
  local list, there = {}, {}
  for place, seen in pairs(walk.seen) do
    there[place] = true
    if seen.follows and (seen.kept or seen.form == 'gone') and seen.form ~= 'image' then
      list[#list + 1] = { id = seen.id, turn = seen.turn, seen = seen }
    end
  end
  for i, piece in ipairs(walk.missed) do
    local place = walks.place(piece.id)
    if piece.follows and not there[place] then
      there[place] = true
      list[#list + 1] = { id = piece.id, turn = i, missed = piece }
    end
  end
  table.sort(list, function(a, b)
    if a.turn ~= b.turn then return a.turn < b.turn end
    return a.id < b.id
  end)
  return list
end

--- Whether what a followed source says now is not to be sent.
---@param piece hum.Piece
---@return boolean
local function is_held(piece) return piece.state == 'refused' or (piece.same == true and piece.note ~= nil) end

--- What is to be told of a source that was looked at again.
---@param run hum.ContextRun
---@param source hum.FollowedSource
---@param piece hum.Piece
---@return hum.ContextPiece|nil  nil: nothing has changed
local function changed(run, source, piece)
  local seen, missed = source.seen, source.missed
  if piece.state == 'missing' then return seen and seen.kept and pieces.line(seen, 'gone') or nil end
  if seen and is_held(piece) then return not seen.held and pieces.line(seen, 'held') or nil end
  if not is_sent(piece) then return nil end
  local own = pieces.of(run.walk, piece, run.is_closed)
  if missed then
    if own.kept ~= missed.kept then return own end
    run.lost[own.kept] = nil -- it was kept again just now
    return nil
  end
  -- What is left out by now and has not changed is not sent again unasked.
  local is_same = own.form == 'same' or seen and own.kept == seen.kept
  if is_same then return seen and seen.held and pieces.line(seen, 'back') or nil end
  return own
end

--- Looks for what has changed of all that the model has seen and that is followed.
---@param run hum.ContextRun
---@param turn integer
---@param record hum.ContextTurn
---@param cb fun(err: string?)
function M.changes(run, turn, record, cb)
  local list = followed(run.walk)
  if #list == 0 then return cb() end
  local ids = vim.tbl_map(function(source) return source.id end, list)
  M.await(
    run,
    function(back) return require('hum.reference').check(ids, run.given.where(), options(run), back) end,
    function(err, found)
      if err then return cb(err) end
      for i, source in ipairs(list) do
        local own = found[i] and changed(run, source, found[i])
        if own then
          table.insert(record.pieces, own)
          walks.piece(run.walk, own, turn, run.path)
        end
      end
      cb()
    end
  )
end

--- Whether the sources that are followed have changed since the model has seen them.
---@param run hum.ContextRun
---@param cb fun(changed: table<string, boolean|'gone'>)  by place
function M.state(run, cb)
  local list = followed(run.walk)
  if #list == 0 then return cb({}) end
  local ids = vim.tbl_map(function(source) return source.id end, list)
  M.await(
    run,
    function(back) return require('hum.reference').check(ids, run.given.where(), options(run), back) end,
    function(_, found)
      local states = {}
      for i, source in ipairs(list) do
        local piece = found and found[i]
        if piece and source.seen then
          local is_gone = piece.state == 'missing'
          states[walks.place(source.id)] = is_gone and 'gone' or piece.kept ~= nil and piece.kept ~= source.seen.kept
        end
      end
      cb(states)
    end
  )
end

--- What the text of a turn stands for, if it begins with the name of a prompt.
---@param run hum.ContextRun
---@param text string
---@param record hum.ContextTurn
---@param cb fun(err: string?, text: string?)
function M.expanded(run, text, record, cb)
  local expand = run.given.expand
  if not expand or not M.may_expand(text) then return cb(nil, text) end
  M.await(run, function(back) return expand(text, run.given.where(), back) end, function(err, other)
    if err or not other or other == text then return cb(err, text) end
    local name, why = run.put(other)
    record.text = name
    cb(why, other)
  end)
end

return M
