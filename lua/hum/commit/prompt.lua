-- What the model is told of a commit: the prompt "commit", hum's or the user's own, and what git says.
local placeholders = require('hum.prompt.placeholders')

local M = {}

---@param prompt hum.Prompt
---@param values table<string, string>
---@return string|nil system, string text
function M.fill(prompt, values)
  local system = prompt.system and placeholders.fill(prompt.system, values)
  return system, placeholders.fill(prompt.text, values)
end

---@param subject string
---@param most integer  characters
---@return string
function M.shorten(subject, most)
  local ask = 'This first line of a git commit message is too long. Say the same in at most %d characters. '
    .. 'Answer with the line alone.\n\n%s'
  return ask:format(most, subject)
end

return M
