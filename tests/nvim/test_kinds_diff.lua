-- #diff, by a real git.
local T = require('harness')
local kinds = require('lib.kinds')
local repo = require('lib.repo')
local test, eq = T.test, T.eq

T.once()

local PURE = { ui = false }

--- A repository: a.txt is committed, and changed in the index; b.txt differs from what is staged.
local function new(t)
  repo.new(t)
  repo.sh(
    t,
    [[
    printf 'b\n' > b.txt; git add b.txt; git commit -qm 'b' -- b.txt
    printf 'b changed\n' > b.txt
    mkdir sub; printf 'new\n' > sub/new.txt
    printf 'ignored.txt\n' > .git/info/exclude; printf 'x\n' > ignored.txt
  ]]
  )
  t:lua([[vim.cmd.cd(...); vim.env.GIT_CONFIG_NOSYSTEM = '1']], t.repo)
end

test('what is not committed: staged, not staged, and new', PURE, function(t)
  new(t)
  local one = kinds.source(t, 'diff')
  T.match('-three\n+four\n', one.text, true)
  T.match('-b\n+b changed', one.text, true)
  T.match('diff --git a/sub/new.txt b/sub/new.txt\nnew file', one.text, true)
  T.no_match('ignored', one.text)
  eq(nil, one.note)
  eq('all that is not committed', one.title)
end)

test('what is staged, and what is not', PURE, function(t)
  new(t)
  local staged = kinds.source(t, 'diff', 'staged').text
  T.match('+four', staged, true)
  T.no_match('b.txt', staged, true)
  T.no_match('new.txt', staged, true)
  local unstaged = kinds.source(t, 'diff', 'unstaged').text
  T.match('+b changed', unstaged, true)
  T.match('sub/new.txt', unstaged, true)
  T.no_match('+four', unstaged, true)
end)

test('a revision, a range, and paths', PURE, function(t)
  new(t)
  repo.sh(t, 'git checkout -q -b topic; git commit -qam topic')
  T.match('+four', kinds.source(t, 'diff', 'trunk...').text, true)
  local one = kinds.source(t, 'diff', 'trunk..topic b.txt')
  T.match('+b changed', one.text, true)
  T.no_match('a.txt', one.text, true)
  T.match('+b changed', kinds.source(t, 'diff', 'HEAD~1').text, true)
  repo.sh(t, 'printf "more\\n" >> a.txt; printf "more\\n" >> b.txt')
  one = kinds.source(t, 'diff', 'a.txt')
  T.match('+more', one.text, true)
  T.no_match('b.txt', one.text, true)
  T.match('sub/new.txt', kinds.source(t, 'diff', 'sub').text, true)
end)

test('a folder below the top of the repository', PURE, function(t)
  new(t)
  t:cmd('cd sub')
  T.match('+four', kinds.source(t, 'diff').text, true)
  T.match('+new', kinds.source(t, 'diff', 'new.txt').text, true)
end)

test('before the first commit all is new', PURE, function(t)
  new(t)
  repo.sh(t, 'rm -rf .git; git init -q; git add a.txt')
  local text = kinds.source(t, 'diff').text
  T.match('new file', text, true)
  T.match('+four', text, true)
  T.match('sub/new.txt', text, true)
end)

test('no difference, no repository, and names that are none are refused', PURE, function(t)
  new(t)
  T.match(
    '^"trunc%.%.%." is no revision and no path %(did you mean "trunk"%?%)\nWrite staged',
    kinds.refused(t, 'diff', 'trunc...')
  )
  T.match('is an option of git\n', kinds.refused(t, 'diff', '--output=x'))
  T.match('"--output=x" is no revision and no path', kinds.refused(t, 'diff', 'HEAD --output=x'), true)
  T.ok(not vim.uv.fs_stat(t.repo .. '/x'))
  repo.sh(t, 'git add -A; git commit -qm all')
  local answer = kinds.resolve(t, 'diff')
  T.match('^there is no difference in all that is not committed\nTake #diff', answer.err)
  eq({}, answer.sources)
  repo.sh(t, 'rm -rf .git')
  T.match('is in no git repository', kinds.refused(t, 'diff', nil), true)
end)

test('files with secrets are left out by name and by what they hold, which is said', PURE, function(t)
  new(t)
  repo.sh(
    t,
    [[
    printf 'KEY=1\n' > .env; git add -f .env
    printf 'token = "ghp_%s"\n' 0123456789abcdefghijABCDEFGHIJ012345 > config.txt
    printf 'SECRET=2\n' > .env.local
  ]]
  )
  local one = kinds.source(t, 'diff')
  T.no_match('KEY=1', one.text, true)
  T.no_match('ghp_', one.text, true)
  T.no_match('SECRET', one.text, true)
  T.match('+four', one.text, true)
  for _, name in ipairs({ '.env (', '.env.local (', 'config.txt (' }) do
    T.match(name, one.note, true)
    T.match(name, one.text, true)
  end
  local forced = kinds.source(t, 'diff', nil, { force = true }).text
  T.match('+KEY=1', forced, true)
  T.match('+SECRET=2', forced, true)
end)

test('a diff that is too large says so', PURE, function(t)
  new(t)
  repo.sh(t, 'git commit -qam all; rm -r sub; seq 1 300000 > a.txt')
  T.match(
    '^nothing of all that is not committed can be sent %(left out: a.txt %(the diff is larger',
    kinds.refused(t, 'diff')
  )
end)

test('names with blanks and umlauts, renames, binaries and many new files', PURE, function(t)
  new(t)
  repo.sh(
    t,
    [[
    git mv b.txt 'b ä.txt'
    printf 'a\0b' > bin; git add bin
    i=0; while [ $i -lt 25 ]; do echo $i > many$i.txt; i=$((i + 1)); done
  ]]
  )
  local one = kinds.source(t, 'diff')
  T.match('b ä.txt', one.text, true)
  T.match('Binary files', one.text, true)
  T.match('only 20 new files are shown', one.note, true)
end)

test('the configuration of the user changes nothing', PURE, function(t)
  new(t)
  repo.sh(
    t,
    [[
    git config diff.noprefix true; git config color.ui always; git config diff.external false
    printf '*.txt diff=x\n' > .git/info/attributes; git config diff.x.textconv 'rm -f /nowhere; echo run >'
  ]]
  )
  T.match('diff --git a/a.txt b/a.txt\n', kinds.source(t, 'diff').text, true)
  T.no_match('\27', kinds.source(t, 'diff').text, true)
end)

test('a diff that is cancelled calls nobody back', PURE, function(t)
  new(t)
  kinds.start(t, 'diff')
  t:lua('cancel()')
  T.match('+four', kinds.source(t, 'diff').text, true)
  eq(1, t:lua('return calls'))
end)
