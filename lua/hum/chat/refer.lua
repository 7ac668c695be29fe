-- What a message needs to become a request: where its references are looked up, and who decides on what is not theirs:
-- the system message, prompts by name, and what fits into the context window.
local code_window = require('hum.chat.code.window')
local context = require('hum.chat.context')
local folder = require('hum.chat.kept.folder')
local front = require('hum.chat.front')
local memory = require('hum.chat.reply.memory')
local models = require('hum.server.models')
local persona = require('hum.chat.persona')
local view_window = require('hum.chat.view.window')

local M = {}

--- The code that the user is at: in a window of this tab page, or in a buffer.
---@return { win?: integer, buf: integer }|nil
local function code_of()
  local win = code_window.nearest()
  if win then return { win = win, buf = vim.api.nvim_win_get_buf(win) } end
  local buf = view_window.former() -- whose window the chat has taken
  return buf and { buf = buf } or nil
end

---@param message hum.Message
---@param dry boolean
---@return hum.Where
local function where_of(message, dry)
  return require('hum.reference.where').of({
    chat = message.buf,
    code = code_of(),
    dry = dry,
    model = { endpoint = message.resolved.endpoint.name, model = message.model },
  })
end

--- What the rules of a project are looked up by.
---@param buf integer
---@param values table<string, string>  of the front matter
---@return { project: string|nil, file: string|nil }
local function place_of(buf, values)
  local code = code_of()
  local root = (values.root or '') ~= '' and values.root or nil
  local project = not root and folder.project(code and code.buf or buf) or nil
  local name = code and vim.bo[code.buf].buftype == '' and vim.api.nvim_buf_get_name(code.buf) or ''
  return { project = root or project and project.root, file = name ~= '' and name or nil }
end

--- An option of a request that is a number.
---@param message hum.Message
---@param name string
---@return integer|nil
local function option_of(message, name)
  local own, all = message.settings.options or {}, message.resolved.options or {}
  local asked = own[name] or all[name]
  return type(asked) == 'number' and asked > 0 and math.floor(asked) or nil
end

--- The context that a message asks its server for.
---@param message hum.Message
---@return integer|nil
function M.num_ctx(message) return option_of(message, 'num_ctx') end

--- How long the reply may be.
---@param message hum.Message
---@return integer|nil
local function max_tokens_of(message)
  for _, name in ipairs({ 'max_tokens', 'max_completion_tokens', 'num_predict' }) do
    local most = option_of(message, name)
    if most then return most end
  end
  return models.limit(message.resolved.endpoint.name, message.model)
end

--- What a message is made of.
---@param message hum.Message
---@param turns hum.Turn[]  those before a reply that goes on, or all
---@param dry boolean
---@return hum.ContextGiven
function M.given(message, turns, dry)
  local buf, where = message.buf, nil ---@type integer, hum.Where|nil
  local endpoint, values = message.resolved.endpoint, front.all(buf)
  ---@type hum.ContextGiven
  return {
    buf = buf,
    turns = message.turns,
    max_tokens = max_tokens_of(message),
    thoughts = memory.recall(buf, turns, endpoint, message.model),
    where = function()
      where = where or where_of(message, dry)
      return where
    end,
    endpoint = endpoint.name,
    model = message.model,
    num_ctx = M.num_ctx(message),
    front = values,
    place = function() return place_of(buf, values) end,
    dry = dry,
    with = function() return persona.references(buf) end,
    reuse = message.reuse,
    expand = function(...) return require('hum.chat.slash').expand(...) end,
    decide = function(...) return require('hum.chat.system').decide(...) end,
    fit = function(...) return require('hum.chat.fit').before(...) end,
  }
end

--- Whether two readings of a chat say the same.
---@param one hum.MessageText
---@param other hum.MessageText
---@return boolean
function M.is_same(one, other)
  if #one.turns ~= #other.turns then return false end
  for i, turn in ipairs(one.turns) do
    local now = other.turns[i]
    if now.role ~= turn.role or now.text ~= turn.text then return false end
  end
  return true
end

--- Makes the messages of a request.
---@param message hum.Message
---@param turns hum.Turn[]  those whose thoughts go back
---@param cb fun(err: string?, result: hum.ContextResult?)
---@return fun() cancel
function M.prepare(message, turns, cb) return context.prepare(M.given(message, turns, false), cb) end

return M
