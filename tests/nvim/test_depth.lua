-- How deep options may be nested: as deep as the limit they reach the server, whichever way
-- they take; one level more is refused with the option's name. A chat file may nest nothing.
local T = require('harness')
local chat = require('lib.chat')
local complete = require('lib.complete')
local test, eq = T.test, T.eq
T.once()

--- Of src/proto.h, which has the number in C.
local function limit(t)
  local text = t:read_file(t.root .. '/src/proto.h')
  return tonumber(text:match('#define LIMIT_DEPTH (%d+)'))
end

--- Options that are nested so deep, their own table included.
local function nested(depth)
  local value = 1 ---@type any
  for i = 1, depth - 1 do
    value = i % 2 == 0 and { deep = value } or { value }
  end
  return { deep = value }
end

local function depth_of(value)
  if type(value) ~= 'table' then return 0 end
  local most = 0
  for _, item in pairs(value) do
    most = math.max(most, depth_of(item))
  end
  return most + 1
end

test(
  'both sides have the same number',
  { ui = false },
  function(t) eq(limit(t), t:lua('return require("hum.config.check").DEPTH')) end
)

for _, dialect in ipairs({ 'ollama', 'openai', 'anthropic' }) do
  test(('options of a chat reach the server, %s'):format(dialect), function(t)
    local srv = t:fake()
    srv:script({ rules = { { text = 'one' } } })
    local options = nested(limit(t))
    eq(limit(t), depth_of(options))
    chat.open(t, srv, { dialect = dialect, options = options })
    chat.ask(t, 'hi')
    eq('done', chat.finished(t).status)
    local body = srv:requests()[1].body
    eq(limit(t), depth_of(dialect == 'ollama' and body.options or { deep = body.deep }))
  end)
end

test('what is nested in the options of a front matter is refused by name', function(t)
  local srv = t:fake()
  srv:script({ rules = { { text = 'one' } } })
  chat.open(t, srv)
  t:lua(
    'vim.api.nvim_buf_set_lines(0, 0, -1, false, { "---", "hum: 1", ..., "---", "", "## » You", "", "hi" })',
    'options: ' .. vim.json.encode(nested(limit(t)))
  )
  t:cmd('Hum send')
  t:wait(function() return t:messages():find('take "deep" out of "options:"', 1, true) end, 'a word about it')
  eq({}, srv:requests())
end)

test('options of hum.generate reach the server, or are refused by name', function(t)
  local srv = t:fake()
  srv:script({ rules = { { text = 'one' } } })
  chat.configure(t, srv)
  local function generate(depth)
    t:lua(
      [[
      local options = ...
      ended = nil
      require('hum').generate({ prompt = 'hi', options = options, on_done = function(result) ended = result end })]],
      nested(depth)
    )
    return t:wait(function() return t:lua('return ended') end, 'an ending')
  end
  eq('done', generate(limit(t)).status)
  eq(limit(t), depth_of(srv:requests()[1].body.options))
  local ok, why = pcall(generate, limit(t) + 1)
  eq(false, ok, 'it is a mistake of who calls')
  T.match(('options: "deep": nested more than %d levels deep'):format(limit(t)), tostring(why), true)
  eq(1, #srv:requests())
end)

test('options of completion reach the server', function(t)
  local options = nested(limit(t))
  local srv = complete.start(t, { text = 'one(two)' }, { complete = { options = options } })
  complete.insert(t, { 'x = ' })
  complete.type(t, 'y')
  srv:wait_event('request')
  eq(limit(t), depth_of({ deep = srv:requests()[1].body.deep }))
end)

test('one level more in the configuration is refused by name', { ui = false }, function(t)
  for _, path in ipairs({ 'endpoints.ollama.options', 'complete.options' }) do
    local config = {}
    local at = config
    for name in path:gmatch('%a+') do
      at[name] = name == 'options' and nested(limit(t) + 1) or {}
      at = at[name]
    end
    local problems = t:lua('local _, problems = require("hum.config").setup(...) return problems', config)
    local text = '%s: "deep": nested more than %d levels deep'
    eq({ text:format(path, limit(t)) }, problems)
  end
end)
