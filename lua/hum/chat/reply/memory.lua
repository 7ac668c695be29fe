-- Whose replies a chat has, and what a service wants back of its own thinking: the thoughts that it signed, and what
-- it redacted. That is kept beside a reply, by an extmark on its heading, and holds for the text that the reply had and
-- for no other; it is in no file, and goes with the buffer.
local M = {}

---@class hum.Remembered
---@field endpoint string
---@field model string      whose signature it is
---@field parts hum.Part[]  signed or redacted
---@field text? string      of the reply; nil if there are no parts
---@field ended? hum.Ended

---@class hum.Ended: hum.Unfinished  how a reply ended
---@field rows integer      from its heading to its last one
---@field last string       that one
---@field stats? hum.Stats  of all its parts

---@class hum.Memory
---@field by_mark table<integer, hum.Remembered>
---@field by_text table<string, hum.Remembered[]>  of all that have parts

local memories = {} ---@type table<integer, hum.Memory>  by buffer
local ns = vim.api.nvim_create_namespace('hum.memory')

--- The part that an event `thought` tells of.
---@param data { text?: string, signature?: string, redacted?: string }
---@return hum.Part
function M.part(data)
  if data.redacted then return { type = 'redacted', data = data.redacted } end
  return { type = 'thinking', text = data.text or '', signature = data.signature }
end

--- Keeps whose reply it is, and what was thought before it.
---@param buf integer
---@param row integer  of its heading
---@param remembered hum.Remembered
function M.keep(buf, row, remembered)
  local memory = memories[buf] or { by_mark = {}, by_text = {} }
  memories[buf] = memory
  local mark = vim.api.nvim_buf_set_extmark(buf, ns, row, 0, { end_col = 1, invalidate = true, right_gravity = false })
  memory.by_mark[mark] = remembered
  local text = remembered.text
  if not text then return end
  memory.by_text[text] = memory.by_text[text] or {}
  table.insert(memory.by_text[text], remembered)
end

--- What is remembered of the replies that are where they were: of those that one heading has had, the latest is last.
---@param buf integer
---@param memory hum.Memory
---@return table<integer, hum.Remembered[]>  by the row of the heading
local function in_place(buf, memory)
  local by_row = {}
  for _, mark in ipairs(vim.api.nvim_buf_get_extmarks(buf, ns, 0, -1, { details = true })) do
    local one = memory.by_mark[mark[1]]
    if one and not mark[4].invalid then
      by_row[mark[2]] = by_row[mark[2]] or {}
      table.insert(by_row[mark[2]], { id = mark[1], one = one })
    end
  end
  for row, list in pairs(by_row) do
    table.sort(list, function(a, b) return a.id < b.id end)
    by_row[row] = vim.tbl_map(function(item) return item.one end, list)
  end
  return by_row
end

--- How the reply with this heading ended, if it is as it was then.
---@param buf integer
---@param row integer
---@return hum.Ended|nil
function M.ended(buf, row)
  local list = memories[buf] and in_place(buf, memories[buf])[row] or {}
  for i = #list, 1, -1 do
    local ended = list[i].ended
    local last = ended and row + ended.rows - 1
    if last and vim.api.nvim_buf_get_lines(buf, last, last + 1, false)[1] == ended.last then return ended end
  end
end

---@param list hum.Remembered[]
---@param text string
---@return hum.Remembered|nil
local function last_of(list, text)
  for i = #list, 1, -1 do
    if list[i].text == text then return list[i] end
  end
end

--- The parts of each reply that has some. One whose mark was lost, as by undo and redo, is known by its text: of those
--- with the same words the last ones are meant, since those before may have been replaced.
---@param memory hum.Memory
---@param by_row table<integer, hum.Remembered[]>
---@param turns hum.Turn[]
---@return table<hum.Turn, hum.Remembered>
local function find(memory, by_row, turns)
  local found, taken, left = {}, {}, {}
  for i = #turns, 1, -1 do
    local turn = turns[i]
    if turn.role == 'assistant' and memory.by_text[turn.text] then
      found[turn] = last_of(by_row[turn.row] or {}, turn.text)
      if found[turn] then
        taken[found[turn]] = true
      else
        left[#left + 1] = turn
      end
    end
  end
  for _, turn in ipairs(left) do
    local free = vim.tbl_filter(function(one) return not taken[one] end, memory.by_text[turn.text])
    local one = free[#free]
    found[turn] = one
    if one then taken[one] = true end
  end
  return found
end

--- The thinking that stands in the chat before a reply, as one part.
---@param turn hum.Turn
---@return hum.Part[]
local function shown(turn)
  local texts = {}
  for _, part in ipairs(turn.parts) do
    if part.type == 'thinking' and part.text ~= '' then texts[#texts + 1] = part.text end
  end
  return #texts > 0 and { { type = 'thinking', text = table.concat(texts, '\n\n') } } or {}
end

--- Whether a reply is this model's, as far as that is known: of one that was read from a file its heading tells.
---@param turn hum.Turn
---@param list? hum.Remembered[]
---@param endpoint string
---@param model string
---@return boolean
local function is_of(turn, list, endpoint, model)
  local one = list and list[#list] or { endpoint = endpoint, model = turn.name }
  return one.endpoint == endpoint and one.model == model
end

--- What goes back to a model before the text of its replies. A thought goes nowhere but to where it came from.
---@param buf integer
---@param turns hum.Turn[]
---@param endpoint hum.EndpointSpec
---@param model string
---@return table<hum.Turn, hum.Part[]>
function M.recall(buf, turns, endpoint, model)
  local memory, parts = memories[buf] or { by_mark = {}, by_text = {} }, {}
  local by_row = in_place(buf, memory)
  local field = (endpoint.quirks or {}).thoughts or ''
  for _, turn in ipairs(field ~= '' and turns or {}) do
    if turn.role == 'assistant' and is_of(turn, by_row[turn.row], endpoint.name, model) then
      parts[turn] = shown(turn)
    end
  end
  for turn, one in pairs(find(memory, by_row, turns)) do
    if one.endpoint == endpoint.name and one.model == model then parts[turn] = one.parts end
  end
  return parts
end

---@param buf integer
function M.forget(buf) memories[buf] = nil end

return M
