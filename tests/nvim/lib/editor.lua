-- Plays Neovim's part towards a helper that the driver runs itself: keeps the text of
-- buffers, answers fences (or holds them back), and collects events.
local rpc = require('lib.rpc')

local M = {}

---@class test.Editor
---@field rpc test.Rpc
---@field proc test.Proc
---@field events {name: string, id: integer, data: table}[]
---@field edits {buf: integer, text: string, join: boolean}[] in the order they came
---@field client table? what the helper said of itself
---@field held integer[]? ids of requests not yet answered; non-nil holds answers back
local Editor = {}
Editor.__index = Editor

local function apply(self, buf, lines, join)
  local text = table.concat(lines, '\n')
  self.texts[buf] = (self.texts[buf] or '') .. text
  table.insert(self.edits, { buf = buf, text = text, join = join })
end

local function perform(self, method, args)
  if method == 'nvim_exec_lua' and args[1]:find("reply.put').edit", 1, true) then
    apply(self, args[2][1], args[2][2], args[2][4])
  elseif method == 'nvim_set_client_info' then
    self.client = { name = args[1], type = args[3] }
  elseif method == 'nvim_exec_lua' and args[1]:find('on_event', 1, true) then
    table.insert(self.events, { name = args[2][1], id = args[2][2], data = args[2][3] })
  end
  return method == 'nvim_buf_attach' or 1
end

--- Starts the helper.
---@param t test.Case
---@param argv string[]?
---@return test.Editor
function M.start(t, argv)
  local self = setmetatable({ t = t, texts = {}, edits = {}, events = {}, requests = 0 }, Editor)
  argv = argv or { t.run.helper or t.root .. '/build/hum' }
  self.proc = t:spawn(argv, { on_stdout = function(data) self.rpc:feed(data) end })
  self.rpc = rpc.new(function(data)
    if not self.proc.stdin:is_closing() then self.proc:write(data) end
  end)
  self.rpc.on_notify = function(method, args) perform(self, method, args) end
  self.rpc.on_request = function(method, args, id)
    self.requests = self.requests + 1
    local result = perform(self, method, args)
    if self.held then
      table.insert(self.held, { id, result })
      return rpc.LATER
    end
    return nil, result
  end
  return self
end

--- Answers what was held back, and holds nothing back from now on.
function Editor:release()
  local held = self.held
  self.held = nil
  for _, answer in ipairs(held) do
    self.rpc:answer_with(answer[1], nil, answer[2])
  end
end

--- Says hello and waits until the helper is ready.
function Editor:hello(log_level)
  self.rpc:notify('hello', {
    protocol = 1,
    log_file = self.t.dir .. '/hum.log',
    log_level = log_level or 'debug',
  })
  return self:wait_event('ready', 0)
end

---@return table[] events of an id, of that name if one is given
function Editor:events_of(id, name)
  return vim.tbl_filter(function(e) return e.id == id and (not name or e.name == name) end, self.events)
end

function Editor:wait_event(name, id)
  return self.t:wait(function() return self:events_of(id, name)[1] end, ('event %s of %d'):format(name, id)).data
end

local ENDINGS = { done = true, error = true, cancelled = true, result = true }

--- The one ending of an id.
function Editor:wait_end(id)
  self.t:wait(function()
    for _, e in ipairs(self:events_of(id)) do
      if ENDINGS[e.name] then return true end
    end
  end, ('an ending of %d'):format(id))
  local events = self:events_of(id)
  local ending = events[#events]
  assert(ENDINGS[ending.name], 'an event came after the ending: ' .. ending.name)
  return ending
end

--- Asks a request of the helper.
function Editor:ask(method, ...) return self.rpc:call(method, ...) end

--- Waits for the helper's end.
---@return integer? code, integer? signal
function Editor:join()
  local code = self.proc:join()
  return code, self.proc.signal
end

--- An endpoint with all that the helper must be told of it.
---@param url string
---@param more table?
---@return table
function M.endpoint(url, more)
  local version = more and more.dialect == 'openai' and '/v1' or '' -- a part of the base
  return vim.tbl_extend('force', {
    name = 'fake',
    url = url .. version,
    dialect = 'ollama',
    connect_timeout = 10,
    first_timeout = 0,
    idle_timeout = 120,
  }, more or {})
end

--- A backend of completion, as Lua sends it.
---@param endpoint table
---@param more table?  fields that are not the usual ones
function M.backend(endpoint, more)
  return vim.tbl_extend('force', {
    endpoint = endpoint,
    api = 'completions',
    model = 'coder',
    project = 'p',
    load = false,
    prefetch = true,
    during_chat = false,
    max_tokens = 128,
    max_lines = 16,
    window_tokens = 1536,
    ring_tokens = 1024,
    cache_bytes = 16e6,
    debounce_ms = 0,
    confidence = 0,
  }, more or {})
end

return M
