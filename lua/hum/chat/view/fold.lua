-- The front matter and thinking parts are folded. What the line of a closed fold says, hum.chat.view.fold_line makes;
-- which rows a fold has, hum.chat.view.fold_level says.
--
-- 'foldmethod' is expr with an expression that looks one number up in `scan`. Neovim keeps such folds while
-- text is appended, with two holes that `mend` closes, once per line and only where needed:
-- * In insert mode, in whatever window, no fold is updated at all.
-- * Before 0.12 an append of several lines at the end of a fold moves the fold away from its first line.
-- A mended fold gets back the state it had when it was last drawn, so what the user opened stays open.
--
-- Neovim evaluates the expression twice for each token. So it does that only while a part is running (`wake`); else
-- (`sleep`, `rest`) 'foldmethod' is manual, which keeps the folds and moves them with the text: what becomes a fold
-- then is made, and what is none any more taken away (`change`), so that the user's stay (hum.chat.view.fold_own).
-- Where folds are computed, his are among them (hum.chat.view.fold_user).
--
-- The line of a closed fold is drawn again for each token within it, and once a second while none comes.
local clock = require('hum.chat.view.clock')
local fault = require('hum.fault')
local front = require('hum.chat.view.fold_front')
local guard = require('hum.interrupt').guard
local highlight = require('hum.chat.view.highlight')
local left = require('hum.chat.view.left')
local level = require('hum.chat.view.fold_level')
local line = require('hum.chat.view.fold_line')
local own = require('hum.chat.view.fold_own')
local private = require('hum.private')
local scan = require('hum.chat.text.scan')
local tags = require('hum.chat.view.tags')
local thoughts = require('hum.chat.view.thoughts')
local windows = require('hum.chat.view.fold_window')
local words = require('hum.chat.view.words')

local M = {}

---@alias hum.ShownThinking 'fold'|'show'|'hide'  as the option `chat.thinking`

---@class hum.FoldBuf
---@field how hum.ShownThinking
---@field closed table<integer, { first: integer, shut: boolean }>  by window: state of the live fold
---@field from integer      first row that `mend` has not handled
---@field upto? integer     the last one
---@field first? integer    row of the `<think>` of the part that was mended last
---@field stale? integer    first row whose folds insert mode has left behind
---@field pending boolean   `mend` is on its way
---@field asleep boolean    no part is running: folds are not computed
---@field new boolean       a part begins that has no fold of its own yet
---@field refold? boolean  while asleep: other folds may be wanted than there are
---@field noted? boolean    the folds that there are, are known as hum's
---@field rethought? boolean  text became thinking, or the other way round, while insert mode kept the folds
---@field stop? fun()       of the clock, while a part is running

---@type table<integer, hum.FoldBuf>
local bufs = {}

---@param buf integer
---@return hum.ShownThinking
local function how(buf) return bufs[buf] and bufs[buf].how or 'fold' end

local faulty = false -- a fault was reported: the next row would bring it again

--- Calls what Neovim asks for within a redraw, where an error would come again with each one.
---@param fn fun(): any
---@param instead fun(): any
---@return any
local function safely(fn, instead)
  local ok, result = xpcall(guard, debug.traceback, fn)
  if ok then return result end
  if not faulty then vim.schedule(function() fault.report('the folds', tostring(result)) end) end
  faulty = true
  return instead()
end

---@return integer|string
local function level_of_row()
  local buf = vim.api.nvim_get_current_buf()
  local s = scan.get(buf)
  return s and level.of(s, vim.v.lnum - 1, how(buf)) or 0
end

---@return integer
local function no_level() return 0 end

--- 'foldexpr'.
---@return integer|string
function M.expr()
  local ok, result = pcall(level_of_row) -- for every row of a chat at times: a call less counts
  return ok and result or safely(level_of_row, no_level)
end

---@return [string, string|string[]][]|string
local function text_of_line()
  local buf = vim.api.nvim_get_current_buf()
  return bufs[buf] and line.text(how(buf)) or vim.fn.foldtext()
end

