-- Repositories of a case's own, by a real git, and messages of commits in them.
local chat = require('lib.chat')

local M = {}

--- Runs a shell script in the repository.
---@param t test.Case
---@param script string
---@return string
function M.sh(t, script)
  local done = vim.system({ 'sh', '-euc', script }, { cwd = t.repo, env = t.git, text = true, clear_env = true }):wait()
  assert(done.code == 0, script .. '\n' .. done.stdout .. done.stderr)
  return vim.trim(done.stdout)
end

--- A repository with one commit, and something staged.
---@param t test.Case
function M.new(t)
  t.repo = t.dir .. '/repo'
  vim.fn.mkdir(t.repo, 'p')
  t.git = {
    HOME = t.dir,
    PATH = vim.env.PATH,
    GIT_CONFIG_NOSYSTEM = '1',
    GIT_AUTHOR_NAME = 'A',
    GIT_AUTHOR_EMAIL = 'a@example.org',
    GIT_COMMITTER_NAME = 'A',
    GIT_COMMITTER_EMAIL = 'a@example.org',
  }
  M.sh(
    t,
    [[
    git init -q -b trunk
    printf 'one\ntwo\nthree\n' > a.txt
    git add a.txt
    git commit -q -m 'a: count to three'
    printf 'one\ntwo\nfour\n' > a.txt
    git add a.txt
  ]]
  )
end

--- What git has its editor open: a file of git's own, left there by an editor that only copies it.
---@param t test.Case
---@param arguments string  of git commit
---@return string path
function M.message_of_git(t, arguments)
  M.sh(t, ('GIT_EDITOR="sh -c \'cp \\"\\$1\\" .git/kept; exit 1\' -" git commit %s || true'):format(arguments))
  M.sh(t, 'cp .git/kept .git/COMMIT_EDITMSG')
  return t.repo .. '/.git/COMMIT_EDITMSG'
end

---@param t test.Case
---@param srv test.Fake
---@param options? table
function M.configure(t, srv, options)
  chat.configure(t, srv, nil, { commit = options or {} })
  t:lua(
    [[
    local dir, env = ...
    vim.cmd.cd(dir)
    for name, value in pairs(env) do vim.env[name] = value end
  ]],
    t.repo,
    {
      GIT_AUTHOR_NAME = 'A',
      GIT_AUTHOR_EMAIL = 'a@example.org',
      GIT_COMMITTER_NAME = 'A',
      GIT_COMMITTER_EMAIL = 'a@example.org',
      GIT_CONFIG_NOSYSTEM = '1',
    }
  )
end

--- Runs hum.commit() to its end.
---@param t test.Case
---@param opts? table
---@return table result
function M.commit(t, opts)
  t:lua(
    [[
    result = nil
    local opts = ... or {}
    opts.on_done = function(given) result = given end
    handle = require('hum').commit(opts)
  ]],
    opts
  )
  return t:wait(function() return t:lua('return result') end, 'on_done')
end

---@param srv test.Fake
---@param n? integer
---@return string  what the model was told
function M.asked(srv, n)
  local messages = srv:requests('/api/chat')[n or 1].body.messages
  return vim.iter(messages):map(function(message) return message.content end):join('\n---\n')
end

--- Runs a command of git that opens its editor. Git waits for that, as it would for a Neovim.
---@param t test.Case
---@param command string
---@return { path: string, env: table<string, string>, cwd: string, finish: fun(): string }  what the editor was given;
---   finish() lets git go on, and gives what it has written
function M.editing(t, command)
  M.sh(
    t,
    [[rm -f "$HOME/go" "$HOME/path"; mkfifo "$HOME/go"; cat > "$HOME/editor" <<'END'
env | grep '^GIT_[DIW]' > "$HOME/env" || true
pwd > "$HOME/cwd"
case $1 in /*) echo "$1" ;; *) echo "$PWD/$1" ;; esac > "$HOME/path.new"
mv "$HOME/path.new" "$HOME/path"
cat "$HOME/go" > "$HOME/went"
END]]
  )
  local env = vim.tbl_extend('force', t.git, { GIT_EDITOR = ('sh "%s/editor"'):format(t.dir) })
  local script = { 'sh', '-c', command }
  local process = vim.system(script, { cwd = t.repo, env = env, text = true, clear_env = true })
  t:wait(function() return vim.uv.fs_stat(t.dir .. '/path') end, 'git opens its editor')
  -- Without a reader it cannot be opened, and a blocking open would hang if there were none.
  local O = vim.uv.constants
  local function let_go() return (vim.uv.fs_open(t.dir .. '/go', O.O_WRONLY + O.O_NONBLOCK, 0)) end
  t:finally(function()
    local left = let_go()
    if left then vim.uv.fs_close(left) end
  end)
  local given = {}
  for name, value in t:read_file('env'):gmatch('(GIT_[%u_]+)=([^\n]*)') do
    given[name] = value
  end
  return {
    path = vim.trim(t:read_file('path')),
    env = given,
    cwd = vim.trim(t:read_file('cwd')),
    finish = function()
      vim.uv.fs_close(t:wait(let_go, 'git waits for its editor'))
      local done = process:wait()
      return done.stdout .. done.stderr
    end,
  }
end

return M
