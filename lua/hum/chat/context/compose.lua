-- The messages of a request: one system message, then the turns, each of the user's with the pieces of the context that
-- went with it before his words. Pure.
local summaries = require('hum.chat.text.summary')

local M = {}

--- Between what are turns of one role, and between the parts of the system message.
local BETWEEN = '\n\n'

---@class hum.ContextMessage: hum.WireMessage
---@field first integer  index of its first turn; 0: it has none
---@field last integer

---@param parts hum.Part[]
---@param text string
local function add_text(parts, text)
  local last = parts[#parts]
  if last and last.type == 'text' then
    parts[#parts] = { type = 'text', text = last.text .. text }
  elseif text ~= '' then
    parts[#parts + 1] = { type = 'text', text = text }
  end
end

---@param parts hum.Part[]
---@param more hum.Part[]
local function add_parts(parts, more)
  for _, part in ipairs(more) do
    if part.type == 'text' then
      add_text(parts, part.text or '')
    else
      parts[#parts + 1] = part
    end
  end
end

---@class hum.Composing
---@field turns hum.Turn[]
---@field thoughts table<hum.Turn, hum.Part[]>  that go before the text of a reply
---@field before table<integer, hum.Part[]>     that go before the text of a turn of the user's, by its index
---@field text table<integer, hum.Part>         what goes in the place of that text
---@field system? hum.Part                      what was decided of the system message
---@field replaces? boolean                     it stands for the chat's own
---@field from? integer                         index of the first turn that is sent, system turns aside

---@param c hum.Composing
---@param i integer
---@return boolean
local function is_sent(c, i)
  local turn = c.turns[i]
  if turn.text == '' or summaries.is_one(turn) then return false end
  if turn.role == 'system' then return not c.replaces end
  return i >= (c.from or 1)
end

--- Adds a turn to a message that may have some. Of replies, thoughts stand in parts of their own.
---@param c hum.Composing
---@param message hum.ContextMessage
---@param i integer
local function add_turn(c, message, i)
  local turn, parts = c.turns[i], message.parts
  message.last = i
  if turn.role == 'assistant' then
    local thoughts = c.thoughts[turn] or {}
    local gap = #parts > 0 and BETWEEN or ''
    if #thoughts == 0 then return add_text(parts, gap .. turn.text) end
    vim.list_extend(parts, thoughts)
    parts[#parts + 1] = { type = 'text', text = gap .. turn.text }
    return
  end
  if #parts > 0 then add_text(parts, BETWEEN) end
  add_parts(parts, c.before[i] or {})
  local other = c.text[i]
  if other then
    parts[#parts + 1] = other
  else
    add_text(parts, turn.text)
  end
end

---@param c hum.Composing
---@return hum.ContextMessage[]
local function with_system(c)
  if not c.system then return {} end
  return { { role = 'system', parts = { c.system }, first = 0, last = 0 } }
end

--- The messages as they are sent. Neighbours of one role become one, since some servers insist on alternating roles.
---@param c hum.Composing
---@return hum.ContextMessage[]
function M.messages(c)
  local first = c.turns[1]
  local own_first = first and first.role == 'system' and is_sent(c, 1)
  local out = own_first and {} or with_system(c)
  for i, turn in ipairs(c.turns) do
    if is_sent(c, i) then
      local message = out[#out]
      if not message or message.role ~= turn.role then
        message = { role = turn.role, parts = {}, first = i, last = i }
        out[#out + 1] = message
      end
      add_turn(c, message, i)
    end
    if i == 1 and own_first and c.system then
      add_text(out[1].parts, BETWEEN)
      add_parts(out[1].parts, { c.system })
    end
  end
  local at = summaries.find(c.turns)
  if at then summaries.put(out, summaries.wrapped(c.turns[at].text)) end
  return out
end

return M
