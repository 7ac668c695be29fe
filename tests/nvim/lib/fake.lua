-- The fake server of a case: build/hum-fake, told what to answer and asked what it saw.
-- tests/fake/README.md has the script's fields and the events.
local http = require('lib.http')
local proc = require('lib.proc')
local slow = require('lib.slow')
local task = require('lib.task')

local M = {}

---@class test.Fake
---@field url string
---@field port integer
local Fake = {}
Fake.__index = Fake

---@param root string
---@param opts {host: string?, args: string[]?}?
---@return test.Fake
function M.start(root, opts)
  opts = opts or {}
  local argv = {
    root .. '/build/hum-fake',
    '--stdin-guard',
    '--port',
    '0',
    '--fixtures',
    root .. '/tests/fixtures',
  }
  if opts.host then vim.list_extend(argv, { '--host', opts.host }) end
  local self = setmetatable({}, Fake)
  self.proc = proc.spawn(vim.list_extend(argv, opts.args or {}), {})
  local url = task.await(
    function() return self.proc.out:match('(http://%S+:%d+)') or (self.proc.code and '') end,
    slow.LIMITS.start
  )
  if not url or url == '' then error('the fake server did not start: ' .. self.proc.out .. self.proc.err) end
  self.url, self.host = url, opts.host or '127.0.0.1'
  self.port = tonumber(url:match(':(%d+)$'))
  return self
end

local function ask(self, method, path, body)
  local status, answer = http.request(self.host, self.port, method, '/_fake/' .. path, body)
  if status ~= 200 then error(('fake server: %s: %s %s'):format(path, status, answer), 3) end
  return answer
end

--- Tells how requests are answered from now on: a whole script, or one answer for every
--- request for a generation.
function Fake:script(script)
  if not (script.rules or script.default or script.models or script.answers or vim.islist(script)) then
    script = { rules = { script } }
  end
  ask(self, 'POST', 'script', vim.json.encode(script))
end

--- Plays answers from now on, whatever is asked: a line of tests/cases, as it stands or
--- decoded, or a list of answers. The first whose `when` fits is sent.
---@param case string|table
function Fake:play(case)
  if type(case) == 'table' then
    local answers = vim.islist(case) and case or case.answers
    case = vim.json.encode({ answers = answers, dialect = case.dialect, models = case.models })
  end
  ask(self, 'POST', 'script', case)
end

--- Events in their order, all or those of that name.
---@return table[]
function Fake:events(name)
  local events = {}
  for line in ask(self, 'GET', 'log' .. (name and '?event=' .. name or '')):gmatch('[^\n]+') do
    events[#events + 1] = vim.json.decode(line)
  end
  return events
end

--- Waits for the `n`th (1) event of that name.
function Fake:wait_event(name, n)
  local began, deadline = task.now(), slow.now() + slow.LIMITS.wait
  -- The server knows no slow machine: it is asked again as long as there is patience.
  local path = ('/_fake/wait?event=%s&n=%d&timeout_ms=2000'):format(name, n or 1)
  local status, answer
  repeat
    status, answer = http.request(self.host, self.port, 'GET', path)
  until status ~= 408 or slow.now() > deadline
  if status == 200 then return vim.json.decode(answer) end
  local why = ('%s %s, %s'):format(status or 'no answer', answer, slow.describe(task.now() - began))
  error(('waited in vain for: event %d "%s" of the fake server (%s)'):format(n or 1, name, why), 2)
end

--- Requests that came, with their bodies decoded; those to that path, if one is given.
---@return table[]
function Fake:requests(path)
  local requests = {}
  for _, request in ipairs(self:events('request')) do
    if not path or request.path == path then
      local ok, body = pcall(vim.json.decode, request.body or '')
      request.body = ok and body or request.body
      requests[#requests + 1] = request
    end
  end
  return requests
end

--- Counts of now, among them `filling` and `active_max`.
---@return table
function Fake:state() return vim.json.decode(ask(self, 'GET', 'state')) end

--- How many tokens were written so far, by all replies.
---@return integer
function Fake:tokens_written() return self:state().tokens end

--- Waits until the client reads no more, so that the server cannot write on.
---@param least integer  tokens that are written before
---@return integer  tokens written
function Fake:held_back(t, least)
  local before
  t:wait(function()
    local now = self:tokens_written()
    local still = now == before and now > least
    before = now
    t:elapse(0.2)
    return still
  end, 'the server is held back')
  return before
end

--- Forgets the events, so that counts begin again.
function Fake:reset() ask(self, 'POST', 'reset') end

--- Stops the server's clock, with all that it does, and starts it again.
function Fake:freeze() self.proc:kill('sigstop') end

function Fake:thaw() self.proc:kill('sigcont') end

---@return string
function Fake:dump()
  local text = ask(self, 'GET', 'log')
  return #text < 6000 and text or text:sub(1, 3000) .. '\n[…]\n' .. text:sub(-3000)
end

function Fake:stop() self.proc:finish() end

return M
