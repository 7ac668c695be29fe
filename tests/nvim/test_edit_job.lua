-- An edit in the helper, from outside: what comes of an answer, in whatever pieces, as events; and the way there in Lua.
local T = require('harness')
local chat = require('lib.chat')
local editor = require('lib.editor')
local test, eq = T.test, T.eq

local BARE = { nvim = false }

local OLD = { 'function f()', '  one()', '  two()', '  three()', 'end' }
local NEW = { 'function f()', '  one()', '  second()', '  three()', 'end' }

local function spec(url, more)
  return vim.tbl_deep_extend('force', {
    endpoint = editor.endpoint(url),
    request = { model = 'fake', messages = { { role = 'user', parts = { { type = 'text', text = 'hi' } } } } },
    old = OLD,
    before = {},
    after = {},
    filetype = 'lua',
    name = 'f.lua',
    instruction = 'Improve it.',
  }, more or {})
end

--- Plays records of the log to a model of its own: what must come of them however they were sent.
local function play(events)
  local had, log = 0, {}
  for _, event in ipairs(events) do
    local at, text = event.data.at, event.data.text
    assert(at <= had, 'a gap in the log')
    if at + #text > had then
      log[#log + 1] = text:sub(had - at + 1)
      had = at + #text
    end
  end
  local hunks, rows = {}, {}
  for record in table.concat(log):gmatch('([^\n]*)\n') do
    local kind, text = record:sub(1, 1), record:sub(2)
    if kind == '=' then
      local first, count = text:match('^(%d+) (%d+) ')
      hunks[#hunks + 1] = { first = tonumber(first), last = first + count - 1, new = {} }
    elseif kind == ' ' then
      table.insert(hunks[#hunks].new, text)
    elseif kind == '@' then
      rows = {}
    elseif kind == '+' then
      rows[#rows + 1] = text
    end
  end
  return hunks, rows
end

test('an answer becomes hunks, and its ending has the answer', BARE, function(t)
  local srv = t:fake()
  local text = '```lua\n' .. table.concat(NEW, '\n') .. '\n```\n'
  srv:script({ text = text, token_bytes = 1 })
  local e = editor.start(t)
  e:hello()
  e.rpc:notify('edit', 1, spec(srv.url))
  local ending = e:wait_end(1)
  eq('done', ending.name, vim.inspect(ending))
  eq({ text, 'whole' }, { ending.data.answer, ending.data.form })
  eq({ { first = 3, last = 3, new = { '  second()' } } }, (play(e:events_of(1, 'hunks'))))
  eq('text', e:events_of(1, 'part')[1].data.part)
end)

test('a spec without lines is refused with words', BARE, function(t)
  local srv = t:fake()
  local e = editor.start(t)
  e:hello()
  e.rpc:notify('edit', 1, spec(srv.url, { old = 'x' }))
  local ending = e:wait_end(1)
  eq({ 'error', 'spec' }, { ending.name, ending.data.code })
  T.match('old', ending.data.message)
end)

-- ---- in Lua ---------------------------------------------------------------------------------

local START = [[
  local spec, config = ...
  got = { events = {}, hunks = {} }
  request = require('hum.edit.request').start(spec, function(name, data)
    table.insert(got.events, name)
    if name == 'hunks' then
      vim.list_extend(got.hunks, data.finished)
    elseif name == 'done' or name == 'error' or name == 'cancelled' then
      got.ending = { name = name, data = data }
    end
  end)
]]

local function start(t, more)
  t:lua(
    START,
    vim.tbl_extend('force', {
      name = 'f.lua',
      filetype = 'lua',
      old = OLD,
      before = {},
      after = {},
      instruction = 'Improve it.',
    }, more or {})
  )
end

local function ended(t)
  return t:wait(function() return t:lua('return got.ending or false') end, 'the ending')
end

test('an edit goes to the endpoint and model of the options, and thinks only if it is told to', function(t)
  local srv = t:fake()
  srv:script({ text = '```lua\n' .. table.concat(NEW, '\n') .. '\n```\n' })
  chat.configure(t, srv, nil, { edit = { model = 'thinker' } })
  start(t)
  eq('done', ended(t).name)
  eq({ { first = 3, last = 3, new = { '  second()' } } }, t:lua('return got.hunks'))
  eq('sent', t:lua('return got.events[1]'))
  local body = srv:requests()[1].body
  eq({ 'thinker', false }, { body.model, body.think })
end)

test('an edit that cannot be sent says why', function(t)
  chat.configure(t, t:fake(), { key = { env = 'NO_SUCH_KEY' } })
  start(t)
  local ending = ended(t)
  eq({ 'error', 'start' }, { ending.name, ending.data.code })
  T.match('NO_SUCH_KEY', ending.data.message)
end)
