-- One run of hum.generate(): what comes back is handed on to the plugin, until the end, which comes once.
local client = require('hum.server.client')
local fault = require('hum.fault')
local interrupt = require('hum.interrupt')
local log = require('hum.log')
local notify = require('hum.notify')
local places = require('hum.place')
local status = require('hum.status')

local M = {}

--- Calls a function of another plugin. A CTRL-C that waits already is not to hit it.
---@param name string
---@param fn fun(...)
---@return string|nil why  it failed
---@return boolean|nil interrupted  by a CTRL-C, which is no fault
local function call(name, fn, ...)
  interrupt.guard(vim.fn.changenr)
  local ok, trace = xpcall(fn, debug.traceback, ...)
  if ok then return end
  if interrupt.is_interrupt(trace) then
    interrupt.give_back()
    return nil, true
  end
  local why = ('%s failed: %s'):format(name, tostring(trace):match('^[^\n]*'))
  log.write('error', ('generate: %s\n%s'):format(why, trace))
  notify.error('hum: ' .. why .. '\nsee :Hum log')
  return why
end

---@class hum.GenerationRun
---@field opts hum.GenerateOpts
---@field messages table[]  as they are sent
---@field part 'thinking'|'text'
---@field thought? string[]  of a plugin that cannot be told that it was text
---@field id? integer     of the request, once it was sent
---@field place? integer  key, once it was opened
---@field endpoint string
---@field since integer   ms, as vim.uv.now()
---@field cancel? fun()    of what is done before it is sent
---@field why? string     it was stopped for
---@field failed? string  a function of the plugin did
---@field over? boolean

local preparing = {} ---@type table<hum.GenerationRun, true>  whose key or model is being found out

--- A run, of which nothing is sent yet.
---@param opts hum.GenerateOpts
---@param messages table[]
---@param endpoint string
---@return hum.GenerationRun
function M.new(opts, messages, endpoint)
  local run = { opts = opts, messages = messages, part = 'text', endpoint = endpoint, since = vim.uv.now() }
  preparing[run] = true
  return run
end

--- What a request needs is found out, or it cannot be.
---@param run hum.GenerationRun
function M.prepared(run) preparing[run] = nil end

--- What is found out before a request is sent, for |:Hum-jobs|.
---@return { endpoint: string, model?: string, since: integer }[]
function M.preparations()
  return vim.tbl_map(
    function(run) return { endpoint = run.endpoint, model = run.opts.model, since = run.since } end,
    vim.tbl_keys(preparing)
  )
end

--- The end, once.
---@param run hum.GenerationRun
---@param result hum.GenerateResult
local function finish(run, result)
  if run.over then return end
  run.over = true
  preparing[run] = nil
  if run.place then fault.guard('closing a place', places.close, run.place) end
  if run.id then status.finished(run.id) end
  if run.opts.on_done then call('on_done', run.opts.on_done, result) end
end

--- The same, for what is found out before hum.generate returns: the plugin has its handle first.
---@param run hum.GenerationRun
---@param result hum.GenerateResult
function M.finish_soon(run, result)
  vim.schedule(function() finish(run, result) end)
end

--- Ends a run, sent or not.
---@param run hum.GenerationRun
---@param why string
---@param discard boolean  text that has not come yet is not wanted
function M.stop(run, why, discard)
  run.why = run.why or why
  if run.id then return client.stop(run.id, discard) end
  if run.cancel then run.cancel() end
  M.finish_soon(run, { status = 'cancelled', reason = run.why })
end

--- Calls a function of the plugin while the request runs.
---@param run hum.GenerationRun
---@param name 'on_text'|'on_thinking'|'on_rethink'|'on_wait'|'on_learned'
local function tell(run, name, ...)
  local fn = run.opts[name]
  if not fn or run.why then return end
  local failed, interrupted = call(name, fn, ...)
  run.failed = failed
  -- It would fail again with every piece: nobody is to pay for those.
  if failed then M.stop(run, failed, true) end
  if interrupted then M.stop(run, 'CTRL-C interrupted ' .. name, true) end
end

---@param run hum.GenerationRun
---@param part 'thinking'|'text'
local function on_part(run, part)
  run.part, run.thought = part, nil
  if run.id then status.on_part(run.id, part) end
end

---@param run hum.GenerationRun
---@param text string
local function on_text(run, text)
  if run.part == 'thinking' and not run.opts.on_rethink then
    run.thought = run.thought or {}
    table.insert(run.thought, text)
  end
  tell(run, run.part == 'thinking' and 'on_thinking' or 'on_text', text)
end

---@param run hum.GenerationRun
---@param part 'thinking'|'text'  of all that has come
local function on_rethought(run, part)
  local thought = run.thought
  on_part(run, part)
  tell(run, 'on_rethink', part)
  if part == 'text' and thought then tell(run, 'on_text', table.concat(thought)) end
end

---@param run hum.GenerationRun
---@param name string
---@param data table
local function on_end(run, name, data)
  if run.failed then
    finish(run, { status = 'error', error = { code = 'callback', message = run.failed }, stats = data.stats })
  elseif name == 'done' then
    local is_good = data.ending == 'good'
    finish(run, {
      status = 'done',
      reason = data.reason,
      ending = data.ending,
      message = not is_good and data.message or nil,
      stats = data.stats,
    })
  elseif name == 'cancelled' then
    finish(run, { status = 'cancelled', reason = run.why or 'it was stopped', stats = data.stats })
  else
    local stats, http = data.stats, data.status
    data.stats, data.status = nil, http ~= 0 and http or nil
    finish(run, { status = 'error', error = data, stats = stats })
  end
end

local ENDINGS = { done = true, error = true, cancelled = true }

--- The helper tells something of a request.
---@param run hum.GenerationRun
---@param name string
---@param data table
function M.on_event(run, name, data)
  if name == 'part' then
    on_part(run, data.part)
  elseif name == 'rethought' then
    on_rethought(run, data.part)
  elseif name == 'text' then
    on_text(run, data.text)
  elseif name == 'waiting' then
    tell(run, 'on_wait', data.seconds, data.message)
  elseif name == 'learned' then
    tell(run, 'on_learned', data.message)
  elseif ENDINGS[name] then
    on_end(run, name, data)
  end
end

return M
