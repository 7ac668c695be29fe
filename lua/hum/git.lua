-- Git, asked in the background. It takes no lock of the index, and reads the one that is to be committed: while git
-- waits for its editor that may be another file than "index", which a Neovim that was running already is not told.
local M = {}

--- What a command may write, in bytes. More of a diff helps no model.
local MOST = 8 * 1024 * 1024

---@class hum.Repository
---@field dir string     of git's own files: absolute
---@field top? string    of the working tree; nil: unknown, or there is none
---@field env table<string, string>  that tells git so, where it would not find them from `top`

---@class hum.GitAnswer
---@field ok boolean
---@field out string
---@field err string  its lines joined; '' if there is none
---@field cut? boolean  it wrote more than is read

---@param path string
---@return boolean
local function is_index(path)
  local file = io.open(path, 'rb')
  local magic = file and file:read(4)
  if file then file:close() end
  return magic == 'DIRC'
end

---@param path string  of an index of one commit, which has the id of its process in its name
---@return boolean  that process is there, though it may be another user's
local function is_waiting(path)
  local pid = tonumber(path:match('next%-index%-(%d+)%.lock$')) --[[@as integer|nil]]
  local _, _, code = vim.uv.kill(pid or -1, 0)
  return pid ~= nil and code ~= 'ESRCH'
end

