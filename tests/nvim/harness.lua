-- What test files use: test(), assertions, and `t`, the running case. See README.md.
local child = require('lib.child')
local fake = require('lib.fake')
local gate = require('lib.gate')
local proc = require('lib.proc')
local slow = require('lib.slow')
local task = require('lib.task')

---@class test.Harness
---@field root string the plugin's directory
---@field file string the test file being read
---@field plays_once boolean? whether its cases are to be played once
local M = { cases = {} }

---@class test.Case
---@field child test.Child the Neovim of the case
---@field dir string the case's own directory
---@field root string the plugin's directory
local Case = {}
Case.__index = Case

---@class test.Opts
---@field nvim false? start none
---@field ui integer[]|false? columns and rows (80, 24), or no UI
---@field tui boolean? a real terminal (tmux) instead of an attached UI
---@field init string? Lua of the user's init file
---@field env table<string, string>?
---@field args string[]?
---@field helper string|false? another helper program; false: the plugin's own in any case
---@field alone boolean? no other case runs at the same time
---@field once boolean? it judges the helper, or Lua to which all Neovims are alike: one of them is enough

--- All further cases of this file are to be played in one Neovim: see `once`.
function M.once() M.plays_once = true end

--- Registers a case.
---@param name string a sentence
---@param opts test.Opts|fun(t: test.Case)
---@param fn fun(t: test.Case)?
function M.test(name, opts, fn)
  if not fn then
    opts, fn = {}, opts
  end
  local n = #M.cases + 1
  if M.plays_once then opts = vim.tbl_extend('keep', opts, { once = true }) end
  M.cases[n] = { n = n, name = name, opts = opts, fn = fn, file = M.file }
end

