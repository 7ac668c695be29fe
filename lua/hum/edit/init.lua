-- Edits in place: how they begin and end.
local decide = require('hum.edit.decide')
local fault = require('hum.fault')
local places = require('hum.edit.place')
local previews = require('hum.edit.preview')
local registry = require('hum.edit.registry')
local told = require('hum.edit.told')
local view = require('hum.edit.view')

local M = {
  accept = decide.accept,
  reject = decide.reject,
  at = registry.at,
  hunks = registry.hunks,
  list = registry.list,
}

local listeners = {} ---@type function[]

--- Calls a function with what each preview tells (preview.lua), first with 'new'.
---@param fn fun(preview: hum.edit.Preview, what: string, arg: any)
function M.on(fn) table.insert(listeners, fn) end

---@param preview hum.edit.Preview
---@param what string
---@param arg any
local function on_told(preview, what, arg)
  if what == 'fed' then
    told.hunks(preview, arg.finished)
    if preview.all and #arg.finished > 0 then decide.follow(preview) end
  elseif what == 'hunks' then
    told.hunks(preview, arg)
  elseif what == 'over' then
    if preview.all then decide.follow(preview) end
    told.over(preview, arg)
  end
  for _, fn in ipairs(listeners) do
    fault.guard('an edit', fn, preview, what, arg)
  end
end

---@param place hum.edit.Place
---@return string|nil why
local function overlap(place)
  for _, preview in ipairs(registry.list(place.buf)) do
    local first, last = preview:range()
    if preview:is_live() and place.first <= last and place.last >= first then
      return ('lines %d to %d are being edited already\naccept, reject or stop that edit first'):format(first, last)
    end
  end
end

--- Previews about which everything is decided give way to a new one.
---@param buf integer
local function clear(buf)
  for _, preview in ipairs(registry.list(buf)) do
    if not preview:is_live() then preview:drop() end
  end
end

---@param entry hum.edit.Entry
local function on_close(entry)
  local stop = entry.stop
  if stop then stop(true) end
  entry.preview.phase = entry.stop and 'stopped' or entry.preview.phase
  told.over(entry.preview, { reason = 'its preview is gone' })
  registry.remove(entry.preview)
end

---@param place hum.edit.Place
---@param opts table
---@return hum.edit.Entry
local function open(place, opts)
  clear(place.buf)
  local entry = { on_done = opts.on_done }
  entry.preview = previews.new({
    buf = place.buf,
    first = place.first,
    last = place.last,
    old = opts.old,
    label = opts.label or opts.instruction or 'edit',
    instruction = opts.instruction,
    set = opts.set,
    attempts = opts.attempts,
    attempt = opts.attempt,
    close = function() on_close(entry) end,
  })
  registry.add(entry)
  fault.guard('a preview', view.attach, entry.preview, { accept = M.accept, reject = M.reject, stop = M.stop })
  entry.preview:subscribe(on_told)
  on_told(entry.preview, 'new')
  return entry
end

---@class hum.edit.Handle
---@field id integer
---@field preview hum.edit.Preview
---@field stop fun()  ends it; what has finished stays

---@param opts table  as :help hum.edit() has them
---@return hum.edit.Handle|nil, string|nil err  its second line is what to do
function M.start(opts)
  local place, why = places.find(opts)
  why = why or place and overlap(place)
  if not place or why then return nil, why end
  local entry = open(place, opts)
  local preview = entry.preview
  local request, err = require('hum.edit.request').start(
    vim.tbl_extend('force', opts, {
      buf = place.buf,
      first = place.first,
      last = place.last,
      old = preview.old,
      head = place.head,
      foot = place.foot,
    }) --[[@as hum.edit.Ask]],
    function(name, data) preview:feed(name, data) end
  )
  if not request then
    entry.on_done = nil
    preview:drop()
    return nil, err
  end
  entry.stop = request.stop
  return { id = preview.id, preview = preview, stop = function() M.stop({ id = preview.id }) end }
end

---@class hum.edit.GivenOpts
---@field buf integer
---@field hunks hum.edit.Change[]
---@field first? integer  the range; default: the buffer
---@field last? integer
---@field old? string[]   what stood in the range before, if the hunks stand there already
---@field label string
---@field set? any
---@field attempts? any
---@field attempt? integer

--- Shows hunks that are known already.
---@param opts hum.edit.GivenOpts
---@return hum.edit.Preview|nil, string|nil err  its second line is what to do
function M.given(opts)
  local place, why = places.find({ buf = opts.buf, first = opts.first, last = opts.last })
  why = why or place and overlap(place)
  if not place or why then return nil, why end
  local preview = open(place, opts).preview
  preview:feed('hunks', { reached = #preview.old, open = { at = #preview.old, rows = {} }, finished = opts.hunks })
  preview:feed('done', {})
  return preview
end

--- Ends requests. What has finished stays.
---@param opts { buf?: integer, id?: integer, all?: boolean }
---@return boolean  there was one
function M.stop(opts)
  local any = false
  for _, entry in ipairs(registry.all()) do
    local preview, stop = entry.preview, entry.stop
    local wanted = opts.all or opts.id == preview.id or not opts.id and preview.buf == registry.number(opts.buf)
    if stop and wanted and not preview.over then
      any = true
      stop(false)
    end
  end
  return any
end

return M
