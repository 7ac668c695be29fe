-- The lines that open and close a block of code, drawn over as its upper and lower border:
--
--   ╭ lua · src/x.lua ───────────── gy yank · gp put ╮
--   ╰────────────────────────────────────────────────╯
--
-- They keep their rows, so nothing moves when a fence closes. The keys are those of the configuration.
local block = require('hum.chat.text.block')
local config = require('hum.config')
local glyphs = require('hum.look.glyphs')
local hanging = require('hum.chat.view.dress.hanging')
local ink = require('hum.chat.view.ink')
local list = require('hum.chat.view.dress.list')
local scan = require('hum.chat.text.scan')
local tail = require('hum.chat.view.tail')

local M = {}

--- A border is no shorter, in cells; and so much of it is to be seen between the label and the keys.
local SHORTEST, RULE = 6, 4

--- Of what else a fence says, so many cells are shown at least, or nothing.
local LEAST = 8

--- The keys that are named, and what they do.
local KEYS = { { 'yank_block', 'yank' }, { 'put_block', 'put' } }

local width_of = vim.api.nvim_strwidth

--- What a fence says of its block: the language as it is written, and what else there is, such as a path.
---@param info string  what follows the fence
---@return string language
---@return string rest
function M.label(info)
  info = vim.trim(info)
  local inner = info:match('^{(.*)}$')
  if inner then return inner:match('^%s*%.?([^%s,]*)') or '', '' end
  local language, rest = info:match('^([^%s,{}:]+)[%s:,]*(.-)$')
  return language or '', rest or ''
end

--- "gy yank · gp put"
---@return hum.Chunk[]
---@return integer width
local function hints()
  local chunks, width = {}, 0
  local function add(text, group)
    chunks[#chunks + 1], width = { text, group }, width + width_of(text)
  end
  for _, key in ipairs(KEYS) do
    local lhs = config.keys(key[1])[1]
    if lhs then
      if width > 0 then add(glyphs.separator(), 'HumCodeLabel') end
      add(lhs, 'HumCodeLabel')
      add(' ' .. key[2], 'HumCodeLabel')
    end
  end
  return chunks, width
end

--- The upper border of a block.
---@param info string
---@param width integer
---@param is_plain? boolean  without keys: they know nothing of this block
---@return hum.Chunk[]
function M.top(info, width, is_plain)
  local look, language, rest = glyphs.get(), M.label(info)
  local label = language
  local room = width - RULE - 7 - width_of(language)
  if rest ~= '' and room >= math.min(width_of(rest), LEAST) then
    label = language .. glyphs.separator() .. tail.of(rest, room, glyphs.get().ellipsis)
  end
  label = label ~= '' and (' %s '):format(glyphs.cut(label, width - RULE - 4)) or ''
  local keys, keys_width = hints()
  local left = width - 2 - width_of(label)
  if is_plain or keys_width == 0 or left - keys_width - 2 < RULE then
    keys = {}
  else
    left = left - keys_width - 2
  end
  local chunks = { { look.top_left, 'HumFence' }, { label, 'HumCodeLabel' }, { look.rule:rep(left), 'HumFence' } }
  if keys[1] then
    chunks[#chunks + 1] = { ' ', 'HumFence' }
    vim.list_extend(chunks, keys)
    chunks[#chunks + 1] = { ' ', 'HumFence' }
  end
  chunks[#chunks + 1] = { look.top_right, 'HumFence' }
  return chunks
end

--- Its lower border.
---@param width integer
---@return hum.Chunk[]
function M.bottom(width)
  local look = glyphs.get()
  return { { look.bottom_left .. look.rule:rep(width - 2) .. look.bottom_right, 'HumFence' } }
end

--- Where the fence begins that opens a block in a line: in its first columns, or behind a list's marker.
---@param line string
---@return integer at
---@return integer columns  before it
---@return integer|nil marker
local function opening(line)
  local columns, first = block.indent(line)
  local at = line:find('```', first, true) or line:find('~~~', first, true) or first
  return at, columns + at - first, at > first and first or nil
end

--- Whether there is room for the border, and nothing of the line beside it.
---@param view hum.View
---@param row integer
---@param line string
---@param width integer
---@return boolean
function M.fits(view, row, line, width)
  if row == view.cursor or width < SHORTEST then return false end
  return width_of(line) <= view.width
end

--- Draws the line that opens a block.
---@param view hum.View
---@param row integer
---@param line string
---@return boolean
function M.draw_open(view, row, line)
  local at, columns, marker = opening(line)
  local width = view.width - columns
  if not M.fits(view, row, line, width) then return false end
  if marker then list.draw_marker(view, row, line, marker, marker - 1) end
  ink.over(view.buf, row, at - 1, M.top(line:match('^[`~]+(.*)$', at) or '', width))
  return true
end

--- Draws the line that closes it.
---@param view hum.View
---@param row integer
---@param line string
---@return boolean
function M.draw_close(view, row, line)
  local columns, first = block.indent(line)
  local width = view.width - columns
  if not M.fits(view, row, line, width) then return false end
  ink.over(view.buf, row, first - 1, M.bottom(width))
  return true
end

--- Draws a line of code on the background of its block, which begins where the block does.
---@param view hum.View
---@param row integer
---@param line string
---@return boolean
function M.draw_code(view, row, line)
  local columns = block.indent(line)
  if columns > 0 then hanging.want(view, line) end
  ink.whole(view.buf, row, 'HumCode')
  local indent = block.def(scan.at(view.scan, row)).fence.indent
  if indent > 0 and columns >= math.min(indent, #line) then
    vim.api.nvim_buf_set_extmark(view.buf, view.ns, row, 0, {
      ephemeral = true,
      virt_text = { { (' '):rep(indent) } },
      virt_text_pos = 'overlay',
      virt_text_repeat_linebreak = vim.wo[view.win].breakindent,
      hl_mode = 'replace',
    })
  end
  return true
end

return M
