-- What the front matter of a chat may say: an endpoint that is configured, a model, and how the model answers. A chat
-- may be somebody else's file: it cannot put other messages, another model or tools into the request, nor change how
-- the answer comes. Pure.
local check = require('hum.config.check')
local spelling = require('hum.spelling')

local M = {}

---@class hum.Settings
---@field think? hum.Think
---@field options? table<string, any>

-- ---- values ----------------------------------------------------------------------------------

--- A value has one line, whatever it says.
local ESCAPES = { n = ' ', t = ' ', r = ' ' }

---@param text string
---@return boolean  nothing stands there, or a comment
local function is_rest(text) return text:find('^%s*$') ~= nil or text:find('^%s+#') ~= nil end

---@param text string  begins with a double quote
---@return string|nil value, string|nil rest
local function double_quoted(text)
  local at = 2
  while at <= #text do
    local byte = text:sub(at, at)
    if byte == '"' then
      local inner = text:sub(2, at - 1):gsub('\\(.)', function(char) return ESCAPES[char] or char end)
      return inner, text:sub(at + 1)
    end
    at = at + (byte == '\\' and 2 or 1)
  end
end

---@param text string  begins with a single quote
---@return string|nil value, string|nil rest
local function single_quoted(text)
  local at = 2
  while true do
    local stop = text:find("'", at, true)
    if not stop then return end
    if text:sub(stop + 1, stop + 1) ~= "'" then return (text:sub(2, stop - 1):gsub("''", "'")), text:sub(stop + 1) end
    at = stop + 2
  end
end

--- The value behind `key:`, as YAML has it: perhaps in quotes, perhaps with a comment behind it. JSON stays as it is.
---@param text string  without blanks around it
---@return string
function M.scalar(text)
  if text:find('^#') then return '' end
  if text:find('^[{%[]') then return text:match('^(.*[}%]])%s+#[^}%]"]*$') or text end
  if not text:find('^[\'"]') then return (text:gsub('%s+#.*$', '')) end
  local quoted = text:find('^"') and double_quoted or single_quoted
  local value, rest = quoted(text)
  return value and rest and is_rest(rest) and value or text
end

--- Whether lines below, which are indented, may belong to the value.
---@param text string
---@return boolean
function M.goes_on(text) return text == '' or text:find('^[{%[]') ~= nil end

--- The same for a value that is written: reading it gives what it is.
---@param value string  a single line
---@return string
function M.written(value)
  if M.scalar(value) == value and not value:find('^[{%[]') then return value end
  return '"' .. value:gsub('[\\"]', '\\%0') .. '"'
end

-- ---- options ---------------------------------------------------------------------------------

--- Neither a text nor a list is longer.
local MOST_BYTES, MOST_ITEMS = 1000, 64

---@param value any
---@return boolean
local function is_number(value) return type(value) == 'number' and value == value and math.abs(value) < math.huge end

---@param value any
---@return boolean
local function is_text(value) return type(value) == 'string' and #value <= MOST_BYTES end

---@type table<string, { what: string, fits: fun(value: any): boolean }>
local KINDS = {
  number = { what = 'a number', fits = is_number },
  count = { what = 'a whole number', fits = function(value) return is_number(value) and value % 1 == 0 end },
  boolean = { what = 'true or false', fits = function(value) return type(value) == 'boolean' end },
  text = { what = 'a short text', fits = is_text },
  texts = {
    what = 'a text or a list of texts',
    fits = function(value)
      if type(value) ~= 'table' then return is_text(value) end
      return vim.islist(value) and #value <= MOST_ITEMS and #vim.tbl_filter(is_text, value) == #value
    end,
  },
}

--- All that `options` of a chat may set, under the names that the dialects have for it. The help has this list:
--- |hum-format|.
---@type table<string, string>
M.ALLOWED = {
  dynatemp_exponent = 'number',
  dynatemp_range = 'number',
  frequency_penalty = 'number',
  max_completion_tokens = 'count',
  max_tokens = 'count',
  min_p = 'number',
  mirostat = 'count',
  mirostat_eta = 'number',
  mirostat_tau = 'number',
  num_ctx = 'count',
  num_keep = 'count',
  num_predict = 'count',
  presence_penalty = 'number',
  reasoning_effort = 'text',
  repeat_last_n = 'count',
  repeat_penalty = 'number',
  repetition_penalty = 'number',
  seed = 'count',
  stop = 'texts',
  stop_sequences = 'texts',
  temperature = 'number',
  tfs_z = 'number',
  top_k = 'count',
  top_n_sigma = 'number',
  top_p = 'number',
  typical_p = 'number',
  verbosity = 'text',
  xtc_probability = 'number',
  xtc_threshold = 'number',
}

---@param line string  'think' or 'options'
---@param why string
---@return nil, string
local function refuse(line, why) return nil, ('front matter, "%s:": %s'):format(line, why) end

---@param name any
---@param value any
---@return string|nil why
local function option_fault(name, value)
  local kind = KINDS[M.ALLOWED[name]]
  if not kind then
    local shown = tostring(name):sub(1, 40):gsub('%c', '?')
    local hint = spelling.hint(shown, vim.tbl_keys(M.ALLOWED))
    return ('take "%s" out of "options:"%s; see :help hum-format'):format(shown, hint)
  end
  if value ~= vim.NIL and not kind.fits(value) then return ('"options:": "%s" must be %s'):format(name, kind.what) end
end

---@param text string
---@return table|nil options, string|nil why
local function read_options(text)
  local ok, options = pcall(vim.json.decode, text)
  if not ok or type(options) ~= 'table' or (vim.islist(options) and #options > 0) then
    return refuse('options', 'expected a JSON object')
  end
  local names = vim.tbl_keys(options)
  table.sort(names)
  for _, name in ipairs(names) do
    local why = option_fault(name, options[name])
    if why then return nil, why end
  end
  return options
end

---@param text string
---@return hum.Think|nil think, string|nil why
local function read_think(text)
  local think = tonumber(text) or text ---@type hum.Think
  if text == 'true' or text == 'false' then think = text == 'true' end
  local why = check.value('think', think)
  if why then return refuse('think', why) end
  return think
end

--- What the front matter asks for beyond endpoint and model.
---@param front? hum.Front
---@return hum.Settings|nil settings, string|nil why
function M.of(front)
  local values, out, why = front and front.values or {}, {}, nil ---@type table, hum.Settings, string|nil
  if values.think and values.think ~= '' then
    out.think, why = read_think(values.think)
  end
  if not why and values.options and values.options ~= '' then
    out.options, why = read_options(values.options)
  end
  if why then return nil, why end
  return out
end

return M
