-- What the references of a message stand for, at the moment it is sent, and what of that has changed since:
--
--   parse, token   references in a text: pure
--   where          the project, the code window, and what relative paths mean
--   kinds          a kind's name → what finds its sources
--   refusal        files that are not sent unless "!" says so
--   measure        sources → pieces, by the helper
--   large          the question about what is too large
local consent = require('hum.reference.consent')
local fault = require('hum.fault')
local kinds = require('hum.reference.kinds')
local large = require('hum.reference.large')
local measure = require('hum.reference.measure')
local notify = require('hum.notify')
local parse = require('hum.reference.parse')
local refusal = require('hum.reference.refusal')

local M = {}

---@class hum.ReferenceOpts
---@field folder? string  where copies are kept; nil: everything is only measured
---@field since? fun(id: string): string|nil  the kept name of what the model has seen of a source
---@field want? table<string, 'outline'|'whole'>  by the source's id or the reference's text: what the user chose before
---@field on_choice? fun(id: string, choice: 'outline'|'whole')

---@class hum.ReferenceJob
---@field where hum.Where
---@field opts hum.ReferenceOpts
---@field entries hum.ReferenceEntry[][]  by reference
---@field cancels table<integer|string, fun()>
---@field over boolean
---@field cb fun(err?: string, pieces?: hum.Piece[])

--- The references of a text.
---@param lines string[]
---@return hum.Reference[]
function M.find(lines) return parse.of(lines, kinds.is_kind) end

---@param job hum.ReferenceJob
---@param err string|nil
---@param pieces hum.Piece[]|nil
local function finish(job, err, pieces)
  if job.over then return end
  job.over = true
  for _, cancel in pairs(job.cancels) do
    cancel()
  end
  vim.schedule(function() fault.guard('a reference', job.cb, err, pieces) end)
end

---@param job hum.ReferenceJob
---@return hum.ReferenceEntry[]
local function all(job)
  local list = {}
  for _, entries in ipairs(job.entries) do
    vim.list_extend(list, entries)
  end
  return list
end

-- ---- what a reference stands for --------------------------------------------------------------

---@param ref hum.Reference
---@return hum.Source
local function no_source(ref) return { id = ref.text, title = ref.text, tag = ref.kind, text = '', follows = false } end

---@param job hum.ReferenceJob
---@param ref hum.Reference
---@param source hum.Source
---@return hum.ReferenceEntry
local function entry_of(job, ref, source)
  local opts, id = job.opts, source.id
  local want = opts.want and (opts.want[id] or opts.want[ref.text]) or nil
  return {
    ref = ref,
    source = source,
    force = ref.force or source.own == true,
    inside = false,
    want = want,
    since = opts.since and opts.since(id) or nil,
  }
end

--- An entry that has no source.
---@param ref hum.Reference
---@param state string
---@param err? string
---@return hum.ReferenceEntry
local function failed(ref, state, err)
  local entry = { ref = ref, source = no_source(ref), force = false, inside = false }
  local why, cure = notify.parts(err or '')
  entry.piece = measure.none(entry, state, err and why, cure)
  return entry
end

---@param job hum.ReferenceJob
---@param ref hum.Reference
---@param cb fun(entries: hum.ReferenceEntry[])  once
---@return fun()|nil cancel
local function ask_kind(job, ref, cb)
  local kind = assert(kinds.get(ref.kind))
  local over = false
  local function done(err, sources, state)
    if over then return end
    over = true
    if err or not sources or #sources == 0 then
      state = state or (sources and 'empty') or 'missing'
      return cb({ failed(ref, state, err or ('%s: there is nothing'):format(ref.text)) })
    end
    cb(vim.tbl_map(function(source) return entry_of(job, ref, source) end, sources))
  end
  local ok, cancel = fault.guard(ref.text, kind.resolve, ref, job.where, done)
  if not ok then done(('%s failed inside hum\nSee :Hum log.'):format(ref.text)) end
  return ok and type(cancel) == 'function' and cancel or nil
end

---@param job hum.ReferenceJob
---@param ref hum.Reference
---@param cb fun(entries: hum.ReferenceEntry[])
---@return fun()|nil cancel
local function ask_consent(job, ref, cb)
  if job.where.dry then return cb({ failed(ref, 'asks') }) end
  local stop ---@type fun()|nil
  stop = consent.ask(assert(kinds.get(ref.kind)), ref, job.where, function(err)
    if err then return cb({ failed(ref, 'refused', err) }) end
    stop = ask_kind(job, ref, cb)
  end)
  return function()
    if stop then stop() end
  end
