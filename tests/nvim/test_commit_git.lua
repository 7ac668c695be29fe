-- Commit messages while a real git waits for its editor, in a Neovim that it has started and in one that ran before.
local T = require('harness')
local repo = require('lib.repo')
local test, eq = T.test, T.eq

T.once()
local sh = repo.sh

--- Two files that are tracked, and a branch.
local MORE = [[
  git commit -q -m 'a: count to four'
  mkdir sub
  printf 'b\n' > sub/b.txt
  git add sub/b.txt
  git commit -q -m 'b: begin'
]]

--- Writes the message that git waits for, and lets git commit it.
---@param t test.Case
---@param how { started?: boolean, cd?: string }  by this git; the working directory
---@param command string
---@return string told, string written
local function written_by(t, how, command)
  local srv = t:fake()
  srv:script({ text = 'Written by a model' })
  local waits = repo.editing(t, command)
  repo.configure(t, srv)
  t:lua(
    [[
    local dir, env = ...
    vim.cmd.cd(vim.fn.fnameescape(dir))
    for name, value in pairs(env) do vim.env[name] = value end
  ]],
    how.cd or how.started and waits.cwd or t.dir,
    how.started and waits.env or vim.empty_dict()
  )
  t:cmd('edit ' .. vim.fn.fnameescape(waits.path))
  local result = repo.commit(t)
  eq({ 'done' }, { result.status, result.error and result.error.message })
  t:cmd('write')
  local written = waits.finish()
  eq('', sh(t, 'ls .git/*.lock 2>/dev/null || true'))
  return repo.asked(srv), written
end

--- Situations: what comes before, the command, what the model is told, what it is not told.
local SITUATIONS = {
  { 'plain', 'printf "B\n" > sub/b.txt; git add .', 'git commit', '%+B\n', '%+four' },
  { '-a', 'printf "B\n" > sub/b.txt', 'git commit -a', '%-b\n%+B' },
  { 'a path', 'printf "x\n" > a.txt; git add .; printf "B\n" > sub/b.txt', 'git commit sub/b.txt', '%+B', '%+x' },
  { '-v', 'printf "B\n" > sub/b.txt; git add .', 'git commit -v', '%+B' },
  { '-vv', 'printf "B\n" > sub/b.txt; git add .; printf "x\n" > a.txt', 'git commit -vv', '%+B', '%+x' },
  { '--amend', 'true', 'git commit --amend', 'new file mode' },
  { '--amend with more', 'printf "B\n" > sub/b.txt; git add .', 'git commit --amend', 'new file mode' },
  {
    'a merge whose conflict was solved',
    [[
      git checkout -q -b other; printf 'O\n' > sub/b.txt; git commit -q -a -m o
      git checkout -q trunk; printf 'T\n' > sub/b.txt; git commit -q -a -m t
      git merge other > /dev/null || true; printf 'both\n' > sub/b.txt; git add .
    ]],
    'git commit',
    '%+both',
  },
  {
    'a merge without a conflict',
    [[
      git checkout -q -b other; printf 'O\n' > sub/b.txt; git commit -q -a -m o
      git checkout -q trunk; printf 'T\n' > a.txt; git commit -q -a -m t
    ]],
    'git merge --edit other',
    '%+O',
  },
  { 'a revert', 'true', 'git revert --edit HEAD', 'deleted file mode' },
  {
    'a cherry-pick',
    [[
      git checkout -q -b other; printf 'O\n' > sub/b.txt; git commit -q -a -m o
      git checkout -q trunk
    ]],
    'git cherry-pick --edit other',
    '%+O',
  },
  {
    'rebase -i, reword',
    'true',
    'GIT_SEQUENCE_EDITOR="sed -i s/^pick/reword/" git rebase -q -i HEAD~1',
    'new file mode',
  },
  {
    'rebase -i, squash',
    'printf "B\n" > sub/b.txt; git commit -q -a -m second',
    'GIT_SEQUENCE_EDITOR="sed -i 2s/^pick/squash/" git rebase -q -i HEAD~2',
    'new file mode',
  },
}

for _, how in ipairs({ { 'that git has started', true }, { 'that ran before', false } }) do
  for _, case in ipairs(SITUATIONS) do
    test(('%s, in a Neovim %s'):format(case[1], how[1]), function(t)
      repo.new(t)
      sh(t, MORE .. case[2])
      local told, written = written_by(t, { started = how[2] }, case[3])
      T.match(case[4], told)
      if case[5] then T.no_match(case[5], told:match('```diff.*')) end
      T.match('Written by a model', sh(t, 'git log -1 --format=%B'), true)
      T.no_match('fatal', written)
      eq('', sh(t, case[2]:find('x') and 'true' or 'git status --porcelain'))
    end)
  end
end

test('the working directory may be another one than when git has started Neovim', function(t)
  repo.new(t)
  sh(t, MORE .. 'printf "B\n" > sub/b.txt')
  local told = written_by(t, { started = true, cd = t.repo .. '/sub' }, 'git commit -a')
  T.match('%-b\n%+B', told)
  T.no_match('deleted file', told)
end)

