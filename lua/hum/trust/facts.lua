-- What is known of a text that a project brings along, whoever trusts it: its hash, and why it is refused. Found out
-- once: some are asked about several times.
local invisible = require('hum.invisible')
local sensitive = require('hum.sensitive')

local M = {}

---@class hum.trust.Facts
---@field hash string
---@field hidden hum.Invisible[]
---@field secret? string  what secret it has, in words

local facts, count = {}, 0 ---@type table<string, hum.trust.Facts>, integer
local MOST = 200

--- Such texts are prose: by a name of another kind, examples in them would be taken for keys.
---@param text string
---@return string|nil
local function secret_of(text)
  local why, row = sensitive.of_lines(vim.split(text, '\n', { plain = true }), 'rules.md')
  return why and ('%s in line %d'):format(why, row or 1)
end

---@param text string
---@return hum.trust.Facts
function M.of(text)
  if not facts[text] then
    if count >= MOST then
      facts, count = {}, 0
    end
    -- Base64, because vim.fn.sha256() of Neovim 0.10 takes no NUL.
    local hash = vim.fn.sha256(vim.base64.encode(text))
    facts[text] = { hash = hash, hidden = invisible.find(text), secret = secret_of(text) }
    count = count + 1
  end
  return facts[text]
end

--- Why a text is refused, whatever is answered.
---@param text string
---@return string|nil
function M.refusal(text)
  local found = M.of(text)
  if #found.hidden > 0 then return 'it has invisible characters: ' .. invisible.words(found.hidden) end
  return found.secret
end

return M
