-- Role lines as bars: who speaks, at the left; at the right where a reply comes from, when a turn was sent, and of a
-- reply that is under way what its model is doing. Drawn over the heading when Neovim draws its row.
local block = require('hum.chat.text.block')
local clock = require('hum.chat.view.clock')
local details = require('hum.chat.view.details')
local dresser = require('hum.chat.view.dresser')
local glyphs = require('hum.look.glyphs')
local highlight = require('hum.chat.view.highlight')
local meters = require('hum.chat.view.meter')
local private = require('hum.private')
local status = require('hum.status')

local M = {}

---@class hum.BarLive  a reply that is under way
---@field row fun(): integer|nil  of its heading
---@field stop fun()               ends its counting

local live = {} ---@type table<integer, hum.BarLive>  by buffer

local GROUPS = { user = 'HumUser', assistant = 'HumAssistant', system = 'HumSystem' }

--- A control character, which a heading of a file may have, takes two.
---@param text string
---@return integer
local function cells(text) return vim.fn.strdisplaywidth((text:gsub('%c', '^@'))) end

--- Whether the line above the window says what is under way.
---@param win integer
---@return boolean
local function has_winbar(win) return vim.wo[win].winbar:find('HumWinbar', 1, true) ~= nil end

--- Whether some window has no such line.
---@param buf integer
---@return boolean
local function has_plain_window(buf)
  for _, win in ipairs(vim.fn.win_findbuf(buf)) do
    if not has_winbar(win) then return true end
  end
  return false
end

---@class hum.BarFact  of what may stand at the right
---@field text string
---@field group string
---@field weight integer  where there is no room the lightest goes first

