-- One measurement: one way of streaming, one rate, one place, one fresh Neovim.
local editor = require('editor')
local http = require('lib.http')
local system = require('system')
local task = require('lib.task')
local texts = require('texts')

local M = {}

-- The server pauses after the opening token and before the last record, so that the start and
-- the end of a reply are not part of the measurement.
local PAUSE_MS, SETTLE_MS = 300, 100
-- A stream that has not arrived by then is given up, in ms after the server's last token.
local GIVE_UP_MS = 8000

---@class bench.Result
---@field latency number[]?   ms, sorted; one for each token
---@field events integer      changes of the buffer
---@field tokens integer
---@field rate number         tokens a second, from the first write to the last arrival
---@field nvim number         CPU in µs for each token
---@field helper number       likewise, of the process that reads
---@field stall number        ms
---@field frames number       for each token
---@field nvim_kb integer
---@field helper_kb integer
---@field missed boolean?     it did not arrive in time

function M.sleep(ms)
  task.await(function() return false end, ms)
end

--- Waits until a process does nothing.
---@param pid integer
---@param ms number  at most
function M.settle(pid, ms)
  local deadline, last = task.now() + ms, system.cpu(pid)
  while task.now() < deadline do
    M.sleep(60)
    local now = system.cpu(pid)
    if now - last < 2e6 then return end
    last = now
  end
end

---@param tokens string[]
---@param times number[]  of the server's writes
---@param record table    what the probe noted
---@return number[]? latencies in ms, sorted
local function latencies(tokens, times, record)
  local out, event, sum = {}, 1, 0
  for i, token in ipairs(tokens) do
    sum = sum + #token
    while record.sizes[event] and record.sizes[event] < sum do
      event = event + 1
    end
    if not record.sizes[event] then return nil end
    if i > 1 then out[i - 1] = (record.times[event] - times[i]) / 1e6 end
  end
  table.sort(out)
  return out
end

--- Edits that carried the measured tokens.
local function edits(record, opening)
  local n = 0
  for _, size in ipairs(record.sizes) do
    n = n + (size > opening and 1 or 0)
  end
  return n
end

--- When the server wrote each token of its last reply.
---@param fake test.Fake
---@return number[]
local function token_times(fake)
  local _, body = http.request(fake.host, fake.port, 'GET', '/_fake/tokens', nil, 10000)
  return vim.json.decode(body:match('%b{}')).times -- the answer comes chunked
end

local function script(fake, tokens, interval)
  fake:script({
    tokens = tokens,
    first_ms = 20,
    interval_ms = interval,
    faults = { { at = 1, ['do'] = 'pause', ms = PAUSE_MS }, { ['do'] = 'pause', ms = PAUSE_MS } },
  })
end

---@param run { root: string, dir: string, fake: test.Fake }
---@param way string
---@param rate integer  tokens a second, 0: as fast as possible
---@param place string  empty, long, paragraph
---@param count integer
---@return bench.Result
function M.measure(run, way, rate, place, count)
  local fake = run.fake
  local tokens = texts.tokens(place, count)
  local total = #table.concat(tokens)
  script(fake, tokens, rate > 0 and 1000 / rate or nil)
  local nvim = editor.start(run.root, run.dir)
  nvim:lua([[require('probe').prepare(...)]], {
    way = way,
    helper = run.helper,
    bare = run.root .. '/build/bare',
    url = fake.url,
    folders = { render_markdown = os.getenv('HUM_RENDER_MARKDOWN'), markview = os.getenv('HUM_MARKVIEW') },
    host = fake.host,
    port = fake.port,
    history = texts.history(place),
    opening = #tokens[1],
    total = total,
  })
  M.settle(nvim.pid, 5000)
  local helper = nvim:lua([[return require('probe').go()]])
  assert(nvim:wait('opened', 20000), way .. ': no first token')
  M.sleep(SETTLE_MS)
  nvim:lua([[require('probe').begin()]])
  local nvim_0, helper_0, frames_0 = system.cpu(nvim.pid), system.cpu(helper), nvim.flushes
  local stream_ms = rate > 0 and count * 1000 / rate or 0
  local arrived = nvim:wait('arrived', PAUSE_MS + stream_ms + GIVE_UP_MS)
  M.sleep(SETTLE_MS)
  local nvim_1, helper_1, frames_1 = system.cpu(nvim.pid), system.cpu(helper), nvim.flushes
  local result = {
    way = way,
    wanted = rate,
    place = place,
    tokens = count,
    missed = not arrived or nil,
    nvim = (nvim_1 - nvim_0) / 1e3 / count,
    helper = (helper_1 - helper_0) / 1e3 / count,
    frames = (frames_1 - frames_0) / count,
  }
  if arrived then
    local record = nvim:lua([[return require('probe').take()]])
    local times = token_times(fake)
    result.latency = latencies(tokens, times, record)
    result.events = edits(record, #tokens[1])
    result.stall = record.stall / 1e6
    result.rate = count / ((record.times[#record.times] - times[2]) / 1e9)
  end
  result.nvim_kb, result.helper_kb = (system.memory(nvim.pid)), (system.memory(helper))
  nvim:stop()
  return result
end

return M
