-- Child processes of the driver. Each belongs to an owner (a case) and is killed with it.
local slow = require('lib.slow')
local task = require('lib.task')
local uv = vim.uv

local M = {}

---@class test.Proc
---@field pid integer
---@field code integer? exit status once it has ended
---@field signal integer?
---@field err string what came on stderr, and on stdout too if nobody reads that
---@field out string
---@field stdin uv.uv_pipe_t
---@field stdout uv.uv_pipe_t
local Proc = {}
Proc.__index = Proc

---@param argv string[]
---@param opts {env: table<string, string>?, cwd: string?, on_stdout: fun(data: string?)?}?
---@return test.Proc
function M.spawn(argv, opts)
  opts = opts or {}
  local self = setmetatable({ out = '', err = '' }, Proc)
  self.stdin, self.stdout, self.stderr = uv.new_pipe(), uv.new_pipe(), uv.new_pipe()
  local env
  if opts.env then
    env = {}
    for k, v in pairs(opts.env) do
      env[#env + 1] = k .. '=' .. v
    end
  end
  local handle, pid = uv.spawn(argv[1], {
    args = vim.list_slice(argv, 2),
    stdio = { self.stdin, self.stdout, self.stderr },
    env = env,
    cwd = opts.cwd,
  }, function(code, signal)
    self.code, self.signal = code, signal
    self.handle:close()
  end)
  if not handle then error(argv[1] .. ': ' .. tostring(pid)) end
  self.handle, self.pid, self.open = handle, pid, 2
  local function reader(name, pipe, sink)
    pipe:read_start(function(_, data)
      if data then
        self[name] = self[name] .. data
      else
        self.open = self.open - 1
        pipe:close()
      end
      if sink then
        sink(data)
        self[name] = ''
      end
    end)
  end
  reader('out', self.stdout, opts.on_stdout)
  reader('err', self.stderr)
  return self
end

function Proc:write(data) self.stdin:write(data) end

--- Ends its input.
function Proc:eof()
  if not self.stdin:is_closing() then self.stdin:close() end
end

function Proc:kill(signal)
  if not self.code then uv.kill(self.pid, signal or 'sigkill') end
end

--- Waits for its end.
---@param ms number?
---@return integer? code nil if it still runs
function Proc:join(ms)
  -- A grandchild may hold the pipes open after the child itself has ended.
  if task.await(function() return self.code end, ms or slow.LIMITS.finish) then
    task.await(function() return self.open == 0 end, 500)
  end
  return self.code
end

--- Gentle end: end of input, then the signal if that does not do it.
---@param ms number?
---@return boolean gone by itself
function Proc:finish(ms)
  self:eof()
  if self:join(ms) then return true end
  self:kill()
  self:join()
  return false
end

--- Runs a command to its end.
---@return test.Proc
function M.run(argv, opts)
  local began = task.now()
  local p = M.spawn(argv, opts)
  p:eof()
  if not p:join(slow.LIMITS.answer) then
    p:kill()
    local what = ('%s did not end (%s)'):format(table.concat(argv, ' '), slow.describe(task.now() - began))
    error(what .. '\n' .. p.out .. p.err)
  end
  return p
end

--- Whether a process (not a zombie) of this id exists.
---@param pid integer
function M.alive(pid)
  local f = io.open('/proc/' .. pid .. '/stat')
  if f then
    local stat = f:read('*a') -- nil for one that has just gone
    f:close()
    local state = stat and stat:match('%) (%a)')
    return state ~= nil and state ~= 'Z' and state ~= 'X'
  end
  return not uv.fs_stat('/proc/self') and uv.kill(pid, 0) == 0
end

return M