--- What may stand at the right, in its order there. What comes and goes stands first: the others keep their place.
---@param view hum.View
---@param row integer
---@param line string
---@param role string
---@return hum.BarFact[]
local function facts(view, row, line, role)
  local out, known = {}, details.at(view.buf, row, line)
  local is_live = role == 'assistant' and live[view.buf] and live[view.buf].row() == row
  local one = is_live and not has_winbar(view.win) and status.of(view.buf)
  -- Until something comes it is said where that will stand.
  if one and not status.is_silent(one) then
    out[#out + 1] = { text = status.doing(one), group = 'HumWaiting', weight = 3 }
  end
  local meter, meter_group = nil, nil ---@type string?, string?
  if role == 'user' then
    meter, meter_group = meters.at(view.buf, row)
  end
  if meter then out[#out + 1] = { text = meter, group = meter_group or 'HumDetails', weight = 3 } end
  if known and known.endpoint then out[#out + 1] = { text = known.endpoint, group = 'HumDetails', weight = 1 } end
  if known then out[#out + 1] = { text = details.time(known.time), group = 'HumDetails', weight = 2 } end
  return out
end

--- Cells of what stands behind the heading, that a message is queued: Neovim draws it over the bar.
---@param buf integer
---@param row integer
---@return integer
local function label_width(buf, row)
  local width, opts = 0, { details = true, type = 'virt_text' }
  for _, label in ipairs(vim.api.nvim_buf_get_extmarks(buf, -1, { row, 0 }, { row, -1 }, opts)) do
    local at = label[4]
    for _, chunk in ipairs(at.virt_text_pos == 'eol' and not at.invalid and at.virt_text or {}) do
      width = width + cells(chunk[1])
    end
  end
  return width
end

--- Those that there is room for: what has none is left out whole.
---@param all hum.BarFact[]
---@param room integer  cells
---@return integer width
local function fit(all, room)
  local gap, width = cells(glyphs.separator()), 0
  for i, fact in ipairs(all) do
    width = width + cells(fact.text) + (i > 1 and gap or 0)
  end
  while #all > 0 and width > room do
    local lightest = 1
    for i, fact in ipairs(all) do
      if fact.weight < all[lightest].weight then lightest = i end
    end
    width = width - cells(table.remove(all, lightest).text) - (#all > 0 and gap or 0)
  end
  return width
end

---@param chunks [string, string|string[]][]
---@param all hum.BarFact[]
---@param group string  what they lie on
local function add(chunks, all, group)
  for i, fact in ipairs(all) do
    if i > 1 then chunks[#chunks + 1] = { glyphs.separator(), { group, 'HumDetails' } } end
    chunks[#chunks + 1] = { fact.text, { group, fact.group } }
  end
  chunks[#chunks + 1] = { ' ', group }
end

--- Where the group has a background the bar is one; else a rule goes through it.
---@param group string
---@return boolean
local function is_tinted(group)
  local look = vim.api.nvim_get_hl(0, { name = group, link = false })
  return (vim.o.termguicolors and look.bg or look.ctermbg) ~= nil
end

---@param group string
---@param width integer
---@return string  so many cells between name and details
local function fill_of(group, width)
  if width < 3 or is_tinted(group) then return (' '):rep(width) end
  return ' ' .. glyphs.get().rule:rep(width - 2) .. ' '
end

--- Of what is drawn; over a plugin that dresses Markdown too, which draws over headings with 4096.
local PRIORITY, ABOVE = 96, 5000

local mark = {
  ephemeral = true,
  strict = false,
  virt_text_pos = 'right_align',
  hl_mode = 'combine',
  priority = PRIORITY,
}
local over = { ephemeral = true, strict = false, virt_text_pos = 'overlay', hl_mode = 'replace', priority = PRIORITY }

--- The heading as it is, with what stands at the right of it.
---@param view hum.View
---@param row integer
---@param room integer  cells right of the heading
---@param all hum.BarFact[]
---@param group string
local function draw_raw(view, row, room, all, group)
  local label = label_width(view.buf, row)
  if fit(all, room - 2 - (label > 0 and label + 1 or 0)) == 0 then return end
  mark.virt_text = {}
  add(mark.virt_text, all, group)
  vim.api.nvim_buf_set_extmark(view.buf, view.ns, row, 0, mark)
end

---@param view hum.View
---@param row integer
---@param name string
---@param taken integer  cells of the heading
---@param all hum.BarFact[]
---@param group string
local function draw_over(view, row, name, taken, all, group)
  local label = label_width(view.buf, row)
  local left = label > 0 and taken + 1 + label or cells(name) + 1
  local room = view.width - left - 1
  local width = fit(all, room - 2)
  over.priority = dresser.of(view.buf) and ABOVE or PRIORITY
  over.virt_text = { { ' ' .. name, group } }
  if label > 0 then table.insert(over.virt_text, { fill_of(group, taken - cells(name)) .. (' '):rep(label), group }) end
  table.insert(over.virt_text, { fill_of(group, room - width), group })
  add(over.virt_text, all, group)
  vim.api.nvim_buf_set_extmark(view.buf, view.ns, row, 0, over)
end

--- Draws one. A heading that needs more than a row of the window stays as it is.
---@param view hum.View
---@param row integer
---@param line string
---@return boolean|nil drawn
function M.draw(view, row, line)
  local role, name = block.heading(line)
  local group, taken = GROUPS[role], cells(line)
  if not role or not group or not name or taken > view.width then return end
  local all = facts(view, row, line, role)
  if view.cursor == row then return draw_raw(view, row, view.width - taken, all, group) end
  name = name:gsub('%c', '')
  if cells(name) + 2 > view.width then return end
  draw_over(view, row, name, taken, all, group)
  return true
end

---@param buf integer
---@return boolean|nil
local function tick(buf)
  local one = live[buf]
  local row = one and one.row()
  if not row or not has_plain_window(buf) then return false end
  private.redraw({ buf = buf, range = { row, row + 1 } })
end

--- Draws the bar of a heading again.
---@param buf integer
---@param row integer
function M.redraw(buf, row)
  if row < vim.api.nvim_buf_line_count(buf) then private.redraw({ buf = buf, range = { row, row + 1 } }) end
end

--- A reply begins: what its model is doing is shown from now on, and counted.
---@param buf integer
---@param row fun(): integer|nil  of its heading, as long as there is one
function M.begin(buf, row)
  M.finish(buf)
  live[buf] = { row = row, stop = clock.watch(buf, tick) }
end

--- What it is doing has changed.
---@param buf integer
function M.update(buf)
  if live[buf] and vim.api.nvim_buf_is_loaded(buf) then tick(buf) end
end

--- It has ended.
---@param buf integer
function M.finish(buf)
  local one = live[buf]
  if not one then return end
  live[buf] = nil
  one.stop()
  local row = vim.api.nvim_buf_is_loaded(buf) and one.row()
  if row then private.redraw({ buf = buf, range = { row, row + 1 } }) end
end

M.forget = M.finish

for role in pairs(GROUPS) do
  highlight.draw_with(role, M.draw)
end

return M