end

--- The first reference that cannot be sent, in words.
---@param job hum.ReferenceJob
---@return string|nil
local function first_fault(job)
  for _, entries in ipairs(job.entries) do
    local others = #entries
    for _, entry in ipairs(entries) do
      local piece = entry.piece
      local is_nothing = piece and piece.state == 'empty' and piece.why ~= nil
      local bad = piece and (piece.state == 'missing' or piece.state == 'refused' or is_nothing)
      if bad and (not entry.source.listed or others == 1) then return M.words(piece) end
    end
  end
end

--- Why a piece is not sent: what is wrong, and what to do.
---@param piece hum.Piece
---@return string
function M.words(piece)
  local source, ref = piece.source, piece.ref
  if not piece.cure and piece.state == 'refused' and ref then
    return refusal.words(ref, source.title, piece.why or '')
  end
  local is_own = source.title == (ref and ref.text)
  local what = is_own and (piece.why or '') or ('%s: %s'):format(source.title, piece.why or '')
  return piece.cure and what .. '\n' .. piece.cure or what
end

--- Finds what references stand for that ask nobody.
---@param job hum.ReferenceJob
---@param refs hum.Reference[]
---@param cb fun()
local function find_sources(job, refs, cb)
  local pending = 1
  local function answered()
    pending = pending - 1
    if pending == 0 then cb() end
  end
  for i, ref in ipairs(refs) do
    job.entries[i] = {}
    if not assert(kinds.get(ref.kind)).asks then
      pending = pending + 1
      job.cancels[i] = ask_kind(job, ref, function(entries)
        job.entries[i], job.cancels[i] = entries, nil
        answered()
      end)
    end
  end
  answered()
end

--- The same of those that ask: one by one, and after the others, so that nothing is asked for a message that cannot be
--- sent.
---@param job hum.ReferenceJob
---@param refs hum.Reference[]
---@param cb fun()
local function find_asking(job, refs, cb)
  local i = 0
  local function next_one()
    if job.over then return end
    local err = not job.where.dry and first_fault(job)
    if err then return finish(job, err) end
    repeat
      i = i + 1
    until not refs[i] or kinds.get(refs[i].kind).asks
    if not refs[i] then return cb() end
    job.cancels[i] = ask_consent(job, refs[i], function(entries)
      job.entries[i], job.cancels[i] = entries, nil
      next_one()
    end)
  end
  next_one()
end

-- ---- what is refused --------------------------------------------------------------------------

--- The file that a source is, or is the buffer of.
---@param source hum.Source
---@return string|nil
local function file_of(source)
  if source.path then return source.path end
  local buf = source.buf
  local name = buf and vim.bo[buf].buftype == '' and vim.api.nvim_buf_get_name(buf) or ''
  return name ~= '' and not name:find('^%a[%w+.-]+://') and vim.fs.normalize(name) or nil
end

--- A buffer is open before the user's eyes: that it is no file of the project refuses nothing.
---@param entry hum.ReferenceEntry
---@return boolean
local function is_open(entry) return vim.startswith(entry.source.id, 'buffer:') end

