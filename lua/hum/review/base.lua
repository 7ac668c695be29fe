-- What files were before: when the last set began, or at a commit of git.
local git = require('hum.git')
local sets = require('hum.sets')
local snapshot = require('hum.sets.snapshot')

local M = {}

--- Files of a diff that are looked at, at most: each gets a buffer.
local MOST = 100

---@class hum.ReviewFile
---@field path string
---@field buf? integer     of a file without a name
---@field lines? string[]  as it was; {}: there was none
---@field bytes? string    as git has it, instead of lines

--- What was when the last set began, but for what the user has changed since.
---@return hum.ReviewFile[]|nil files
---@return hum.Set|string set  or why there are none
function M.of_set()
  local set = sets.last()
  if not set then return nil, 'nothing was accepted yet; name a commit to compare with, as in ":Hum diff HEAD"' end
  local files = vim.tbl_map(
    function(file) return { path = file.path, buf = file.buf, lines = snapshot.before(file.snapshot) } end,
    set.files
  )
  return files, set
end

--- The lines of a file as its buffer would have them: without line endings, a byte order mark, and an encoding of its
--- own, all of which are options there.
---@param bytes string
---@param buf integer
---@return string[]
function M.lines(bytes, buf)
  local options = vim.bo[buf]
  local encoding = options.fileencoding
  if encoding ~= '' and encoding ~= 'utf-8' then bytes = vim.iconv(bytes, encoding, 'utf-8') or bytes end
  if options.bomb then bytes = bytes:gsub('^\239\187\191', '') end
  if bytes == '' then return {} end
  local is_dos = options.fileformat == 'dos' or not ('\n' .. bytes):find('[^\r]\n')
  if is_dos then bytes = bytes:gsub('\r\n', '\n') end
  return vim.split((bytes:gsub('\n$', '')), '\n', { plain = true })
end

---@class hum.ReviewPath
---@field path string   as it is now
---@field blob? string  what it was, as git names it; nil: there was none

--- Of a link or a submodule: there are no lines to compare.
local OTHER = { ['120000'] = true, ['160000'] = true }

---@param out string  of `git diff --raw -z`
---@param root string
---@return hum.ReviewPath[]
local function paths_of(out, root)
  local found, fields = {}, vim.split(out, '\0', { plain = true, trimempty = true })
  local i = 1
  while fields[i] do
    local before, after, blob, status = fields[i]:match('^:(%d+) (%d+) (%x+) %x+ (%u)')
    i = i + ((status == 'R' or status == 'C') and 2 or 1)
    local name = fields[i]
    i = i + 1
    if name and blob and not OTHER[before] and not OTHER[after] then
      found[#found + 1] = { path = vim.fs.joinpath(root, name), blob = blob:find('[^0]') and blob or nil }
    end
  end
  return found
end

--- Files whose buffers are not written, and the one at hand: they may differ though git does not know it.
---@param buf integer
---@param repository hum.Repository
---@return table<string, true>
local function unwritten(buf, repository)
  local found = {} ---@type table<string, true>
  for _, one in ipairs(vim.api.nvim_list_bufs()) do
    local is_own = one == buf or (vim.api.nvim_buf_is_loaded(one) and vim.bo[one].modified)
    local path = is_own and vim.bo[one].buftype == '' and vim.uv.fs_realpath(vim.api.nvim_buf_get_name(one))
    if path and vim.startswith(path, repository.top .. '/') and not vim.startswith(path, repository.dir .. '/') then
      found[path] = true
    end
  end
  return found
end

---@param bytes string
---@return boolean
local function is_binary(bytes) return bytes:sub(1, 8000):find('%z') ~= nil end

---@param path string
---@return boolean
local function is_binary_file(path)
  local file = io.open(path, 'rb')
  local bytes = file and file:read(8000) or ''
  if file then file:close() end
  return is_binary(bytes)
end

---@param repository hum.Repository
---@param paths hum.ReviewPath[]
---@param cb fun(files: hum.ReviewFile[])
local function read(repository, paths, cb)
  local files = {} ---@type hum.ReviewFile[]
  local function next_file(i)
    local one = paths[i]
    if not one then return cb(files) end
    local function on_bytes(bytes)
      if not is_binary(bytes) and not is_binary_file(one.path) then
        files[#files + 1] = { path = one.path, bytes = bytes }
      end
      next_file(i + 1)
    end
    if not one.blob then return on_bytes('') end
    git.run({ repository = repository }, { 'cat-file', 'blob', one.blob }, function(answer)
      if answer.cut then return next_file(i + 1) end
      on_bytes(answer.ok and answer.out or '')
    end)
  end
  next_file(1)
end

--- Of a rename what the file was under its former name.
local DIFF = { 'diff', '--raw', '-z', '--no-abbrev', '-M', '--no-relative', '--no-ext-diff' }

--- What the files of a repository were at a commit: those that differ from it now, and the one at hand.
---@param buf integer
---@param ref string
---@param cb fun(files: hum.ReviewFile[]|nil, why: string|nil)
function M.of_ref(buf, ref, cb)
  git.find(buf, function(repository, why)
    if not repository then return cb(nil, why) end
    local root = repository.top
    if not root then return cb(nil, 'the repository has no working tree') end
    local at = { repository = repository, cwd = root }
    git.run(at, { 'rev-parse', '--verify', '--quiet', '--end-of-options', ref .. '^{commit}' }, function(commit)
      if not commit.ok then return cb(nil, ('git knows no commit "%s"'):format(ref)) end
      local hash = vim.trim(commit.out)
      git.run(at, vim.list_extend(vim.list_slice(DIFF), { hash, '--' }), function(answer)
        if not answer.ok then return cb(nil, 'git cannot compare with it: ' .. answer.err) end
        local paths = paths_of(answer.out, root)
        local more = unwritten(buf, repository)
        for _, one in ipairs(paths) do
          more[one.path] = nil
        end
        for path in vim.spairs(more) do
          paths[#paths + 1] = { path = path, blob = hash .. ':' .. path:sub(#root + 2) }
        end
        if #paths > MOST then return cb(nil, ('%d files differ from %s: name a nearer commit'):format(#paths, ref)) end
        read(repository, paths, cb)
      end)
    end)
  end)
end

return M
