-- Files that may hold secrets, in words that tell what it is about.
local config = require('hum.config')
local sensitive = require('hum.sensitive')

local M = {}

--- What hum.sensitive says, with the word that users look for.
---@param why string
---@return string
function M.words(why)
  if why:find('^it may hold secrets') then return why end
  return (why:gsub('^it may hold ', 'it may hold secrets: '))
end

--- Why a file may hold secrets, by its name or, if it is a link, by that of what it leads to.
---@param path string  absolute
---@return string|nil why
---@return boolean allowed  by the user's list, whatever is in it
function M.of_file(path)
  local own, real = config.get().complete.exclude, vim.uv.fs_realpath(path)
  local verdict = sensitive.of_file(path, own)
  if verdict.why then return M.words(verdict.why), false end
  -- What a link leads to may be another file than it was: the verdict on its name is not made anew.
  local behind = real and real ~= path and sensitive.of_file(real, own).why
  if behind then return M.words(behind), false end
  return nil, verdict.allowed == true
end

return M
