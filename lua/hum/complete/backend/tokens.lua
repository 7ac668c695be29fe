-- Fill-in tokens as a server shows them without meaning to: Ollama in the template of a
-- model, llama-server in the prompt that it quotes. With them hum puts prompts together
-- itself, and can put what is typed at their end: servers keep the state of the last prompt
-- up to where the next one differs. Of a prompt of 981 tokens llama-server evaluated 1 or 2
-- per key in this order, and 382 in its own, which has the suffix behind what is typed.
local M = {}

--- Texts that cannot be met otherwise.
M.BEFORE, M.AFTER = 'hum_before_0', 'hum_after_1'

--- Put in front by the server itself.
local BEGINNINGS = { '<s>', '<bos>', '<|begin_of_text|>', '<|endoftext|>', '<｜begin▁of▁sentence｜>' }

---@param prefix string
---@param suffix string
---@param middle string
---@param more table
---@return hum.FimTokens|nil
local function tokens_of(prefix, suffix, middle, more)
  if vim.trim(prefix) == '' or vim.trim(suffix) == '' then return nil end
  local stop = { vim.trim(prefix), vim.trim(suffix), middle ~= '' and vim.trim(middle) or nil }
  local learned = { prefix = prefix, suffix = suffix, middle = middle, stop = stop }
  return vim.tbl_extend('force', learned, more) --[[@as hum.FimTokens]]
end

---@param template string  of Go; Ollama's for a prompt with a suffix
---@return hum.FimTokens|nil
function M.from_template(template)
  -- "{{-" takes the white space before it away, "-}}" that behind it.
  local text = template:gsub('%s*{{%-', '{{'):gsub('%-}}%s*', '}}')
  local case = text:match('{{%s*if%s+%.Suffix%s*}}(.-){{%s*else') or text:match('{{%s*if%s+%.Suffix%s*}}(.-){{%s*end')
  if not case then return nil end
  local prefix, suffix, middle = case:match('^([^{}]*){{%s*%.Prompt%s*}}([^{}]*){{%s*%.Suffix%s*}}([^{}]*)$')
  if prefix and suffix and middle then return tokens_of(prefix, suffix, middle, {}) end
  suffix, prefix, middle = case:match('^([^{}]*){{%s*%.Suffix%s*}}([^{}]*){{%s*%.Prompt%s*}}([^{}]*)$')
  if not suffix or not prefix or not middle then return nil end
  return tokens_of(prefix, suffix, middle, { suffix_first = true })
end

---@param head string
---@return string
local function without_beginning(head)
  for _, text in ipairs(BEGINNINGS) do
    if vim.startswith(head, text) then return head:sub(#text + 1) end
  end
  return head
end

---@param prompt any  what /infill made of BEFORE and AFTER
---@return hum.FimTokens|nil
function M.from_infill(prompt)
  local head, suffix, middle = tostring(prompt):match('^(.*)' .. M.BEFORE .. '(.-)' .. M.AFTER .. '(.*)$')
  if not head or not suffix or not middle then return nil end
  head = without_beginning(head)
  local repo, file, prefix = head:match('^(.-)myproject\n(.-)filename\n(.*)$')
  if repo and file and prefix then
    return tokens_of(prefix, suffix, middle, { repo = repo .. '%s\n', file = file .. '%s\n' })
  end
  return tokens_of(head, suffix, middle, {})
end

--- A known family says more than what was learned: separators of files, and what ends an
--- answer. It is believed if it agrees.
---@param learned hum.FimTokens|nil
---@param family hum.Family|nil
---@return hum.FimTokens|nil tokens
---@return string|nil name  of the family
function M.with_family(learned, family)
  local known = family and family.tokens
  if not learned or not known then return learned end
  local agrees = known.prefix == learned.prefix
    and known.suffix == learned.suffix
    and known.middle == learned.middle
    and (known.suffix_first or false) == (learned.suffix_first or false)
  if agrees then return known, family.name end
  return learned
end

return M
