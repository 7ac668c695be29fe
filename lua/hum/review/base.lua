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
---@field lines string[]   as it was; {}: there was none

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

---@param text string
---@return string[]  as a buffer has them
local function lines_of(text)
  local lines = vim.split((text:gsub('\n$', '')), '\n', { plain = true })
  if text:find('\r\n', 1, true) then lines = vim.tbl_map(function(line) return (line:gsub('\r$', '')) end, lines) end
  return text == '' and {} or lines
end

---@param out string  of `git diff --name-only -z`
---@param root string
---@return string[] paths
local function paths_of(out, root)
  local paths = {}
  for name in out:gmatch('[^%z]+') do
    paths[#paths + 1] = vim.fs.joinpath(root, name)
  end
  return paths
end

---@param at { repository: hum.Repository, cwd?: string }
---@param ref string
---@param root string
---@param paths string[]
---@param cb fun(files: hum.ReviewFile[])
local function read(at, ref, root, paths, cb)
  local files = {} ---@type hum.ReviewFile[]
  local function next_file(i)
    local path = paths[i]
    if not path then return cb(files) end
    local name = path:sub(#root + 2)
    git.run(at, { 'cat-file', 'blob', ref .. ':' .. name }, function(answer)
      local is_text = not answer.out:sub(1, 8000):find('%z')
      if is_text and not answer.cut then
        files[#files + 1] = { path = path, lines = answer.ok and lines_of(answer.out) or {} }
      end
      next_file(i + 1)
    end)
  end
  next_file(1)
end

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
      git.run(at, { 'diff', '--name-only', '-z', '--no-ext-diff', hash, '--' }, function(answer)
        if not answer.ok then return cb(nil, 'git cannot compare with it: ' .. answer.err) end
        local paths = paths_of(answer.out, root)
        local own = vim.uv.fs_realpath(vim.api.nvim_buf_is_valid(buf) and vim.api.nvim_buf_get_name(buf) or '')
        -- A buffer that is not written yet differs from its file.
        if own and vim.startswith(own, root .. '/') and not vim.list_contains(paths, own) then
          paths[#paths + 1] = own
        end
        if #paths > MOST then return cb(nil, ('%d files differ from %s: name a nearer commit'):format(#paths, ref)) end
        read(at, hash, root, paths, cb)
      end)
    end)
  end)
end

return M
