-- A fault in the configuration: nothing of it is sent anywhere, what is right works. OLLAMA_HOST names a
-- server that would answer, so that whatever is sent by mistake is seen.
local T = require('harness')
local chat = require('lib.chat')
local test, eq = T.test, T.eq

T.once()

local QUIET = { ui = false }

--- A server that would answer, and one that is meant.
local function servers(t)
  local ollama, team = t:fake(), t:fake()
  t:lua('vim.env.OLLAMA_HOST = ...', ollama.url)
  return ollama, team
end

--- Lua text with what it says about URLs.
local function with_url(text, team) return (text:gsub('TEAM', team.url)) end

local FROM = {
  ['vim.g.hum'] = function(t, options) t:lua('vim.g.hum = ' .. options) end,
  ['a function in vim.g.hum'] = function(t, options) t:lua('vim.g.hum = function() return ' .. options .. ' end') end,
  ['setup()'] = function(t, options) t:lua("require('hum').setup(" .. options .. ')') end,
}

--- Asks by a command and gives all that was told.
local function told(t, command)
  t:cmd('set columns=300')
  t:cmd(command)
  t:wait(function() return t:messages() ~= '' end, 'something is told')
  return t:messages() .. '\n' .. t:log()
end

local TEAM = "url = 'TEAM', dialect = 'openai', model = 'fake'"

-- Options, and what is told of them.
local NOWHERE = {
  { "{ endpoint = 'team', endpoints = { team = { " .. TEAM .. ", key = { evn = 'X' } } } }", 'endpoints.team.key' },
  { "{ endpoint = 'team', endpoints = { team = { url = 'TEAM', dialect = 'opnai' } } }", 'endpoints.team.dialect' },
  { "{ endpoint = 'team', endpoints = { team = { " .. TEAM .. ", modle = 'x' } } }", 'endpoints.team.modle' },
  {
    "{ endpoint = 'team', endpoints = { team = { end_point = 'TEAM', dialect = 'openai' } } }",
    'endpoints.team.end_point',
  },
  { "{ endpoint = 'team', endpoints = { team = { dialect = 'openai' } } }", 'endpoints.team.url' },
  { "{ endpoint = 'team', endpoints = { taem = { " .. TEAM .. ' } } }', 'there is no endpoint "team"' },
  { "{ end_point = 'team', endpoints = { team = { " .. TEAM .. ' } } }', 'end_point: no such option' },
  { "{ provider = 'team', endpoints = { team = { " .. TEAM .. ' } } }', 'provider: no such option' },
  { "{ use = 'team', endpoints = { team = { " .. TEAM .. ' } } }', 'use: no such option' },
  { '{ endpoint = 7, endpoints = { team = { ' .. TEAM .. ' } } }', 'endpoint: expected' },
  {
    "{ endpoint = 'team', endpiont = 'other', endpoints = { team = { " .. TEAM .. ' } } }',
    'endpiont: no such option',
  },
  { "{ endpoint = 'team', endpionts = { team = { " .. TEAM .. ' } } }', 'endpionts: no such option' },
  { "{ endpoints = 'team' }", 'endpoints: expected a table' },
  { "{ endpoints = { ollama = { modle = 'x' } } }", 'endpoints.ollama.modle' },
  { "{ endpoint = 'groq' }", 'set endpoints.groq = {}' },
}

for from, set in vim.spairs(FROM) do
  for _, case in ipairs(NOWHERE) do
    test(('nothing is sent where it is not known what was meant: %s in %s'):format(case[1], from), QUIET, function(t)
      local ollama, team = servers(t)
      set(t, with_url(case[1], team))
      T.match(case[2], told(t, 'Hum chat hello there, you'), true)
      eq({}, ollama:requests())
      eq({}, team:requests())
    end)
  end
end

for _, text in ipairs({ 'function() error("no") end', '"team"', 'function() return 7 end' }) do
  test('a vim.g.hum that cannot be read sends nothing, whatever is named: ' .. text, QUIET, function(t)
    local ollama = servers(t)
    t:lua('vim.g.hum = ' .. text)
    T.match('vim.g.hum', told(t, 'Hum chat ollama/fake'), true)
    eq({}, ollama:requests())
  end)
end

test('an endpoint that does not exist is told', QUIET, function(t)
  local ollama = servers(t)
  T.match('there is no endpoint "down"', told(t, 'Hum chat down/'), true)
  eq({}, ollama:requests())
end)

for _, command in ipairs({ 'Hum chat team/fake', 'Hum new team/fake', 'Hum chat team/', 'Hum model team/fake' }) do
  test('a faulty endpoint that is named is not taken for a part of a model: ' .. command, QUIET, function(t)
    local ollama = servers(t)
    t:lua('vim.g.hum = { endpoints = { team = { urll = "x" } } }')
    T.match('endpoints.team.urll', told(t, command), true)
    eq({}, ollama:requests())
  end)
end

-- Faults beside an endpoint that is right.
local BESIDE = {
  { "endpoints = { good = GOOD, bad = { url = 'http://h:1', key = { evn = 'X' } } }", 'endpoints.bad.key' },
  { "endpoints = { good = GOOD, bad = { url = 'http://h:1', dialect = 'opnai' } }", 'endpoints.bad.dialect' },
  { "endpoints = { good = GOOD, ['b d'] = {} }", 'endpoints.b d' },
  { "endpoints = { good = GOOD }, chat = { widow = 'tab' }", 'chat.widow' },
  { "endpoints = { good = GOOD }, log = 'loud'", 'log: expected one of' },
  { "endpoints = { good = GOOD }, colour = 'red'", 'colour: no such option' },
  { "endpoints = { good = GOOD }, complete = 'on'", 'complete: expected a table' },
}