test('a linked worktree', function(t)
  repo.new(t)
  sh(t, MORE .. 'git worktree add -q ../linked -b linked')
  t.repo = t.dir .. '/linked'
  sh(t, 'printf "B\n" > sub/b.txt; printf "TOKEN=hunter2\n" > .env; git add -f .')
  local srv = t:fake()
  srv:script({ text = 'Written by a model' })
  local waits = repo.editing(t, 'git commit')
  repo.configure(t, srv)
  t:cmd('cd ' .. t.dir)
  t:cmd('edit ' .. waits.path)
  eq('done', repo.commit(t).status)
  t:cmd('write')
  waits.finish()
  T.match('%-b\n%+B', repo.asked(srv))
  T.no_match('hunter2', repo.asked(srv), true)
  eq('Written by a model', sh(t, 'git log -1 --format=%s linked'))
end)

test('a submodule', function(t)
  repo.new(t)
  sh(t, MORE .. [[
    cp -r . ../module
    git -c protocol.file.allow=always submodule --quiet add ../module module
    git commit -q -m 'add a module'
  ]])
  t.repo = t.repo .. '/module'
  sh(t, 'printf "B\n" > sub/b.txt; git add .')
  local srv = t:fake()
  srv:script({ text = 'Written by a model' })
  local waits = repo.editing(t, 'git commit')
  repo.configure(t, srv)
  t:cmd('cd ' .. t.dir)
  t:cmd('edit ' .. waits.path)
  eq('done', repo.commit(t).status)
  t:cmd('write')
  waits.finish()
  T.match('%-b\n%+B', repo.asked(srv))
  eq('Written by a model', sh(t, 'git log -1 --format=%s'))
  -- What is reviewed from there are the module's files.
  sh(t, 'printf "b\n" > sub/b.txt')
  t:cmd('Hum diff HEAD')
  t:wait(function() return t:messages():find('1 hunk in 1 file', 1, true) end, 'the hunk')
end)

test('what a git that is gone has left behind is not taken for the commit', function(t)
  repo.new(t)
  sh(t, MORE .. [[
    printf 'x\n' > a.txt; git add .; cp .git/index .git/next-index-99999999.lock; git reset -q --hard
    printf 'B\n' > sub/b.txt; git add .
  ]])
  local srv = t:fake()
  srv:script({ text = 'Written by a model' })
  local waits = repo.editing(t, 'git commit')
  repo.configure(t, srv)
  t:cmd('edit ' .. waits.path)
  eq('done', repo.commit(t).status)
  waits.finish()
  T.match('%-b\n%+B', repo.asked(srv))
  T.no_match('%+x', repo.asked(srv))
end)

test('a lock that was left behind: what is staged is shown, and git says that it cannot commit', function(t)
  repo.new(t)
  sh(t, MORE .. [[
    printf 'x\n' > a.txt; git add .; cp .git/index .git/kept; git reset -q --hard
    printf 'B\n' > sub/b.txt; git add .; mv .git/kept .git/index.lock
  ]])
  local srv = t:fake()
  srv:script({ text = 'Written by a model' })
  repo.configure(t, srv)
  t:cmd('edit a.txt')
  eq('done', repo.commit(t).status)
  T.match('%-b\n%+B', repo.asked(srv))
  T.no_match('%+x', repo.asked(srv))
  t:cmd('write')
  t:wait(function() return t:messages():find('did not commit: .*index.lock') end, 'it is told')
  T.match('^Written by a model\n', t:text())
  eq('b: begin', sh(t, 'git log -1 --format=%s'))
end)

for _, how in ipairs({ '--squash', '--fixup=amend:' }) do
  test('git commit ' .. how .. ' keeps its first line, by which a rebase knows the commit', function(t)
    repo.new(t)
    sh(t, MORE .. 'printf "B\n" > sub/b.txt; git add .')
    local srv = t:fake()
    srv:script({ text = 'Written by a model' })
    local waits = repo.editing(t, 'git commit ' .. how .. (how:find('=') and 'HEAD' or ' HEAD'))
    repo.configure(t, srv)
    t:cmd('edit ' .. waits.path)
    local before = t:text()
    eq('done', repo.commit(t).status)
    local once = t:text()
    srv:script({ text = 'Written once more' })
    eq('done', repo.commit(t).status)
    eq((once:gsub('by a model', 'once more')), t:text())
    t:cmd('silent undo | silent undo')
    eq(before, t:text())
    t:cmd('silent redo | write')
    waits.finish()
    T.match('^%l+! b: begin\n\nWritten by a model', sh(t, 'git log -1 --format=%B'))
  end)
end

-- ---- a message that hum opens -----------------------------------------------------------------

--- Opens a message by `:Hum commit`, and writes it.
---@param t test.Case
---@param text string   the answer
---@param write? string
local function opened(t, text, write)
  local srv = t:fake()
  srv:script({ text = text })
  repo.configure(t, srv)
  t:cmd('edit a.txt')
  eq('done', repo.commit(t).status)
  local shown = t:text()
  t:cmd(write or 'write')
  return shown
