-- What the user allows of a project: asked once for all that is new, kept by content, shown before it is used.
local T = require('harness')
local project = require('lib.project')
local test, eq, match, no_match = T.test, T.eq, T.match, T.no_match
T.once()

--- Asks for texts, by path, and gives the allowed paths once the answer is there.
---@param t test.Case
---@param items table[]
---@return string[]
local function ask(t, items)
  t:lua(
    [[
    allowed = nil
    require('hum.trust').ask(..., function(found)
      allowed = vim.tbl_keys(found)
      table.sort(allowed)
    end)]],
    items
  )
  return t:wait(function() return t:lua('return allowed') end, 'the answer')
end

---@param path string
---@param text string
---@return table
local function item(path, text) return { path = path, text = text, what = 'rules' } end

local function store(t) return t:eval('stdpath("state")') .. '/hum/trust.json' end

test('trust: one question for all that is new, none for what is known', { ui = false }, function(t)
  project.answers(t, 'yes')
  eq({ '/p/a', '/p/b' }, ask(t, { item('/p/a', 'one'), item('/p/b', 'two') }))
  eq({ '/p/a', '/p/b', '/p/c' }, ask(t, { item('/p/a', 'one'), item('/p/b', 'two'), item('/p/c', 'three') }))
  local asked = project.asked(t)
  eq(2, #asked)
  match('/p/a and /p/b: new', asked[1].prompt)
  eq({ 'Yes, use them', 'No, not now', 'View them first', 'Never use them' }, asked[1].items)
  no_match('/p/a', asked[2].prompt)
end)

test('trust: by content; what is allowed of two branches stays so', { ui = false }, function(t)
  project.answers(t, 'yes')
  ask(t, { item('/p/a', 'one') })
  ask(t, { item('/p/a', 'two') })
  match('/p/a: changed', project.asked(t)[2].prompt)
  ask(t, { item('/p/a', 'one') })
  ask(t, { item('/other/a', 'one') })
  eq(3, #project.asked(t), 'the same text elsewhere is asked for')
end)

test('trust: no holds for the session, and a later Neovim asks', { ui = false }, function(t)
  project.answers(t, 'no')
  eq({}, ask(t, { item('/p/a', 'one') }))
  eq({}, ask(t, { item('/p/a', 'one') }))
  eq(1, #project.asked(t))
  eq(1, project.count(t:messages(), '/p/a'), 'told once')
  t.child = t:start({ ui = false })
  project.answers(t, 'yes')
  eq({ '/p/a' }, ask(t, { item('/p/a', 'one') }))
end)

test('trust: never holds whatever stands there', { ui = false }, function(t)
  project.answers(t, 'yes')
  t:lua([[vim.ui.select = function(items, _, cb) count = (count or 0) + 1; cb(items[4], 4) end]])
  eq({}, ask(t, { item('/p/a', 'one') }))
  t.child = t:start({ ui = false })
  project.answers(t, 'yes')
  eq({}, ask(t, { item('/p/a', 'another') }))
  eq({}, project.asked(t))
end)

test('trust: a dialog that is left is a no', { ui = false }, function(t)
  t:lua([[vim.ui.select = function(_, _, cb) cb(nil) end]])
  eq({}, ask(t, { item('/p/a', 'one') }))
  t:lua([[vim.ui.select = function() error('Keyboard interrupt') end]])
  eq({}, ask(t, { item('/p/b', 'one') }))
end)

test('trust: where nobody can be asked it is a no', { ui = false }, function(t)
  eq({}, ask(t, { item('/p/a', 'one') }))
  match('/p/a is not used: nobody can be asked here', t:messages())
end)

test('trust: invisible characters are refused and told, whatever is answered', { ui = false }, function(t)
  project.answers(t, 'yes')
  eq({ '/p/b' }, ask(t, { item('/p/a', 'x\ny\226\128\139z'), item('/p/b', 'two') }))
  no_match('/p/a', project.asked(t)[1].prompt)
  match('/p/a is not used: it has invisible characters: line 2:%s+zero%-width space %(U%+200B%)', t:messages())
  eq({}, ask(t, { item('/p/a', 'x\ny\226\128\139z') }))
  eq(1, #project.asked(t))
end)

test('trust: a secret is refused and told, whatever is answered, and examples are not', { ui = false }, function(t)
  project.answers(t, 'yes')
  eq({}, ask(t, { item('/p/a', 'Run it.\nexport TOKEN=ghp_' .. ('a1B2c3'):rep(6)) }))
  t:wait(function() return t:messages():find('it holds a GitHub token in line 2', 1, true) end, 'it is told')
  eq({}, project.asked(t))
  local example = 'Set AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE and `ghp_…`.\n-----BEGIN PRIVATE KEY-----\n...'
  eq({ '/p/b' }, ask(t, { item('/p/b', example) }))
end)

test('trust: two that ask at the same time ask one after the other, and nothing twice', { ui = false }, function(t)
  t:lua([[
    answers, results = {}, {}
    vim.ui.select = function(items, opts, cb) answers[#answers + 1] = function() cb(items[1], 1) end end
    local function item(path) return { path = path, text = 'one', what = 'rules' } end
    local function note(found) results[#results + 1] = vim.tbl_count(found) end
    require('hum.trust').ask({ item('/p/a') }, note)
    require('hum.trust').ask({ item('/p/a') }, note)
    require('hum.trust').ask({ item('/p/a'), item('/p/b') }, note)]])
  eq(1, t:lua('return #answers'))
  t:lua('answers[1]()')
  eq({ 2, { 1, 1 } }, t:lua('return { #answers, results }'))
  t:lua('answers[2]()')
  eq({ 1, 1, 2 }, t:lua('return results'))
end)

test('trust: what is cancelled is not called back', { ui = false }, function(t)
  t:lua([[
    vim.ui.select = function(items, _, cb) answer = function() cb(items[1], 1) end end
    local items = { { path = '/p/a', text = 'one', what = 'rules' } }
    local cancel = require('hum.trust').ask(items, function() called = true end)
    cancel()
    answer()]])
  eq(false, t:lua('return called == true'))
  project.answers(t, 'no')
  eq({ '/p/a' }, ask(t, { item('/p/a', 'one') }), 'his answer counts all the same')
end)

test('trust: a dialog that was closed without a word keeps nobody waiting', { ui = false }, function(t)
  t:lua([[
    vim.ui.select = function() opened = (opened or 0) + 1 end
    local items = { { path = '/p/a', text = 'one', what = 'rules' } }
    local cancel = require('hum.trust').ask(items, function() called = true end)
    require('hum.trust').ask({ { path = '/p/b', text = 'one', what = 'rules' } }, function() end)
    cancel()]])
  eq({ 2, false }, t:lua('return { opened, called == true }'))
end)

test('trust: names are shown in one line', { ui = false }, function(t)
  project.answers(t, 'yes')
  ask(t, { item('/p/a\n1: Yes', 'one') })
  match('/p/a%?1: Yes: new', project.asked(t)[1].prompt)
end)

test('trust: the file is private, and whole', { ui = false }, function(t)
  project.answers(t, 'yes')
  ask(t, { item('/p/a', 'one') })
  local stat = vim.uv.fs_stat(store(t))
  eq('rw-------', t:lua('return vim.fn.getfperm(...)', store(t)))
  eq('file', stat.type)
  local value = vim.json.decode(t:read_file(store(t)))
  eq({ '/p/a' }, vim.tbl_keys(value.paths))
  eq(1, #vim.fn.readdir(vim.fs.dirname(store(t)), function(name) return name:find('^trust') and 1 or 0 end))
end)

local HOSTILE = {
  { 'no JSON', 'garbage {' },
  { 'another shape', '[1,2,3]' },
  { 'wrong types', '{"paths":{"/p/a":{"allowed":"x","never":"no","what":7},"/p/b":5}}' },
  { 'deep nesting', ('['):rep(20000) },
  { 'nothing', '' },
}

for _, case in ipairs(HOSTILE) do
  test(('trust: a file with %s allows nothing and stops nothing'):format(case[1]), { ui = false }, function(t)
    vim.fn.mkdir(vim.fs.dirname(store(t)), 'p')
    local file = assert(io.open(store(t), 'w'))
    file:write(case[2])
    file:close()
    vim.uv.fs_chmod(store(t), 384)
    project.answers(t, 'yes')
    eq({ '/p/a' }, ask(t, { item('/p/a', 'one') }))
    eq(1, #project.asked(t))
    t.child = t:start({ ui = false })
    project.answers(t, 'no')
    eq({ '/p/a' }, ask(t, { item('/p/a', 'one') }), 'what was allowed is kept')
  end)
end

test('trust: a file that others may write says nothing', { ui = false }, function(t)
  project.answers(t, 'yes')
  ask(t, { item('/p/a', 'one') })
  vim.uv.fs_chmod(store(t), 438)
  t.child = t:start({ ui = false })
  project.answers(t, 'no')
  eq({}, ask(t, { item('/p/a', 'one') }))
  match('others may write to it', t:messages())
end)

test('trust: a fifo in its place is not waited for', { ui = false }, function(t)
  vim.fn.mkdir(vim.fs.dirname(store(t)), 'p')
  vim.system({ 'mkfifo', store(t) }):wait()
  project.answers(t, 'yes')
  eq({ '/p/a' }, ask(t, { item('/p/a', 'one') }))
end)

test('trust: two Neovims take nothing from each other', { ui = false }, function(t)
  local first = t.child
  project.answers(t, 'yes')
  ask(t, { item('/p/a', 'one') })
  t.child = t:start({ ui = false })
  project.answers(t, 'yes')
  ask(t, { item('/p/b', 'two') })
  local second = t.child
  t.child = first
  ask(t, { item('/p/c', 'three') })
  t.child = second
  eq({ '/p/a', '/p/b', '/p/c' }, ask(t, { item('/p/a', 'one'), item('/p/b', 'two'), item('/p/c', 'three') }))
  eq(1, #project.asked(t), 'the second was asked for its own alone')
end)

test('trust: a lock that was left behind is broken', { ui = false }, function(t)
  vim.fn.mkdir(store(t) .. '.lock', 'p')
  vim.uv.fs_utime(store(t) .. '.lock', 1000, 1000)
  project.answers(t, 'yes')
  ask(t, { item('/p/a', 'one') })
  match('/p/a', t:read_file(store(t)):gsub('\\/', '/'))
end)

test('trust: a file that cannot be written is told, and holds for the session', { ui = false }, function(t)
  vim.fn.mkdir(store(t), 'p') -- a folder of that name
  project.answers(t, 'yes')
  eq({ '/p/a' }, ask(t, { item('/p/a', 'one') }))
end)

test('trust: "view" shows all of it, and its keys answer', function(t)
  t:lua([[vim.ui.select = function(items, _, cb) cb(items[3], 3) end]])
  t:lua([[
    require('hum.trust').ask({ { path = '/p/a', text = 'Line one.\nLine two.', what = 'rules' } },
      function(found) allowed = vim.tbl_keys(found) end)]])
  t:wait_screen('Line two%.')
  t:wait_screen('y: use them')
  t:keys('y')
  eq({ '/p/a' }, t:wait(function() return t:lua('return allowed') end, 'the answer'))
  eq(1, t:eval("winnr('$')"))
end)

test('trust: a view that is closed is a no', function(t)
  t:lua([[vim.ui.select = function(items, _, cb) cb(items[3], 3) end]])
  t:lua([[
    require('hum.trust').ask({ { path = '/p/a', text = 'Line one.', what = 'rules' } },
      function(found) allowed = vim.tbl_keys(found) end)]])
  t:wait_screen('Line one%.')
  t:cmd('close')
  eq({}, t:wait(function() return t:lua('return allowed') end, 'the answer'))
end)

test('trust: :Hum trust lists, takes back, shows what is refused', function(t)
  project.answers(t, 'yes')
  ask(t, { item('/p/a', 'one') })
  ask(t, { item('/p/b', 'x\226\128\139') })
  t:lua([[
    picks = {}
    vim.ui.select = function(items, opts, cb)
      local shown = vim.tbl_map(opts.format_item or tostring, items)
      picks[#picks + 1] = shown
      cb(items[1], 1)
    end]])
  t:cmd('Hum trust')
  t:wait(function() return t:lua('return #picks') == 2 end, 'both lists')
  eq({
    { 'allowed  /p/a (rules)', 'refused: it has invisible characters  /p/b (rules)' },
    { 'Ask again', 'View it' },
  }, t:lua('return picks'))
  project.answers(t, 'no')
  eq({}, ask(t, { item('/p/a', 'one') }))
  t:lua([[
    vim.ui.select = function(items, opts, cb)
      local at = type(items[1]) == 'table' and 2 or 1
      cb(items[at], at)
    end]])
  t:cmd('Hum trust')
  t:wait_screen('<U%+200B zero%-width space>')
end)

test('trust: a command is allowed by its text, without a question here', { ui = false }, function(t)
  local function allowed(text) return t:lua([[return require('hum.trust').allowed('/p#cmd', ...)]], text) end
  eq(false, allowed('make'))
  t:lua([[require('hum.trust').allow('/p#cmd', 'make')]])
  eq({ true, false }, { allowed('make'), allowed('make all') })
  t.child = t:start({ ui = false })
  eq(true, allowed('make'))
end)
