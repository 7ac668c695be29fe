-- What the references of a message stand for, at the moment it is sent, and what of that has changed since:
--
--   parse, token   references in a text: pure
--   where          the project, the code window, and what relative paths mean
--   kinds          a kind's name → what finds its sources
--   sources        the kinds, asked for what references stand for
--   refusal        files that are not sent unless "!" says so
--   measure        sources → pieces, by the helper
--   large          the question about what is too large
--   words          why something is not sent
local fault = require('hum.fault')
local ignored = require('hum.ignored')
local kinds = require('hum.reference.kinds')
local large = require('hum.reference.large')
local measure = require('hum.reference.measure')
local parse = require('hum.reference.parse')
local refusal = require('hum.reference.refusal')
local slices = require('hum.slices')
local sources = require('hum.reference.sources')
local words = require('hum.reference.words')

local M = {}

--- Of a file that is named beside its buffer.
local UNSAVED = 'its text in Neovim is sent, which is not saved'

---@class hum.ReferenceOpts
---@field folder? string  where copies are kept; nil: everything is only measured
---@field since? fun(id: string): string|nil  the kept name of what the model has seen of a source
---@field want? table<string, 'outline'|'whole'>  by the source's id or the reference's text: what the user chose before
---@field on_choice? fun(id: string, choice: 'outline'|'whole')
---@field forced? fun(id: string): boolean  "!" has sent a source that is followed

---@class hum.ReferenceJob
---@field where hum.Where
---@field opts hum.ReferenceOpts
---@field entries hum.ReferenceEntry[][]  by reference
---@field cancels table<integer|string, fun()>
---@field over boolean
---@field cb fun(err?: string, pieces?: hum.Piece[])

--- Why a piece is not sent: two lines, what is wrong and what to do.
M.words = words.of

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

--- A file and its buffer in one message are one text: that of the buffer, saved or not.
---@param job hum.ReferenceJob
local function join_buffers(job)
  local unsaved = {} ---@type table<string, hum.Source>
  for _, entry in ipairs(all(job)) do
    local path = entry.source.buf and entry.source.id:match('^buffer:(/.*)$')
    if path then unsaved['file:' .. path] = entry.source end
  end
  if next(unsaved) == nil then return end
  for _, entries in ipairs(job.entries) do
    for i, entry in ipairs(entries) do
      local source = unsaved[entry.source.id]
      if source then
        source = vim.tbl_extend('force', source, { listed = entry.source.listed, note = UNSAVED, unsaved = true })
        entries[i] = sources.entry(job, entry.ref --[[@as hum.Reference]], source)
      end
    end
  end
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
local function is_open(entry) return entry.source.buf ~= nil or vim.startswith(entry.source.id, 'buffer:') end

--- Why an entry is refused by its name.
---@param entry hum.ReferenceEntry
---@param where hum.Where
---@return string|nil path  nil: git need not be asked about it
local function refuse_by_name(entry, where)
  if entry.piece or entry.force then return nil end
  local folder, path = entry.source.folder, file_of(entry.source)
  if folder and refusal.is_outside(folder, where) then entry.piece = measure.refused(entry, refusal.OUTSIDE) end
  if not path then return nil end
  local why, allowed = refusal.of_name(path, where)
  if why == refusal.OUTSIDE and is_open(entry) then why = nil end
  entry.trusted, entry.inside = allowed, true
  if why then entry.piece = measure.refused(entry, why) end
  return not why and not allowed and path or nil
end

---@param job hum.ReferenceJob
---@param entries hum.ReferenceEntry[]
---@param cb fun()
local function refuse(job, entries, cb)
  local paths, asked = {}, {}
  local function ask_git()
    job.cancels.git = refusal.ignored(paths, job.where.project, function(found)
      job.cancels.git = nil
      for i, entry in ipairs(asked) do
        if found[paths[i]] then entry.piece = measure.refused(entry, refusal.IGNORED) end
      end
      if not job.over then cb() end
    end)
  end
  job.cancels.names = slices.each(entries, function(entry)
    local path = refuse_by_name(entry, job.where)
    for _, at in ipairs(path and ignored.places(path) or {}) do
      paths[#paths + 1], asked[#asked + 1] = at, entry
    end
  end, ask_git)
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
  if not job.where.dry then words.tell_left_out(pieces) end
  mark_repeated(pieces)
  finish(job, nil, pieces)
end

--- Measures, and has the user asked about what is too large.
---@param job hum.ReferenceJob
local function read(job)
  job.cancels.helper = measure.start(all(job), job.where, job.opts.folder, function(err)
    job.cancels.helper = nil
    if job.over then return end
    err = err or (not job.where.dry and words.first(job.entries)) or nil
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
  ---@type hum.ReferenceJob
  local job = { where = where, opts = opts, entries = {}, cancels = {}, over = false, cb = cb }
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
---@param cb fun(err?: string, pieces?: hum.Piece[])  scheduled, once, not after a cancel; in the order of the text
---@return fun() cancel
function M.resolve(refs, where, opts, cb)
  local job, cancel = begin(where, opts, cb)
  sources.find(job, refs, function()
    join_buffers(job)
    refuse(job, all(job), function()
      sources.find_asking(job, refs, function(err)
        if err then return finish(job, err) end
        read(job)
      end)
    end)
  end)
  return cancel
end

--- A source that is followed. It goes on by itself, which nobody looks at: unless "!" has sent it, what it has become
--- since may hold it back.
---@param job hum.ReferenceJob
---@param id string
---@return hum.ReferenceEntry
local function followed(job, id)
  local where, forced = job.where, job.opts.forced
  local source = kinds.again(id, where)
  local ref = { text = id, kind = '', force = forced ~= nil and forced(id), row = 0, col = 0, end_col = 0 }
  local entry = sources.entry(job, ref, source or { id = id } --[[@as hum.Source]])
  entry.ref, entry.inside, entry.watch = nil, true, not ref.force
  if not source then
    entry.piece = measure.none(entry, 'missing', 'it is not there any more')
    return entry
  end
  local path = entry.watch and file_of(source)
  local why = path and refusal.of_link(path, where)
  if why and not (why == refusal.OUTSIDE and is_open(entry)) then entry.piece = measure.held_back(entry, why) end
  return entry
end

--- What sources that are followed are now: pieces without references, in the order of the ids. One that is gone is
--- "missing". One that would be refused by now, or has become large, is as the model has seen it, and that is told.
--- Nothing is asked.
---@param ids string[]
---@param where hum.Where
---@param opts hum.ReferenceOpts
---@param cb fun(err?: string, pieces?: hum.Piece[])  scheduled, once, not after a cancel
---@return fun() cancel
function M.check(ids, where, opts, cb)
  local job, cancel = begin(where, opts, cb)
  local entries = vim.tbl_map(function(id) return followed(job, id) end, ids) ---@type hum.ReferenceEntry[]
  job.entries[1] = entries
  job.cancels.helper = measure.start(entries, where, opts.folder, function(err)
    if err then return finish(job, err) end
    local pieces = vim.tbl_map(function(entry) return entry.piece end, entries)
    local held = vim.tbl_filter(
      function(piece) return piece.state == 'refused' or (piece.same and piece.note ~= nil) end,
      pieces
    )
    if not where.dry then words.tell_left_out(held) end
    finish(job, nil, pieces)
  end)
  return cancel
end

return M