--- 'foldtext'.
---@return [string, string|string[]][]|string
function M.text() return safely(text_of_line, vim.fn.foldtext) end

M.is_set = windows.is_set

--- Mends the fold of the part at the end, or of the one that has just ended.
---@param buf integer
local function mend(buf)
  local b = bufs[buf]
  if not b or not vim.api.nvim_buf_is_loaded(buf) then return end
  b.pending = false
  if windows.in_insert() then b.stale = math.min(b.stale or b.from, b.from) end
  local last = vim.api.nvim_buf_line_count(buf) - 1
  if b.upto then last = math.min(b.upto, last) end
  b.upto = nil
  local s = scan.sync(buf, last)
  local wins = windows.of(buf)
  if not s or not scan.complete(buf, last) or #wins == 0 then return end
  while last > 0 and last >= b.from and not level.thinking(s, last) do
    last = last - 1
  end
  if not level.thinking(s, last) then return end
  b.first = level.first_row(s, last, b.first)
  local first, upto = level.extent(s, b.first, last, b.how)
  windows.outside_insert(function()
    for _, win in ipairs(wins) do
      local seen = b.closed[win]
      local shut ---@type boolean|nil
      if seen and seen.first == b.first then shut = seen.shut end
      windows.mend(win, first, upto, shut)
      if b.new and windows.close_new(win, first) then b.closed[win] = { first = b.first, shut = true } end
    end
    b.new = false
  end)
end

--- For each change: new lines at the end of a part may need mending, everything else only bookkeeping.
---@param buf integer
---@param first integer
---@param old_last integer
---@param new_last integer
local function on_lines(buf, first, old_last, new_last)
  local b = bufs[buf]
  if not b then return end
  words.changed(buf, first)
  local is_deleted = new_last == first and old_last > first
  if b.asleep and (is_deleted or old_last - first > 1) then
    b.refold = own.replaced(buf, first, new_last - 1) or b.refold
  end
  if new_last == old_last then return end
  front.changed(buf, first)
  if b.asleep then
    if new_last - old_last > 1 then b.refold = true end
    return
  end
  local s = scan.get(buf)
  if not (s and level.thinking(s, first)) and not b.new and not windows.in_insert() then return end
  b.from = b.pending and math.min(b.from, first) or first
  b.upto = math.max(b.upto or 0, new_last - 1)
  if b.pending then return end
  b.pending = true
  vim.schedule(function() guard(mend, buf) end)
end

-- Only in the current window can the user open or close a fold, and a redraw follows at once. When no
-- part is running there is nothing to remember.
local function on_view(win, buf)
  local b, s = bufs[buf], scan.get(buf)
  if not b or b.new or not s or win ~= vim.api.nvim_get_current_win() then return end
  local running = level.thinking(s, s.known) and s.known or thoughts.running(buf)
  if not running then return end
  b.first = level.first_row(s, running, b.first)
  local lnum = b.first + 1
  if vim.fn.foldlevel(lnum) == 0 then return end
  b.closed[win] = { first = b.first, shut = vim.fn.foldclosed(lnum) ~= -1 }
end

--- A second has passed: the closed fold of the part that runs counts it.
---@param buf integer
---@return boolean seen
local function count(buf)
  local row, seen = thoughts.running(buf), false
  if not row or how(buf) == 'hide' then return false end
  for _, win in ipairs(vim.api.nvim_tabpage_list_wins(0)) do
    if vim.api.nvim_win_get_buf(win) == buf and windows.is_set(win) then seen = windows.redraw(win, row) or seen end
  end
  return seen
end

--- A part is running from now on: folds are computed, and its seconds are counted.
---@param buf integer
function M.wake(buf)
  local b = bufs[buf]
  if not b then return end
  b.stop = b.stop or clock.watch(buf, count)
  b.new, b.first = true, nil
  if not b.asleep then return end
  b.asleep = false
  local made = own.made(buf)
  for _, win in ipairs(windows.of(buf)) do
    windows.begin(win, made)
  end
end

---@param b hum.FoldBuf
local function stop_clock(b)
  if b.stop then b.stop() end
  b.stop = nil
