-- References in what the user writes are shown resolved: behind each stands its size in tokens, or why it cannot be
-- sent. They are measured a moment after the last key, only while they are on a screen; nothing is kept, run or asked,
-- and while nothing changes nothing happens.
local fault = require('hum.fault')
local kinds = require('hum.reference.kinds')
local label = require('hum.reference.label')
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
---@field buffers string  the references to buffers, as they were read last
---@field paused boolean  a reply streams
---@field typed boolean   meanwhile, by the user
---@field on_drawn fun()   what is drawn may have changed

local views = {} ---@type table<integer, hum.ReferenceView>

local on_change = function(_) end ---@type fun(buf: integer)

--- Sets what is called when what is known of a buffer's references may have changed.
---@param fn fun(buf: integer)
function M.on_change(fn) on_change = fn end

-- ---- what is drawn ----------------------------------------------------------------------------

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
    text, is_fault = label.words(pieces)
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
    if piece.image then images[#images + 1] = { { '  ' .. label.image(piece), 'HumReferenceSize' } } end
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
  view.on_drawn()
  on_change(view.buf)
end

--- References that are to be asked about: those that are new, and where files may have changed all others, but for the
--- functions of the user, which may take long.
---@param view hum.ReferenceView
---@param refs hum.Reference[]
---@return hum.Reference[]  each text once
local function to_ask(view, refs)
  local list, seen = {}, {}
  for _, ref in ipairs(refs) do
    local is_stale = view.stale and kinds.is_own(ref.kind)
    if (is_stale or not view.known[ref.text]) and not seen[ref.text] then
      seen[ref.text] = true
      list[#list + 1] = ref
    end
  end
  return list
end

--- A buffer that comes or goes changes what its file sends: a message has one text of both.
---@param view hum.ReferenceView
---@param refs hum.Reference[]
local function watch_buffers(view, refs)
  local texts = {}
  for _, ref in ipairs(refs) do
    if ref.kind == 'buffer' or ref.kind == 'buffers' then texts[#texts + 1] = ref.text end
  end
  local buffers = table.concat(texts, '\n')
  view.stale = view.stale or buffers ~= view.buffers
  view.buffers = buffers
end

--- What is known of references that are not there any more goes.
---@param view hum.ReferenceView
---@param refs hum.Reference[]
local function forget_others(view, refs)
  local known = {} ---@type table<string, hum.Piece[]>
  for _, ref in ipairs(refs) do
    known[ref.text] = view.known[ref.text]
  end
  view.known = known
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
  forget_others(view, refs)
  if #refs == 0 then
    view.stale = false
    return draw_all(view, refs)
  end
  watch_buffers(view, refs)
  local asked = to_ask(view, refs)
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
---@param on_drawn? fun()
function M.attach(buf, ranges, where, on_drawn)
  if views[buf] then stop(views[buf]) end
  ---@type hum.ReferenceView
  local view = {
    buf = buf,
    ranges = ranges,
    where = where,
    known = {},
    stale = false,
    buffers = '',
    paused = false,
    typed = false,
    on_drawn = on_drawn or function() end,
  }
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
  on({ 'TextChanged', 'TextChangedI', 'TextChangedP', 'InsertLeave', 'BufWinEnter' }, function() later(view) end)
  on('BufEnter', function() refresh(view) end)
  on({ 'BufUnload', 'BufWipeout' }, function() stop(view) end)
  later(view)
end

--- Tokens of the references of what is being written, as far as they are known by now.
---@param buf integer
---@return integer
function M.tokens(buf)
  local view, total = views[buf], 0
  for _, pieces in pairs(view and view.known or {}) do
    total = total + (label.summed(pieces))
  end
  return total
end

return M
