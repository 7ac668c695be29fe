-- What completion leaves undone: no process is started, and nothing wakes up while nobody types.
local coding = require('coding')
local extras = require('extras')
local proc = require('lib.proc')
local task = require('lib.task')

local M = {}

local KEYS = 60

--- A tracer that is attached, or why not.
---@param pids integer[]
---@return test.Proc? tracer, string? why
local function trace(pids)
  if vim.fn.executable('strace') == 0 then return nil, 'no strace' end
  local argv = { 'strace', '-f', '-e', 'trace=execve,fork,vfork,clone,clone3' }
  for _, pid in ipairs(pids) do
    vim.list_extend(argv, { '-p', tostring(pid) })
  end
  local tracer = proc.spawn(argv)
  local function attached() return select(2, tracer.err:gsub(' attached', '')) >= #pids or tracer.code end
  if not task.await(attached, 5000) or tracer.code then return nil, vim.trim(tracer.err) end
  return tracer
end

--- Processes that Neovim and the helper start while keys are typed and suggestions come.
---@param c bench.Coding
---@return integer? processes
---@return string? why not
local function spawned(c)
  local tracer, why = trace({ c.nvim.pid, c:lua('return w.helper()') })
  if not tracer then return nil, why end
  local before = c:lua('return w.counts().requests')
  for i = 1, KEYS do
    c:type(string.char(97 + i % 26))
    coding.sleep(30)
    if i % 10 == 0 then
      c:await_ghost()
      c:lua("require('hum.complete').accept_word()")
    end
  end
  assert(c:lua('return w.counts().requests') > before, 'nothing was asked')
  tracer:kill('sigint')
  tracer:join(5000)
  local processes = 0
  for line in tracer.err:gmatch('[^\n]+') do
    local begins = line:find('execve%(') or line:find('fork%(') or line:find('clone3?%(')
    if begins and not line:find('CLONE_THREAD', 1, true) then processes = processes + 1 end
  end
  return processes
end

---@param run { root: string, dir: string, fake: test.Fake }
---@return table<string, number|string>
function M.measure(run)
  local c, out = coding.start(run, run.fake), {}
  coding.script(run.fake, { text = 'return combine(first)\n  -- and so on', first_ms = 20 })
  c:open(coding.lines(400), 'typed.src')
  c:hum()
  c:type('200Go')
  c:await_ghost()
  out.processes, out.processes_why = spawned(c)
  c:type('<Esc>o')
  c:await_ghost()
  coding.sleep(500) -- hum looks ahead
  c:await_answer()
  coding.sleep(200)
  out.idle_calls, out.idle_why = extras.idle_calls(c:lua('return w.helper()'))
  c:stop()
  return out
end

return M
