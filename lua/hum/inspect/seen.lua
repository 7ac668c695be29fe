-- What the model of a chat has seen beside its text, as lines of a page. Pure.
local count = require('hum.count')
local sheet = require('hum.inspect.sheet')
local wrap = require('hum.wrap')

local M = {}

---@param item hum.ContextItem
---@return string
local function state_of(item)
  if item.cut then return 'taken out' end
  if item.left_out then return 'left out: it does not fit' end
  if item.form == 'gone' then return 'gone, as the model was told' end
  if item.held then return 'changed since, which is not sent' end
  if item.changed == 'gone' then return 'gone since' end
  if item.changed then return 'changed since' end
  return item.follows and 'unchanged' or ''
end

---@param item hum.ContextItem
---@return string
local function form_of(item)
  if item.form == 'outline' then return 'outline' end
  if item.form == 'image' then return 'image' end
  return item.diffs > 0 and count.of(item.diffs, 'change') or ''
end

---@param item hum.ContextItem
---@param when fun(time: integer): string
---@return string[]
local function cells(item, when)
  local name = vim.list_contains({ 'file', 'buffer', 'image' }, item.kind) and item.title
    or ('%s (%s)'):format(item.title, item.kind)
  local tokens = item.cut and '' or count.grouped(item.tokens) .. (item.tokens == 1 and ' token' or ' tokens')
  return { wrap.cut(name, 60), when(item.last), tokens, form_of(item), state_of(item) }
end

--- The list; nothing if it is empty.
---@param page hum.Page
---@param items hum.ContextItem[]
---@param when fun(time: integer): string
function M.add(page, items, when)
  if #items == 0 then return end
  sheet.heading(page, 'What the model has seen beside the text')
  local rows = vim.tbl_map(function(item) return cells(item, when) end, items)
  for i, line in ipairs(wrap.columns(rows)) do
    local item = items[i]
    page.items[#page.lines] = { path = item.path, id = item.id, cut = item.cut, after = item.after }
    local is_off = item.cut or item.left_out
    sheet.add(page, '  ' .. line, is_off and 'HumFigures' or item.changed and 'HumWarning' or nil)
  end
  sheet.add(page, '  d or x takes one out, or back in; <CR> opens its file', 'HumHint')
end

return M
