-- One message to several models, side by side, and the answer that is kept.
local T = require('harness')
local chat = require('lib.chat')
local project = require('lib.project')
local test, eq, ok, match, no_match = T.test, T.eq, T.ok, T.match, T.no_match

T.once()

local MODELS = {
  models = { 'fake', 'm1', 'm2', 'm3' },
  rules = {
    { match = { model = 'm1' }, text = 'Answer of one.' },
    { match = { model = 'm2' }, text = 'Answer of two.' },
    { match = { model = 'm3' }, text = 'Answer of three.' },
  },
  default = { text = 'A short answer.' },
}

---@param t test.Case
---@param script? table
---@param config? table
---@return test.Fake srv, integer buf
local function begin(t, script, config)
  local srv = t:fake()
  srv:script(script or MODELS)
  project.new(t)
  project.answers(t, 'yes')
  return srv, project.chat(t, srv, nil, config)
end

---@param t test.Case
---@param buf integer
---@param text string
local function write(t, buf, text)
  t:lua('local buf, text = ...; vim.api.nvim_buf_set_text(buf, -1, -1, -1, -1, { text })', buf, text)
end

--- Texts of the chats that are shown, from left to right.
---@param t test.Case
---@return string[]
local function shown(t)
  return t:lua([[
    local texts = {}
    for _, win in ipairs(vim.api.nvim_tabpage_list_wins(0)) do
      local buf = vim.api.nvim_win_get_buf(win)
      texts[#texts + 1] = table.concat(vim.api.nvim_buf_get_lines(buf, 0, -1, false), '\n')
    end
    return texts]])
end

---@param t test.Case
---@param n integer
local function all_done(t, n) eq('done', chat.finished(t, n).status) end

test('each model gets the message, in a window and a chat of its own', { ui = { 140, 30 } }, function(t)
  local srv, buf = begin(t)
  write(t, buf, 'Look at #file:src/b.lua')
  t:cmd('Hum compare m1 m2 m3')
  all_done(t, 3)
  local texts = shown(t)
  eq(3, #texts)
  match('Answer of one.', texts[1], true)
  match('Answer of two.', texts[2], true)
  match('Answer of three.', texts[3], true)
  t:wait_screen('Answer of one%..*Answer of two%..*Answer of three%.')
  local requests = project.requests(srv)
  for i = 2, 3 do
    eq(project.messages(requests[1].raw), project.messages(requests[i].raw))
  end
  match('beta_17', requests[3].raw)
  local titles = vim.tbl_map(
    function(entry) return entry.title:match('%((.*)%)$') end,
    t:lua('return require("hum").chats()')
  )
  table.sort(titles)
  eq({ 'm1', 'm2', 'm3' }, titles)
end)

test('what the message refers to is asked and run once', function(t)
  local srv, buf = begin(t)
  t:write_file('project/Makefile', 'all:\n\t@echo run >> runs; echo ran\n')
  write(t, buf, 'Look at #cmd:make')
  t:cmd('Hum compare m1 m2')
  all_done(t, 2)
  eq(1, #project.asked(t))
  eq('run\n', t:read_file(t.project .. '/runs'))
  local requests = project.requests(srv)
  eq(project.messages(requests[1].raw), project.messages(requests[2].raw))
end)

test('the answer that is kept goes to where the message was written; the others stay in the list', function(t)
  local srv, buf = begin(t)
  project.ask(t, 'first', buf, 1)
  write(t, buf, 'which one? #file:src/b.lua')
  t:cmd('Hum compare m1 m2')
  all_done(t, 3)
  t:cmd('wincmd l')
  t:cmd('Hum keep')
  eq(buf, t:eval('bufnr()'))
  eq(1, t:eval('tabpagenr("$")'))
  match('which one? #file:src/b.lua\n\n## « m2\n\nAnswer of two.', t:text(buf), true)
  local titles = vim.tbl_map(function(entry) return entry.title end, t:lua('return require("hum").chats()'))
  table.sort(titles)
  eq({ 'first', 'first (m1)' }, titles)
  project.ask(t, 'go on', buf, 4)
  local requests = project.requests(srv)
  eq('m2', requests[4].body.model)
  -- What was sent with the message is sent again as it was.
  local before = vim.tbl_filter(function(request) return request.body.model == 'm2' end, requests)
  ok(vim.startswith(project.messages(before[2].raw), project.messages(before[1].raw)))
  t:cmd('undo')
end)

test('one undo takes the kept answer back', function(t)
  local _, buf = begin(t)
  write(t, buf, 'which one?')
  local text = t:text(buf)
  t:cmd('Hum compare m1 m2')
  all_done(t, 2)
  t:cmd('Hum keep')
  match('Answer of one.', t:text(buf), true)
  t:keys('u')
  t:wait(
    function() return t:text(buf):gsub('model: [^\n]*', '') == text:gsub('model: [^\n]*', '') end,
    'it is taken back'
  )
end)

test('what followed an answer is kept with it', function(t)
  local _, buf = begin(t)
  write(t, buf, 'which one?')
  t:cmd('Hum compare m1 m2')
  all_done(t, 2)
  local fork = t:eval('bufnr()')
  chat.ask(t, 'and then?', fork)
  all_done(t, 3)
  t:cmd('Hum keep')
  eq(buf, t:eval('bufnr()'))
  match(
    'which one?\n\n## « m1\n\nAnswer of one.\n\n## » You\n\nand then?\n\n## « m1\n\nAnswer of one.',
    t:text(buf),
    true
  )
end)

test('an answer to a message that was changed meanwhile stays in its own chat', function(t)
  local _, buf = begin(t)
  write(t, buf, 'which one?')
  local text = t:text(buf)
  t:cmd('Hum compare m1 m2')
  all_done(t, 2)
  local fork = t:eval('bufnr()')
  t:lua([[
    local row = vim.fn.search('^which one', 'nw') - 1
    vim.api.nvim_buf_set_lines(0, row, row + 1, false, { 'which other?' })
    require('hum').retry(0)]])
  all_done(t, 3)
  t:cmd('Hum keep')
  eq(fork, t:eval('bufnr()'))
  eq(text, t:text(buf))
  t:wait_screen('a chat of its own')
end)

test('a chat that has gone on meanwhile stays; the fork is gone on with', function(t)
  local _, buf = begin(t)
  write(t, buf, 'which one?')
  t:cmd('Hum compare m1 m2')
  all_done(t, 2)
  write(t, buf, ' or another')
  local text = t:text(buf)
  local fork = t:eval('bufnr()')
  t:cmd('Hum keep')
  eq(fork, t:eval('bufnr()'))
  eq(text, t:text(buf))
  t:wait_screen('a chat of its own')
end)

test('one that fails says so in its window; the other answers', function(t)
  local script = vim.deepcopy(MODELS)
  script.rules[1] = { match = { model = 'm1' }, status = 500, json = { error = 'out of order' } }
  local _, buf = begin(t, script)
  write(t, buf, 'which one?')
  t:cmd('Hum compare m1 m2')
  chat.finished(t, 2)
  t:wait(function() return shown(t)[2]:find('Answer of two.', 1, true) end, 'the other answer')
  t:wait_screen('Error')
  match('order', t:messages())
end)

test('a message that is refused is refused once, and nothing is sent', function(t)
  local srv, buf = begin(t)
  write(t, buf, 'Look at #file:nowhere.lua')
  t:cmd('Hum compare m1 m2')
  t:wait_screen('Not sent')
  eq(0, #project.requests(srv))
  match('Look at #file:nowhere.lua', t:text(buf), true)
end)

test('elsewhere a message is given behind the models', function(t)
  local srv = begin(t)
  t:cmd('wincmd p')
  t:cmd('Hum compare ollama/m1 ollama/m2 why is it so?')
  all_done(t, 2)
  for _, request in ipairs(project.requests(srv)) do
    eq('why is it so?', request.body.messages[1].content)
  end
end)

test('elsewhere words that are no models open nothing, and nothing is written', function(t)
  local srv = begin(t)
  t:cmd('wincmd p')
  local before = t:eval('bufnr()')
  t:cmd('Hum compare who what why')
  t:wait_screen('hum knows no model "who"', true)
  eq(before, t:eval('bufnr()'))
  eq(0, #project.requests(srv))
end)

--- What is wrong, and what is told.
local WRONG = {
  ['Hum compare'] = 'name two models or more',
  ['Hum compare m1'] = 'name two models or more',
  ['Hum compare m1 m1'] = 'name two models or more',
  ['Hum compare a b c d e f g'] = 'name at most 6 models',
  ['Hum compare nowhere/ m1'] = 'nowhere',
  ['Hum keep'] = 'go to the answer that you keep',
}
for command, words in pairs(WRONG) do
  test((':%s is told'):format(command), function(t)
    local srv, buf = begin(t)
    write(t, buf, 'which one?')
    local text = t:text(buf)
    t:cmd(command)
    t:wait_screen(words, true)
    eq(text, t:text(buf))
    eq(0, #project.requests(srv))
  end)
end

test('a chat without a message is told', function(t)
  local srv = begin(t)
  t:cmd('Hum compare ollama/m1 ollama/m2')
  t:wait_screen('write a message first', true)
  eq(0, #project.requests(srv))
end)

test('without files the forks have what was sent with the message, too', function(t)
  local srv, buf = begin(t, nil, { chat = { keep = false } })
  write(t, buf, 'Look at #file:src/b.lua')
  t:cmd('Hum compare m1 m2')
  all_done(t, 2)
  local requests = project.requests(srv)
  eq(project.messages(requests[1].raw), project.messages(requests[2].raw))
  match('beta_17', requests[1].raw)
  no_match('compare', t:messages())
end)
