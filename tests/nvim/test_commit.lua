-- Commit messages: in repositories of a case's own, by a real git.
local T = require('harness')
local chat = require('lib.chat')
local project = require('lib.project')
local repo = require('lib.repo')
local test, eq = T.test, T.eq

T.once()

local sh, repository, message_of_git, configure = repo.sh, repo.new, repo.message_of_git, repo.configure
local commit, asked = repo.commit, repo.asked

test('the message of git gets its text above the first comment, in one undo step', function(t)
  repository(t)
  local path = message_of_git(t, '')
  local srv = t:fake()
  srv:script({ tokens = { 'a: count', ' to four\n', '\nThree was', ' not enough.' } })
  configure(t, srv)
  t:cmd('edit ' .. path)
  local before = t:text()
  T.match('^\n# Please enter', before)
  local result = commit(t)
  eq('done', result.status)
  eq({ 'a: count to four', '', 'Three was not enough.' }, result.lines)
  eq('a: count to four\n\nThree was not enough.\n' .. before, t:text())
  t:cmd('silent undo')
  eq(before, t:text())
  eq('', t:messages())
  local told = asked(srv)
  T.match('```diff\n.*%-three\n%+four\n```', told)
  T.match('a: count to three', told)
  T.match('trunk', told)
end)

test('what git commits from the message is what was written', function(t)
  repository(t)
  local path = message_of_git(t, '')
  local srv = t:fake()
  srv:script({ text = '```\nfix: four\n\n#12 is done.\n```\nI hope this helps!' })
  configure(t, srv)
  t:cmd('edit ' .. path)
  eq({ 'fix: four', '', ' #12 is done.' }, commit(t).lines)
  t:cmd('write')
  sh(t, 'git commit -q --cleanup=strip -F .git/COMMIT_EDITMSG')
  eq('fix: four\n\n #12 is done.', sh(t, 'git log -1 --format=%B'))
end)

--- Answers of models, and the messages in them.
local ANSWERS = {
  { 'in plain text', 'Add the count', 'Add the count' },
  { 'with an introduction', 'Here is the commit message:\n\nAdd the count.', 'Add the count' },
  { 'in a fence with a language', '```text\nAdd the count\n```', 'Add the count' },
  { 'in quotation marks', '"Add the count"', 'Add the count' },
  { 'in bold', '**Add the count**', 'Add the count' },
  { 'with a label', 'Commit message: Add the count', 'Add the count' },
  { 'as a heading', '# Add the count', 'Add the count' },
  { 'with too many empty lines', '\n\nAdd the count\n\n\n\n- one\n\n\n- two\n\n', 'Add the count\n\n- one\n\n- two' },
  { 'without an empty line', 'Add the count\nIt was missing.', 'Add the count\n\nIt was missing.' },
  {
    'with a block of its own',
    'Add it\n\n```sh\ngit log\n\ngit show\n```\n\nDone.',
    'Add it\n\n```sh\ngit log\n\ngit show\n```\n\nDone.',
  },
  {
    'with a long line',
    'Add it\n\n- ' .. ('word '):rep(20),
    'Add it\n\n- ' .. ('word '):rep(13) .. 'word\n  ' .. ('word '):rep(5) .. 'word',
  },
  { 'below a heading', '## Commit Message:\n\nAdd the count', 'Add the count' },
  { 'below a bold heading', '**Commit message:**\n\n```\nAdd the count\n```\n\nThis is why.', 'Add the count' },
  {
    'with a bold label',
    '**Subject:** Add the count\n\n**Body:** It was missing.',
    'Add the count\n\nIt was missing.',
  },
  { 'with words about the diff', 'Based on the diff, a fitting message would be:\n\nAdd the count', 'Add the count' },
  { 'in a fence that is introduced', 'The changes say:\n\n```\nAdd the count\n```', 'Add the count' },
  { 'in a fence in one line', '```Add the count```', 'Add the count' },
  { 'in a tag', '<commit_message>\nAdd the count\n</commit_message>\nDone!', 'Add the count' },
  { 'between rules', '---\nAdd the count\n\nWhy.\n\n---\nLet me know!', 'Add the count\n\nWhy.' },
  { 'as a command', '```bash\ngit commit -m "Add the count"\n```', 'Add the count' },
  { 'in typographic marks', '“Add the count.”', 'Add the count' },
  { 'with marks of its own', '"a" becomes "b"', '"a" becomes "b"' },
  { 'with its type in bold', '**feat(a):** add the count', 'feat(a): add the count' },
  { 'as one of several', '1. Add the count\n2. Count to four\n3. Fix it', 'Add the count' },
  { 'as one of several options', 'Option 1:\nAdd the count\n\nOption 2:\nCount to four', 'Add the count' },
  { 'with an explanation', 'Add the count\n\n**Explanation:** It counts.', 'Add the count' },
  { 'with a farewell', 'Add the count\n\nWhy.\n\nLet me know if it fits!', 'Add the count\n\nWhy.' },
  { 'that speaks of messages', 'Fix commit message', 'Fix commit message' },
  { 'with a colon at its end', 'Revert:', 'Revert:' },
  { 'with a colon, and more', 'Add:\n- a\n- b', 'Add:\n\n- a\n- b' },
  {
    'in Chinese',
    '添加计数。\n\n' .. ('计'):rep(40),
    '添加计数\n\n' .. ('计'):rep(36) .. '\n' .. ('计'):rep(4),
  },
  { 'with CR LF', 'Add it\r\n\r\nDone.\r\n', 'Add it\n\nDone.' },
}

