-- The measured Neovim: embedded, with a terminal's UI attached over its standard streams, and
-- driven over a socket of its own so that orders and drawing do not wait for each other.
local proc = require('lib.proc')
local rpc = require('lib.rpc')
local task = require('lib.task')

local M = {}

local ANSWER_MS = 10000
local COLUMNS, ROWS = 200, 50

---@class bench.Editor
---@field pid integer
---@field flushes integer  frames drawn
---@field bytes integer    sent to the UI
---@field flush_times? integer[]  when frames came, in ns; kept if there is a list
---@field chunks? string[]      all that came; kept if there is a list
---@field seen? table<string, integer>  when marks were drawn first; kept if there is a table
---@field told table<string, any>  what the probe has announced
local Editor = {}
Editor.__index = Editor

--- Chinese characters mark lines: when each was drawn first.
---@param seen table<string, integer>
---@param data string
local function note_marks(seen, data)
  for mark in data:gmatch('\228[\184-\191][\128-\191]') do
    seen[mark] = seen[mark] or vim.uv.hrtime()
  end
end

-- A UI that only counts: decoding would cost the machine more than drawing does.
local function on_redraw(self, data)
  if data then
    local _, flushes = data:gsub('\165flush', '')
    self.flushes = self.flushes + flushes
    self.bytes = self.bytes + #data
    if self.flush_times and flushes > 0 then table.insert(self.flush_times, vim.uv.hrtime()) end
    if self.chunks then table.insert(self.chunks, data) end
    if self.seen then note_marks(self.seen, data) end
  end
end

-- The socket's file is there a moment before it listens.
local function connect(self, path)
  local pipe
  task.await(function()
    if not pipe and vim.uv.fs_stat(path) then
      pipe = vim.uv.new_pipe()
      pipe:connect(path, function(err)
        self.pipe = not err and pipe or nil
        pipe = not err and pipe or nil
      end)
    end
    return self.pipe
  end, ANSWER_MS)
  assert(self.pipe, 'no socket of Neovim')
  self.rpc = rpc.new(function(data) self.pipe:write(data) end)
  self.rpc.on_notify = function(method, args) self.told[method] = args[1] or true end
  self.pipe:read_start(function(_, data) self.rpc:feed(data) end)
end

---@param root string
---@param dir string  its own, for settings, state and socket
---@param args string[]?
---@return bench.Editor
function M.start(root, dir, args)
  local self = setmetatable({ flushes = 0, bytes = 0, told = {} }, Editor)
  local socket = dir .. '/socket'
  os.remove(socket)
  local argv = {
    root .. '/.deps/bin/nvim-new',
    '--embed',
    '--listen',
    socket,
    '--clean',
    '-n',
    '--cmd',
    'set runtimepath^=' .. root,
  }
  self.proc = proc.spawn(vim.list_extend(argv, args or {}), {
    env = require('lib.child').env(dir),
    cwd = dir,
    on_stdout = function(data) on_redraw(self, data) end,
  })
  self.pid = self.proc.pid
  local attach = { 0, 1, 'nvim_ui_attach', { COLUMNS, ROWS, { ext_linegrid = true, rgb = true } } }
  self.proc:write(vim.mpack.encode(attach))
  connect(self, socket)
  self:lua([[package.path = ... .. '/bench/?.lua;' .. package.path]], root)
  return self
end

--- What it has said to the user; an error makes it wait for a key.
local function messages(self)
  self.rpc:notify('nvim_input', '<CR>')
  local answer = self.rpc:call('nvim_exec2', 'messages', { output = true })
  return answer and answer.result and answer.result.output or 'and no messages'
end

--- Runs Lua code in it and gives its result.
function Editor:lua(code, ...)
  local answer, why = self.rpc:call('nvim_exec_lua', code, { ... })
  if not answer then
    error(why .. ': ' .. messages(self), 2)
  elseif answer.err ~= vim.NIL then
    error(answer.err[2] or vim.inspect(answer.err), 2)
  end
  return answer.result ~= vim.NIL and answer.result or nil
end

--- Waits until the probe has announced `name`.
---@return any  what it said; false when the time is up
function Editor:wait(name, ms)
  return task.await(function() return self.told[name] or self.rpc.closed end, ms)
end

function Editor:stop()
  self.proc:kill()
  self.proc:join(5000)
  self.pipe:close()
end

return M