---@param job hum.ReferenceJob
---@param entries hum.ReferenceEntry[]
---@param cb fun()
local function refuse(job, entries, cb)
  local paths, asked = {}, {}
  for _, entry in ipairs(entries) do
    local path = not entry.piece and not entry.force and file_of(entry.source)
    if path then
      local why, allowed = refusal.of_name(path, job.where)
      if why == refusal.OUTSIDE and is_open(entry) then why = nil end
      entry.trusted, entry.inside = allowed, true
      if why then
        entry.piece = measure.none(entry, 'refused', why)
      elseif not allowed then
        paths[#paths + 1], asked[#asked + 1] = path, entry
      end
    end
  end
  job.cancels.git = refusal.ignored(paths, job.where.project, function(ignored)
    job.cancels.git = nil
    for i, entry in ipairs(asked) do
      if ignored[paths[i]] then entry.piece = measure.none(entry, 'refused', refusal.IGNORED) end
    end
    if not job.over then cb() end
  end)
end

--- Says what was left out of lists: never without a word.
---@param pieces hum.Piece[]
local function tell_left_out(pieces)
  local left, notes = {}, {}
  for _, piece in ipairs(pieces) do
    if piece.state == 'refused' or piece.state == 'missing' then
      left[#left + 1] = ('%s (%s)'):format(piece.source.title, piece.why or '')
    end
    if piece.note and not vim.tbl_contains(notes, piece.note) then notes[#notes + 1] = piece.note end
  end
  if #left > 0 then
    local some = table.concat(vim.list_slice(left, 1, 3), ', ')
    local more = #left > 3 and (' and %d more'):format(#left - 3) or ''
    notes[#notes + 1] = ('%d %s left out: %s%s'):format(#left, #left == 1 and 'file was' or 'files were', some, more)
  end
  for _, note in ipairs(notes) do
    notify.warn('hum: ' .. note)
  end
end

--- The same source in one message: the first time counts.
---@param pieces hum.Piece[]
local function mark_repeated(pieces)
  local seen = {} ---@type table<string, hum.Piece>
  for _, piece in ipairs(pieces) do
    local id = piece.source.id
    local first = seen[id]
    if first and first.kept == piece.kept and piece.state == first.state then
      piece.same, piece.diff = true, nil
    else
      seen[id] = piece
    end
  end
end

---@param job hum.ReferenceJob
local function conclude(job)
  local pieces = vim.tbl_map(function(entry) return entry.piece end, all(job))
  if not job.where.dry then tell_left_out(pieces) end
  mark_repeated(pieces)
  finish(job, nil, pieces)
end

--- Measures, and has the user asked about what is too large.
---@param job hum.ReferenceJob
local function read(job)
  job.cancels.helper = measure.start(all(job), job.where, job.opts.folder, function(err)
    job.cancels.helper = nil
    if job.over then return end
    err = err or (not job.where.dry and first_fault(job)) or nil
    if err then return finish(job, err) end
    if job.where.dry then return conclude(job) end
    job.cancels.question = large.ask(job.entries, job.where, job.opts, function(refused)
      job.cancels.question = nil
      if job.over then return end
      if refused then return finish(job, refused) end
      conclude(job)
    end)
  end)
end

-- ---- for others -------------------------------------------------------------------------------

---@param where hum.Where
---@param opts hum.ReferenceOpts
---@param cb fun(err?: string, pieces?: hum.Piece[])
---@return hum.ReferenceJob
---@return fun() cancel
local function begin(where, opts, cb)
  local job = { where = where, opts = opts, entries = {}, cancels = {}, over = false, cb = cb } ---@type hum.ReferenceJob
  return job,
    function()
      if job.over then return end
      job.over = true
      for _, cancel in pairs(job.cancels) do
        cancel()
      end
    end
end

--- What references stand for now. `err` says why the first that cannot be sent is not, its second line what to do; in a
--- dry run there is none, and each piece has its state.
---@param refs hum.Reference[]
---@param where hum.Where
---@param opts hum.ReferenceOpts
---@param cb fun(err?: string, pieces?: hum.Piece[])  scheduled, once, not after a cancel; in the order of the references
---@return fun() cancel
function M.resolve(refs, where, opts, cb)
  local job, cancel = begin(where, opts, cb)
  find_sources(job, refs, function()
    refuse(job, all(job), function()
      find_asking(job, refs, function() read(job) end)
    end)
  end)
  return cancel
end

--- What sources that are followed are now: pieces without references, in the order of the ids. One that is gone is
--- "missing". Nothing is refused, since it was sent before, and nothing asked.
---@param ids string[]
---@param where hum.Where
---@param opts hum.ReferenceOpts
---@param cb fun(err?: string, pieces?: hum.Piece[])  scheduled, once, not after a cancel
---@return fun() cancel
function M.check(ids, where, opts, cb)
  local job, cancel = begin(where, opts, cb)
  local entries = {} ---@type hum.ReferenceEntry[]
  for i, id in ipairs(ids) do
    local kind = kinds.get(id:match('^[%w_-]+') or '')
    local source = kind and kind.again and kind.again(id, where)
    local ref = { text = id, force = true } --[[@as hum.Reference]]
    local entry = entry_of(job, ref, source or { id = id } --[[@as hum.Source]])
    entry.ref = nil
    if not source then entry.piece = measure.none(entry, 'missing', 'it is not there any more') end
    entries[i] = entry
  end
  job.entries[1] = entries
  job.cancels.helper = measure.start(entries, where, opts.folder, function(err)
    if err then return finish(job, err) end
    finish(job, nil, vim.tbl_map(function(entry) return entry.piece end, entries))
  end)
  return cancel
end

return M
