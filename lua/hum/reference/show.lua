-- References in what the user writes are shown resolved: behind each stands its size in tokens, or why it cannot be
-- sent. They are measured a moment after the last key, only while they are on a screen; nothing is kept, run or asked,
-- and while nothing changes nothing happens.
local bufload = require('hum.bufload')
local convert = require('hum.reference.convert')
local count = require('hum.count')
local fault = require('hum.fault')
local reference = require('hum.reference')

local M = {}

local ns = vim.api.nvim_create_namespace('hum.reference')
local group = vim.api.nvim_create_augroup('hum.reference', {})

--- After the last key, in ms; and a draft with more bytes than this is not read.
local PAUSE, MOST = 150, 512 * 1024

---@class hum.ReferenceRange  rows from 0
---@field first integer
---@field last integer  included

---@class hum.ReferenceView
---@field buf integer
---@field ranges fun(): hum.ReferenceRange[]  where the user writes
---@field where fun(): hum.Where
---@field timer? uv.uv_timer_t
---@field cancel? fun()
---@field known table<string, hum.Piece[]>  what references stand for, by their text
---@field stale boolean   files may have changed since
---@field paused boolean  a reply streams
---@field typed boolean   meanwhile, by the user

local views = {} ---@type table<integer, hum.ReferenceView>

-- ---- what is drawn ----------------------------------------------------------------------------

---@param tokens integer
---@return string
local function in_tokens(tokens)
  if tokens < 1000 then return count.of(tokens, 'token') end
  if tokens < 10000 then return ('%.1fk tokens'):format(tokens / 1000) end
  return ('%dk tokens'):format(math.floor(tokens / 1000 + 0.5))
end

--- Of a sentence the beginning, without what is in parentheses: a mark is no place for more.
---@param why string
---@return string
local function brief(why)
  why = why:gsub('%s+', ' '):gsub(' %b()', '')
  return vim.fn.strcharlen(why) > 60 and vim.fn.strcharpart(why, 0, 59) .. '…' or why
end

---@param pieces hum.Piece[]
---@return integer tokens, integer sent, integer left, boolean large
local function summed(pieces)
  local tokens, sent, left, large = 0, 0, 0, false
  for _, piece in ipairs(pieces) do
    if piece.state == 'refused' or piece.state == 'missing' then
      left = left + 1
    else
      tokens, sent = tokens + piece.tokens, sent + 1
      large = large or piece.state == 'large'
    end
  end
  return tokens, sent, left, large
end

---@param piece hum.Piece
---@return string|nil
local function fault_of(piece)
  if piece.state == 'missing' then
    local why = piece.why or ''
    return (why == '' or why:find('^there is no ')) and 'not found' or brief(why)
  end
  if piece.state == 'refused' then return 'refused: ' .. brief(piece.why or '') end
  if piece.state == 'empty' and piece.why then return brief(piece.why) end
end

--- Of a file on the disk: its buffer has changes that are not in it.
---@param piece hum.Piece
---@return boolean
local function is_unsaved(piece)
  local path = vim.startswith(piece.source.id, 'file:') and piece.source.path
  local buf = path and bufload.named(path)
  return buf ~= nil and buf ~= false and vim.bo[buf].modified
end

