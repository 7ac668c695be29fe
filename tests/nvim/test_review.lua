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
  t:wait(function() return t:messages():find('nothing differs since ', 1, true) end, 'it is told')
end)

--- Every hunk that is shown, by file, as { old, new }.
local function all_hunks(t)
  t:wait(function() return t:messages():find('hum: %d+ hunks? in') end, 'the hunks')
  return t:lua([[
    local found = vim.empty_dict()
    for _, buf in ipairs(vim.api.nvim_list_bufs()) do
      for _, one in ipairs(require('hum').hunks(buf)) do
        local name = vim.fn.fnamemodify(vim.api.nvim_buf_get_name(buf), ':t')
        found[name] = found[name] or {}
        table.insert(found[name], { one.old, one.new })
      end
    end
    return found
  ]])
end

--- A repository of these files, in which a script has then changed something.
local function project(t, files, script)
  chat.configure(t, t:fake())
  for name, text in pairs(files) do
    t:write_file('project/' .. name, text)
  end
  sh(t, 'git init -q; git add .; git commit -qm begin\n' .. script)
  t:cmd('cd ' .. t.dir .. '/project')
end

test('new, renamed, moved and deleted files, links, submodules and binary files', function(t)
  local long = ('line\n'):rep(20)
  project(
    t,
    { ['old.txt'] = long .. 'a\n', ['gone.txt'] = 'g\n', ['bin'] = '\0\1', ['o\'d "name" ü.txt'] = 'o\n' },
    [[
    mkdir sub; git mv old.txt sub/new.txt; sed -i 's/^a$/b/' sub/new.txt
    git rm -q gone.txt
    printf 'n\n' > fresh.txt; ln -s fresh.txt link; printf 'x\0' > bin; printf 'y\0' > fresh.bin
    printf 'O\n' > "o'd \"name\" ü.txt"
    git init -q module; (cd module; printf 'm\n' > m.txt; git add .; git commit -qm m)
    git -c advice.addEmbeddedRepo=false add . 2> /dev/null
  ]]
  )
  t:cmd('Hum diff HEAD')
  eq({
    ['new.txt'] = { { { 'a' }, { 'b' } } },
    ['fresh.txt'] = { { {}, { 'n' } } },
    ['o\'d "name" ü.txt'] = { { { 'o' }, { 'O' } } },
  }, all_hunks(t))
  T.match(
    'gone.txt',
    vim.inspect(t:lua([[
    return vim.tbl_map(function(one) return vim.fn.bufname(one.bufnr) .. one.text end, vim.fn.getqflist())
  ]])),
    true
  )
end)

test('line endings, a byte order mark and an encoding are no differences, and stay when a hunk is rejected', function(t)
  project(t, {
    ['dos.txt'] = 'a\r\nb\r\n',
    ['mixed.txt'] = 'a\r\nb\nc\n',
    ['bom.txt'] = '\239\187\191a\nb\n',
    ['latin.txt'] = 'gr\252n\nb\n',
  }, [[sed -i 's/^b/B/' *.txt]])
  t:cmd('Hum diff HEAD')
  local b = { { 'b' }, { 'B' } }
  eq({ ['dos.txt'] = { b }, ['mixed.txt'] = { b }, ['bom.txt'] = { b }, ['latin.txt'] = { b } }, all_hunks(t))
  t:lua([[require('hum').reject({ id = 'all' })
    for _, buf in ipairs(vim.api.nvim_list_bufs()) do require('hum').reject({ buf = buf, id = 'all' }) end]])
  t:cmd('silent wall')
  sh(t, 'git diff --exit-code')
end)

test('buffers that are not written are compared as they are', function(t)
  project(t, { ['a.txt'] = 'a\n', ['b.txt'] = 'b\n', ['c.txt'] = 'c\n' }, 'true')
  t:cmd('set hidden | edit b.txt')
  t:keys('AB<Esc>')
  t:cmd('edit a.txt')
  t:cmd('Hum diff HEAD')
  eq({ ['b.txt'] = { { { 'b' }, { 'bB' } } } }, all_hunks(t))
end)

test('a commit that looks like an option is none', function(t)
  changed(t)
  t:cmd('Hum diff --output=x')
  t:wait(function() return t:messages():find('no commit "--output=x"', 1, true) end, 'it is told')
  eq(nil, t:read_file('project/x'))
end)

test('without a repository, and without git, that is told', function(t)
  chat.configure(t, t:fake())
  t:write_file('plain/a.txt', 'a\n')
  t:cmd('cd ' .. t.dir .. '/plain')
  t:cmd('edit a.txt')
  t:cmd('Hum diff HEAD')
  t:wait(function() return t:messages():find('in no git repository', 1, true) end, 'no repository')
  t:lua([[vim.env.PATH = '/nowhere']])
  t:cmd('Hum diff HEAD')
  t:wait(function() return t:messages():find('git cannot be started; install it', 1, true) end, 'no git')
end)
