-- From the key to the server: `<CR>` is pressed in chats of several lengths, and the server says when the first
-- bytes of the request were there.
local cell = require('cell')
local editor = require('editor')
local http = require('lib.http')
local markdown = require('markdown')
local texts = require('texts')

local M = {}

local WAYS = { 'bare', 'hum' }
local SIZES = { 'small', '20,000 lines', '10 MB' }

--- In ms: what the aims say of the first message in a fresh Neovim, and of later ones.
local AIMS = { small = { 10, 3 }, ['20,000 lines'] = { 20, 20 }, ['10 MB'] = { 100, 100 } }
local STALL = 10

-- Messages in one chat. A user needs longer than this for what he types.
local MESSAGES, TYPING_MS, OPENING_MS = 4, 150, 1500

--- What was said before; no two replies are the same, for what is the same is one string in Lua.
---@param size string
---@return string[]
local function history(size)
  local lines, least = size == 'small' and {} or texts.history('long'), size == '10 MB' and 10e6 or 0
  local out, bytes = {}, 0
  repeat
    for _, line in ipairs(lines) do
      out[#out + 1] = line:find('^%- The caller') and ('%s (%d)'):format(line, #out) or line
      bytes = bytes + #line + 1
    end
  until bytes >= least
  return out
end

---@class bench.Sent
---@field ms number     from the key to the server
---@field stall number  the longest time that the loop was busy
---@field cpu number    the most that Neovim's main thread worked in one go, which other programs do not prolong

--- Presses <CR> below what was typed, and waits for the reply.
---@param run { fake: test.Fake }
---@param nvim bench.Editor
---@return bench.Sent
function M.press(run, nvim)
  local fake = run.fake
  fake:reset()
  nvim.told.finished = nil
  nvim:lua([[require('sender').begin()]])
  local pressed = vim.uv.hrtime()
  nvim.rpc:notify('nvim_input', '<CR>')
  -- Asking Neovim anything would disturb it.
  local status = http.request(fake.host, fake.port, 'GET', '/_fake/wait?event=first&timeout_ms=60000')
  assert(status == 200, 'the server saw no request')
  local began = fake:state().began
  local worst, cpu = 0, 0
  for _, stall in ipairs(nvim:lua([[return require('sender').stalls()]]) or {}) do
    if stall.from < began then
      worst, cpu = math.max(worst, stall.ms), math.max(cpu, stall.cpu)
    end
  end
  assert(nvim:wait('finished', 60000), 'the reply did not end')
  return { ms = (began - pressed) / 1e6, stall = worst, cpu = cpu }
end

---@param run table
---@param nvim bench.Editor
---@return number ms, number stall
local function send(run, nvim)
  nvim.rpc:notify('nvim_input', '<Esc>GAgo<Esc>')
  cell.sleep(TYPING_MS)
  local sent = M.press(run, nvim)
  return sent.ms, sent.stall
end

---@param run { root: string, dir: string, fake: test.Fake }
---@param way string
---@param size string
---@return { way: string, size: string, first: number, later: number, stall: number }
local function measure(run, way, size)
  run.fake:script({ tokens = { 'ok' }, first_ms = 100 })
  local nvim = editor.start(run.root, run.dir)
  nvim:lua([[require('sender').open(...)]], {
    way = way,
    url = run.fake.url,
    host = run.fake.host,
    port = run.fake.port,
    history = history(size),
    window = 100000000, -- nothing is left out
  })
  cell.settle(nvim.pid, size == 'small' and 1000 or 20 * OPENING_MS)
  local times, stalls = {}, {}
  for i = 1, MESSAGES do
    times[i], stalls[i] = send(run, nvim)
    cell.settle(nvim.pid, OPENING_MS)
  end
  nvim:stop()
  local first, first_stall = table.remove(times, 1), stalls[1]
  return {
    way = way,
    size = size,
    first = first,
    later = markdown.median(times),
    stall = math.max(first_stall, unpack(stalls)),
  }
end

---@param run table
---@param repeats integer
---@param note fun(...)
function M.measure(run, repeats, note)
  local results = {}
  for repetition = 1, repeats do
    for _, size in ipairs(SIZES) do
      for _, way in ipairs(WAYS) do
        note('%d/%d send, %s, %s', repetition, repeats, size, way)
        results[#results + 1] = measure(run, way, size)
      end
    end
  end
  return results
end

--- The middle one of the repetitions; of stalls the worst.
---@return table<string, number>
local function summary(results, way, size)
  local out = {}
  for _, field in ipairs({ 'first', 'later', 'stall' }) do
    local values = {}
    for _, r in ipairs(results) do
      if r.way == way and r.size == size then values[#values + 1] = r[field] end
    end
    out[field] = markdown.median(values)
    if field == 'stall' then out[field] = values[#values] end
  end
  return out
end

---@return string
function M.markdown(results)
  local number = markdown.number
  local out = { '## From the key to the server', '', 'Ratios to `bare` in brackets.', '' }
  markdown.head(out, { 'chat', 'way', 'first message ms', 'later ones ms', 'stall ms' })
  local worst = {}
  for _, size in ipairs(SIZES) do
    local bare = summary(results, 'bare', size)
    for _, way in ipairs(WAYS) do
      local s = summary(results, way, size)
      local function with_ratio(field) return ('%s (%s)'):format(number(s[field]), number(s[field] / bare[field])) end
      markdown.row(out, { size, '`' .. way .. '`', with_ratio('first'), with_ratio('later'), number(s.stall) })
      worst[size] = s -- of hum, the last one
    end
  end
  out[#out + 1] = ''
  local aim = markdown.aims(out)
  for _, size in ipairs(SIZES) do
    aim('ms from the key to the server, first message', AIMS[size][1], worst[size].first, size)
    aim('ms from the key to the server, later messages', AIMS[size][2], worst[size].later, size)
    aim('stall in ms', STALL, worst[size].stall, size)
  end
  return table.concat(out, '\n') .. '\n'
end

return M
