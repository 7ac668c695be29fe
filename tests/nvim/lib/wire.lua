-- Plays a line of tests/cases/*.jsonl (what a server sends) to hum and judges what the user gets: the buffer, what is
-- told, what the server is sent. tests/cases/README.md says what the fields mean.
local chat = require('lib.chat')
local request = require('lib.wire_request')
local slow = require('lib.slow')
local task = require('lib.task')

local M = {}

---@class test.Seen  what there is to be judged
---@field lines string[]      of the reply that are text
---@field thinking string[]
---@field marks string[]
---@field blank integer       the most blank lines in a row
---@field notices string[]    what vim.notify was given
---@field beside string[]     virtual lines
---@field figures string[]    virtual text
---@field finished? table     data of HumRequestFinished
---@field buffer string       the reply as it stands
---@field messages string     :messages

--- Notices are kept whole, and clocks that keep them from being repeated go on between cases.
M.INIT = [[
hum_wire = { notices = {}, skew = 0 }
vim.notify = function(text) table.insert(hum_wire.notices, text) end
local now = vim.uv.now
vim.uv.now = function() return now() + hum_wire.skew end
]]

--- The variable that holds the key of the endpoints of the dialect "anthropic".
M.ENV = { HUM_CASE_KEY = 'sesame' }

--- The lines of a file.
---@param path string
---@return table[]
function M.read(path)
  local cases = {}
  for line in io.lines(path) do
    cases[#cases + 1] = vim.json.decode(line, { luanil = { object = false } })
    cases[#cases].line = line
  end
  return cases
end

-- ---- playing ---------------------------------------------------------------------------------

local BEGIN = [[
vim.cmd('silent! messages clear')
hum_wire.notices, hum_wire.skew, hum_test.events = {}, hum_wire.skew + 60000, {}
]]

local LOOK = [[
local buf = ...
local out = { lines = vim.api.nvim_buf_get_lines(buf, 0, -1, false), notices = hum_wire.notices, beside = {}, figures = {} }
local function text(chunks)
  return table.concat(vim.tbl_map(function(chunk) return chunk[1] end, chunks))
end
for _, mark in ipairs(vim.api.nvim_buf_get_extmarks(buf, -1, 0, -1, { details = true })) do
  if mark[4].virt_text and not mark[4].invalid then table.insert(out.figures, text(mark[4].virt_text)) end
  -- As they were before they were broken to fit into the window.
  local lines = vim.tbl_map(function(line) return vim.trim(text(line)) end, mark[4].virt_lines or {})
  if lines[1] then table.insert(out.beside, table.concat(lines, ' ')) end
end
for _, event in ipairs(hum_test.events) do
  if event.name == 'HumRequestFinished' then out.finished = event.data end
end
out.messages = vim.api.nvim_exec2('messages', { output = true }).output
return out
]]

--- Sorts the lines of the last reply.
---@param seen table
local function read_reply(seen)
  local at, last = 0, #seen.lines
  for i, line in ipairs(seen.lines) do
    if line:find('^## « ') then at = i end
  end
  while last > at and not seen.lines[last]:find('%S') do
    last = last - 1
  end
  if seen.lines[last] and seen.lines[last]:find('^## » ') then last = last - 1 end
  local all, thinks, blank = seen.lines, false, 0
  seen.lines, seen.thinking, seen.marks, seen.blank = {}, {}, {}, 0
  for i = at + 1, at > 0 and last or 0 do
    local line = all[i]
    blank = line:find('%S') and 0 or blank + 1
    seen.blank = math.max(seen.blank, i < last and i > at + 1 and blank or 0)
    if line == '<think>' or line == '</think>' then
      thinks = line == '<think>'
    elseif line:find('%S') then
      local to = thinks and seen.thinking or line:find('^<!%-%- hum: .* %-%->$') and seen.marks or seen.lines
      to[#to + 1] = (line:gsub('%s+$', ''))
    end
  end
  seen.buffer = table.concat(vim.list_slice(all, at + 1, at > 0 and last or 0), '\n')
end

---@return test.Seen
local function look(t, buf)
  local seen = t:lua(LOOK, buf)
  read_reply(seen)
  return seen
end

local count = 0

--- An endpoint is configured as none before, so that nothing is known of it.
---@return table
local function options(srv, case)
  count = count + 1
  local endpoint = { url = srv.url, dialect = case.dialect, model = 'm', connect_timeout = 10 + count / 1000 }
  endpoint = vim.tbl_extend('force', endpoint, case.endpoint or {})
  if case.dialect == 'anthropic' and endpoint.key == nil then endpoint.key = { env = 'HUM_CASE_KEY' } end
  for name, value in pairs(endpoint) do
    if value == vim.NIL then endpoint[name] = nil end
  end
  return vim.tbl_deep_extend('force', {
    endpoint = 't',
    endpoints = { t = endpoint },
    chat = { window = 'current' },
  }, case.setup or {})
end

---@param cond fun(): any
---@return any
local function wait(case, cond)
  local deadline, pause = slow.now() + math.max(case.wait_ms or 0, 6000), 1
  repeat
    local value = cond()
    if value then return value end
    task.pause(pause)
    pause = math.min(pause * 2, 30)
  until slow.now() > deadline
end

---@return boolean
local function has_ended(t, buf) return look(t, buf).finished ~= nil end

local function question(case)
  local ask = case.ask or 'hello'
  return type(ask) == 'table' and ask.text:rep(ask.times) or ask
end

-- ---- judging ---------------------------------------------------------------------------------

---@param text string
---@param word string|string[]
---@return boolean
local function has(text, word)
  for _, one in ipairs(type(word) == 'table' and word or { word }) do
    if text:lower():find(one:lower(), 1, true) then return true end
  end
  return false
end

---@param seen test.Seen
---@return string  all that is told
local function told(seen)
  local finished = seen.finished or {}
  local parts = { finished.message or '', finished.hint or '', seen.messages }
  for _, list in ipairs({ seen.marks, seen.notices, seen.beside, seen.figures }) do
    vim.list_extend(parts, list)
  end
  return table.concat(parts, '\n')
end

---@type table<string, fun(seen: test.Seen, is_told: boolean): boolean>
local ENDINGS = {
  any = function(seen) return seen.finished ~= nil end,
  good = function(seen, is_told) return seen.finished ~= nil and seen.finished.status == 'done' and not is_told end,
  cut = function(seen, is_told)
    return seen.finished ~= nil and is_told and seen.marks[1] ~= nil and has(told(seen), { 'limit', 'length' })
  end,
  told = function(seen, is_told) return seen.finished ~= nil and is_told end,
  failed = function(seen, is_told) return seen.finished ~= nil and is_told and seen.finished.status ~= 'done' end,
  waits = function(seen) return seen.finished == nil and has(told(seen), 'again') and told(seen):find('%d s') ~= nil end,
}

---@param lines string[]
---@param want string
---@return integer|nil n  of lines that are this text
local function match_lines(lines, want)
  local n = 0
  for line in vim.gsplit(want, '\n') do
    if line:find('%S') then
      n = n + 1
      local got = lines[n]
      if got ~= line and got ~= '\\' .. line then return nil end
    end
  end
  return n
end

--- Nothing else may be there, unless the case names more of the reply.
---@param seen test.Seen
---@param want table
---@param complain fun(text: string)
local function judge_text(seen, want, complain)
  local got = table.concat(seen.lines, '\n')
  if want.prefix then
    local bare = got:gsub('^\\', '')
    if not vim.startswith(bare, want.text) then complain(('text %q'):format(got)) end
    return
  end
  local n = match_lines(seen.lines, want.text)
  local rest = n and vim.list_slice(seen.lines, n + 1) or {}
  if not n or (#rest > 0 and not want.buffer_has and not vim.deep_equal(rest, want.closing)) then
    complain(('text %q'):format(got))
  end
end

---@param seen test.Seen
---@param want string
local function has_thinking(seen, want)
  local at = 0
  for line in vim.gsplit(want, '\n') do
    if line:find('%S') then
      repeat
        at = at + 1
      until at > #seen.thinking or seen.thinking[at]:find(line, 1, true)
    end
  end
  return at <= #seen.thinking
end

--- Fields that have a list of words, and where those must be or must not be.
---@type table<string, { where: (fun(seen: test.Seen): string), no?: boolean }>
local WORDS = {
  message_has = { where = told },
  message_lacks = { where = told, no = true },
  buffer_has = { where = function(seen) return seen.buffer end },
  lacks = { where = function(seen) return seen.buffer end, no = true },
  figures = { where = function(seen) return told(seen) end },
  shows = { where = function(seen) return seen.buffer .. '\n' .. told(seen) end },
}

---@param seen test.Seen
---@param want table
---@param complain fun(text: string)
local function judge_figures(seen, want, complain)
  for name, value in pairs(want.stats or {}) do
    local got = (seen.finished or {}).stats
    if not got or got[name] ~= value then complain(('stats.%s is %s'):format(name, got and got[name])) end
  end
  if want.rate_below then
    local rates = { vim.tbl_get(seen, 'finished', 'stats', 'tokens_per_second') or 0 }
    for rate in told(seen):gmatch('([%d.]+) tokens/s') do
      rates[#rates + 1] = tonumber(rate)
    end
    if math.max(unpack(rates)) > want.rate_below then complain('rate ' .. table.concat(rates, ', ')) end
  end
end

--- What is wrong about what was seen.
---@param seen test.Seen
---@param want table
---@return string[]
local function judge_seen(seen, want)
  local complaints = {}
  local function complain(text) complaints[#complaints + 1] = text end
  local is_told = #seen.marks + #seen.notices + #seen.beside > 0
  if want.ending and not ENDINGS[want.ending](seen, is_told) then
    complain(('not %s: %s'):format(want.ending, vim.inspect(seen.finished and seen.finished.status)))
  end
  if want.text then judge_text(seen, want, complain) end
  if want.thinking and not has_thinking(seen, want.thinking) then
    complain('thinking ' .. table.concat(seen.thinking, '\\n'))
  end
  for field, how in pairs(WORDS) do
    for _, word in ipairs(want[field] or {}) do
      if has(how.where(seen), word) == (how.no or false) then complain(field .. ' ' .. vim.inspect(word)) end
    end
  end
  for _, text in ipairs(want.once or {}) do
    if select(2, seen.buffer:gsub(vim.pesc(text), '')) ~= 1 then complain('not once: ' .. text) end
  end
  if want.blank_lines and seen.blank > want.blank_lines then complain(('%d blank lines'):format(seen.blank)) end
  judge_figures(seen, want, complain)
  return complaints
end

---@param want table
---@return boolean  the next question tells whether it holds
local function asks_again(want) return want.history ~= nil or want.history_lacks ~= nil or want.again ~= nil end

---@param srv test.Fake
---@return table[]  requests for a reply
local function requests_of(srv)
  return vim.tbl_filter(function(r) return r.method == 'POST' end, srv:requests())
end

---@class test.Played
---@field seen test.Seen
---@field requests table[]
---@field again? table  the next question's first request

---@param played test.Played
---@param want table
---@return string[]
local function judge(played, want)
  if want.any then
    local complaints = {}
    for i, one in ipairs(want.any) do
      local wrong = judge(played, one)
      if #wrong == 0 then return {} end
      complaints[i] = ('either (%s)'):format(table.concat(wrong, '; '))
    end
    return complaints
  end
  local complaints = judge_seen(played.seen, want)
  local function complain(text) complaints[#complaints + 1] = text end
  if want.requests and #played.requests ~= want.requests then complain(('%d requests'):format(#played.requests)) end
  if want.request then request.judge(played.requests[1], want.request, complain) end
  if asks_again(want) then request.judge_again(played.again, want, complain) end
  return complaints
end

---@param case table
---@return table[]
local function wants_of(case) return case.want.any or { case.want } end

local function stop(t, case, buf)
  if has_ended(t, buf) then return end
  t:cmd('silent! Hum stop')
  wait(case, function() return has_ended(t, buf) end)
end

--- Asks, waits for the end, and looks.
---@return test.Played
local function play(t, srv, case, buf)
  chat.ask(t, question(case), buf)
  local waits = vim.tbl_filter(function(want) return want.ending == 'waits' end, wants_of(case))
  wait(case, function()
    local now = look(t, buf)
    return now.finished or vim.iter(waits):any(function(want) return #judge_seen(now, want) == 0 end)
  end)
  -- Notifications follow the event.
  local played = { seen = look(t, buf), requests = requests_of(srv) }
  stop(t, case, buf)
  if vim.iter(wants_of(case)):any(asks_again) then
    t:lua(BEGIN)
    srv:reset()
    chat.ask(t, 'and now?', buf)
    played.again = wait(case, function() return requests_of(srv)[1] end)
    stop(t, case, buf)
  end
  return played
end

--- The server of a case says nothing of its window: what is left out of a chat is no concern of these cases.
local NO_WINDOW = [[
  local window = require('hum.server.window')
  window.find = function(_, _, _, cb) cb() return function() end end
  window.of = function() end]]

--- Plays a case.
---@param t test.Case
---@param srv test.Fake
---@param case table
---@return string[] complaints  what is not as the case wants it
function M.play(t, srv, case)
  srv:play(case.line)
  srv:reset()
  t:lua(BEGIN)
  t:lua(NO_WINDOW)
  local ok, buf = pcall(function()
    assert(t:lua([[return require('hum').setup(...)]], options(srv, case)), 'setup() refused the options')
    return t:lua([[return require('hum.chat').open({ new = true })]])
  end)
  if not ok then return { (tostring(buf):gsub('^[^\n]-:%d+: ', ''):match('^[^\n]*')) } end
  local played = play(t, srv, case, buf)
  t:cmd('silent! bwipeout! ' .. buf)
  return judge(played, case.want)
end

return M
