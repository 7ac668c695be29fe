-- Git, asked in the background. It takes no lock of the index, and reads the one that is to be committed: while git
-- waits for its editor that may be another file than "index", which a Neovim that was running already is not told.
local M = {}

--- What a command may write, in bytes. More of a diff helps no model.
local MOST = 8 * 1024 * 1024

---@class hum.Repository
---@field dir string     of git's own files: absolute
---@field index? string  of the commit that is written, if that is not the repository's own
---@field top? string    of the working tree; nil: unknown, or there is none

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

---@param path string
---@return integer  s; 0: there is none
local function mtime(path)
  local stat = vim.uv.fs_stat(path)
  return stat and stat.mtime.sec or 0
end

--- The index of a commit under way, as builtin/commit.c names it: next-index-PID.lock for `git commit PATH`, index.lock
--- for `git commit -a`. Of several the newest: others were left behind.
---@param dir string
---@return string|nil
local function index_of(dir)
  if vim.env.GIT_INDEX_FILE then return nil end -- git started this Neovim, and inherits it to what we start
  local found = vim.fn.glob(vim.fn.escape(dir, '*?[]{}\\') .. '/next-index-*.lock', true, true)
  table.sort(found, function(a, b) return mtime(a) > mtime(b) end)
  found[#found + 1] = dir .. '/index.lock'
  for _, path in ipairs(found) do
    if is_index(path) then return path end
  end
end

---@param repository? hum.Repository
---@return table<string, string>
local function environment(repository)
  ---@type table<string, string>
  local env = { GIT_OPTIONAL_LOCKS = '0', GIT_TERMINAL_PROMPT = '0', LC_ALL = 'C.UTF-8', GIT_PAGER = 'cat' }
  if repository then
    env.GIT_DIR = repository.dir
    if repository.index then env.GIT_INDEX_FILE = repository.index end
  end
  return env
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
    cwd = at.cwd,
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

--- The repository of a message that git has opened, of a file, or of a folder.
---@param buf integer
---@param cb fun(repository: hum.Repository|nil, why: string|nil)
---@return fun() cancel
function M.find(buf, cb)
  local name = vim.api.nvim_buf_get_name(buf)
  local folder = name ~= '' and not name:find('^%w+://') and vim.fs.dirname(name) or vim.fn.getcwd()
  if vim.fs.basename(name):find('_EDITMSG$') and vim.uv.fs_stat(folder .. '/HEAD') then
    vim.schedule(function() cb({ dir = folder, index = index_of(folder), top = vim.fn.getcwd() }) end)
    return function()
      cb = function() end
    end
  end
  folder = vim.uv.fs_stat(folder) and folder or vim.fn.getcwd()
  return M.run({ cwd = folder }, { 'rev-parse', '--absolute-git-dir', '--show-toplevel' }, function(answer)
    local dir, top = answer.out:match('^([^\n]+)\n?([^\n]*)')
    if answer.ok and dir then return cb({ dir = dir, index = index_of(dir), top = top ~= '' and top or nil }) end
    local missing = answer.err:find('not a git repository', 1, true)
    if missing then return cb(nil, ('%s is in no git repository'):format(vim.fn.fnamemodify(folder, ':~'))) end
    cb(nil, 'git: ' .. answer.err)
  end)
end

return M
