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

--- What ends an answer of most models, if it comes as text; none that is markup, too.
local COMMON = { '<|endoftext|>', '<|im_end|>', '<|eot_id|>', '<EOT>' }

--- OpenAI's API takes no more.
M.MAX_STOP = 4

---@param prefix string
---@param suffix string
---@param middle string
---@param more table
---@return hum.FimTokens|nil
local function tokens_of(prefix, suffix, middle, more)
  if vim.trim(prefix) == '' or vim.trim(suffix) == '' then return nil end
  local learned = { prefix = prefix, suffix = suffix, middle = middle, stop = {} }
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

---@param known string
---@param learned string
---@return boolean
local function has(known, learned) return learned ~= '' and known:find(vim.trim(learned), 1, true) ~= nil end

--- A known family says more than what was learned: separators of files, and what ends an
--- answer. It is believed if it agrees, and about the order: llama-server has one for all models, in
--- which some were not trained. With other blanks the ends are the same.
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
  local other_order = (known.suffix_first or false) ~= (learned.suffix_first or false)
    and has(known.prefix, learned.prefix)
    and has(known.suffix, learned.suffix)
    and has(known.middle, learned.middle)
  if agrees or other_order then return known, family.name end
  if vim.trim(known.suffix) ~= vim.trim(learned.suffix) then return learned end
  return vim.tbl_extend('force', learned, { stop = known.stop, ends = known.ends }) --[[@as hum.FimTokens]]
end

--- The tokens that stand in a text of a prompt: "<file_sep><fim_prefix>%s\n" has two. What is no token
--- but words, as a user's "# File: %s", may stand in code, and ends nothing.
---@param text string
---@return string[]
local function within(text)
  local parts = vim.split((text:gsub('%%s', ' '):gsub('([>%]])([<[])', '%1 %2')), '%s+', { trimempty = true })
  return vim.tbl_filter(
    function(part) return part:find('^[<[].+[>%]]$') ~= nil end,
    vim.tbl_map(function(part) return (part:gsub('^▁', '')) end, parts)
  )
end

---@param into string[]
---@param seen table<string, boolean>
---@param list string[]
local function add_new(into, seen, list)
  for _, text in ipairs(list) do
    if text ~= '' and not seen[text] then
      seen[text] = true
      into[#into + 1] = text
    end
  end
end

--- All texts that end an answer, those first that matter most: the family's or the user's own, those of
--- the model as its server tells them, the tokens of the prompt. Without any of the first two, common ones too.
---@param tokens hum.FimTokens|nil
---@param told? string[]  by the server
---@return string[]
function M.ends(tokens, told)
  local out, seen = {}, {} ---@type string[], table<string, boolean>
  add_new(out, seen, tokens and tokens.stop or {})
  add_new(out, seen, told or {})
  local is_unknown = tokens ~= nil and #out == 0
  if is_unknown then add_new(out, seen, vim.list_slice(COMMON, 1, 1)) end
  for _, name in ipairs({ 'file', 'prefix', 'suffix', 'middle', 'repo', 'head', 'own' }) do
    add_new(out, seen, within(tokens and tokens[name] or ''))
  end
  add_new(out, seen, is_unknown and COMMON or {})
  add_new(out, seen, tokens and tokens.ends or {})
  return out
end

--- The stop strings among the parameters of a model: lines of a name and its value, a text in quotes.
---@param parameters any  of /api/show
---@return string[]
function M.from_parameters(parameters)
  local out = {}
  for value in ('\n' .. (type(parameters) == 'string' and parameters or '')):gmatch('\nstop%s+([^\n]+)') do
    local quoted = vim.trim(value)
    local ok, text = pcall(vim.json.decode, quoted)
    out[#out + 1] = ok and type(text) == 'string' and text or (quoted:gsub('^"(.*)"$', '%1'))
  end
  return out
end

return M
