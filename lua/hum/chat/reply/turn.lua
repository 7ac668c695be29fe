-- Text of a reply that turns out to be thinking, or the other way round: one edit of the reply's own undo step, which
-- puts the tags around it, or takes them away. What stands between them, the user's edits included, is left alone.
local below = require('hum.chat.reply.below')
local block = require('hum.place.block')
local fault = require('hum.fault')
local format = require('hum.chat.text.format')
local follow = require('hum.chat.reply.follow')
local guard_change = require('hum.interrupt').guard_change
local owner = require('hum.chat.reply.owner')
local records = require('hum.chat.reply.record')
local repair = require('hum.chat.reply.repair')
local text_block = require('hum.chat.text.block')
local undo = require('hum.chat.reply.undo')

local M = {}

local on_turned = function(_, _) end ---@type fun(buf: integer, part: 'thinking'|'text')

--- Sets the function that is called right behind such an edit, before anything is drawn.
---@param fn fun(buf: integer, part: 'thinking'|'text')  of all that has come
function M.on_turned(fn) on_turned = fn end

--- Runs `change`, which changes the reply that streams into a buffer; unless that has ended, or lost its place.
---@param buf integer
---@param part 'thinking'|'text'
---@param change fun()
local function edit(buf, part, change)
  local record = records.of(buf)
  if not record or record.undone or not vim.api.nvim_buf_is_loaded(buf) then
    return
  elseif undo.check(record) or undo.check_lost(record) then
    return
  end
  if record.arrived then below.take(record) end
  local joins, done = block.must_join(buf) or buf ~= vim.api.nvim_get_current_buf(), false
  local ok, err = records.own(record, function()
    if joins then pcall(vim.cmd.undojoin) end
    change()
    done = true
  end)
  owner.rewritten(record)
  -- Once it is done, the helper must not call again.
  if not ok and not done then error(err, 0) end
  fault.guard('the reply that was turned', on_turned, buf, part)
  fault.guard('following', follow.lines, buf)
end

--- Puts text around what has come of a reply. Raises E565 while textlock lasts; the helper calls again.
---@param buf integer
---@param key integer    of its anchor
---@param before string  whole lines
---@param behind string
function M.wrap(buf, key, before, behind)
  edit(buf, 'thinking', function()
    local row, col = repair.start(buf, key)
    if col > 0 then before = '\n' .. before end
    guard_change(buf, function()
      local last_row, last_col = below.position(buf)
      vim.api.nvim_buf_set_text(buf, last_row, last_col, last_row, last_col, vim.split(behind, '\n', { plain = true }))
      vim.api.nvim_buf_set_text(buf, row, col, row, col, vim.split(before, '\n', { plain = true }))
    end)
  end)
end

--- The row of a reply's text, behind thoughts.
---@param buf integer
---@param heading integer
---@return integer
local function text_row(buf, heading)
  local lines = vim.api.nvim_buf_get_lines(buf, heading, -1, false)
  local id = text_block.next(text_block.FIRST, lines[1])
  for i = 2, #lines do
    local after, kind = text_block.next(id, lines[i])
    if not text_block.def(after).thinking and kind ~= 'think_close' and kind ~= 'blank' then return heading + i - 1 end
    id = after
  end
  return heading + #lines
end

--- Puts a thought before the text of the reply that goes on in a buffer.
---@param buf integer
---@param text string
local function put_before_text(buf, text)
  local row = text_row(buf, assert(records.heading(assert(records.of(buf)))))
  local lines = format.body({ { type = 'thinking', text = vim.trim(text) } }, 'assistant')
  lines[#lines + 1] = ''
  guard_change(buf, vim.api.nvim_buf_set_lines, buf, row, row, true, lines)
end

--- The same as an edit. Raises E565 as well.
---@param buf integer
---@param text string
function M.put_afterthought(buf, text)
  edit(buf, 'thinking', function() put_before_text(buf, text) end)
end

--- What has come of a reply that goes on is thinking: it goes before the text. Raises E565 as well.
---@param buf integer
---@param key integer
function M.afterthought(buf, key)
  edit(buf, 'thinking', function()
    local row, col = repair.start(buf, key)
    local last_row, last_col = below.position(buf)
    local lines = vim.api.nvim_buf_get_text(buf, row, col, last_row, last_col, {})
    guard_change(buf, vim.api.nvim_buf_set_text, buf, row, col, last_row, last_col, {})
    put_before_text(buf, table.concat(lines, '\n'))
  end)
end

--- Takes away the lines with which a reply begins, if they are still there. Raises E565 as well.
---@param buf integer
---@param key integer
---@param before string  whole lines
function M.unwrap(buf, key, before)
  edit(buf, 'text', function()
    local row = repair.start(buf, key)
    local lines = vim.split(before, '\n', { plain = true })
    lines[#lines] = nil
    local there = vim.api.nvim_buf_get_lines(buf, row, row + #lines, false)
    if not vim.deep_equal(lines, there) then return end
    guard_change(buf, vim.api.nvim_buf_set_text, buf, row, 0, row + #lines, 0, {})
  end)
end

return M
