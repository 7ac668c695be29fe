-- The files of prompts on disk: which there are, and their text.
local M = {}

--- Bytes of a prompt: a file that is larger is something else.
local LARGEST = 256 * 1024

--- Folders in folders that are looked into, and files that are taken.
local DEPTH, MOST = 5, 500

--- What of a file changes when it is written.
---@param path string
---@return string|nil
function M.stamp(path)
  local stat = vim.uv.fs_stat(path)
  if not stat then return nil end
  return ('%d %d.%d %d'):format(stat.size, stat.mtime.sec, stat.mtime.nsec, stat.ino)
end

--- The text of a file.
---@param path string
---@return string|nil text, string|nil why
function M.read(path)
  local stat, err = vim.uv.fs_stat(path)
  if not stat then return nil, ('cannot be read: %s'):format(err) end
  if stat.type ~= 'file' then return nil, 'cannot be read: it is no file' end
  if stat.size > LARGEST then return nil, ('is larger than %d kB'):format(LARGEST / 1024) end
  local fd, why = vim.uv.fs_open(path, 'r', 0)
  if not fd then return nil, ('cannot be read: %s'):format(why) end
  local text = vim.uv.fs_read(fd, stat.size, 0) or ''
  vim.uv.fs_close(fd)
  if text:find('%z') then return nil, 'is no text' end
  return text
end

--- The Markdown files of a folder, by their names; hidden ones are none.
---@param folder string
---@return string[] paths
function M.files(folder)
  local paths = {}
  for name, kind in vim.fs.dir(folder, { depth = DEPTH }) do
    local base = vim.fs.basename(name)
    if base:find('^[^.].*%.md$') and kind ~= 'directory' and not name:find('/%.') then
      paths[#paths + 1] = vim.fs.joinpath(folder, name)
    end
    if #paths >= MOST then break end
  end
  table.sort(paths)
  return paths
end

return M
