-- What the model is told of a commit: the prompt "commit", hum's or the user's own, the rules of the project, and what
-- git says.
local placeholders = require('hum.prompt.placeholders')

local M = {}

local RULES = [[
Here no code is written. What these rules say of commit messages, and of the language to write in, comes before what is
said above.]]

---@param prompt hum.Prompt
---@param values table<string, string>
---@param rules? string  of the project and the user
---@return string|nil system, string text
function M.fill(prompt, values, rules)
  local parts = { prompt.system and placeholders.fill(prompt.system, values) }
  if rules then vim.list_extend(parts, { rules, RULES }) end
  return parts[1] and table.concat(parts, '\n\n'), placeholders.fill(prompt.text, values)
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
