-- Where a path really leads: links are followed one after the other, and ".." goes up from where they have led, as the
-- system has it. Also for what is not there yet.
local M = {}

--- Links on one path.
local LINKS = 40

local resolve ---@type fun(path: string, links: integer): string|nil

--- A link to what is not there: whoever writes it makes that.
---@param path string
---@param links integer
---@return string|nil
local function follow(path, links)
  local target = vim.uv.fs_readlink(path)
  if not target or links == 0 then return nil end
  if not vim.startswith(target, '/') then target = vim.fs.dirname(path) .. '/' .. target end
  return resolve(target, links - 1)
end

---@param at string    that has been reached
---@param part string
---@param links integer
---@return string|nil
local function step(at, part, links)
  if part == '..' then return vim.fs.dirname(at) end
  local next_path = (at == '/' and '' or at) .. '/' .. part
  local real = vim.uv.fs_realpath(next_path)
  if real then return real end
  local stat = vim.uv.fs_lstat(next_path)
  if stat and stat.type == 'link' then return follow(next_path, links) end
  return next_path
end

function resolve(path, links)
  local at = '/'
  for part in path:gmatch('[^/]+') do
    if part ~= '.' then
      local reached = step(at, part, links)
      if not reached then return nil end
      at = reached
    end
  end
  return at
end

--- The same place without links and dots.
---@param path string  absolute
---@return string|nil  nil: links that lead in a circle
function M.path(path) return resolve(path, LINKS) end

---@param path string  both without links
---@param folder string
---@return boolean
function M.is_below(path, folder) return vim.startswith(path, folder == '/' and '/' or folder .. '/') end

return M
