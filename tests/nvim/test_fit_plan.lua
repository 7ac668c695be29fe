-- Which messages are sent where not all of them fit, in numbers.
local T = require('harness')
local test, eq = T.test, T.eq

T.once()

---@param t hum.TestCase
---@param asked table
---@return table
local function plan(t, asked) return t:lua("return require('hum.chat.fit').plan(...)", asked) end

---@param n integer
---@param size integer
---@return integer[]
local function sizes(n, size)
  local out = {}
  for i = 1, n do
    out[i] = size
  end
  return out
end

test('all is sent where all fits, and where nothing is known', { ui = false }, function(t)
  eq(1, plan(t, { sizes = sizes(9, 100), system = 50, window = 4096 }).from)
  eq(1, plan(t, { sizes = sizes(900, 100), system = 50 }).from)
end)

test('a full window is left half empty, and the beginning stays until it is full again', { ui = false }, function(t)
  local list = sizes(61, 100)
  local first = plan(t, { sizes = list, system = 100, window = 4096 })
  eq('full', first.reason)
  T.ok(first.tokens <= 4096 / 2, first.tokens .. ' tokens')
  local from = first.from
  for _ = 1, 8 do
    list[#list + 1], list[#list + 2] = 60, 60
    local next_one = plan(t, { sizes = list, system = 100, window = 4096, from = from })
    eq({ from, nil }, { next_one.from, next_one.reason })
  end
  for _ = 1, 20 do
    list[#list + 1] = 100
  end
  local later = plan(t, { sizes = list, system = 100, window = 4096, from = from })
  T.ok(later.from > from + 10, 'a big step')
end)

test('what is sent begins with a message of the user', { ui = false }, function(t)
  local starts = {}
  for i = 1, 41 do
    starts[i] = i % 2 == 1
  end
  for size = 90, 130, 7 do
    eq(1, plan(t, { sizes = sizes(41, size), system = 0, window = 2048, starts = starts }).from % 2)
  end
end)

test('the last message stays, and it is said when it does not fit', { ui = false }, function(t)
  local got = plan(t, { sizes = { 100, 100, 9000 }, system = 100, window = 4096 })
  eq({ 3, false }, { got.from, got.fits })
  eq(true, plan(t, { sizes = { 100, 100, 900 }, system = 100, window = 4096 }).fits)
end)

test('a larger window has room for what was left out', { ui = false }, function(t)
  local list = sizes(41, 100)
  eq(21, plan(t, { sizes = list, system = 0, window = 4096, from = 21 }).from)
  local got = plan(t, { sizes = list, system = 0, window = 32768, from = 21 })
  eq({ 1, 'grown' }, { got.from, got.reason })
end)

test('the answer has room, and never more than half of the window', { ui = false }, function(t)
  local list = sizes(30, 100)
  eq(1, plan(t, { sizes = list, system = 0, window = 4096, reserve = 800 }).from)
  T.ok(plan(t, { sizes = list, system = 0, window = 4096, reserve = 2000 }).from > 1, 'left out')
  eq(1, plan(t, { sizes = sizes(17, 100), system = 0, window = 4096, reserve = 100000 }).from)
end)
