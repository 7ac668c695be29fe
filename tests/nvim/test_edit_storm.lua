-- Storms: random texts and answers in random pieces, and in the midst of them a user who accepts and rejects hunks in
-- any order, edits in and around the range, takes back and does again. What must stand in the buffer is a model of its
-- own (lib/world.lua). `make storm` has more rounds.
local T = require('harness')
local chat = require('lib.chat')
local new_random = require('lib.random')
local pieces = require('lib.pieces')
local worlds = require('lib.world')
local test, eq = T.test, T.eq

T.once()

local ROUNDS = tonumber(vim.env.HUM_STORM) or 5
local SEED = tonumber(vim.env.HUM_TEST_SEED) or vim.uv.hrtime() % 1000000007

-- ---- texts -----------------------------------------------------------------------------------

local DULL = { '', 'end', '  end' }

---@param rng fun(n: integer): integer
local function random_line(rng, n)
  if rng(5) == 1 then return DULL[rng(#DULL)] end
  return ('%slocal value_%d = compute(%d)'):format(('  '):rep(rng(3) - 1), n, rng(900))
end

--- Lines of which every line but the dull ones is another.
local function random_lines(rng, count, from)
  local out = {}
  for i = 1, count do
    out[i] = random_line(rng, from + i)
  end
  -- Neither end of a range is a line that a model's answer may lack or have twice.
  out[1], out[count] = ('local first_%d = %d'):format(from, rng(900)), ('local last_%d = %d'):format(from, rng(900))
  return out
end

--- Some lines are changed, some left out, some added.
local function random_answer(rng, old)
  local out, calm, i = { old[1] }, 3 + rng(12), 2
  while i < #old do
    local what = rng(calm + 3)
    if what == 1 and #out > 2 * i / 3 then
      i = i + 1
    elseif what <= 3 then
      for k = 1, rng(4) do
        out[#out + 1] = ('  local fresh_%d_%d = other(%d)'):format(i, k, rng(900))
      end
      i = i + rng(2) - 1
    end
    if i < #old then out[#out + 1] = old[i] end
    i = i + 1
  end
  out[#out + 1] = old[#old]
  return out
end

-- ---- a round ---------------------------------------------------------------------------------

---@class test.Storm
---@field t test.Case
---@field rng fun(n: integer): integer
---@field buf integer
---@field world test.World
---@field rejected table<integer, true>
---@field inside boolean
---@field past table[]    worlds and texts before each change, the oldest first
---@field future table[]
---@field count integer
local Storm = {}
Storm.__index = Storm

function Storm:lines() return self.t.child:api('nvim_buf_get_lines', self.buf, 0, -1, false) end

function Storm:hunks() return self.t:lua('return require("hum").hunks(...)', self.buf) end

function Storm:accept(id)
  return self.t:lua('return { require("hum").accept{ buf = (...), id = select(2, ...), force = true } }', self.buf, id)
end

--- The states of all hunks are what was decided about them. Those of hunks whose lines the user has changed depend on
--- where he did it: test_edit_model.lua has that.
function Storm:check_states(what)
  for _, hunk in ipairs(self:hunks()) do
    local about = ('%s: %s'):format(what, vim.inspect(hunk))
    local own, beside = self.world:touches(hunk)
    if self.world.accepted[hunk.id] then
      eq('accepted', hunk.state, about)
    elseif hunk.state ~= 'pending' and not (own or beside) then
      eq(self.rejected[hunk.id] and 'rejected' or 'finished', hunk.state, about)
      eq(nil, hunk.conflict, about)
    end
  end
end

--- The buffer is what the model says.
function Storm:check(what)
  local wanted = vim.tbl_map(function(row) return row.text end, self.world:rows())
  local rest, _, mine = worlds.split(self:lines())
  eq(wanted, rest, what)
  eq(vim.tbl_count(self.world.mine), vim.tbl_count(mine), what .. ': the lines of the user')
  self:check_states(what)
end

function Storm:keep()
  table.insert(self.past, { world = self.world:copy(), lines = self:lines() })
  self.future = {}
end

--- A line is changed or taken away, or one of the user's own is put behind it.
function Storm:edit()
  local rows = self.world:rows()
  local at = self.rng(#rows)
  local row = rows[at]
  local is_range = row.list == self.world.now
  if not row.list or is_range and not self.inside then return end -- what was accepted is left alone
  local _, places = worlds.split(self:lines())
  self:keep()
  self.count = self.count + 1
  local what = self.rng(3)
  if what == 1 then
    local line = '-- mine ' .. self.count
    local is_edge = row.list == self.world.above and row.at == #row.list
    self.world.mine[line] = (is_range and row.at or is_edge and 0 or -9) + self.world.first - 1
    self.t:keys(('%dGo%s<Esc>'):format(places[at], line))
  elseif what == 2 then
    row.list[row.at] = row.text .. ' -- changed ' .. self.count
    self.t:keys(('%dGA -- changed %d<Esc>'):format(places[at], self.count))
  else
    row.list[row.at] = false
    self.t:keys(('%dGdd'):format(places[at]))
  end
  self:check('after an edit')
end

function Storm:decide()
  local hunks = vim.tbl_filter(function(hunk) return hunk.state == 'finished' end, self:hunks())
  if #hunks == 0 then return end
  local hunk = hunks[self.rng(#hunks)]
  if self.rng(4) == 1 then
    eq({ 1 }, self.t:lua('return { require("hum").reject{ buf = (...), id = select(2, ...) } }', self.buf, hunk.id))
    self.rejected[hunk.id] = true
    return self:check('after a hunk was rejected')
  end
  self:keep()
  local answer = self:accept(hunk.id)
  if hunk.conflict then
    table.remove(self.past)
    eq(true, type(answer[2]) == 'string', vim.inspect(answer))
  else
    eq({ 1 }, answer)
    self.world.accepted[hunk.id] = hunk
  end
  self:check('after a hunk was accepted')
end

--- Takes a step back or does it again.
---@param from table[]
---@param to table[]
---@param key string
function Storm:turn(from, to, key)
  local state = table.remove(from)
  if not state then return end
  table.insert(to, { world = self.world:copy(), lines = self:lines() })
  self.t:keys(key)
  eq(state.lines, self:lines(), 'after ' .. key)
  self.world = state.world
  self:check('after ' .. key)
end

function Storm:undo() self:turn(self.past, self.future, 'u') end
function Storm:redo() self:turn(self.future, self.past, '<C-r>') end

function Storm:step()
  local what = self.rng(10)
  if what <= 3 then
    self:edit()
  elseif what <= 7 then
    self:decide()
  elseif what <= 9 then
    self:undo()
  else
    self:redo()
  end
end

local function over(t, buf) return t:lua('local p = require("hum.edit").list(...)[1]; return not p or p.over', buf) end

--- Accepting what is left gives the new text, as far as the user left it alone.
function Storm:finish(new)
  local preview = self.t:lua('local p = require("hum.edit").list(...)[1]; return { fault = p.fault }', self.buf)
  eq(nil, preview.fault)
  self:check('at the end')
  local open = vim.tbl_filter(function(h) return h.state == 'finished' and not h.conflict end, self:hunks())
  if #open > 0 then
    self:keep()
    eq({ #open }, self:accept('all'))
    for _, hunk in ipairs(open) do
      self.world.accepted[hunk.id] = hunk
    end
    self:check('after all were accepted')
  end
  local is_all = vim.iter(self:hunks()):all(function(hunk) return self.world.accepted[hunk.id] ~= nil end)
  if is_all and vim.deep_equal(self.world.now, self.world.old) then
    local wanted = vim.iter({ self.world.above, new, self.world.below }):flatten():filter(function(x) return x end)
    eq(wanted:totable(), (worlds.split(self:lines())))
  end
  local steps = #self.past
  for _ = 1, steps do
    self:undo()
  end
  for _ = 1, steps do
    self:redo()
  end
end

---@param t test.Case
---@param srv test.Fake
---@param gate test.Gate
---@param seed integer
---@param inside boolean  the user edits the range, too
---@return integer early  hunks about which something was decided while others were being written
local function round(t, srv, gate, seed, inside)
  local rng = new_random(seed)
  local lines = random_lines(rng, 20 + rng(60), 100)
  local first = 1 + rng(8)
  local last = math.min(#lines - rng(6), first + 4 + rng(50))
  lines[first], lines[last] = 'local begin = ' .. seed, 'local finish = ' .. seed
  local world = worlds.new(lines, first, last)
  local new = random_answer(rng, world.old)
  local text = '```lua\n' .. table.concat(new, '\n') .. '\n```\n'
  srv:script({ tokens = pieces.cut(text, rng(3) == 1 and 'chars' or seed) })
  gate:pass(0)
  t:cmd('enew!')
  local buf = t:lua('return vim.api.nvim_get_current_buf()')
  t.child:api('nvim_buf_set_lines', buf, 0, -1, false, lines)
  t:cmd('let &undolevels = &undolevels')
  local self = setmetatable({
    t = t,
    rng = rng,
    buf = buf,
    world = world,
    rejected = {},
    inside = inside,
    past = {},
    future = {},
    count = 0,
  }, Storm)
  t:lua(
    [[
    local buf, first, last = ...
    assert(require('hum').edit({ buf = buf, first = first, last = last, instruction = 'Improve it.' }))
  ]],
    buf,
    first,
    last
  )
  for _ = 1, 30 do
    if rng(3) == 1 then
      gate:pass(rng(60))
      t:wait(function() return gate:taken() end, 'the helper has taken what passed')
    end
    self:step()
  end
  local early = vim.tbl_count(self.world.accepted) + vim.tbl_count(self.rejected)
  gate:pass()
  t:wait(function() return over(t, buf) end, 'the edit ends')
  self:finish(new)
  t:cmd('bwipeout!')
  return early
end

---@param what string
---@param inside boolean
local function storm(what, inside)
  local name = ('%s in the midst of %d edits, the text is what he made of it (seed %d)'):format(what, ROUNDS, SEED)
  test(name, { init = 'vim.o.autoindent = false' }, function(t)
    local srv = t:fake()
    local gate = t:gate(srv)
    chat.configure(t, srv)
    local early = 0
    for i = 1, ROUNDS do
      local seed = SEED + i - 1
      local ok, answer = pcall(round, t, srv, gate, seed, inside)
      assert(ok, ('HUM_TEST_SEED=%d: %s'):format(seed, answer))
      early = early + answer
    end
    T.ok(early > 0 or ROUNDS < 5, 'nothing was decided in mid-stream')
  end)
end

storm('a user works around the range', false)
storm('a user works within the range, too,', true)