end

---@param t test.Case
---@param subject string
local function committed(t, subject)
  t:wait(function() return sh(t, 'git log -1 --encoding=UTF-8 --format=%s') == subject end, 'it is committed')
end

test(':wq commits and closes the window', function(t)
  repo.new(t)
  opened(t, 'Count', 'wq')
  committed(t, 'Count')
  t:wait(function() return t:lua('return vim.fn.winnr("$")') == 1 end, 'it is closed')
  eq('a.txt', t:lua('return vim.fn.expand("%:t")'))
end)

test(':wq that git refuses keeps the window and the text', function(t)
  repo.new(t)
  sh(t, [[printf '#!/bin/sh\necho no >&2\nexit 1\n' > .git/hooks/pre-commit; chmod +x .git/hooks/pre-commit]])
  opened(t, 'Count', 'wq')
  t:wait(function() return t:messages():find('did not commit: no', 1, true) end, 'it is told')
  T.match('^Count\n', t:text())
end)

for _, case in ipairs({
  { 'auto', 'git config core.commentChar auto', 'Count\n\n#1 is done' },
  { 'of its own', "git config core.commentChar ';'", 'Count\n\n#1 is done' },
  { 'and commit.cleanup', 'git config commit.cleanup verbatim', 'Count\n\nTwo is done' },
  { 'and another encoding', 'git config i18n.commitEncoding ISO-8859-1', 'Zählen\n\nFünf' },
}) do
  test('comments are no part of what is committed: a comment character ' .. case[1], function(t)
    repo.new(t)
    sh(t, case[2])
    opened(t, case[3])
    committed(t, vim.split(case[3], '\n')[1])
    eq((case[3]:gsub('\n#', case[1] == 'auto' and '\n #' or '\n#')), sh(t, 'git log -1 --encoding=UTF-8 --format=%B'))
  end)
end

test('the message is for the repository of the file, also below its top and from elsewhere', function(t)
  repo.new(t)
  sh(t, MORE .. 'printf "B\n" > sub/b.txt; git add .')
  local srv = t:fake()
  srv:script({ text = 'One' })
  repo.configure(t, srv)
  t:cmd('cd ' .. t.repo .. '/sub')
  t:cmd('edit b.txt')
  eq('done', repo.commit(t).status)
  T.match('modified: +sub/b.txt', t:text())
  T.no_match('deleted:', t:text())
  t:cmd('cd ' .. t.dir)
  srv:script({ text = 'Two' })
  eq('done', repo.commit(t).status) -- from the message itself
  T.match('^Two\n\n# :w commits', t:text())
  t:cmd('write')
  committed(t, 'Two')
end)

test('asked for twice at once, one message comes', function(t)
  repo.new(t)
  local srv = t:fake()
  srv:script({ text = 'Count' })
  repo.configure(t, srv)
  t:lua([[
    results = {}
    for i = 1, 2 do
      require('hum').commit({ on_done = function(result) results[#results + 1] = result.status end })
    end
  ]])
  t:wait(function() return t:lua('return #results') == 2 end, 'both have ended')
  eq({ 'cancelled', 'done' }, t:lua('return results'))
  T.match('^Count\n\n# :w commits', t:text())
  eq('', t:messages())
end)

test('a language of messages changes nothing', { env = { LANGUAGE = 'de', LANG = 'de_DE.UTF-8' } }, function(t)
  repo.new(t)
  opened(t, 'Count')
  committed(t, 'Count')
  eq(
    '',
    t:lua([[
    local out
    require('hum.git').run({}, { '-c', 'alias.env=!env', 'env' }, function(answer) out = answer.out end)
    vim.wait(10000, function() return out ~= nil end)
    return out:match('LANGUAGE=([^\n]*)')
  ]])
  )
end)

test('a buffer that goes while its message streams', function(t)
  repo.new(t)
  local srv = t:fake()
  srv:script({ tokens = { 'One\n', 'Two\n' }, count = 1000000 })
  local waits = repo.editing(t, 'git commit')
  repo.configure(t, srv)
  t:cmd('edit ' .. waits.path)
  t:lua([[require('hum').commit({ on_done = function(given) result = given end })]])
  t:wait(function() return t:text():find('^One\n') end, 'it streams')
  t:cmd('bwipeout!')
  eq('error', t:wait(function() return t:lua('return result') end, 'on_done').status)
  srv:wait_event('disconnect')
  waits.finish()
  eq('a: count to three', sh(t, 'git log -1 --format=%s'))
end)

test('a signature that fails is told, and the text stays', function(t)
  repo.new(t)
  sh(t, 'git config commit.gpgsign true; git config gpg.program false')
  opened(t, 'Count')
  t:wait(function() return t:messages():find('did not commit: .*gpg failed') end, 'it is told')
  T.match('^Count\n', t:text())
  eq(true, t:lua('return vim.bo.modified'))
end)