for from, set in vim.spairs(FROM) do
  for _, case in ipairs(BESIDE) do
    test(('what is right works beside a fault: %s in %s'):format(case[1], from), QUIET, function(t)
      local ollama, team = servers(t)
      local good = "{ url = '" .. team.url .. "', dialect = 'openai', model = 'fake' }"
      set(t, "{ endpoint = 'good', " .. case[1]:gsub('GOOD', good) .. ' }')
      t:cmd('Hum chat hello there, you')
      eq('done', chat.finished(t).status)
      T.match(case[2], t:log(), true)
      eq(1, #team:requests('/v1/chat/completions'))
      eq({}, ollama:requests())
    end)
  end
end

test('a faulty endpoint is told when it is used, and others are used by name', QUIET, function(t)
  local ollama = servers(t)
  t:lua([[vim.g.hum = { endpoint = 'bad', endpoints = { bad = { dialect = 'openai' }, ollama = { model = 'fake' } } }]])
  t:lua('require("hum.config").get()')
  local err = t:lua('local _, err = require("hum.config").endpoint("bad") return err')
  eq('endpoints.bad.url: expected the address of the server, or a preset; nothing was sent', err)
  t:cmd('Hum chat ollama/fake')
  chat.ask(t, 'hello')
  eq('done', chat.finished(t).status)
  eq(1, #ollama:requests('/api/chat'))
end)

local COMPLETION = {
  { "{ complete = { mode = 'on', endpiont = 'team' } }", 'complete.endpiont: no such option' },
  { "{ complete = { mode = 'on', backend = 'team' } }", 'complete.backend: no such option' },
  { "{ complete = { mode = 'on', endpoint = 'team' } }", 'there is no endpoint "team"' },
  { "{ complete = { mode = 'on', endpoint = 7 } }", 'complete.endpoint: expected' },
  { "{ completion = { mode = 'on', endpoint = 'team' } }", 'completion: no such option' },
}

for _, case in ipairs(COMPLETION) do
  test('completion asks nobody where its endpoint is not known: ' .. case[1], QUIET, function(t)
    local ollama = servers(t)
    t:lua("require('hum').setup(" .. case[1] .. ')')
    t:lua([[require('hum.complete.backend').find(function(err) found = { err = err } end)]])
    local found = t:wait(function() return t:lua('return found') end, 'it is decided')
    T.match(case[2], found.err, true)
    eq({}, ollama:requests())
  end)
end

test('what is no table is refused, and nothing is sent to the default endpoint', QUIET, function(t)
  local ollama = servers(t)
  local ok = t:lua([[return pcall(require('hum').setup, 'team')]])
  eq(false, ok)
  t:cmd('Hum chat hello there, you')
  t:wait(function() return t:log():find('nothing was sent', 1, true) end, 'the chat says why')
  eq({}, ollama:requests())
end)

test('a mended configuration holds at once', QUIET, function(t)
  local ollama, team = servers(t)
  t:lua("require('hum').setup(...)", { endpoint = 'team', endpoints = { team = { urll = team.url } } })
  t:lua("require('hum').setup(...)", {
    endpoint = 'team',
    endpoints = { team = { url = team.url, dialect = 'openai', model = 'fake' } },
  })
  t:cmd('Hum chat hello there, you')
  eq('done', chat.finished(t).status)
  eq({}, ollama:requests())
end)

-- Options put together at random, from names that there are and values of all types.
local STORM = [[
  math.randomseed(...)
  local schema = require('hum.config.schema')
  local function pick(list) return list[math.random(#list)] end
  local ODD = {
    true, false, 0, -1, 1.5, 'x', '', 'ollama', 'openai', 'groq', vim.NIL, {}, { 1 }, { x = 1 }, print, { env = 'X' },
    'http://127.0.0.1:9', 'https://h/v1?a=b', 'unix:///s', 0 / 0,
  }
  local make
  local function group(node, depth)
    local out = {}
    for _ = 1, math.random(0, 4) do
      local field = pick(node.fields)
      local name = math.random() < 0.1 and pick({ 'end_point', 'x', 1, field.name .. 'x' }) or field.name
      out[name] = make(field, depth + 1)
    end
    return out
  end
  function make(node, depth)
    if math.random() < 0.2 or depth > 6 then return pick(ODD) end
    if node.kind == 'group' then return group(node, depth) end
    if node.kind == 'map' then
      local out = {}
      for _ = 1, math.random(0, 3) do
        out[pick({ 'team', 'ollama', 'groq', 'azure', 'b d', 'X', 7, '*' })] = make(node.item, depth + 1)
      end
      return out
    end
    return node.values and pick(node.values) or node.default or pick(ODD)
  end
  local config, endpoints = require('hum.config'), require('hum.server.endpoint')
  for _ = 1, 300 do
    local user = make(schema, 0)
    vim.g.hum = function() return user end
    config.setup(make(schema, 0))
    local options = config.get()
    for _, name in ipairs(config.endpoint_names()) do
      local url = endpoints.url(name)
      assert(url == nil or url:find('^https?://'), name)
    end
    assert(options.endpoints[options.endpoint] or config.endpoint(options.endpoint) == nil)
    assert(type(options.complete.max_lines) == 'number' and type(options.chat.maps.send) ~= 'nil')
    config.problems()
    config.offers()
  end
]]

local seed = tonumber(vim.env.HUM_TEST_SEED) or vim.uv.hrtime() % 1000000007

test('whatever is set, what is in force can be used, HUM_TEST_SEED=' .. seed, QUIET, function(t)
  t:lua('require("hum.notify").error = function() end')
  t:lua(STORM, seed)
end)