--- What is said behind a reference.
---@param pieces hum.Piece[]
---@return string text
---@return boolean is_fault
local function words(pieces)
  local first = pieces[1]
  local fault_text = #pieces == 1 and fault_of(first)
  if fault_text then return fault_text, true end
  if first.state == 'asks' then return 'asks before sending', false end
  local tokens, sent, left, large = summed(pieces)
  local parts = {}
  if #pieces > 1 then parts[1] = count.of(sent, 'file') end
  if not first.image or #pieces > 1 then
    parts[#parts + 1] = (first.form == 'outline' and 'outline, ' or '') .. in_tokens(tokens)
  end
  if first.state == 'empty' and #pieces == 1 then parts = { 'empty' } end
  if #pieces == 1 and is_unsaved(first) then parts[#parts + 1] = 'without unsaved changes' end
  if large then parts[#parts + 1] = 'large: asks before sending' end
  if left > 0 then parts[#parts + 1] = left .. ' left out' end
  return table.concat(parts, ', '), false
end

--- The line of an image: name, pixels, size.
---@param piece hum.Piece
---@return string
local function image_line(piece) return ('%s, %s'):format(piece.source.title, convert.words(piece.image)) end

--- A name that is being typed is not there yet.
---@param view hum.ReferenceView
---@param ref hum.Reference
---@return boolean
local function is_being_typed(view, ref)
  if vim.api.nvim_get_current_buf() ~= view.buf or vim.api.nvim_get_mode().mode:sub(1, 1) ~= 'i' then return false end
  local cursor = vim.api.nvim_win_get_cursor(0)
  return cursor[1] - 1 == ref.row and cursor[2] == ref.end_col
end

---@param view hum.ReferenceView
---@param ref hum.Reference  with its row in the buffer
---@param pieces hum.Piece[]|nil  nil: they are being found
local function draw(view, ref, pieces)
  local text, is_fault = nil, false
  if pieces and #pieces > 0 then
    text, is_fault = words(pieces)
  end
  if is_fault and is_being_typed(view, ref) then
    text, is_fault = nil, false
  end
  local mark = {
    end_col = ref.end_col,
    hl_group = is_fault and 'HumReferenceMissing' or 'HumReference',
    priority = 150,
    strict = false,
  }
  local images = {}
  for _, piece in ipairs(pieces or {}) do
    if piece.image then images[#images + 1] = { { '  ' .. image_line(piece), 'HumReferenceSize' } } end
  end
  if #images > 0 then mark.virt_lines = images end
  vim.api.nvim_buf_set_extmark(view.buf, ns, ref.row, ref.col, mark)
  if text and text ~= '' then
    vim.api.nvim_buf_set_extmark(view.buf, ns, ref.row, ref.end_col, {
      virt_text = { { (' (%s)'):format(text), is_fault and 'HumReferenceMissing' or 'HumReferenceSize' } },
      virt_text_pos = 'inline',
      strict = false,
    })
  end
end

-- ---- what is known ----------------------------------------------------------------------------

--- The references that stand where the user writes.
---@param view hum.ReferenceView
---@return hum.Reference[]  with rows in the buffer
local function read(view)
  local found = {}
  for _, range in ipairs(view.ranges()) do
    local first, stop = range.first, math.min(range.last + 1, vim.api.nvim_buf_line_count(view.buf))
    local bytes = vim.api.nvim_buf_get_offset(view.buf, stop) - vim.api.nvim_buf_get_offset(view.buf, first)
    if stop > first and bytes <= MOST then
      local lines = vim.api.nvim_buf_get_lines(view.buf, first, stop, false)
      for _, ref in ipairs(reference.find(lines)) do
        ref.row = ref.row + first
        found[#found + 1] = ref
      end
    end
  end
  return found
end

---@param view hum.ReferenceView
---@param refs hum.Reference[]
local function draw_all(view, refs)
  vim.api.nvim_buf_clear_namespace(view.buf, ns, 0, -1)
  for _, ref in ipairs(refs) do
    draw(view, ref, view.known[ref.text])
  end
end

---@param view hum.ReferenceView
---@param refs hum.Reference[]
---@return hum.Reference[]  each text once
local function unknown(view, refs)
  local list, seen = {}, {}
  for _, ref in ipairs(refs) do
    if not view.known[ref.text] and not seen[ref.text] then
      seen[ref.text] = true
      list[#list + 1] = ref
    end
  end
  return list
end

---@param view hum.ReferenceView
local function update(view)
  if views[view.buf] ~= view or not vim.api.nvim_buf_is_loaded(view.buf) then return end
  if view.paused and not view.typed then return end
  view.typed = false
  if #vim.fn.win_findbuf(view.buf) == 0 then
    view.stale = true
    return
  end
  if view.cancel then view.cancel() end
  view.cancel = nil
  local refs = read(view)
  if #refs == 0 then
    view.known, view.stale = {}, false
    return vim.api.nvim_buf_clear_namespace(view.buf, ns, 0, -1)
  end
  local asked = view.stale and unknown({ known = {} } --[[@as hum.ReferenceView]], refs) or unknown(view, refs)
  view.stale = false
  draw_all(view, refs)
  if #asked == 0 then return end
  view.cancel = reference.resolve(asked, view.where(), {}, function(_, pieces)
    view.cancel = nil
    if views[view.buf] ~= view or not vim.api.nvim_buf_is_loaded(view.buf) then return end
    for _, ref in ipairs(asked) do
      view.known[ref.text] = vim.tbl_filter(function(piece) return piece.ref == ref end, pieces or {})
    end
    draw_all(view, read(view))
  end)
end

---@param view hum.ReferenceView
local function later(view)
  view.timer = view.timer or assert(vim.uv.new_timer())
  view.timer:start(PAUSE, 0, function()
    vim.schedule(function() fault.guard('the references of a draft', update, view) end)
  end)
end

---@param view hum.ReferenceView
local function stop(view)
  views[view.buf] = nil
  if view.cancel then view.cancel() end
  if view.timer then
    view.timer:stop()
    view.timer:close()
  end
  vim.api.nvim_clear_autocmds({ group = group, buffer = view.buf })
  if vim.api.nvim_buf_is_loaded(view.buf) then vim.api.nvim_buf_clear_namespace(view.buf, ns, 0, -1) end
end

-- ---- for others -------------------------------------------------------------------------------

--- Files may be others now: what is on a screen is measured again.
---@param view hum.ReferenceView
local function refresh(view)
  view.stale = true
  if #vim.fn.win_findbuf(view.buf) > 0 and next(view.known) then later(view) end
end

--- Files change by Neovim's own writing, and while it has not the focus.
local function watch_files()
  watch_files = function() end
  vim.api.nvim_create_autocmd({ 'FocusGained', 'BufWritePost', 'FileChangedShellPost' }, {
    group = group,
    callback = function()
      for _, view in pairs(views) do
        refresh(view)
      end
    end,
  })
end

--- Shows the references of a buffer from now on.
---@param buf integer
---@param ranges fun(): hum.ReferenceRange[]  the rows that the user writes in
---@param where fun(): hum.Where  a dry one
function M.attach(buf, ranges, where)
  if views[buf] then stop(views[buf]) end
  local view = { buf = buf, ranges = ranges, where = where, known = {}, stale = false, paused = false, typed = false }
  views[buf] = view
  watch_files()
  M.resume(buf)
end

--- A reply streams: its text is not looked at.
---@param buf integer
function M.pause(buf)
  local view = views[buf]
  if not view then return end
  view.paused = true
  vim.api.nvim_clear_autocmds({ group = group, buffer = buf })
  -- Tokens change the text, and move the cursor of who writes below them, but not towards the end of the text. It is
  -- not InsertCharPre that tells: with it Neovim takes keys one by one, and they are undone in more steps.
  local last = ''
  vim.api.nvim_create_autocmd('CursorMovedI', {
    group = group,
    buffer = buf,
    callback = function()
      local cursor = vim.api.nvim_win_get_cursor(0)
      local now = ('%d:%d'):format(vim.api.nvim_buf_line_count(buf) - cursor[1], cursor[2])
      if now == last then return end
      last, view.typed = now, true
      later(view)
    end,
  })
  vim.api.nvim_create_autocmd({ 'BufUnload', 'BufWipeout' }, {
    group = group,
    buffer = buf,
    callback = function() stop(view) end,
  })
end

--- It has ended, or there is none.
---@param buf integer
function M.resume(buf)
  local view = views[buf]
  if not view then return end
  view.paused = false
  vim.api.nvim_clear_autocmds({ group = group, buffer = buf })
  local function on(events, callback)
    vim.api.nvim_create_autocmd(events, { group = group, buffer = buf, callback = callback })
  end
  on({ 'TextChanged', 'TextChangedI', 'TextChangedP', 'BufWinEnter' }, function() later(view) end)
  on({ 'BufEnter', 'InsertLeave' }, function() refresh(view) end)
  on({ 'BufUnload', 'BufWipeout' }, function() stop(view) end)
  later(view)
end

--- Draws what is known by now, at once. For tests.
---@param buf integer
function M.update(buf)
  if views[buf] then update(views[buf]) end
end

return M
