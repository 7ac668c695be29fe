-- Estimates of tokens, made right by what servers count.
local T = require('harness')
local test, eq, ok = T.test, T.eq, T.ok

T.once()

---@param t hum.TestCase
---@return any
local function call(t, fn, ...) return t:lua("return require('hum.server.tokens')[...](select(2, ...))", fn, ...) end

local function learn(t, estimated, counted) return call(t, 'learn', 'local', 'm', estimated, counted) end
local function of(t, estimated) return call(t, 'of', 'local', 'm', estimated) end

test('one count makes the estimates of its model right, in both directions', { ui = false }, function(t)
  eq(1000, of(t, 1000))
  learn(t, 5500, 8800)
  eq(1600, of(t, 1000))
  eq(1000, call(t, 'of', 'local', 'another', 1000))
  call(t, 'learn', 'local', 'low', 5500, 3300)
  eq(600, call(t, 'of', 'local', 'low', 1000))
end)

test('what cannot be the count of a whole prompt is not learned', { ui = false }, function(t)
  eq(false, learn(t, 5500, 40)) -- the rest of a cached one
  eq(false, learn(t, 5500, 0))
  eq(false, learn(t, 5500, nil))
  eq(false, learn(t, 20, 40)) -- all template
  eq(false, learn(t, 5500, 437000)) -- an image
  eq(1000, of(t, 1000))
end)

test('a low first count is learned where all of the prompt had room', { ui = false }, function(t)
  local function first(model, ...) return call(t, 'learn', 'local', model, ...) end
  eq(true, first('a', 1500, 450)) -- no window is so small that this was cut
  eq(300, call(t, 'of', 'local', 'a', 1000))
  eq(true, first('b', 2700, 1100, 4096)) -- nor this one
  eq(true, first('c', 2700, 760)) -- no half of a window is so small
  eq(false, first('d', 9000, 2051)) -- half of 4096
  eq(false, first('e', 9000, 2051, 4096))
  eq(false, first('f', 2700, 40, 4096)) -- the rest of a cached one
end)

test('what is far from what is known counts when it comes twice', { ui = false }, function(t)
  learn(t, 5500, 5500)
  eq(false, learn(t, 5500, 2900)) -- half a prompt, or the rest of a cached one
  eq(1000, of(t, 1000))
  eq(true, learn(t, 5600, 5600))
  learn(t, 5500, 8800)
  learn(t, 5600, 8960)
  ok(of(t, 1000) > 1500, 'another tokenizer: ' .. of(t, 1000))
end)

test('counts that scatter change it little', { ui = false }, function(t)
  learn(t, 5000, 6000)
  for i = 1, 20 do
    learn(t, 5000, i % 2 == 0 and 6300 or 5700)
  end
  ok(math.abs(of(t, 1000) - 1200) < 40, of(t, 1000))
end)

test('it is remembered over sessions, together with what others have learned', { ui = false }, function(t)
  learn(t, 5500, 8800)
  local file = t:lua("return vim.fn.stdpath('state') .. '/hum/tokens.json'")
  t:wait(function() return t:lua('return vim.fn.filereadable(...)', file) == 1 end, 'it is written')
  t:lua("require('hum.server.tokens_state').save()")
  local other = t:start({ ui = false })
  local function in_other(fn, ...) return other:lua("return require('hum.server.tokens')[...](select(2, ...))", fn, ...) end
  eq(1600, in_other('of', 'local', 'm', 1000))
  local function has(model)
    t:wait(
      function() return (vim.json.decode(t:lua('return vim.fn.readfile(...)[1]', file))['local'] or {})[model] end,
      model .. ' is there'
    )
  end
  in_other('learn', 'local', 'second', 5500, 11000)
  has('second')
  call(t, 'learn', 'local', 'third', 5500, 6600)
  has('third')
  has('second')
  has('m')
end)

test('a damaged file is none', { ui = false }, function(t)
  local file = t:lua("return vim.fn.stdpath('state') .. '/hum/tokens.json'")
  t:lua("vim.fn.mkdir(vim.fn.stdpath('state') .. '/hum', 'p')")
  t:lua('vim.fn.writefile({ select(2, ...) }, (...))', file, '{"local": {"m": 0.00001, "k": "x", "ok": 2}, "odd": 3')
  eq(1000, of(t, 1000))
  t:lua('vim.fn.writefile({ select(2, ...) }, (...))', file, '{"local": {"m": 0.00001, "k": "x", "ok": 2}, "odd": 3}')
  local other = t:start({ ui = false })
  eq(2000, other:lua("return require('hum.server.tokens').of('local', 'ok', 1000)"))
end)

test('a prompt of which half was read is known by its count', { ui = false }, function(t)
  local function is_cut(estimated, counted, window) return call(t, 'is_cut', 'local', 'm', estimated, counted, window) end
  eq(true, is_cut(5500, 2051, nil))
  eq(true, is_cut(5500, 2051, 4096))
  eq(false, is_cut(5500, 5100, nil))
  eq(false, is_cut(16, 9, nil)) -- a server that counts words
  eq(true, is_cut(900, 450, 512))
  eq(false, is_cut(5500, 6100, 4096))
  eq(false, is_cut(5500, 30, 4096)) -- the rest of a cached one
  eq(false, is_cut(3000, 1500, 8192)) -- nothing was too long
end)
