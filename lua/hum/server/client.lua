-- Requests to the helper and the events that come back. Each id that `chat` or `query`
-- returns gets its events and then exactly one ending, also when the helper dies.
local helper = require('hum.server.helper')
local log = require('hum.log')
local notify = require('hum.notify')
local secret = require('hum.server.secret')

local M = {}

---@class hum.Failure
---@field code string     connect, timeout, http, server, cut, toobig, bad, spec, gone, helper
---@field message string  what happened, and at which endpoint
---@field hint string     what to do
---@field status? integer HTTP

---@class hum.Stats  figures that are not known are absent
---@field tokens integer
---@field tokens_per_second? number
---@field prompt_tokens? integer
---@field cached_tokens? integer  those of the prompt that the server's cache spared it
---@field prompt_ms? number
---@field load_ms? number
---@field ttft_ms? number   from the request to the first token
---@field total_ms number
---@field server boolean    the rate is the server's own figure
---@field pieces integer    tokens as they arrived
---@field edits integer     changes of the buffer
---@field merged integer    those that carried several pieces
---@field max_unacked integer
---@field redelivered integer
---@field bytes integer

---@alias hum.OnEvent fun(name: 'part'|'done'|'error'|'cancelled', data: table)

local ENDINGS = { done = true, error = true, cancelled = true, result = true }

---@type table<integer, fun(name: string, data: table)>
local live = {}
local last_id = 0

--- Of events that belong to no request.
---@type table<string, fun(id: integer, data: table)>
local listeners = {}

--- Sets who takes the events of this name, which belong to no request: see |hum-protocol|.
---@param name 'suggest'|'backend_error'
---@param fn fun(id: integer, data: table)
function M.on(name, fn) listeners[name] = fn end

--- msgpack-c refuses what is nested more than 32 deep; the call itself takes some.
local DEPTH = 24

---@param value any
---@param left integer
---@return boolean
local function is_flat(value, left)
  if type(value) ~= 'table' then
    return true
  elseif left == 0 then
    return false
  end
  for _, item in pairs(value) do
    if not is_flat(item, left - 1) then return false end
  end
  return true
end

---@param method string
---@param spec table
---@param on_event fun(name: string, data: table)
---@return integer? id
---@return string? why
local function begin(method, spec, on_event)
  if not is_flat(spec, DEPTH) then return nil, 'the options of the request are nested too deeply' end
  local ok, err
  -- The channel of a helper that died closes before its exit is told: then start another.
  for _ = 1, 2 do
    local channel, why = helper.start()
    if not channel then return nil, why end
    ok, err = pcall(vim.rpcnotify, channel, method, last_id + 1, spec)
    if ok then
      last_id = last_id + 1
      live[last_id] = on_event
      return last_id
    end
    helper.missed(channel)
  end
  return nil, ('the helper cannot be reached: %s'):format(err)
end

---@param method string
local function tell(method, ...)
  local channel = helper.state().channel
  if channel then
    pcall(vim.rpcnotify, channel, method, ...) -- a dead channel has ended the id already
  end
end

--- Starts a generation into a buffer; the spec is described in |hum-protocol|.
---@param spec table
---@param on_event hum.OnEvent
---@return integer? id
---@return string? why  nothing was started
function M.chat(spec, on_event) return begin('chat', spec, on_event) end

--- Stops a generation: the server is told at once, "cancelled" follows.
---@param id integer
function M.stop(id) tell('stop', id) end

--- Whether edits of this generation must join the open undo block.
---@param id integer
---@param join boolean
function M.join(id, join) tell('join', id, join) end

---@class hum.Query
---@field endpoint table  as |hum-protocol| says
---@field method 'GET'|'POST'
---@field path string
---@field body? table
---@field timeout? number  seconds

--- One question to an endpoint and its whole answer.
---@param query hum.Query
---@param cb fun(err: hum.Failure?, result: { status: integer, body: string }?)
---@return integer? id
---@return string? why
function M.query(query, cb)
  local spec = vim.tbl_extend('force', query, { body = query.body and vim.json.encode(query.body) })
  return begin('query', spec, function(name, data)
    if name == 'result' then
      cb(nil, data)
    else
      cb(data, nil)
    end
  end)
end

---@return boolean  a request is under way
function M.is_busy() return next(live) ~= nil end

--- An event of the helper. Errors of handlers end here: the helper cannot act on them.
---@param name string
---@param id integer
---@param data table
function M.on_event(name, id, data)
  if name == 'ready' then
    return helper.on_ready(data)
  elseif listeners[name] then
    return listeners[name](id, data)
  end
  local on_event = live[id]
  if ENDINGS[name] then live[id] = nil end
  if data.status == 401 then secret.forget() end
  if on_event then
    local ok, err = xpcall(on_event, debug.traceback, name, data)
    if not ok then notify.error(('hum: internal error in event "%s": %s'):format(name, err)) end
  end
end

-- The helper is gone: every request ends with this failure.
helper.on_lost(function(failure)
  local ids = vim.tbl_keys(live)
  table.sort(ids)
  for _, id in ipairs(ids) do
    M.on_event('error', id, vim.deepcopy(failure))
  end
  if #ids == 0 then log.write('info', failure.message) end
end)

return M