end

--- Notes the folds that hum has made: the part that was mended last, or all.
---@param buf integer
---@param b hum.FoldBuf
---@param last integer  row
local function note(buf, b, last)
  local s = scan.sync(buf, last)
  if not b.noted then
    own.set(buf, own.wanted(buf, b.how))
    b.noted = true
  elseif b.first and s then
    own.add(buf, level.extent(s, b.first, level.last_row(s, b.first, last), b.how))
  end
end

--- No part is running any more: folds stay as they are. In insert mode they are not up to date: it waits for the end.
---@param buf integer
function M.sleep(buf)
  local b = bufs[buf]
  if not b then return end
  stop_clock(b)
  if b.asleep then return end
  mend(buf)
  if windows.in_insert() then
    b.stale = b.stale or b.from
    return
  end
  b.asleep, b.new = true, false
  local last = vim.api.nvim_buf_line_count(buf)
  note(buf, b, last - 1)
  for _, win in ipairs(windows.of(buf)) do
    -- 0.10 may have left a fold over the first lines of the text, which would stay.
    if b.first then private.foldupdate(win, b.how == 'hide' and b.first - 1 or b.first, last) end
    windows.keep(win)
    if b.first then private.redraw({ win = win, range = { b.first, b.first + 1 }, valid = true }) end
  end
end

--- Gives windows the folds that a chat wants, without computing all: those that are new are made, those that are wanted
--- no more taken away.
---@param buf integer
---@param b hum.FoldBuf
local function change(buf, b)
  local wanted, made, lost = own.wanted(buf, b.how), own.made(buf), own.lost(buf)
  local new, gone = own.without(wanted, made), own.without(made, wanted)
  if #new == 0 and #gone == 0 and #lost == 0 then return end
  local wins = windows.of(buf)
  if #wins == 0 then
    b.refold = true
    return
  end
  for _, win in ipairs(wins) do
    windows.change(win, new, gone, lost)
  end
  own.set(buf, wanted)
  b.noted = true
end

--- Folds what came in while asleep, above all thinking parts that `<C-r>` has brought back.
---@param buf integer
function M.refresh(buf)
  local b = bufs[buf]
  if not b or not b.asleep or not b.refold or windows.in_insert() then return end
  b.refold = nil
  change(buf, b)
end

--- Shows what is not sent any more, folded.
---@param buf integer
---@param ranges hum.LeftRange[]
---@return boolean changed
function M.leave_out(buf, ranges)
  if not left.set(buf, ranges) then return false end
  fault.guard('the folds', M.refold, buf)
  return true
end

--- Lets the folds of quotes have all their rows.
---@param buf integer
local function reach(buf)
  local b = bufs[buf]
  if not b or not b.asleep or windows.in_insert() then return end
  for _, win in ipairs(windows.of(buf)) do
    for _, range in ipairs(left.ranges(buf)) do
      windows.reach(win, range.first, range.last)
    end
  end
end

--- Folds lines of files that are quoted.
---@param buf integer
---@param ranges hum.LeftRange[]
function M.quotes(buf, ranges)
  if left.quote(buf, ranges) then return fault.guard('the folds', M.refold, buf) end
  reach(buf)
end

--- Makes the folds of what is not sent anew.
---@param buf integer
function M.refold(buf)
  local b = bufs[buf]
  if not b then return end
  b.refold = true
  if b.asleep then return M.refresh(buf) end
  b.noted = false
  if windows.in_insert() then return end
  for _, win in ipairs(windows.of(buf)) do
    private.foldupdate(win, 0, vim.api.nvim_buf_line_count(buf))
    for _, range in ipairs(left.ranges(buf)) do
      windows.close_new(win, range.first)
    end
  end
end

--- Text became thinking, or the other way round: nothing holds that is known of it.
---@param buf integer
function M.rethink(buf)
  local b = bufs[buf]
  if not b then return end
  b.first = nil
  words.forget(buf)
  if windows.in_insert() then
    b.rethought = true
    return
  end
  b.rethought, b.asleep, b.refold = nil, true, true
  M.refresh(buf)
