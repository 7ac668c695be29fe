-- Replays a typing log at its own speed: a user who writes code, looks at suggestions now and
-- then, and takes those that are right.
local coding = require('coding')
local task = require('lib.task')

local M = {}

-- The typist takes no less than that, in bytes.
local LEAST_LINE, LEAST_WORD = 6, 4

-- A model of about one to three billion parameters on a machine of its user.
local FIRST_MS, FIRST_MORE_MS, TOKENS_PER_SECOND = 80, 170, 60
-- It is right for so many lines, each as often as the others.
local LINES = { 1, 1, 2, 4 }
local RULES, SEED = 600, 4711

---@class bench.Replayed
---@field miss integer          every so manyth answer was wrong
---@field counts table          of the helper
---@field keys integer          typed
---@field shown integer         suggestions that were drawn
---@field accepted integer      bytes
---@field accepts integer
---@field looks integer
---@field written integer       bytes of the pieces
---@field seconds number
---@field prompts table<string, bench.Prompts>

---@param root string
---@return { ms: integer, from: integer, what: string }[] events
---@return table<string, string[]> documents  lines
---@return table<string, table<integer, true>> missing  lines that are not there at first
local function load(root)
  local dir = root .. '/bench/typing/'
  local events, documents, missing = {}, {}, {}
  for line in io.lines(dir .. 'session.keys') do
    local ms, from, what = line:match('^(%d+) (%d+) (.+)$')
    local name, first, last = (what or ''):match('^without (%S+) (%d+) (%d+)$')
    if name then
      documents[name] = documents[name] or vim.fn.readfile(('%s%s.txt'):format(dir, name))
      missing[name] = missing[name] or {}
      for i = tonumber(first), tonumber(last) do
        missing[name][i] = true
      end
    elseif ms then
      events[#events + 1] = { ms = tonumber(ms), from = tonumber(from), what = what }
    end
  end
  return events, documents, missing
end

--- A server that knows how the documents go on, and takes its time.
local function script(fake, documents, miss)
  local text = ''
  for _, lines in vim.spairs(documents) do
    text = text .. table.concat(lines, '\n') .. '\n'
  end
  local path = vim.fn.tempname()
  vim.fn.writefile(vim.split(text, '\n', { plain = true }), path)
  math.randomseed(SEED)
  local rules = {}
  for i = 1, RULES do
    rules[i] = {
      continue = { file = path },
      continue_lines = LINES[math.random(#LINES)],
      miss = miss,
      first_ms = FIRST_MS + math.random(0, FIRST_MORE_MS),
      interval_ms = 1000 / TOKENS_PER_SECOND,
      times = i < RULES and 1 or nil,
    }
  end
  coding.script(fake, rules)
  return path
end

--- What of a suggestion the typist takes.
---@param ghost string
---@param follows string  what is to be written
---@return 'accept'|'accept_line'|'accept_word'|nil
local function choose(ghost, follows)
  local line, word = ghost:match('^\n?[^\n]*'), ghost:match('^%s*[%w_]+') or ''
  if vim.startswith(follows, ghost) and #ghost >= LEAST_LINE then
    return 'accept'
  elseif vim.startswith(follows, line) and #line >= LEAST_LINE then
    return 'accept_line'
  elseif #word >= LEAST_WORD and follows:find('^' .. vim.pesc(word) .. '[^%w_]') then
    return 'accept_word'
  end
end

local function open_piece(self, name, row, last)
  self.text = table.concat(self.documents[name], '\n')
  self.last = last
  self.c:lua('vim.cmd.buffer(...); w.plain()', name)
  self.c:lua('vim.bo.shiftwidth, vim.bo.softtabstop = ..., ...', name:find('%.c$') and 4 or 2)
  self.c:lua('vim.api.nvim_win_set_cursor(0, { ..., 0 })', row)
end

local function look(self, from)
  self.looks = self.looks + 1
  local ghost = self.c:lua('return w.ghost()')
  local how = ghost and choose(ghost, self.text:sub(from + 1, self.last))
  if how then
    local row = 'local c = vim.api.nvim_win_get_cursor(0); return vim.api.nvim_buf_get_offset(0, c[1] - 1) + c[2]'
    local before = self.c:lua(row)
    self.c:lua("require('hum.complete')[...]()", how)
    local size = self.c:lua(row) - before
    self.accepts, self.accepted = self.accepts + 1, self.accepted + size
    return from + size
  end
end

local function step(self, event)
  local name, row, last = event.what:match('^open (%S+) (%d+) (%d+)$')
  if name then
    self.progress = event.from
    open_piece(self, name, tonumber(row), tonumber(last))
  elseif event.what == 'look' then
    self.progress = look(self, event.from) or self.progress
  else
    self.keys = self.keys + 1
    self.c:type(event.what)
  end
end

--- The end of the replay: what was written is the document.
local function check(self)
  for name, lines in pairs(self.documents) do
    local text = self.c:lua('return vim.api.nvim_buf_get_lines(vim.fn.bufnr(...), 0, -1, false)', name)
    assert(vim.deep_equal(text, lines), name .. ' has become another text')
  end
end

local function type_all(self, events, quick)
  local due = task.now()
  for i, event in ipairs(events) do
    -- What an accepted suggestion has brought is not typed.
    local is_open = event.what:find('^open')
    if quick and is_open and i > 1 then
      return
    elseif is_open or event.from >= self.progress then
      due = due + event.ms
      coding.sleep(due - task.now())
      step(self, event)
    end
  end
  check(self)
end

---@param run { root: string, dir: string, quick: boolean? }
---@param fake test.Fake
---@param miss integer
---@return bench.Replayed
function M.measure(run, fake, miss)
  local events, documents, missing = load(run.root)
  local c = coding.start(run, fake)
  local self = {
    c = c,
    documents = documents,
    progress = 0,
    keys = 0,
    looks = 0,
    accepts = 0,
    accepted = 0,
  }
  local path = script(fake, documents, miss)
  for name, lines in vim.spairs(documents) do
    local rest = {}
    for i, line in ipairs(lines) do
      rest[#rest + 1] = not missing[name][i] and line or nil
    end
    c:open(rest, name)
    c:lua('vim.o.hidden = true')
  end
  c:lua("require('windows').watch()")
  c:hum()
  local started = task.now()
  type_all(self, events, run.quick)
  c:await_answer()
  local requests = c:requests()
  local asked = {}
  for i, request in ipairs(requests) do
    asked[i] = { ns = request.ns, prompt = request.body.prompt }
  end
  local result = {
    miss = miss,
    counts = c:lua('return w.counts()'),
    keys = self.keys,
    looks = self.looks,
    accepts = self.accepts,
    accepted = self.accepted,
    shown = c:lua('return w.shown()'),
    disconnected = #fake:events('disconnect'),
    seconds = (task.now() - started) / 1e3,
    prompts = c:lua("return require('windows').compare(...)", asked),
  }
  c:stop()
  os.remove(path)
  return result
end

---@param run table
---@param misses integer[]
---@return bench.Replayed[]
function M.measure_all(run, misses) return coding.at_once(run, 'replay', misses, M.measure) end

return M
