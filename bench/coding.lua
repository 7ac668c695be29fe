-- The driver's half of measurements of completion: a Neovim in which code is typed, a server
-- that fills in, and waiting for what comes of it.
local editor = require('editor')
local http = require('lib.http')
local system = require('system')
local task = require('lib.task')

local M = {}

local WAIT_MS = 10000

---@class bench.Coding
---@field nvim bench.Editor
---@field fake test.Fake
local Coding = {}
Coding.__index = Coding

function M.sleep(ms)
  task.await(function() return false end, ms)
end

--- Measures something for each of a list, all at a time: they wait, most of the time. Each has a directory and a
--- server of its own.
---@param run { root: string, dir: string }
---@param name string  the directories are called so
---@param list any[]
---@param measure fun(run: { root: string, dir: string }, fake: test.Fake, one: any): table
---@return table[] results
function M.at_once(run, name, list, measure)
  local results, failed = {}, nil
  for i, one in ipairs(list) do
    local dir = ('%s/%s%d'):format(run.dir, name, i)
    vim.fn.mkdir(dir, 'p')
    task.spawn(function()
      local fake = require('lib.fake').start(run.root)
      results[i] = measure(vim.tbl_extend('force', run, { dir = dir }), fake, one)
      fake:stop()
    end, function(ok, err) failed = failed or not ok and tostring(err) or nil end)
  end
  task.run(function() end)
  assert(not failed, failed)
  return results
end

local WORDS = {
  'anchor',
  'buffer',
  'column',
  'digest',
  'editor',
  'folder',
  'gutter',
  'handle',
  'indent',
  'jumper',
  'kernel',
  'length',
  'marker',
  'number',
  'offset',
  'parent',
  'quotes',
  'record',
  'socket',
  'target',
  'update',
  'vector',
}

--- Lines of code no two of which are alike.
---@param count integer
---@return string[]
function M.lines(count)
  local lines, state = {}, 7
  local function word()
    state = (state * 1103515245 + 12345) % 2147483648
    return WORDS[math.floor(state / 65536) % #WORDS + 1]
  end
  for i = 1, count do
    lines[i] = ('  local %s_%d = %s(%s, %s)'):format(word(), i, word(), word(), word())
  end
  return lines
end

---@param fake test.Fake
---@param rules table|table[]
function M.script(fake, rules)
  fake:script({ server = 'llama-server', models = { 'coder' }, rules = vim.islist(rules) and rules or { rules } })
end

---@param run { root: string, dir: string }
---@param fake test.Fake
---@return bench.Coding
function M.start(run, fake)
  local nvim = editor.start(run.root, run.dir)
  return setmetatable({ nvim = nvim, fake = fake }, Coding)
end

--- Runs Lua code that knows the watcher as `w`.
function Coding:lua(code, ...) return self.nvim:lua("local w = require('watcher'); " .. code, ...) end

---@param lines string[]
---@param name string
function Coding:open(lines, name) self:lua('w.open(...)', lines, name) end

--- Starts hum, and waits until it has found its backend.
---@param complete table?
function Coding:hum(complete)
  self:lua('w.hum(...)', self.fake.url, complete or vim.empty_dict())
  self:await('the backend', "return vim.startswith(require('hum.complete.backend').text(), 'FIM model: ')")
  M.sleep(100) -- the queries that found it end
  http.request(self.fake.host, self.fake.port, 'POST', '/_fake/reset', '')
end

--- Types keys, in the notation of mappings.
---@return integer ns  just before
function Coding:type(keys)
  local now = vim.uv.hrtime()
  self.nvim.rpc:notify('nvim_input', keys)
  return now
end

--- Waits until code gives something in the measured Neovim.
---@return any
function Coding:await(what, code, ...)
  local deadline = task.now() + WAIT_MS
  repeat
    local value = self:lua(code, ...)
    if value then return value end
    M.sleep(5)
  until task.now() > deadline
  local status = self:lua("return require('hum.complete').status()")
  error(('no %s came; %s\n%s'):format(what, status, self.fake:dump():sub(-1500)))
end

---@return string
function Coding:await_ghost() return self:await('suggestion', 'return w.ghost()') end

--- Waits until the helper asks nothing.
function Coding:await_answer() return self:await('end of requests', 'return w.counts().live == 0') end

--- CPU of Neovim in ns that something takes, from now until it has come to rest.
---@param fn fun()
---@param ms number  at least so long
---@return number
function Coding:cpu(fn, ms)
  local before = system.cpu(self.nvim.pid)
  fn()
  M.sleep(ms)
  local after = system.cpu(self.nvim.pid)
  repeat
    local last = after
    M.sleep(5)
    after = system.cpu(self.nvim.pid)
  until after == last
  return after - before
end

--- Requests to fill in that have come.
---@return table[]
function Coding:requests()
  return vim.tbl_filter(
    function(request) return request.fill and request.fill.prompt_bytes > 0 end,
    self.fake:requests()
  )
end

function Coding:stop() self.nvim:stop() end

return M
