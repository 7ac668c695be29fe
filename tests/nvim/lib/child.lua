-- One Neovim under test: embedded with a UI of ours attached, or in a real terminal (tmux).
local proc = require('lib.proc')
local rpc = require('lib.rpc')
local screen = require('lib.screen')
local slow = require('lib.slow')
local task = require('lib.task')
local uv = vim.uv

local M = {}

---@class test.Child
---@field rpc test.Rpc
---@field screen test.Screen?
---@field pid integer
local Child = {}
Child.__index = Child

---@class test.ChildOpts
---@field nvim string program
---@field root string the plugin's directory, or '' for none
---@field helper string? another helper program than the plugin's own
---@field dir string the case's own directory
---@field name string? tells several Neovims of a case apart
---@field ui {[1]: integer, [2]: integer}|false? columns and rows; false: no UI at all
---@field tui boolean? a real terminal instead
---@field init string? Lua run as the user's init file
---@field env table<string, string>?
---@field args string[]?

local INIT = [[
vim.opt.runtimepath:prepend(%q)
hum_test = { events = {} }
vim.api.nvim_create_autocmd('User', { pattern = 'Hum*', callback = function(ev)
  table.insert(hum_test.events, { name = ev.match, data = ev.data })
end })
]]

local HELPER = [[
vim.g.hum = vim.tbl_extend('keep', vim.g.hum or {}, { helper = %q })
]]

local function write_file(path, text)
  local f = assert(io.open(path, 'w'))
  f:write(text)
  f:close()
end

--- The environment of everything that a case starts: nothing of the user's own.
---@return table<string, string>
function M.env(dir, extra)
  local env = {
    HOME = dir,
    TMPDIR = dir,
    PATH = vim.env.PATH,
    LANG = 'C.UTF-8',
    TERM = 'xterm-256color',
    XDG_CONFIG_HOME = dir .. '/config',
    XDG_DATA_HOME = dir .. '/data',
    XDG_STATE_HOME = dir .. '/state',
    XDG_CACHE_HOME = dir .. '/cache',
    XDG_RUNTIME_DIR = dir,
    NVIM_LOG_FILE = dir .. '/nvim.log',
  }
  for k, v in pairs(extra or {}) do
    env[k] = v
  end
  return env
end

local function attach(self, opts)
  self.rpc.on_notify = function(method, args)
    if method == 'redraw' then self.screen:redraw(args) end
  end
  if opts.ui ~= false and not opts.tui then
    self.screen = screen.new()
    local ui = opts.ui or { 80, 24 }
    self:api('nvim_ui_attach', ui[1], ui[2], { ext_linegrid = true, rgb = true })
  end
end