test('of an answer the message is taken, however it is cut into pieces', function(t)
  local found = t:lua(
    [[
    local answers, found = require('hum.commit.answer'), {}
    local function read(answer, size)
      local reader, lines = answers.reader('#', 72), {}
      for i = 1, #answer, size do
        vim.list_extend(lines, reader:feed(answer:sub(i, i + size - 1)))
      end
      return table.concat(vim.list_extend(lines, reader:feed('', true)), '\n')
    end
    for i, case in ipairs((...)) do
      found[i] = { read(case[2], #case[2]), read(case[2], 1) }
    end
    return found
  ]],
    ANSWERS
  )
  for i, case in ipairs(ANSWERS) do
    eq({ case[1], case[3], case[3] }, { case[1], found[i][1], found[i][2] })
  end
end)

test('another comment character, the diff of -v and a template are left alone', function(t)
  repository(t)
  sh(
    t,
    [[
    git config core.commentChar ';'
    printf 'Ticket: \n; what the template says\n' > .git/template
    git config commit.template .git/template
  ]]
  )
  local path = message_of_git(t, '-v')
  local srv = t:fake()
  srv:script({ text = 'Count to four\n\n; no comment' })
  configure(t, srv)
  t:cmd('edit ' .. path)
  local before = t:text()
  T.match('^Ticket: \n; what', before)
  T.match('\n; %-+ >8 %-+\n.*\ndiff %-%-git', before)
  eq('done', commit(t).status)
  eq('Count to four\n\n ; no comment\n\n' .. before, t:text())
  T.match('already:\nTicket:', asked(srv))
  t:cmd('silent undo')
  eq(before, t:text())
end)

test('a character that git has chosen by itself is found', function(t)
  repository(t)
  sh(t, [[git config core.commentChar auto; printf '#1: \n' > .git/template; git config commit.template .git/template]])
  local path = message_of_git(t, '')
  local srv = t:fake()
  srv:script({ text = 'Count to four\n\n#2 is done, too' })
  configure(t, srv)
  t:cmd('edit ' .. path)
  local before = t:text()
  T.no_match('\n# Please', before)
  eq({ 'Count to four', '', '#2 is done, too' }, commit(t).lines)
  T.match('^Count to four\n\n#2 is done, too\n\n#1: \n', t:text())
end)

test('asking again replaces the message, unless it was changed', function(t)
  repository(t)
  local path = message_of_git(t, '')
  local srv = t:fake()
  srv:script({ text = 'One' })
  configure(t, srv)
  t:cmd('edit ' .. path)
  local before = t:text()
  commit(t)
  srv:script({ text = 'Two' })
  commit(t, { instruction = 'shorter' })
  eq('Two\n' .. before, t:text())
  T.match('\nshorter$', asked(srv, 2))
  t:cmd('silent undo')
  eq('One\n' .. before, t:text())
  t:lua([[vim.api.nvim_buf_set_lines(0, 0, 1, false, { 'Mine' })]])
  commit(t)
  eq('Two\n\nMine\n' .. before, t:text())
end)

test('a long first line is asked for once more, shorter', function(t)
  repository(t)
  local path = message_of_git(t, '')
  local srv = t:fake()
  local function record(text) return vim.json.encode({ message = { role = 'assistant', content = text } }) .. '\n' end
  local last = '{"done":true,"done_reason":"stop"}\n'
  srv:play({
    answers = {
      {
        when = { nth = 1 },
        content_type = 'application/x-ndjson',
        pieces = { record(('long '):rep(20) .. '\n\nWhy.'), last },
      },
      { when = { nth = 2 }, content_type = 'application/x-ndjson', pieces = { record('"Short enough."'), last } },
    },
  })
  configure(t, srv)
  t:cmd('edit ' .. path)
  eq({ 'Short enough', '', 'Why.' }, commit(t).lines)
  T.match('^Short enough\n\nWhy.\n', t:text())
  t:cmd('silent undo')
  T.match('^\n# Please', t:text())
end)

test('git commit -a, and of some files: the diff is what will be committed', function(t)
  repository(t)
  sh(
    t,
    [[
    printf 'b\n' > b.txt
    git add b.txt
    git commit -q -m 'b' b.txt
    printf 'B\n' > b.txt
    cp .git/index .git/former
  ]]
  )
  for _, how in ipairs({ '-a', 'b.txt' }) do
    -- Git waits for its editor: its index is as it is then.
    sh(
      t,
      (
        'GIT_EDITOR="sh -c \'cp .git/index.lock .git/kept.index 2>/dev/null; cp .git/next-index-*.lock .git/kept.index'
        .. ' 2>/dev/null; cp \\"\\$1\\" .git/kept; exit 1\' -" git commit %s || true'
      ):format(how)
    )
    sh(t, [[cp .git/kept .git/COMMIT_EDITMSG; cp .git/kept.index .git/next-index-1.lock]])
    local srv = t:fake()
    srv:script({ text = 'ok' })
    configure(t, srv)
    t:cmd('edit! ' .. t.repo .. '/.git/COMMIT_EDITMSG')
    eq('done', commit(t).status)
    local told = asked(srv)
    T.match('%-b\n%+B', told)
    if how == '-a' then
      T.match('%+four', told)
    else
      T.no_match('%+four', told)
    end
    t:cmd('bwipeout!')
    sh(t, 'rm .git/next-index-1.lock')
  end
  sh(t, 'cmp .git/index .git/former') -- nothing has refreshed it
end)

test('a commit that is amended is shown whole', function(t)
  repository(t)
  local path = message_of_git(t, '--amend')
  local srv = t:fake()
  srv:script({ text = 'Count' })
  configure(t, srv)
  t:cmd('edit ' .. path)
  eq('done', commit(t).status)
  T.match('new file mode', asked(srv))
  T.match('%+four', asked(srv))
  T.match('^Count\n\na: count to three\n', t:text())
end)

test('what may hold secrets is not shown, nor what a tool has written, and it is told', function(t)
  repository(t)
  sh(
    t,
    [[
    printf 'TOKEN=hunter2hunter2\n' > .env
    seq 200 > package-lock.json
    git add -f .env package-lock.json
  ]]
  )
  local path = message_of_git(t, '')
  local srv = t:fake()
  srv:script({ text = 'Count' })
  configure(t, srv)
  t:cmd('edit ' .. path)
  local result = commit(t)
  local told = asked(srv)
  T.no_match('hunter2', told)
  T.no_match('\n%+199\n', told)
  T.match('%+four', told)
  T.match('package%-lock%.json', told)
  eq(2, #result.left_out)
  t:wait(function() return t:messages():find('not shown to the model', 1, true) end, 'it is told')
end)

test('a large diff is cut where it tells least', function(t)
  repository(t)
  sh(
    t,
    [[
    seq 20000 > long.txt
    awk 'BEGIN { for (i = 0; i < 90000; i++) printf "x"; print "" }' > wide.js
    git add long.txt wide.js
  ]]
  )
  local path = message_of_git(t, '')
  local srv = t:fake()
  srv:script({ text = 'Count' })
  configure(t, srv, { tokens = 1000 })
  t:cmd('edit ' .. path)
  local result = commit(t)
  local told = asked(srv)
  T.ok(#told < 8000, 'bytes: ' .. #told)
  T.match('%+four', told)
  T.match('long%.txt', told)
  T.match('long%.txt', table.concat(result.left_out, '\n'))
end)

test('the rules for the files that are committed are told, once they are allowed', function(t)
  repository(t)
  local rules = { ['AGENTS.md'] = 'Prefix: [core].', ['sub/AGENTS.md'] = 'Sub: in German.', ['far/AGENTS.md'] = 'Far.' }
  for name, text in pairs(rules) do
    t:write_file('repo/' .. name, text .. '\n')
  end
  t:write_file('repo/sub/new.txt', 'new\n')
  sh(t, 'git add sub/new.txt')
  local path = message_of_git(t, '')
  local srv = t:fake()
  srv:script({ default = { text = 'Count' } })
  configure(t, srv)
  t:cmd('edit ' .. path)
  project.answers(t, 'yes')
  eq('done', commit(t).status)
  local system = srv:requests('/api/chat')[1].body.messages[1].content
  T.match('messages of Git commits.*Prefix: %[core%].*Sub: in German.*comes before what is\nsaid above', system)
  T.no_match('Far', system)
  eq('done', commit(t).status)
  T.match('Prefix', asked(srv, 2))
  eq(1, #project.asked(t), 'one question for all, once')

  t:write_file('repo/AGENTS.md', 'Prefix: [other].\n')
  project.answers(t, 'no')
  eq('done', commit(t).status)
  T.no_match('Prefix', asked(srv, 3))
  T.match('Sub: in German', asked(srv, 3))
  eq(2, #project.asked(t))

  configure(t, srv, { rules = false })
  eq('done', commit(t).status)
  T.no_match('German', asked(srv, 4))
  eq(2, #project.asked(t))
end)

test('stop ends the question about rules, and no message comes', function(t)
  repository(t)
  t:write_file('repo/AGENTS.md', 'Prefix: [core].\n')
  local srv = t:fake()
  configure(t, srv)
  t:cmd('edit ' .. message_of_git(t, ''))
  t:lua([[
    vim.ui.select = function(items, _, cb) answer = function() cb(items[1], 1) end end
    handle = require('hum').commit({ on_done = function(given) result = given end })]])
  t:wait(function() return t:lua('return answer ~= nil') end, 'the question')
  t:lua('handle.stop()')
  eq('cancelled', t:lua('return result.status'))
  t:lua('answer()')
  eq({}, srv:requests('/api/chat'))
end)

test('the diff is cut to the window that is asked of the model', function(t)
  repository(t)
  sh(t, 'seq 20000 > long.txt; git add long.txt')
  local path = message_of_git(t, '')
  local srv = t:fake()
  srv:script({ text = 'Count' })
  chat.configure(t, srv, { options = { num_ctx = 2048 } })
  t:cmd('cd ' .. t.repo)
  t:cmd('edit ' .. path)
  eq('done', commit(t).status)
  T.ok(#asked(srv) < 2048 * 3, 'bytes: ' .. #asked(srv))
  T.match('long%.txt', asked(srv))
end)

test('elsewhere a message is opened, whose :w commits', function(t)
  repository(t)
  local srv = t:fake()
  srv:script({ text = 'a: count to four' })
  configure(t, srv)
  t:cmd('edit a.txt')
  t:cmd('Hum commit')
  t:wait(function() return t:text():find('^a: count to four\n\n# :w commits') end, 'the message')
  eq({ 'gitcommit', 2 }, t:lua([[return { vim.bo.filetype, vim.fn.winnr('$') }]]))
  T.match('modified: +a.txt', t:text())
  t:cmd('write')
  t:wait(function() return sh(t, 'git log -1 --format=%s') == 'a: count to four' end, 'it is committed')
  t:wait(function() return not t:lua('return vim.bo.modified') end, 'and written')
  t:cmd('quit')
  eq('', sh(t, 'git status --porcelain'))
end)

test('what git refuses is told, and the text stays', function(t)
  repository(t)
  sh(t, [[printf '#!/bin/sh\necho "no ticket" >&2\nexit 1\n' > .git/hooks/commit-msg; chmod +x .git/hooks/commit-msg]])
  local srv = t:fake()
  srv:script({ text = 'a: count to four' })
  configure(t, srv)
  t:cmd('Hum commit')
  t:wait(function() return t:text():find('^a: count to four\n') end, 'the message')
  t:cmd('write')
  t:wait(function() return t:messages():find('did not commit: no ticket', 1, true) end, 'the reason')
  T.match('^a: count to four\n', t:text())
  eq(true, t:lua('return vim.bo.modified'))
end)

for _, case in ipairs({
  { 'nothing is staged', 'git reset -q', 'git add' },
  { 'there is no repository', 'rm -rf .git', 'in no git repository' },
}) do
  test(case[1] .. ': that is told', function(t)
    repository(t)
    sh(t, case[2])
    local srv = t:fake()
    configure(t, srv)
    eq('error', commit(t).status)
    t:wait(function() return t:messages():find(case[3], 1, true) end, 'it is told')
    eq({}, srv:requests('/api/chat'))
    eq(1, t:lua([[return vim.fn.winnr('$')]]))
  end)
end

test('the first commit of a repository', function(t)
  repository(t)
  sh(t, 'rm -rf .git; git init -q; git add a.txt')
  local srv = t:fake()
  srv:script({ text = 'Begin' })
  configure(t, srv)
  eq('done', commit(t).status)
  T.match('%+four', asked(srv))
end)

test('stop keeps what has come', function(t)
  repository(t)
  local path = message_of_git(t, '')
  local srv = t:fake()
  local gate = t:gate(srv)
  srv:script({ tokens = { 'One\n', '\nTwo\n', 'Three\n' }, count = 1000000 })
  configure(t, srv)
  t:cmd('edit ' .. path)
  t:lua([[handle = require('hum').commit({ on_done = function(given) result = given end })]])
  gate:pass(2)
  t:wait(function() return t:text():find('^One\n\nTwo\n') end, 'two lines')
  t:cmd('Hum stop')
  eq('cancelled', t:wait(function() return t:lua('return result') end, 'on_done').status)
  T.match('^One\n\nTwo\n.-\n# Please', t:text())
end)

test('an error of the server is told once, and leaves the message alone', function(t)
  repository(t)
  local path = message_of_git(t, '')
  local srv = t:fake()
  srv:play({ answers = { { status = 500, json = { error = 'the pump is broken' } } } })
  configure(t, srv)
  t:cmd('edit ' .. path)
  local before = t:text()
  eq('error', commit(t).status)
  t:wait(function() return t:messages():find('pump is broken', 1, true) end, 'it is told')
  eq(before, t:text())
end)

test('wrong arguments are refused by name', function(t)
  local ok, err = t:lua([[return pcall(require('hum').commit, { instruktion = 'x' })]])
  T.ok(not ok or err, 'refused')
  T.match('instruction', t:lua([[return select(2, pcall(require('hum').commit, { instruktion = 'x' }))]]))
end)
