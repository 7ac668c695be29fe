-- What stands beside a reply goes with it, and comes back with it.
local T = require('harness')
local chat = require('lib.chat')
local test, eq = T.test, T.eq

local OPTS = { ui = { 120, 30 } }

--- So many tokens each: replies are told apart by their figures.
local function server(t)
  local srv = t:fake()
  local rules = {}
  for i = 1, 6 do
    rules[i] = { text = 'Answer.', match = { nth = 1 }, times = 1, stats = { eval_count = 100 + i } }
  end
  srv:script(rules)
  return srv
end

--- The figures that are to be seen, a list of the numbers of tokens with the rows of the headings above them.
local function figures(t, buf)
  return t:lua(
    [[
    local out = {}
    for _, mark in ipairs(vim.api.nvim_buf_get_extmarks(..., vim.api.nvim_get_namespaces()['hum.figures'], 0, -1,
      { details = true })) do
      local text = mark[4].virt_text and not mark[4].invalid and mark[4].virt_text[1][1]
      local row = mark[2]
      while row > 0 and not vim.fn.getbufoneline(..., row + 1):find('^## «') do row = row - 1 end
      if text then out[#out + 1] = ('%d:%s'):format(row, text:match('%d+')) end
    end
    return out
  ]],
    buf
  )
end

local function retry(t, n)
  t:cmd('Hum retry')
  chat.finished(t, n)
end

--- Typed, so that the events of a change in normal mode come.
local function type_and_look(t, buf, keys, want)
  t:keys(keys)
  t:wait(function() return vim.deep_equal(want, figures(t, buf)) end, ('%s: %s'):format(keys, vim.inspect(want)))
  -- And they stay so.
  t:cmd('doautocmd TextChanged')
  eq(want, figures(t, buf))
end

test('after three retries a reply has its own figures, once', OPTS, function(t)
  local srv = server(t)
  local buf = chat.open(t, srv)
  chat.ask(t, 'hello', buf)
  chat.finished(t)
  eq(1, #figures(t, buf))
  for n = 2, 4 do
    retry(t, n)
    t:cmd('doautocmd TextChanged')
    local row = t:lua([[return vim.fn.search('^## «', 'n') - 1]])
    eq({ ('%d:%d'):format(row, 100 + n) }, figures(t, buf))
  end
end)

test('with u and <C-r> come the figures of the reply that is there', OPTS, function(t)
  local srv = server(t)
  local buf = chat.open(t, srv)
  chat.ask(t, 'hello', buf)
  chat.finished(t)
  retry(t, 2)
  retry(t, 3)
  local at = figures(t, buf)[1]:match('^%d+')
  local function of(n) return { ('%s:%d'):format(at, 100 + n) } end
  eq(of(3), figures(t, buf))
  type_and_look(t, buf, 'u', of(2))
  type_and_look(t, buf, 'u', of(1))
  type_and_look(t, buf, 'u', {})
  type_and_look(t, buf, '<C-r>', of(1))
  type_and_look(t, buf, '<C-r>', of(2))
  type_and_look(t, buf, '<C-r>', of(3))
  type_and_look(t, buf, 'uu', of(1))
end)

test('a reply that fails has not the figures of the one that it replaced', OPTS, function(t)
  local srv = t:fake()
  srv:script({ { text = 'Answer.', times = 1 }, { status = 500, json = { error = 'no memory' } } })
  local buf = chat.open(t, srv)
  chat.ask(t, 'hello', buf)
  chat.finished(t)
  eq(1, #figures(t, buf))
  retry(t, 2)
  type_and_look(t, buf, 'gg', {})
  t:keys('u')
  t:wait(function() return #figures(t, buf) == 1 end, 'the figures of the first reply')
end)

test('figures stay beside a reply that is edited, and come back with it', OPTS, function(t)
  local srv = server(t)
  local buf = chat.open(t, srv)
  chat.ask(t, 'hello', buf)
  chat.finished(t)
  local want = figures(t, buf)
  t:cmd([[call search('^Answer')]])
  type_and_look(t, buf, 'ccMine.<Esc>', want)
  type_and_look(t, buf, 'u', want)
  type_and_look(t, buf, 'u', {})
  type_and_look(t, buf, '<C-r><C-r>', want)
  eq('Mine.', chat.reply(t, buf))
end)