local function embed(self, opts, argv, env)
  argv = vim.list_extend({ opts.nvim, '--embed' }, argv)
  if opts.ui == false then argv[#argv + 1] = '--headless' end
  self.proc = proc.spawn(argv, { env = env, cwd = opts.dir, on_stdout = function(data) self.rpc:feed(data) end })
  self.rpc = rpc.new(function(data)
    if not self.proc.stdin:is_closing() then self.proc:write(data) end
  end)
  self.pid = self.proc.pid
end

-- One attempt: the socket may be there before anybody listens on it.
local function try_connect(path)
  local pipe = uv.new_pipe()
  local done, failed
  pipe:connect(path, function(err)
    done, failed = true, err
  end)
  task.await(function() return done end, slow.LIMITS.answer)
  if not done or failed then
    pipe:close()
    return nil
  end
  return pipe
end

local function connect(self, path)
  local began, deadline = task.now(), slow.now() + slow.LIMITS.start
  local pipe
  repeat
    task.await(function() return uv.fs_stat(path) end, slow.LIMITS.start)
    pipe = try_connect(path)
  until pipe or slow.now() > deadline
  if not pipe then error('the Neovim in the terminal does not listen: ' .. slow.describe(task.now() - began)) end
  self.pipe = pipe
  self.rpc = rpc.new(function(data) pipe:write(data) end)
  pipe:read_start(function(_, data) self.rpc:feed(data) end)
end

local function terminal(self, opts, argv, env)
  local ui = opts.ui or { 100, 30 }
  local server = ('%s/%s.nvim'):format(opts.dir, self.name)
  self.tmux = ('%s/%s.tmux'):format(opts.dir, self.name)
  self.env = env
  local cmd = {
    'tmux',
    '-u',
    '-S',
    self.tmux,
    '-f',
    '/dev/null',
    'new-session',
    '-d',
    '-x',
    tostring(ui[1]),
    '-y',
    tostring(ui[2]),
  }
  -- tmux says what terminal it is itself.
  if opts.env and opts.env.TERM then vim.list_extend(cmd, { 'env', 'TERM=' .. opts.env.TERM }) end
  vim.list_extend(cmd, { opts.nvim, '--listen', server })
  local p = proc.run(vim.list_extend(cmd, argv), { env = env, cwd = opts.dir })
  assert(p.code == 0, p.err)
  connect(self, server)
  -- It answers before it has read its init file.
  local began, deadline = task.now(), slow.now() + slow.LIMITS.start
  while self:api('nvim_get_vvar', 'vim_did_enter') == 0 do
    if slow.now() > deadline then
      error('the Neovim in the terminal is not ready: ' .. slow.describe(task.now() - began))
    end
    task.pause(5)
  end
  self.pid = self:lua('return vim.fn.getpid()')
end

---@param opts test.ChildOpts
---@return test.Child
function M.start(opts)
  local self = setmetatable({ name = opts.name or 'nvim', dir = opts.dir }, Child)
  local init = ('%s/%s-init.lua'):format(opts.dir, self.name)
  local text = { opts.root == '' and '' or INIT:format(opts.root), opts.init or '' }
  if opts.helper then text[3] = HELPER:format(opts.helper) end
  write_file(init, table.concat(text, '\n'))
  local argv = vim.list_extend({ '-u', init, '-i', 'NONE' }, opts.args or {})
  local env = M.env(opts.dir, opts.env)
  local ok, err = pcall(function()
    local began = task.now()
    local begin = opts.tui and terminal or embed
    begin(self, opts, argv, env)
    attach(self, opts)
    -- That is known work: it tells how slow the machine is.
    if self.screen then slow.started(task.now() - began) end
  end)
  if not ok then
    self:close()
    error(err, 0)
  end
  return self
end

--- Calls an API function; an error of it is an error here.
function Child:api(method, ...)
  local answer, why = self.rpc:call(method, ...)
  if not answer then error(('%s: %s'):format(method, why), 2) end
  if answer.err ~= vim.NIL then error(('%s: %s'):format(method, answer.err[2] or vim.inspect(answer.err)), 2) end
  if answer.result == vim.NIL then return nil end
  return answer.result
end

--- Runs Lua code in it and gives its result.
function Child:lua(code, ...) return self:api('nvim_exec_lua', code, { ... }) end

---@return {mode: string, blocking: boolean}
function Child:mode() return self:api('nvim_get_mode') end

--- Types keys, in the notation of mappings.
function Child:keys(keys) self.rpc:notify('nvim_input', keys) end

local function tmux(self, ...)
  local p = proc.run({ 'tmux', '-u', '-S', self.tmux, ... }, { env = self.env })
  assert(p.code == 0, p.err)
  return p.out
end

--- Types into the terminal: names of tmux keys, or `-l` and text.
function Child:send_keys(...) tmux(self, 'send-keys', ...) end

---@param colours boolean? with escape sequences
---@return string
function Child:screen_text(colours)
  if self.screen then
    return self.screen:text()
  elseif self.tmux then
    return (tmux(self, 'capture-pane', '-p', unpack(colours and { '-e' } or {})))
  end
  return ''
end

--- The status it ended with, nil while it runs.
function Child:ended()
  if self.proc then return self.proc.code and { code = self.proc.code, signal = self.proc.signal } end
  return not proc.alive(self.pid) and { code = 0, signal = 0 }
end

--- Ends it, by force if need be.
---@return string? complaint what was wrong with its end
function Child:finish()
  local before = self:ended()
  if before then
    if before.signal ~= 0 and not self.killed then return ('Neovim died of signal %d'):format(before.signal) end
  else
    -- One after the other: a Neovim that is told to end while it ends waits for its jobs for ever.
    local function ends(share)
      return task.await(function() return self:ended() end, slow.LIMITS.finish * share)
    end
    self.rpc:notify('nvim_input', '<C-\\><C-n>:<C-u>qa!<CR>')
    if not ends(0.2) then self.rpc:notify('nvim_command', 'qa!') end
    if not self:ended() and not ends(0.8) then
      self:kill()
      return 'Neovim did not end on :qa!'
    end
  end
end

--- kill -9, or another signal that ends it.
---@param signal? string
function Child:kill(signal)
  self.killed = true
  if self.proc then
    self.proc:kill(signal)
  else
    pcall(uv.kill, self.pid, signal or 'sigkill')
  end
end

--- Frees what is left; nothing of it survives this.
function Child:close()
  if self.proc then self.proc:finish(0) end
  if self.pipe and not self.pipe:is_closing() then self.pipe:close() end
  if self.tmux then pcall(proc.run, { 'tmux', '-S', self.tmux, 'kill-server' }, { env = self.env }) end
end

return M
