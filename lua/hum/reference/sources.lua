-- What references stand for: the kinds are asked for their sources, first those that ask nobody, then the others, one
-- by one, so that nothing is asked for a message that cannot be sent.
local consent = require('hum.reference.consent')
local fault = require('hum.fault')
local kinds = require('hum.reference.kinds')
local measure = require('hum.reference.measure')
local notify = require('hum.notify')
local words = require('hum.reference.words')

local M = {}

---@param ref hum.Reference
---@return hum.Source
local function no_source(ref) return { id = ref.text, title = ref.text, tag = ref.kind, text = '', follows = false } end

---@param job hum.ReferenceJob
---@param ref hum.Reference
---@param source hum.Source
---@return hum.ReferenceEntry
function M.entry(job, ref, source)
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
  -- What a kind refuses "!" forces; what it says itself to do goes before that.
  entry.piece.forceable = state == 'refused' or nil
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
    cb(vim.tbl_map(function(source) return M.entry(job, ref, source) end, sources))
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

--- Finds what references stand for that ask nobody.
---@param job hum.ReferenceJob
---@param refs hum.Reference[]
---@param cb fun()
function M.find(job, refs, cb)
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
---@param cb fun(err?: string)
function M.find_asking(job, refs, cb)
  local i = 0
  local function next_one()
    if job.over then return end
    local err = not job.where.dry and words.first(job.entries)
    if err then return cb(err) end
    repeat
      i = i + 1
    until not refs[i] or kinds.get(refs[i].kind).asks
    if not refs[i] then return cb(nil) end
    job.cancels[i] = ask_consent(job, refs[i], function(entries)
      job.entries[i], job.cancels[i] = entries, nil
      next_one()
    end)
  end
  next_one()
end

return M
