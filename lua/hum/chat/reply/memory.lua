-- What a service wants back of its own thinking: the thoughts that it signed, and what it redacted. They are kept
-- beside a reply, found by its text, and so for nothing but that text; they are in no file, and go with the buffer.
local M = {}

---@class hum.Remembered
---@field endpoint string
---@field model string    whose signature it is
---@field parts hum.Part[]

local memories = {} ---@type table<integer, table<string, hum.Remembered[]>>  by buffer, then by the reply's text

--- The part that an event `thought` tells of.
---@param data { text?: string, signature?: string, redacted?: string }
---@return hum.Part
function M.part(data)
  if data.redacted then return { type = 'redacted', data = data.redacted } end
  return { type = 'thinking', text = data.text or '', signature = data.signature }
end

--- Keeps what was thought before a reply.
---@param buf integer
---@param text string  of the reply
---@param remembered hum.Remembered
function M.keep(buf, text, remembered)
  local memory = memories[buf] or {}
  memories[buf] = memory
  memory[text] = memory[text] or {}
  table.insert(memory[text], remembered)
end

--- What goes back to a model before the text of its replies. Of replies with the same words the last ones are meant:
--- those before may have been replaced.
---@param buf integer
---@param turns hum.Turn[]
---@param endpoint string
---@param model string
---@return table<hum.Turn, hum.Part[]>
function M.recall(buf, turns, endpoint, model)
  local memory, parts, taken = memories[buf], {}, {}
  for i = memory and #turns or 0, 1, -1 do
    local turn = turns[i]
    local list = turn.role == 'assistant' and memory[turn.text]
    if list then
      local n = (taken[turn.text] or 0) + 1
      taken[turn.text] = n
      local one = list[math.max(1, #list - n + 1)]
      if one.endpoint == endpoint and one.model == model then parts[turn] = one.parts end
    end
  end
  return parts
end

---@param buf integer
function M.forget(buf) memories[buf] = nil end

return M
