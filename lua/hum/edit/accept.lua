-- Puts hunks into the text, and takes them out again: the smallest edits, so that marks, extmarks, folds, jumps and
-- diagnostics outside them stay, and all hunks of one call in one undo step.
local block = require('hum.place.block')
local exact = require('hum.edit.exact')
local interrupt = require('hum.interrupt')
local notify = require('hum.notify')
local sets = require('hum.sets')

local M = {}

--- How many bytes two lines have in common, in whole characters.
---@param a string
---@param b string
---@return integer head  at the beginning
---@return integer tail  at the end
local function common(a, b)
  local most = math.min(#a, #b)
  local head, tail = 0, 0
  while head < most and a:byte(head + 1) == b:byte(head + 1) do
    head = head + 1
  end
  -- A byte that continues a character must not be parted from it.
  local function cuts(line, at)
    local byte = line:byte(at + 1)
    return byte ~= nil and byte >= 0x80 and byte < 0xc0
  end
  while head > 0 and (cuts(a, head) or cuts(b, head)) do
    head = head - 1
  end
  while tail < most - head and a:byte(#a - tail) == b:byte(#b - tail) do
    tail = tail + 1
  end
  while tail > 0 and cuts(a, #a - tail) do
    tail = tail - 1
  end
  return head, tail
end

---@param buf integer
---@param row integer
---@param old string[]
---@param new string[]
local function replace(buf, row, old, new)
  local head = common(old[1], new[1])
  local a, b = old[#old], new[#new]
  if #old == 1 then a = a:sub(head + 1) end
  if #new == 1 then b = b:sub(head + 1) end
  local _, tail = common(a, b)
  local lines = vim.list_slice(new)
  lines[#lines] = lines[#lines]:sub(1, #lines[#lines] - tail)
  lines[1] = lines[1]:sub(head + 1)
  vim.api.nvim_buf_set_text(buf, row, head, row + #old - 1, #old[#old] - tail, lines)
end

--- Puts `new` in the place of `old`, which stands at `row`. Whole lines come and go by nvim_buf_set_lines(), which
--- leaves the marks of the line above alone.
---@param buf integer
---@param row integer
---@param old string[]
---@param new string[]
function M.put(buf, row, old, new)
  if #old == 0 or #new == 0 then return vim.api.nvim_buf_set_lines(buf, row, row + #old, true, new) end
  if #old ~= #new then return replace(buf, row, old, new) end
  for i = #old, 1, -1 do
    if old[i] ~= new[i] then replace(buf, row + i - 1, { old[i] }, { new[i] }) end
  end
end

--- Why nothing can be changed in a buffer; the cure is the second line.
---@param buf integer
---@return string|nil
function M.refusal(buf)
  if not vim.api.nvim_buf_is_loaded(buf) then return 'its buffer is not loaded' end
  if not vim.bo[buf].modifiable then return "the buffer is not 'modifiable'\n:setlocal modifiable lets it be edited" end
  if vim.bo[buf].readonly then return "the buffer is 'readonly'\n:setlocal noreadonly lets it be edited" end
end

--- Cursors in lines that are replaced stay in their line of the hunk, where Neovim would put them behind it.
---@param buf integer
---@param hunks hum.edit.Hunk[]  from the last to the first
---@param content 'old'|'new'
---@return fun() restore
local function keep_cursors(buf, hunks, content)
  local kept = {} ---@type table<integer, integer[]>
  for _, win in ipairs(vim.fn.win_findbuf(buf)) do
    local cursor = vim.api.nvim_win_get_cursor(win)
    local row, shift = cursor[1] - 1, 0
    for i = #hunks, 1, -1 do
      local hunk = hunks[i]
      local from, to = hunk.site.rows, #(content == 'new' and hunk.new or hunk.old)
      if row < hunk.site.row then break end
      if row < hunk.site.row + from and to > 0 then
        kept[win] = { hunk.site.row + shift + math.min(row - hunk.site.row, to - 1) + 1, cursor[2] }
      end
      shift = shift + to - from
    end
  end
  return function()
    for win, cursor in pairs(kept) do
      pcall(vim.api.nvim_win_set_cursor, win, cursor)
    end
  end
end

---@param preview hum.edit.Preview
---@param hunks hum.edit.Hunk[]  from the last to the first
---@param content 'old'|'new'
---@param changes hum.SetChange[]  gets what was changed
local function change(preview, hunks, content, changes)
  local buf, turned = preview.buf, {}
  -- What was read without a final newline is written without one.
  if not vim.bo[buf].endofline and vim.bo[buf].fixendofline then vim.bo[buf].fixendofline = false end
  block.close()
  for _, hunk in ipairs(hunks) do
    local from, to = hunk.old, hunk.new
    if content == 'old' then
      from, to = to, from
    end
    local void = vim.fn.line2byte(1) < 0 -- not even one line: the buffer of an empty file
    M.put(buf, hunk.site.row, from, to)
    turned[hunk.site] = content
    changes[#changes + 1] = { row = hunk.site.row, old = void and {} or from, new = to }
  end
  block.close()
  preview.track:turn(turned)
end

--- What has to be said of a change that failed.
---@param err string
---@return string
local function failure(err)
  if interrupt.is_interrupt(err) then
    interrupt.give_back()
    return 'CTRL-C interrupted it'
  elseif err:find('E565') or err:find('E523') then
    return 'the text is locked now; try again in a moment'
  end
  return notify.plain(err)
end

--- Why hunks cannot be changed.
---@param preview hum.edit.Preview
---@param hunks hum.edit.Hunk[]
---@param content 'old'|'new'
---@return string|nil
local function obstacle(preview, hunks, content)
  local why = M.refusal(preview.buf)
  if why then return why end
  preview:settle()
  for _, hunk in ipairs(hunks) do
    local site, from = hunk.site, content == 'new' and hunk.old or hunk.new
    local rows = vim.api.nvim_buf_get_lines(preview.buf, site.row, site.row + #from, false)
    if site.content ~= (content == 'new' and 'old' or 'new') or not exact.stands(rows, 0, from) then
      return 'its lines were changed meanwhile'
    end
  end
end

--- Puts one content of the hunks in the place of the other, in one undo step.
---@param preview hum.edit.Preview
---@param hunks hum.edit.Hunk[]
---@param content 'old'|'new'
---@return boolean ok, string|nil err
function M.turn(preview, hunks, content)
  if #hunks == 0 then return true end
  local why = obstacle(preview, hunks, content)
  if why then return false, why end
  preview.set = preview.set or sets.begin({ kind = 'edit', label = preview.label })
  local sorted = vim.list_slice(hunks)
  table.sort(sorted, function(a, b) return a.from > b.from end)
  preview.quiet = true
  local restore = keep_cursors(preview.buf, sorted, content)
  local changes, tick = {}, vim.api.nvim_buf_get_changedtick(preview.buf)
  local ok, err = pcall(vim.api.nvim_buf_call, preview.buf, function() change(preview, sorted, content, changes) end)
  preview.quiet = false
  if #changes > 0 then sets.accepted(preview.set, { buf = preview.buf, tick = tick, changes = changes }) end
  if not ok then
    preview.track:lost()
    preview:look_soon()
    return false, failure(tostring(err))
  end
  restore()
  preview:refresh()
  preview:tell('moved')
  return true
end

return M