end

--- Closes the running part again where it was closed: a command that begins insert mode opens it.
---@param buf integer
function M.reclose(buf)
  local b = bufs[buf]
  if not b or b.asleep then return end
  windows.outside_insert(function()
    for _, win in ipairs(windows.of(buf)) do
      local seen = b.closed[win]
      if seen and seen.shut then
        private.foldupdate(win, seen.first, vim.api.nvim_buf_line_count(buf))
        vim.api.nvim_win_call(win, function() vim.cmd(('silent! %dfoldclose'):format(seen.first + 1)) end)
      end
    end
  end)
end

--- What insert mode has left behind.
local function catch_up()
  for buf, b in pairs(bufs) do
    if b.rethought and vim.api.nvim_buf_is_loaded(buf) then
      b.stale = nil
      M.rethink(buf)
    end
    if b.stale and vim.api.nvim_buf_is_loaded(buf) then
      for _, win in ipairs(windows.of(buf)) do
        private.foldupdate(win, b.stale, vim.api.nvim_buf_line_count(buf))
      end
      b.stale = nil
      local s = scan.get(buf)
      if s and not level.thinking(s, s.known) and not thoughts.running(buf) then M.sleep(buf) end
    end
  end
end

---@param buf integer
function M.forget(buf)
  local b = bufs[buf]
  bufs[buf] = nil
  words.forget(buf)
  left.forget(buf)
  own.forget(buf)
  if b then stop_clock(b) end
end

---@param buf integer
---@param shown hum.ShownThinking
local function watch(buf, shown)
  if bufs[buf] then return end
  bufs[buf] = {
    how = shown,
    closed = {},
    from = 0,
    pending = false,
    asleep = false,
    new = false,
  }
  tags.start()
  scan.listen('fold', on_lines)
  highlight.on_view('fold', on_view)
  local group = vim.api.nvim_create_augroup('hum.fold', { clear = false })
  vim.api.nvim_create_autocmd('BufUnload', {
    group = group,
    buffer = buf,
    once = true,
    callback = function() M.forget(buf) end,
  })
  if #vim.api.nvim_get_autocmds({ group = group, event = 'InsertLeave' }) == 0 then
    vim.api.nvim_create_autocmd('InsertLeave', { group = group, callback = catch_up })
  end
end

--- Folds the chat in a window. Only options of this window and this buffer are set.
---@param win integer
---@param shown? hum.ShownThinking  default: 'fold'
function M.setup_window(win, shown)
  if win == 0 then win = vim.api.nvim_get_current_win() end
  local buf = vim.api.nvim_win_get_buf(win)
  scan.attach(buf)
  watch(buf, shown or 'fold')
  bufs[buf].how = shown or 'fold'
  if windows.is_set(win) then windows.begin(win, own.made(buf)) end -- a copy of another window's
  windows.set(win, shown or 'fold', 'hum.chat.view.fold')
  if not bufs[buf].asleep or windows.in_insert() then return end
  windows.keep(win)
  if not bufs[buf].noted then note(buf, bufs[buf], vim.api.nvim_buf_line_count(buf) - 1) end
end

--- Keeps the folds of a chat that was opened, or read again, as they are, until a part runs.
---@param buf integer
function M.rest(buf)
  local b = bufs[buf]
  if b and b.asleep then return M.refresh(buf) end
  if not b or b.new or thoughts.running(buf) or windows.in_insert() then return end
  local wins = windows.of(buf)
  if #wins == 0 then return end
  b.asleep = true
  for _, win in ipairs(wins) do
    windows.keep(win)
  end
  note(buf, b, vim.api.nvim_buf_line_count(buf) - 1)
end

--- Folds a chat that was read again in the windows that show it (`:edit!`).
---@param buf integer
---@param shown hum.ShownThinking
function M.resume(buf, shown)
  if bufs[buf] then return end
  watch(buf, shown)
  for _, win in ipairs(windows.of(buf)) do
    windows.set_method(win, 'expr')
  end
end

return M