--- The index of a commit under way, as builtin/commit.c names it: next-index-PID.lock for `git commit PATH`, index.lock
--- for `git commit -a`. What a git that is gone has left behind is none.
---@param dir string
---@return string|nil
local function index_of(dir)
  local inherited = vim.env.GIT_INDEX_FILE -- git started this Neovim
  if inherited then
    if vim.startswith(inherited, '/') then return inherited end
    -- As seen from where git was then; the working directory may be another one now.
    local own = dir .. '/' .. vim.fs.basename(inherited)
    return is_index(own) and own or vim.fn.fnamemodify(inherited, ':p')
  end
  local found = vim.fn.glob(vim.fn.escape(dir, '*?[]{}\\') .. '/next-index-*.lock', true, true)
  found = vim.tbl_filter(is_waiting, found)
  found[#found + 1] = dir .. '/index.lock'
  for _, path in ipairs(found) do
    if is_index(path) then return path end
  end
end

---@param repository? hum.Repository
---@return table<string, string>
local function environment(repository)
  ---@type table<string, string>
  local env = {
    GIT_OPTIONAL_LOCKS = '0',
    GIT_TERMINAL_PROMPT = '0',
    GIT_PAGER = 'cat',
    LC_ALL = 'C.UTF-8',
    LANGUAGE = '', -- it would be stronger than LC_ALL
  }
  return repository and vim.tbl_extend('force', env, repository.env) or env
end

---@class hum.GitCollector
---@field on fun(err?: string, data?: string)
---@field text fun(): string
---@field cut boolean  it was enough
---@field process? vim.SystemObj

--- Collects what a process writes, and kills it when that is enough.
---@return hum.GitCollector
local function collector()
  local pieces, bytes = {}, 0
  local self ---@type hum.GitCollector
  local function on(_, data)
    if not data or self.cut then return end
    pieces[#pieces + 1], bytes = data, bytes + #data
    if bytes <= MOST then return end
    self.cut = true
    if self.process then self.process:kill('sigterm') end
  end
  self = { on = on, text = function() return table.concat(pieces):sub(1, MOST) end, cut = false }
  return self
end

--- Runs a command of git.
---@param at { repository?: hum.Repository, cwd?: string, stdin?: string }
---@param args string[]
---@param cb fun(answer: hum.GitAnswer)  scheduled, once
---@return fun() cancel  cb is not called any more
function M.run(at, args, cb)
  local out, cancelled = collector(), false
  local command = vim.list_extend({ 'git', '--no-pager', '-c', 'core.quotePath=false', '-c', 'color.ui=false' }, args)
  local function answer(done)
    vim.schedule(function()
      if cancelled then return end
      local err = vim.trim(done.stderr or ''):gsub('%s*\n%s*', ' ')
      cb({ ok = done.code == 0 or out.cut, out = out.text(), err = err, cut = out.cut or nil })
    end)
  end
  local ok, process = pcall(vim.system, command, {
    cwd = at.cwd or (at.repository and at.repository.top),
    env = environment(at.repository),
    stdin = at.stdin,
    stdout = out.on,
  }, answer)
  if not ok then
    answer({ code = 127, stderr = 'git cannot be started; install it' })
    return function() cancelled = true end
  end
  out.process = process
  return function()
    cancelled = true
    process:kill('sigterm')
  end
end

--- The working tree that a folder of git's own files belongs to, as git writes it down: beside it, or for a linked
--- worktree in "gitdir", or for a submodule as an option.
---@param dir string
---@param configured string  core.worktree, '' if that is not set
---@return string|nil
local function top_of(dir, configured)
  if configured ~= '' then
    return (vim.uv.fs_realpath(configured:find('^/') and configured or dir .. '/' .. configured))
  end
  local file = io.open(dir .. '/gitdir')
  local link = file and file:read('*l')
  if file then file:close() end
  if link then return (vim.uv.fs_realpath(vim.fs.dirname(link))) end
  if vim.fs.basename(dir) == '.git' then return vim.fs.dirname(dir) end
end

--- Of the variables that say where a repository is, those that are set here: git has set them, or the user.
---@param found { dir: string, top?: string }
---@return table<string, string>
local function inherited(found)
  local env = {} ---@type table<string, string>
  if vim.env.GIT_DIR then env.GIT_DIR = found.dir end
  if vim.env.GIT_WORK_TREE then env.GIT_WORK_TREE = found.top end
  return env
end

--- The repository whose own files are in a folder, as those are of a message that git has opened.
---@param dir string
---@param cb fun(repository: hum.Repository)
---@return fun() cancel
local function of_message(dir, cb)
  local env = { GIT_DIR = dir } ---@type table<string, string>
  local index = index_of(dir)
  if index then env.GIT_INDEX_FILE = index end
  return M.run({ cwd = dir, repository = { dir = dir, env = env } }, { 'config', 'core.worktree' }, function(answer)
    local own = vim.env.GIT_WORK_TREE
    local top = own and vim.uv.fs_realpath(own) or top_of(dir, vim.trim(answer.out))
    if top then env.GIT_WORK_TREE = top end
    cb({ dir = dir, top = top, env = env })
  end)
end

--- The repository of a message that git has opened, of a file, or of a folder.
---@param buf integer
---@param cb fun(repository: hum.Repository|nil, why: string|nil)
---@return fun() cancel
function M.find(buf, cb)
  local name = vim.api.nvim_buf_get_name(buf)
  local folder = name ~= '' and not name:find('^%w+://') and vim.fs.dirname(name) or vim.fn.getcwd()
  local is_message = vim.fs.basename(name):find('_%u*MSG$') ~= nil
  if is_message and vim.uv.fs_stat(folder .. '/HEAD') then return of_message(folder, cb) end
  -- A variable that says where the repository is holds from here.
  folder = not vim.env.GIT_DIR and vim.uv.fs_stat(folder) and folder or vim.fn.getcwd()
  return M.run({ cwd = folder }, { 'rev-parse', '--absolute-git-dir', '--show-toplevel' }, function(answer)
    local dir, top = answer.out:match('^([^\n]+)\n?([^\n]*)')
    if dir then
      local found = { dir = dir, top = top ~= '' and top or nil }
      found.env = inherited(found)
      return cb(found)
    end
    local missing = answer.err:find('not a git repository', 1, true)
    if missing then return cb(nil, ('%s is in no git repository'):format(vim.fn.fnamemodify(folder, ':~'))) end
    cb(nil, 'git: ' .. answer.err)
  end)
end

return M