local function show(value)
  return type(value) == 'string'
      and (#value < 2000 and ('%q'):format(value) or ('%q… (%d bytes)'):format(value:sub(1, 300), #value))
    or vim.inspect(value)
end

local function fail(text, level) error(debug.traceback(text, (level or 1) + 2), 0) end

--- Where two strings part, with some of what stands there.
local function difference(want, got)
  local n = 1
  while n <= #want and want:byte(n) == got:byte(n) do
    n = n + 1
  end
  return ('they part at byte %d: wanted …%q, got …%q'):format(
    n,
    want:sub(math.max(1, n - 30), n + 50),
    got:sub(math.max(1, n - 30), n + 50)
  )
end

--- Fails unless both are equal, tables by their content.
function M.eq(want, got, what)
  if vim.deep_equal(want, got) then return end
  local text = ('%swanted %s\n   got %s'):format(what and what .. ': ' or '', show(want), show(got))
  if type(want) == 'string' and type(got) == 'string' then text = text .. '\n   ' .. difference(want, got) end
  fail(text)
end

function M.ok(value, what)
  if not value then fail(what or ('wanted something true, got %s'):format(show(value))) end
  return value
end

--- Fails unless `text` has `pattern`.
---@param plain boolean? no Lua pattern but the text itself
function M.match(pattern, text, plain)
  if type(text) ~= 'string' or not text:find(pattern, 1, plain) then
    fail(('%q is not in %s'):format(pattern, show(text)))
  end
end

function M.no_match(pattern, text, plain)
  if text:find(pattern, 1, plain) then fail(('%q is in %s'):format(pattern, show(text))) end
end

--- Ends the case as skipped.
function M.skip(why) error({ skip = why }, 0) end

--- Starts one more Neovim for this case (the first one is `t.child`).
---@param opts test.Opts?
---@return test.Child
function Case:start(opts)
  opts = vim.tbl_extend('force', self.opts, opts or {})
  local n = #self.children + 1
  local c = child.start({
    nvim = opts.program or self.run.nvim,
    root = self.root,
    dir = self.dir,
    name = 'nvim' .. n,
    ui = opts.ui,
    tui = opts.tui,
    init = opts.init,
    args = opts.args,
    helper = opts.helper == nil and self.run.helper or opts.helper or nil,
    env = vim.tbl_extend('force', self.run.env(self.dir), opts.env or {}),
  })
  self.children[n] = c
  return c
end

--- Waits until `cond` gives something true, and returns that. Looks again as soon as anything
--- came in, at the latest after a pause that grows to 50 ms. The limit is generous and counts in
--- the clock of lib/slow.lua: it is for what never comes.
---@param cond fun(): any
---@param what string what is waited for, as a sentence
---@param seconds number? another limit than the usual one, for what is much work
function Case:wait(cond, what, seconds)
  local began, deadline = task.now(), slow.now() + (seconds and seconds * 1000 or slow.LIMITS.wait)
  local pause = 1
  while true do
    local value = cond()
    if value then return value end
    if slow.now() > deadline then
      fail(('waited in vain for: %s (%s)'):format(what or 'no word what for', slow.describe(task.now() - began)))
    end
    local mark = self.child and self.child.screen and self.child.screen.flushes
    local till = task.now() + pause
    task.await(function() return task.now() >= till or (mark and self.child.screen.flushes ~= mark) end, math.huge)
    pause = math.min(pause * 2, 50)
  end
end

-- Shortcuts to the case's own Neovim.
for _, name in ipairs({ 'lua', 'api', 'keys' }) do
  Case[name] = function(self, ...) return self.child[name](self.child, ...) end
end

--- Presses CTRL-C until it is heard: Neovim drops the key when it comes while it is at work.
---@param heard fun(): any
---@return integer presses
function Case:interrupt(heard)
  local presses = 0
  self:wait(function()
    if heard() then return true end
    presses = presses + 1
    self:keys('<C-c>')
    self:lua('return 0') -- it was handled or dropped by now, and what that leads to by the second one
    self:lua('return 0')
    return heard()
  end, 'CTRL-C is heard')
  return presses
end

--- Runs an Ex command.
function Case:cmd(command) return self.child:api('nvim_command', command) end

---@return any value of a Vim script expression
function Case:eval(expr) return self.child:api('nvim_eval', expr) end

---@return string text of a buffer (0: the current one)
function Case:text(buf) return table.concat(self.child:api('nvim_buf_get_lines', buf or 0, 0, -1, false), '\n') end

---@return string all of :messages
function Case:messages() return self.child:api('nvim_exec2', 'messages', { output = true }).output end

---@return string
function Case:screen() return self.child:screen_text() end

--- Waits until the screen has `pattern`.
---@param plain boolean?
function Case:wait_screen(pattern, plain)
  return self:wait(function() return self:screen():find(pattern, 1, plain) end, ('the screen shows %q'):format(pattern))
end

--- `User Hum…` events so far, in order: {name, data}; only those called `name`, if given.
function Case:events(name)
  local events = self:lua('return hum_test.events')
  return vim.tbl_filter(function(e) return not name or e.name == name end, events)
end

--- Waits for the `n`th (1) event of that name and returns its data.
function Case:wait_event(name, n)
  return self:wait(function() return self:events(name)[n or 1] end, ('event %d of %s'):format(n or 1, name)).data
end

---@return integer? pid of the helper that this Neovim runs
function Case:helper_pid(c)
  return (c or self.child):lua([[
    for _, chan in ipairs(vim.api.nvim_list_chans()) do
      if chan.mode == 'rpc' and chan.stream == 'job' then
        local ok, pid = pcall(vim.fn.jobpid, chan.id)
        return ok and pid or nil
      end
    end]])
end

--- Starts a fake server for this case.
---@param opts {host: string?, args: string[]?}?
---@return test.Fake
function Case:fake(opts)
  local server = fake.start(self.run.root, opts)
  table.insert(self.servers, server)
  return server
end

--- Puts a gate before a server, so that the case decides which of its answers come when.
---@param server test.Fake
---@return test.Gate
function Case:gate(server) return gate.open(self, server) end

--- Starts a process that ends with the case.
function Case:spawn(argv, opts)
  opts = opts or {}
  opts.env = child.env(self.dir, vim.tbl_extend('force', self.run.env(self.dir), opts.env or {}))
  local p = proc.spawn(argv, opts)
  table.insert(self.procs, p)
  return p
end

--- Lets time pass, with everything else going on: only for cases that measure what happens
--- during that time, never to wait for something.
function Case:elapse(seconds) task.pause(seconds * 1000) end

--- A time limit of hum's own that is under test, such as a server's silence: `seconds` on a quiet
--- machine, more on a slow one, so that what is to come before it does.
---@return number
function Case:seconds(seconds) return seconds * slow.factor() end

--- Runs a program in a terminal and gives the screen after its end.
---@return string
function Case:in_terminal(argv)
  local socket = self.dir .. '/program.tmux'
  local env = child.env(self.dir, self.run.env(self.dir))
  local function tmux(...) return proc.run({ 'tmux', '-u', '-S', socket, '-f', '/dev/null', ... }, { env = env }) end
  -- Of a program that ends within a millisecond tmux may lose what it wrote: the terminal stays.
  local session = { 'new-session', '-d', '-x', '100', '-y', '30', 'sh', '-c', '"$@"; echo ended; exec cat', 'sh' }
  local p = tmux(unpack(vim.list_extend(session, argv)))
  assert(p.code == 0, p.err)
  local out
  self:wait(function()
    out = tmux('capture-pane', '-p').out
    return out:find('^ended') or out:find('\nended', 1, true)
  end, table.concat(argv, ' ') .. ' ends by itself in a terminal')
  tmux('kill-server')
  return out
end

--- Has `fn` called when the case ends, however it ends.
function Case:finally(fn) table.insert(self.cleanups, fn) end

--- Writes a file into the case's directory and returns its path.
function Case:write_file(name, text)
  local path = self.dir .. '/' .. name
  vim.fn.mkdir(vim.fs.dirname(path), 'p')
  local f = assert(io.open(path, 'w'))
  f:write(text)
  f:close()
  return path
end

---@return string? text of a file, whole
function Case:read_file(path)
  local f = io.open(path:sub(1, 1) == '/' and path or self.dir .. '/' .. path)
  if f then
    local text = f:read('*a')
    f:close()
    return text
  end
end

---@return string text of hum.log
function Case:log() return self:read_file('state/nvim/hum.log') or '' end

local function section(out, title, fn)
  local ok, text = pcall(fn)
  if text and text ~= '' then
    out[#out + 1] = ('--- %s\n%s'):format(title, ok and text or 'not to be had: ' .. tostring(text))
  end
end

--- Everything that tells why a case failed.
function Case:dump()
  local out = {}
  for i, c in ipairs(self.children) do
    local ended = c:ended()
    section(out, ('Neovim %d'):format(i), function()
      local state = ended and ('ended, code %d, signal %d'):format(ended.code, ended.signal)
      if not state then
        local mode = c:mode()
        state = ('mode %s%s'):format(mode.mode, mode.blocking and ', blocked' or '')
      end
      return state .. '\n' .. (c.proc and c.proc.err or '')
    end)
    section(out, 'screen', function() return c:screen_text() end)
    if not ended and not c:mode().blocking then
      section(out, 'messages', function() return c:api('nvim_exec2', 'messages', { output = true }).output end)
      section(out, 'buffer', function()
        local text = table.concat(c:api('nvim_buf_get_lines', 0, 0, -1, false), '\n')
        return #text < 3000 and text or text:sub(1, 1500) .. '\n[…]\n' .. text:sub(-1500)
      end)
    end
  end
  section(out, 'hum.log', function() return self:log():sub(-6000) end)
  for _, server in ipairs(self.servers) do
    section(out, 'fake server', function() return server:dump() end)
  end
  return table.concat(out, '\n')
end

--- Ends everything that the case started.
---@return string? complaint
function Case:finish()
  local complaint
  for _, c in ipairs(self.children) do
    local ok, said = pcall(c.finish, c)
    complaint = complaint or (not ok and said) or (ok and said) or nil
    pcall(c.close, c)
  end
  for _, fn in ipairs(self.cleanups) do
    pcall(fn)
  end
  for _, server in ipairs(self.servers) do
    server:stop()
  end
  -- A helper that is killed cannot tell what it leaks.
  for _, p in ipairs(self.procs) do
    p:finish()
  end
  return complaint or self.run.checked(self.dir)
end

---@param run table what run.lua knows: nvim, root, helper, env(dir), checked(dir)
---@return test.Case
function M.new_case(case, run, dir)
  return setmetatable({
    opts = case.opts,
    run = run,
    dir = dir,
    root = run.root,
    children = {},
    servers = {},
    procs = {},
    cleanups = {},
  }, Case)
end

return M
