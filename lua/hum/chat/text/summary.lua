-- The summary that old turns were replaced by (`:Hum compact`): a turn of its own, `## § Summary`, whose text anybody
-- may change. What stands above it is in the chat and is not sent any more; deleted, or undone, all of it is sent
-- again. Pure.
local M = {}

--- The name in its heading.
M.NAME = 'Summary'

--- Around it as it is sent: the model should not take it for the user's words.
local OPEN, CLOSE = '<summary of="the conversation so far">\n', '\n</summary>'

---@param turn hum.Turn
---@return boolean
function M.is_one(turn) return turn.role == 'system' and turn.name == M.NAME end

--- The last summary of a chat that says something.
---@param turns hum.Turn[]
---@return integer|nil index
function M.find(turns)
  for i = #turns, 1, -1 do
    if M.is_one(turns[i]) and turns[i].text ~= '' then return i end
  end
end

--- How a summary is sent: as the beginning of the first message of the user's behind it.
---@param text string
---@return string
function M.wrapped(text) return OPEN .. text .. CLOSE end

--- What is sent of a chat: the turns behind the summary, before them the system's that are none.
---@param turns hum.Turn[]
---@return hum.Turn[] kept
---@return string|nil summary  to stand before the text of the first message of the user's, with a blank line between
function M.split(turns)
  local at, kept = M.find(turns), {} ---@type integer?, hum.Turn[]
  for i, turn in ipairs(turns) do
    local is_kept = (not at or i > at or turn.role == 'system') and not M.is_one(turn)
    if is_kept then kept[#kept + 1] = turn end
  end
  return kept, at and M.wrapped(turns[at].text) or nil
end

--- Puts a summary before the first message of the user's.
---@param messages { role: string, parts: hum.Part[] }[]
---@param summary string
function M.put(messages, summary)
  for i, message in ipairs(messages) do
    if message.role == 'user' then
      table.insert(message.parts, 1, { type = 'text', text = summary .. '\n\n' })
      return
    elseif message.role == 'assistant' then
      return table.insert(messages, i, { role = 'user', parts = { { type = 'text', text = summary } } })
    end
  end
  messages[#messages + 1] = { role = 'user', parts = { { type = 'text', text = summary } } }
end

return M
