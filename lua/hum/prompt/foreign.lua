-- Prompts that were written for others: those of codecompanion's prompt library, and the prompt files of VS Code. Pure.
-- What of their fields has a meaning here is taken over; the rest is said in the prompt's notes, and is no fault.
-- Nothing in them is run.
local codecompanion = require('hum.prompt.codecompanion')
local shared = require('hum.prompt.shared')
local vscode = require('hum.prompt.vscode')

local M = {}

---@param front string[]
---@param keys string[]
---@return boolean
local function has_key(front, keys)
  for _, line in ipairs(front) do
    local key = line:match('^([%w_-]+):')
    if key and vim.list_contains(keys, key) then return true end
  end
  return false
end

local CODECOMPANION = { 'interaction', 'strategy', 'opts' }
local VSCODE = { 'agent', 'tools', 'argument-hint' }

--- Whether a file is one of theirs.
---@param lines string[]
---@param stem string
---@return boolean
function M.is(lines, stem)
  local front = shared.front(lines)
  return stem:find('%.prompt$') ~= nil or has_key(front, CODECOMPANION) or has_key(front, VSCODE)
end

--- Reads a prompt of theirs.
---@param lines string[]
---@param stem string  the name of its file, without ".md"
---@param folder? string  that the file is in, from the root of the project, or absolute
---@return hum.Prompt|nil prompt, hum.PromptFault|nil fault
function M.parse(lines, stem, folder)
  if has_key(shared.front(lines), CODECOMPANION) then return codecompanion.parse(lines, stem) end
  return vscode.parse(lines, stem, folder)
end

return M
