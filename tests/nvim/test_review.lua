-- :Hum diff: what was accepted, or differs from a commit, looked at once more.
local T = require('harness')
local chat = require('lib.chat')
local test, eq = T.test, T.eq

--- Runs a shell script in the project.
local function sh(t, script)
  local env = { HOME = t.dir, PATH = vim.env.PATH, GIT_CONFIG_NOSYSTEM = '1', GIT_AUTHOR_NAME = 'A' }
  env.GIT_AUTHOR_EMAIL, env.GIT_COMMITTER_NAME, env.GIT_COMMITTER_EMAIL = 'a@example.org', 'A', 'a@example.org'
  local options = { cwd = t.dir .. '/project', env = env, clear_env = true, text = true }
  local done = vim.system({ 'sh', '-euc', script }, options):wait()
  assert(done.code == 0, done.stdout .. done.stderr)
end

--- A repository with two files that have changed since its commit, the first of which is shown.
local function changed(t)
  chat.configure(t, t:fake())
  t:write_file('project/a.txt', 'one\ntwo\nthree\nfour\nfive\n')
  t:write_file('project/b.txt', 'b\n')
  t:write_file('project/same.txt', 's\n')
  sh(t, 'git init -q; git add .; git commit -qm begin')
  t:write_file('project/a.txt', 'one\nTWO\nthree\nfour\nfive\nsix\n')
  t:write_file('project/b.txt', '')
  t:cmd('cd ' .. t.dir .. '/project')
  t:cmd('edit a.txt')
end

--- Waits for the hunks of a buffer, as { old, new, state }.
local function hunks(t, name)
  return t:wait(function()
    local found = t:lua(
      [[
      local buf = vim.fn.bufnr((...))
      if buf < 0 then return nil end
      return vim.tbl_map(function(one) return { one.old, one.new, one.state } end, require('hum').hunks(buf))
    ]],
      name
    )
    return found and #found > 0 and found
  end, 'hunks of ' .. name)
end

test('what differs from a commit is shown in all files, and listed', function(t)
  changed(t)
  t:cmd('Hum diff HEAD')
  eq({ { { 'two' }, { 'TWO' }, 'finished' }, { {}, { 'six' }, 'finished' } }, hunks(t, 'a.txt'))
  eq({ { { 'b' }, { '' }, 'finished' } }, hunks(t, 'b.txt'))
  eq(-1, t:lua([[return vim.fn.bufnr('same.txt')]]))
  eq(3, t:lua('return #vim.fn.getqflist()'))
  t:wait(function() return t:screen():find('one.*two.*TWO.*three') end, 'the old line above the new one')
  eq(false, t:lua('return vim.bo.modified'))
  t:wait(function() return t:messages():find('3 hunks in 2 files', 1, true) end, 'it is told')
end)

test('a hunk that is rejected is taken back, one that is accepted stays', function(t)
  changed(t)
  t:cmd('Hum diff HEAD')
  local before = t:text()
  hunks(t, 'a.txt')
  t:lua([[
    local hum = require('hum')
    local one, two = unpack(hum.hunks(0))
    hum.reject({ buf = 0, id = one.id })
    hum.accept({ buf = 0, id = two.id })
  ]])
  eq('one\ntwo\nthree\nfour\nfive\nsix', (t:text():gsub('\n$', '')))
  t:wait(function() return not t:screen():find('TWO', 1, true) end, 'nothing is drawn')
  t:cmd('silent undo')
  eq(before, t:text())
end)

test('all that was accepted last is shown, without what the user has changed since', function(t)
  changed(t)
  t:lua([[
    local sets = require('hum.sets')
    local set = sets.begin({ kind = 'edit', label = 'larger' })
    local buf, tick = vim.api.nvim_get_current_buf(), vim.api.nvim_buf_get_changedtick(0)
    vim.api.nvim_buf_set_lines(buf, 0, 1, false, { 'ONE', 'and a half' })
    sets.accepted(set, { buf = buf, tick = tick, changes = { { row = 0, old = { 'one' }, new = { 'ONE', 'and a half' } } } })
  ]])
  t:cmd('Hum diff')
  eq({ { { 'one' }, { 'ONE', 'and a half' }, 'finished' } }, hunks(t, 'a.txt'))
  t:lua([[require('hum').reject({ id = 'all' })]])
  T.match('^one\nTWO\n', t:text())
end)

for _, case in ipairs({
  { 'a commit that is not there', 'Hum diff nowhere', 'no commit "nowhere"' },
  { 'nothing was accepted', 'Hum diff', 'nothing was accepted yet' },
}) do
  test(case[1] .. ': that is told', function(t)
    changed(t)
    t:cmd(case[2])
    t:wait(function() return t:messages():find(case[3], 1, true) end, 'it is told')
    eq({}, t:lua('return require("hum").hunks(0)'))
  end)
end

test('what does not differ is said', function(t)
  changed(t)
  sh(t, 'git commit -qam more')
  t:cmd('Hum diff HEAD')
  t:wait(function() return t:messages():find('nothing differs', 1, true) end, 'it is told')
end)
