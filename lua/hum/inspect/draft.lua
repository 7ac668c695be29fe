-- What will be sent of a chat, as a page. Pure.
local count = require('hum.count')
local seen = require('hum.inspect.seen')
local sheet = require('hum.inspect.sheet')
local wrap = require('hum.wrap')

local M = {}

---@param n integer
---@return string
local function tokens(n) return count.grouped(n) .. (n == 1 and ' token' or ' tokens') end

---@param page hum.Page
---@param preview hum.Preview
---@param whose string
local function add_title(page, preview, whose)
  sheet.add(
    page,
    ('What will be sent of %s. Nothing was sent, asked, run or fetched for this page.'):format(whose),
    'Title'
  )
  sheet.add(page, '')
  sheet.add(page, ('endpoint "%s", model "%s"'):format(preview.endpoint, preview.model or 'asked for when it is sent'))
  local window = preview.window
  local share = window and window > 0 and math.floor(100 * preview.tokens / window + 0.5)
  local of = window and (' of %s (%d %%)'):format(count.grouped(window), share) or '; how many fit is not known'
  sheet.add(page, ('about %s%s'):format(tokens(preview.tokens), of))
  local stops = vim.tbl_filter(
    function(ref) return ref.state == 'missing' or ref.state == 'refused' end,
    preview.references
  )
  if #stops > 0 then
    local names = vim.tbl_map(function(ref) return wrap.cut(ref.text, 50) end, stops)
    local text = ('The message cannot be sent as it is, because of %s'):format(table.concat(names, ', '))
    sheet.add(page, text, 'HumError')
  end
  if preview.left_out > 0 then
    sheet.add(
      page,
      ('%s left out: there is no room for more'):format(count.of(preview.left_out, 'older message')),
      'HumWarning'
    )
  end
end

--- What is wrong with a reference, or what it needs.
---@type table<string, string>
local STATES = {
  missing = 'missing',
  refused = 'not sent',
  asks = 'asks before sending',
  large = 'large: asks before sending',
  empty = 'empty',
}

---@param page hum.Page
---@param references hum.PreviewReference[]
local function add_references(page, references)
  if #references == 0 then return end
  sheet.heading(page, 'References')
  local rows = vim.tbl_map(function(ref)
    local state = STATES[ref.state] or ''
    if ref.why and ref.why ~= '' then state = state .. ': ' .. ref.why end
    local size = (ref.state == 'ok' or ref.state == 'large') and tokens(ref.tokens) or ''
    local title = ref.title and not ref.text:find(ref.title, 1, true) and ref.title or ''
    return { wrap.cut(ref.text, 50), wrap.cut(title, 50), size, state }
  end, references)
  for i, line in ipairs(wrap.columns(rows)) do
    local ref = references[i]
    local is_bad = ref.state == 'missing' or ref.state == 'refused'
    page.items[#page.lines] = { path = ref.path }
    sheet.add(page, '  ' .. line, is_bad and 'HumError' or nil)
  end
end

---@param page hum.Page
---@param notes hum.SystemNote[]
local function add_rules(page, notes)
  if #notes == 0 then return end
  sheet.heading(page, 'In the system message')
  local rows = vim.tbl_map(function(note)
    local state = note.state ~= 'ok' and (STATES[note.state] or note.state) or ''
    if note.why and note.why ~= '' then state = state .. ': ' .. note.why end
    return { wrap.cut(note.title, 60), note.tokens and tokens(note.tokens) or '', state }
  end, notes)
  for i, line in ipairs(wrap.columns(rows)) do
    page.items[#page.lines] = { path = notes[i].path }
    sheet.add(page, '  ' .. line)
  end
end

---@param page hum.Page
---@param messages hum.PreviewMessage[]
local function add_messages(page, messages)
  for i, message in ipairs(messages) do
    local images = message.images and (', ' .. count.of(message.images, 'image')) or ''
    sheet.heading(page, ('Message %d: %s, about %s%s'):format(i, message.role, tokens(message.tokens), images))
    for line in vim.gsplit(message.content, '\n', { plain = true }) do
      sheet.add(page, line)
    end
  end
end

---@param preview hum.Preview
---@param items hum.ContextItem[]
---@param whose string  'this chat'
---@param when fun(time: integer): string
---@return hum.Page
function M.of(preview, items, whose, when)
  local page = sheet.new()
  add_title(page, preview, whose)
  add_references(page, preview.references)
  add_rules(page, preview.system)
  seen.add(page, items, when)
  add_messages(page, preview.messages)
  return page
end

return M
