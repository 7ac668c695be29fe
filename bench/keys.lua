-- What a key costs Neovim's main thread: typed in the middle of buffers of several sizes, with
-- nothing, with hum, and with a look-up by hashes.
local coding = require('coding')

local M = {}

M.SIZES = { 100, 5000, 50000 }
M.WAYS = { 'bare', 'least', 'hum', 'hum, through', 'hum, off it', 'hashes', 'hashes, all lines' }

-- From a key to the next one, in ms: redrawing is done, and the helper's next suggestion (after
-- its pause and FIRST_MS) has not come.
local KEY_MS = 20
local FIRST_MS = 60
local TEXT = 'return combine(first_operand, second_operand)'
local BELOW = '\n  -- and so on\n  -- until here'

---@class bench.KeyResult
---@field way string
---@field size integer       lines
---@field cpu number[]       µs of each key
---@field calls number[]     µs of each key in autocommands

---@param c bench.Coding
---@param run table
---@param way string
local function prepare(c, run, way)
  if way:find('^hum') then
    coding.script(c.fake, { text = way == 'hum' and '' or TEXT .. BELOW, first_ms = FIRST_MS })
    c:hum({ prefetch = false })
  elseif way == 'least' then
    c:lua('w.least(...)', run.root .. '/build/hum')
  elseif way ~= 'bare' then
    c:lua('w.hashing(...)', way == 'hashes, all lines')
  end
end

--- In a new line in the middle, another one for each line that is typed.
local function open_line(c, size, n)
  c:lua('vim.api.nvim_win_set_cursor(0, { ..., 0 })', math.floor(size / 2) + 12 * n)
  c:type('o')
  c:await('insert mode', "return vim.api.nvim_get_mode().mode == 'i'")
  coding.sleep(KEY_MS)
end

---@return number[] cpu, integer[] times
local function type_keys(c, way, size, count)
  local cpu, times, n = {}, {}, 0
  while #cpu < count do
    open_line(c, size, n)
    n = n + 1
    local keys = way == 'hum, off it' and ('z'):rep(20) or TEXT
    for key in keys:gmatch('.') do
      if #times % #keys == 0 and way == 'hum, through' or way == 'hum, off it' then
        c:await_ghost()
        coding.sleep(KEY_MS) -- all of it
      end
      cpu[#cpu + 1] = c:cpu(function() times[#times + 1] = c:type(key == ' ' and '<Space>' or key) end, KEY_MS) / 1e3
    end
    c:type('<Esc>')
    coding.sleep(KEY_MS)
  end
  return cpu, times
end

--- µs that autocommands took from one key to the next.
local function call_times(calls, times)
  local out, at = {}, 1
  for i, time in ipairs(times) do
    local sum = 0
    local before = times[i + 1] or math.huge
    while calls.starts[at] and calls.starts[at] < before do
      if calls.starts[at] > time then sum = sum + (calls.ends[at] - calls.starts[at]) / 1e3 end
      at = at + 1
    end
    out[i] = sum
  end
  return out
end

---@param run { root: string, dir: string, fake: test.Fake, quick: boolean? }
---@param way string
---@param size integer
---@return bench.KeyResult
function M.measure(run, way, size)
  local c = coding.start(run, run.fake)
  c:open(coding.lines(size), 'typed.src')
  prepare(c, run, way)
  open_line(c, size, -1) -- the helper reads the buffer, modules are loaded
  c:type('local a')
  coding.sleep(300)
  c:type('<Esc>')
  coding.sleep(KEY_MS)
  local cpu, times = type_keys(c, way, size, run.quick and 40 or 90)
  local calls = call_times(c:lua('return w.calls()'), times)
  c:stop()
  return { way = way, size = size, cpu = cpu, calls = calls }
end

return M
