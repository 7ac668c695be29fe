-- What a case wants of the requests that the server gets.
local M = {}

---@param content any  of a message, or a system prompt
---@return string
local function text_of(content)
  if type(content) ~= 'table' then return type(content) == 'string' and content or '' end
  local texts = {}
  for _, block in ipairs(content) do
    if block.type == 'text' then texts[#texts + 1] = block.text end
  end
  return table.concat(texts)
end

---@param body table
---@return fun(): table, table  block and message
local function blocks_of(body)
  return coroutine.wrap(function()
    for _, message in ipairs(body.messages) do
      for _, block in ipairs(type(message.content) == 'table' and message.content or {}) do
        coroutine.yield(block, message)
      end
    end
  end)
end

-- ---- the fields of `request` and `again` ------------------------------------------------------

local KNOWN = {
  'model',
  'messages',
  'system',
  'max_tokens',
  'stream',
  'temperature',
  'top_p',
  'top_k',
  'stop_sequences',
  'thinking',
  'output_config',
  'tools',
  'tool_choice',
  'metadata',
  'cache_control',
  'service_tier',
  'container',
} -- stylua: ignore

---@param body table
---@return integer
local function count_marks(body)
  local n = body.cache_control and 1 or 0
  for _, block in ipairs(type(body.system) == 'table' and body.system or {}) do
    n = n + (block.cache_control and 1 or 0)
  end
  for block in blocks_of(body) do
    n = n + (block.cache_control and 1 or 0)
  end
  return n
end

---@param body table
---@param refuse fun(text: string)
local function check_messages(body, refuse)
  local messages = body.messages or {}
  for i, message in ipairs(messages) do
    if message.role ~= (i % 2 == 1 and 'user' or 'assistant') then refuse('roles do not alternate') end
    if #message.content == 0 then refuse('an empty message') end
  end
  if #messages % 2 == 0 then refuse("the last message is not the user's") end
  for block in blocks_of(body) do
    if block.type == 'text' and not block.text:find('%S') then refuse('an empty text') end
    if block.type == 'tool_use' then refuse('a tool call without its result') end
  end
end

---@param body table
---@param refuse fun(text: string)
local function check_limits(body, refuse)
  local max, thinking = body.max_tokens, body.thinking or {}
  if type(max) ~= 'number' or max < 1 then refuse('no max_tokens') end
  if (body.temperature or 0) > 1 then refuse('temperature over 1') end
  if thinking.type == 'enabled' and not (thinking.budget_tokens >= 1024 and thinking.budget_tokens < max) then
    refuse('thinking budget')
  end
  if count_marks(body) > 4 then refuse('more than four cache marks') end
end

---@param got table  the request
---@param refuse fun(text: string)
local function check_valid(got, refuse)
  local body, headers = got.body, got.headers
  if not headers['anthropic-version'] then refuse('no version') end
  if headers['x-api-key'] and headers.authorization then refuse('two keys') end
  for name in pairs(body) do
    if not vim.tbl_contains(KNOWN, name) then refuse('unknown field ' .. name) end
  end
  if body.system and not text_of(body.system):find('%S') and type(body.system) ~= 'string' or body.system == '' then
    refuse('an empty system prompt')
  end
  check_messages(body, refuse)
  check_limits(body, refuse)
end

---@param body table
---@param allowed [string, string][]
---@param complain fun(text: string)
local function check_thoughts(body, allowed, complain)
  for block in blocks_of(body) do
    if block.type == 'thinking' then
      local known = vim
        .iter(allowed)
        :any(function(one) return one[1] == block.thinking and one[2] == (block.signature or '') end)
      if not known then complain('a thought goes back: ' .. vim.inspect(block)) end
    end
  end
end

---@param value any
---@param want any
---@return boolean
local function fits(value, want)
  if type(want) ~= 'table' then return value == want end
  if want.is then return type(value) == 'number' and value > 0 and value % 1 == 0 end
  return text_of(value) == want.text
end

---@type table<string, fun(got: table, want: any, complain: fun(text: string))>
local FIELDS = {
  path = function(got, want, complain)
    if got.path ~= want then complain('path ' .. got.path) end
  end,
  headers = function(got, want, complain)
    for name, value in pairs(want) do
      if got.headers[name] ~= value then complain(('header %s: %s'):format(name, got.headers[name])) end
    end
  end,
  no_headers = function(got, want, complain)
    for _, name in ipairs(want) do
      if got.headers[name] then complain('header ' .. name) end
    end
  end,
  has = function(got, want, complain)
    for name, value in pairs(want) do
      if not fits(got.body[name], value) then complain(('%s is %s'):format(name, vim.inspect(got.body[name]))) end
    end
  end,
  lacks = function(got, want, complain)
    for _, name in ipairs(want) do
      if got.body[name] ~= nil then complain('field ' .. name) end
    end
  end,
  roles = function(got, want, complain)
    local roles = vim.tbl_map(function(message) return message.role end, got.body.messages)
    if not vim.deep_equal(roles, want) then complain('roles ' .. table.concat(roles, ' ')) end
  end,
  marks = function(got, want, complain)
    local n = count_marks(got.body)
    if n < want[1] or n > want[2] then complain(('%d cache marks'):format(n)) end
  end,
  asks_thinking = function(got, _, complain)
    local thinking = got.body.thinking or {}
    if thinking.type ~= 'adaptive' or thinking.display ~= 'summarized' then
      complain('thinking is ' .. vim.inspect(got.body.thinking))
    end
  end,
  thinking = function(got, want, complain) check_thoughts(got.body, want, complain) end,
  valid = function(got, _, complain) check_valid(got, complain) end,
}

---@param got? table  a request
---@param want table<string, any>
---@param complain fun(text: string)
function M.judge(got, want, complain)
  if not got or type(got.body) ~= 'table' then return complain('no request') end
  for field, value in pairs(want) do
    FIELDS[field](got, value, complain)
  end
end

-- ---- what goes back ---------------------------------------------------------------------------

---@param text string
---@return string
local function trim(text) return (text:gsub('^[%s\n]*\n', ''):gsub('%s+$', '')) end

---@param message table
---@return string  all that must not hold a thought
local function words_of(message)
  return type(message.content) == 'table' and text_of(message.content) or vim.json.encode(message)
end

--- The next question's request: the history, and what else the case wants of it.
---@param got? table
---@param want table
---@param complain fun(text: string)
function M.judge_again(got, want, complain)
  if not got or type(got.body) ~= 'table' then return complain('the next question was not sent') end
  local said
  for _, message in ipairs(got.body.messages) do
    if message.role == 'assistant' then said = text_of(message.content) end
    for _, words in ipairs(want.history_lacks or {}) do
      if words_of(message):find(words, 1, true) then complain('goes back: ' .. words) end
    end
  end
  if want.history then
    local wanted = trim(want.history)
    local closed = wanted .. '\n' .. table.concat(want.closing or {}, '\n')
    if not said or (trim(said) ~= wanted and trim(said) ~= closed) then complain(('history %q'):format(said or '')) end
  end
  if want.again then M.judge(got, want.again, complain) end
end

return M
