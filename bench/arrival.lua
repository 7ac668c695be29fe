-- How long things take on their way: a key to the server, tokens to the screen, what is known
-- already to the screen, and the next suggestion after one was accepted.
local coding = require('coding')
local http = require('lib.http')

local M = {}

local NAME = 'typed.src'
local DEBOUNCE_MS = 50
local SETTLE_MS = 40
local GHOST_AIM = 2 -- ms

---@param c bench.Coding
local function open(c, complete, lines)
  c:open(lines or coding.lines(400), NAME)
  c:hum(complete)
  c:lua('w.watch_marks()')
  c:type('100Gozz')
  c:await('request', 'return w.counts().requests > 0')
  coding.sleep(100) -- modules are loaded, the helper has the buffer
end

local function reset(fake) http.request(fake.host, fake.port, 'POST', '/_fake/reset', '') end

--- In ms.
local function ms_between(from, to) return (to - from) / 1e6 end

--- Keys, none of which goes on as suggested, to their requests.
---@param run table
---@param debounce integer
---@param answer table   of the server
---@param pause number   from one key to the next, in ms
---@return number[] ms, less the debounce
function M.key_to_request(run, debounce, answer, pause)
  local c = coding.start(run, run.fake)
  coding.script(run.fake, answer)
  open(c, { debounce = debounce, prefetch = false })
  c:type('<Esc>')
  coding.sleep(200)
  reset(run.fake)
  c:type('o')
  coding.sleep(debounce + pause)
  local times, letters = {}, 'qwertyuiopasdfghjklxcvbnmqwertyuiopasdfghjklxcvbnm'
  for letter in letters:sub(1, run.quick and 20 or -1):gmatch('.') do
    times[#times + 1] = c:type(letter)
    coding.sleep(debounce + pause)
  end
  local requests, out = c:requests(), {}
  for i, time in ipairs(times) do
    local request = requests[#requests - #times + i]
    out[i] = ms_between(time, request.ns) - debounce
  end
  c:stop()
  assert(#requests == #times + 1, ('%d keys, %d requests'):format(#times + 1, #requests))
  return out
end

--- When a mark first had so many bytes of text.
local function mark_time(marks, at, size)
  while marks.sizes[at] and marks.sizes[at] < size do
    at = at + 1
  end
  return marks.times[at], at
end

local function token_times(fake)
  local _, body = http.request(fake.host, fake.port, 'GET', '/_fake/tokens', nil, 10000)
  return vim.json.decode(body:match('%b{}')).times
end

--- One answer that streams in a new line.
local function stream(c, tokens, out)
  local former = #c:lua('return w.marks()').times
  c:type('<Esc>')
  coding.sleep(SETTLE_MS)
  c.nvim.flush_times = {}
  c:type('8jzzo')
  coding.sleep(600)
  c:await_answer()
  coding.sleep(SETTLE_MS)
  local marks, times = c:lua('return w.marks()'), token_times(c.fake)
  local text, at, frame = '', former + 1, 1
  for i, token in ipairs(tokens) do
    text = text .. token
    local time
    time, at = mark_time(marks, at, #vim.trim(text))
    local flushes = c.nvim.flush_times
    while time and flushes[frame] and flushes[frame] < time do
      frame = frame + 1
    end
    -- A blank at the end is not shown before the next word.
    if time and token:find('%S') then
      table.insert(i == 1 and out.first or out.all, ms_between(times[i], time))
      table.insert(out.drawn, flushes[frame] and ms_between(times[i], flushes[frame]) or nil)
    end
  end
end

--- Tokens to ghost text: in the text's marks, and drawn by the user interface.
---@return { first: number[], all: number[], drawn: number[] } ms
function M.tokens_to_ghost(run)
  local c = coding.start(run, run.fake)
  local tokens = {
    'return',
    ' combine',
    '(first',
    '_operand',
    ',',
    ' second',
    '_operand',
    ',',
    ' third',
    '_operand',
    ')',
    '\n  ',
    '--',
    ' and',
    ' so',
    ' on',
    '\n  ',
    'print',
    '(rest',
    ', ',
    'last',
    ')',
  }
  coding.script(run.fake, { tokens = tokens, first_ms = 30, interval_ms = 15 })
  open(c, { debounce = 0, prefetch = false })
  local out = { first = {}, all = {}, drawn = {} }
  for _ = 1, run.quick and 5 or 20 do
    stream(c, tokens, out)
  end
  c:stop()
  return out
end

--- The first mark after a moment.
local function mark_after(c, time, from)
  local marks = c:lua('return w.marks()')
  for i = from + 1, #marks.times do
    if marks.times[i] > time then return marks.times[i], #marks.times end
  end
end

--- Off what is suggested, and back: the answer is known.
---@return number[] ms
function M.cache_to_ghost(run)
  local c = coding.start(run, run.fake)
  coding.script(run.fake, { text = 'return combine(first)\n  -- and so on' })
  open(c, { debounce = 1000, prefetch = false })
  c:type('<Esc>8jo')
  c:await_ghost()
  local out, from = {}, 0
  for i = 1, run.quick and 15 or 50 do
    c:type('z')
    coding.sleep(SETTLE_MS)
    local time = c:type('<BS>')
    coding.sleep(SETTLE_MS)
    local drawn
    drawn, from = mark_after(c, time, from)
    out[i] = ms_between(time, drawn)
  end
  c:stop()
  return out
end

--- Acceptance of a suggestion to the next one.
---@param prefetch boolean
---@return number[] ms
function M.accept_to_ghost(run, prefetch)
  local c = coding.start(run, run.fake)
  local document = coding.lines(300)
  coding.script(run.fake, {
    continue = table.concat(document, '\n') .. '\n',
    continue_lines = 1,
    first_ms = 120,
    interval_ms = 1000 / 60,
  })
  c:open(vim.list_slice(document, 1, 100), NAME)
  c:hum({ prefetch = prefetch })
  c:lua('w.watch_marks()')
  c:lua([[vim.keymap.set('i', '<F9>', function() require('hum.complete').accept() end)]])
  c:type('GA')
  c:await_ghost()
  local out, from = {}, 0
  for i = 1, run.quick and 4 or 12 do
    c:await_answer()
    coding.sleep(400) -- the user reads, and hum has the time to look ahead
    c:await_answer()
    local time = c:type('<F9>')
    coding.sleep(SETTLE_MS)
    c:await_ghost()
    local drawn
    drawn, from = mark_after(c, time, from)
    out[i] = ms_between(time, drawn)
  end
  c:stop()
  return out
end

---@param run { root: string, dir: string, fake: test.Fake, quick: boolean? }
---@param note fun(...)
---@return { what: string, ms: number[], aim: number? }[]
function M.measure(run, note)
  local out = {}
  local function add(what, ms, aim) out[#out + 1] = { what = what, ms = ms, aim = aim } end
  local short, slow = { text = '' }, { text = 'never seen', first_ms = 5000 }
  note('key to request')
  add('key to request, no pause', M.key_to_request(run, 0, short, 50))
  add(('key to request, less a pause of %d ms'):format(DEBOUNCE_MS), M.key_to_request(run, DEBOUNCE_MS, short, 50))
  add('key to request, the former one is cancelled', M.key_to_request(run, 0, slow, 50))
  note('tokens to ghost text')
  local streamed = M.tokens_to_ghost(run)
  add('first token to ghost text', streamed.first, GHOST_AIM)
  add('further tokens to ghost text', streamed.all, GHOST_AIM)
  add('tokens to the frame that shows them', streamed.drawn, GHOST_AIM)
  note('cache, acceptance')
  add('key to ghost text, answer known', M.cache_to_ghost(run))
  add('acceptance to next suggestion, looked ahead', M.accept_to_ghost(run, true))
  add('acceptance to next suggestion, not looked ahead', M.accept_to_ghost(run, false))
  return out
end

return M
