-- What hum.generate() may be given.
local check = require('hum.config.check')
local spelling = require('hum.spelling')

local M = {}

local TYPES = {
  prompt = { 'string' },
  messages = { 'table' },
  system = { 'string' },
  endpoint = { 'string' },
  model = { 'string' },
  options = { 'table' },
  think = { 'boolean', 'string', 'number' },
  persona = { 'string' },
  references = { 'table' },
  images = { 'table' },
  at = { 'table' },
  on_text = { 'function' },
  on_thinking = { 'function' },
  on_rethink = { 'function' },
  on_wait = { 'function' },
  on_learned = { 'function' },
  on_done = { 'function' },
}

--- Why a list is none of texts that are references, or paths.
---@param name 'references'|'images'
---@param list any[]|nil
---@return string|nil
local function check_texts(name, list)
  for i, one in ipairs(list or {}) do
    local is_text = type(one) == 'string' and one ~= ''
    if not is_text then return ('%s[%d] must be a string that is not empty'):format(name, i) end
    if name == 'references' and not one:find('^#') then return ('%s[%d] must begin with "#"'):format(name, i) end
  end
  if list and vim.tbl_count(list) ~= #list then return name .. ' must be a list' end
end

local ROLES = { user = true, assistant = true, system = true }

---@param messages any[]
---@return string|nil why
local function check_messages(messages)
  if #messages == 0 or vim.tbl_count(messages) ~= #messages then return 'messages must be a list that is not empty' end
  local any = false
  for i, message in ipairs(messages) do
    if type(message) ~= 'table' or not ROLES[message.role] then
      return ('messages[%d].role must be "user", "assistant" or "system"'):format(i)
    elseif type(message.content) ~= 'string' then
      return ('messages[%d].content must be a string'):format(i)
    end
    any = any or message.role ~= 'system' and message.content ~= ''
  end
  if not any then return 'messages must have text of the user or assistant' end
end

---@param at table
---@return string|nil why
local function check_place(at)
  for _, name in ipairs({ 'buf', 'row', 'col' }) do
    if type(at[name]) ~= 'number' or at[name] % 1 ~= 0 or at[name] < 0 then
      return ('at.%s must be a whole number, not below 0'):format(name)
    end
  end
  if not vim.api.nvim_buf_is_loaded(at.buf) then return 'at.buf must be a loaded buffer' end
  if not vim.bo[at.buf].modifiable then return "at.buf must not be 'nomodifiable'" end
  local line = vim.api.nvim_buf_get_lines(at.buf, at.row, at.row + 1, false)[1]
  if not line then return 'at.row must be a row of the buffer' end
  if at.col > #line then return 'at.col must not be behind the end of its row' end
end

--- What is wrong with what a plugin has given.
---@param opts any
---@return string|nil why  in words that begin with the field
function M.refusal(opts)
  if type(opts) ~= 'table' then return 'the options must be a table' end
  for name, value in pairs(opts) do
    local types = TYPES[name]
    if not types then
      return ('%s is no option%s'):format(tostring(name), spelling.hint(tostring(name), vim.tbl_keys(TYPES)))
    elseif not vim.tbl_contains(types, type(value)) then
      return ('%s must be a %s'):format(name, table.concat(types, ' or a '))
    elseif value == '' and name ~= 'system' then
      return name .. ' must not be empty'
    end
  end
  if (opts.prompt == nil) == (opts.messages == nil) then return 'either prompt or messages must be given' end
  if opts.at and (opts.on_text or opts.on_thinking or opts.on_rethink) then
    return 'on_text, on_thinking and on_rethink are not called with at: the text goes into the buffer'
  end
  local odd = opts.options and check.value('json', opts.options)
  local think = opts.think ~= nil and check.value('think', opts.think)
  return odd and 'options: ' .. odd
    or think and 'think: ' .. think
    or check_texts('references', opts.references)
    or check_texts('images', opts.images)
    or opts.messages and check_messages(opts.messages)
    or opts.at and check_place(opts.at)
    or nil
end

return M
