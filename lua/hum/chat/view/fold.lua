-- Thinking parts are folded. The text of a closed fold says whether its part is still running, how many words it has,
-- and how long it took.
--
-- 'foldmethod' is expr with an expression that looks one number up in `scan`. Neovim keeps such folds while
-- text is appended, with two holes that `mend` closes, once per line and only where needed:
-- * In insert mode, in whatever window, no fold is updated at all.
-- * Before 0.12 an append of several lines at the end of a fold moves the fold away from its first line.
-- A mended fold gets back the state it had when it was last drawn, so what the user opened stays open.
--
-- A closed fold is drawn again for each token within it, so its text can count them.
--
-- Neovim evaluates the expression twice for each token. So it does that only while a part is running (`wake`); else
-- (`sleep`) 'foldmethod' is manual, which keeps the folds and moves them with the text.
local block = require('hum.chat.text.block')
local guard = require('hum.interrupt').guard
local highlight = require('hum.chat.view.highlight')
local private = require('hum.private')
local scan = require('hum.chat.text.scan')
local thoughts = require('hum.chat.view.thoughts')

local M = {}

--- Bytes of the last words that a running part shows.
local TAIL = 60

---@class hum.FoldLive  the thinking part at the end of a chat
---@field first integer  row of its `<think>`
---@field row integer    words are counted up to this row …
---@field words integer
---@field bytes integer  … and in it up to this byte, `partial` of them
---@field partial integer

---@class hum.FoldBuf
---@field live? hum.FoldLive
---@field closed table<integer, { first: integer, shut: boolean }>  by window: state of the live fold
---@field words table<integer, integer>  of finished parts, by their first row
---@field finished integer  rows from here on have no part in `words`
---@field from integer      first row that `mend` has not handled
---@field upto? integer     the last one
---@field first? integer    first row of the part that was mended last
---@field stale? integer    first row whose folds insert mode has left behind
---@field pending boolean   `mend` is on its way
---@field asleep boolean    no part is running: folds are not computed
---@field refold boolean    lines came in while asleep, which may have thinking parts
---@field rethought? boolean  text became thinking, or the other way round, while insert mode kept the folds

---@type table<integer, hum.FoldBuf>
local bufs = {}

---@param s hum.Scan
---@param row integer
---@return boolean
local function thinking(s, row) return block.def(scan.at(s, row)).thinking end

--- Does the last line, beyond which no state is known, open a part? A token asks for it twice.
---@param s hum.Scan
---@param row integer
---@return boolean
local function opens(s, row)
  local id = scan.at(s, row)
  if block.def(id).role ~= 'assistant' then return false end
  local line = vim.api.nvim_buf_get_text(s.buf, row, 0, row, 16, {})[1]
  return line:byte(1) == 60 and block.def((block.next(id, line))).thinking
end

--- 'foldexpr': the tags and what is between them.
---@return integer|string
function M.expr()
  local row, buf = vim.v.lnum - 1, vim.api.nvim_get_current_buf()
  local s = scan.get(buf)
  if not s then return 0 end
  if row > s.known or s.dirty then scan.sync(buf, row) end
  if thinking(s, row) then
    -- The heading below a part that is still running is none of it.
    if row == s.known and row + 1 < vim.api.nvim_buf_line_count(buf) then scan.sync(buf, row + 1) end
    return row < s.known and block.def(scan.at(s, row + 1)).role ~= 'assistant' and 0 or 1
  end
  if row < s.known then return thinking(s, row + 1) and '>1' or 0 end
  return opens(s, row) and '>1' or 0
end

--- Row of the `<think>` of the part that `row` is in. A part is walked through at most once: the row found is
--- kept as long as it is one.
---@param s hum.Scan
---@param row integer
---@param guess? integer
---@return integer
local function first_row(s, row, guess)
  if guess and guess < row and thinking(s, guess + 1) and not thinking(s, guess) then return guess end
  while row > 0 and thinking(s, row) do
    row = row - 1
  end
  return row
end

---@param text string
---@return integer
local function count(text)
  local _, n = text:gsub('%S+', '')
  return n
end

---@param buf integer
---@param first integer
---@param last integer
---@return integer
local function count_rows(buf, first, last)
  local n = 0
  for row = first, last, 256 do
    n = n + count(table.concat(vim.api.nvim_buf_get_lines(buf, row, math.min(row + 256, last + 1), false), '\n'))
  end
  return n
end

--- Words of the part at the end of the chat: only what came since the last time is counted.
---@param buf integer
---@param b hum.FoldBuf
---@param first integer
---@param last integer
---@return integer
local function live_words(buf, b, first, last)
  local live = b.live
  if not live or live.first ~= first or live.row > last then
    live = { first = first, row = first + 1, words = 0, bytes = 0, partial = 0 }
    b.live = live
  end
  if live.row < last then
    live.words = live.words + count_rows(buf, live.row, last - 1)
    live.row, live.bytes, live.partial = last, 0, 0
  end
  local before = math.max(0, live.bytes - 1)
  local ok, text = pcall(vim.api.nvim_buf_get_text, buf, last, before, last, 1000000000, {})
  if not ok then -- the line has become shorter
    live.bytes, live.partial, before = 0, 0, 0
    text = vim.api.nvim_buf_get_lines(buf, last, last + 1, false)
  end
  local new = text[1]
  if before < live.bytes then -- one byte more, to see whether a word goes on
    local goes_on = new:find('^%S%S')
    live.partial = live.partial + count(new:sub(2)) - (goes_on and 1 or 0)
  else
    live.partial = count(new)
  end
  live.bytes = before + #new
  return live.words + live.partial
end

---@param buf integer
---@param b hum.FoldBuf
---@param first integer
---@param last integer
---@return integer
local function finished_words(buf, b, first, last)
  local words = b.words[first]
  if not words then
    words = count_rows(buf, first + 1, last - 1)
    b.words[first] = words
    b.finished = math.max(b.finished, last + 1)
  end
  return words
end

--- The last words of a running part.
---@param buf integer
---@param first integer
---@param last integer
---@return string
local function last_words(buf, first, last)
  local text = ''
  for row = last, math.max(first + 1, last - 3), -1 do
    local size = vim.fn.col({ row + 1, '$' }) - 1
    local part = vim.api.nvim_buf_get_text(buf, row, math.max(0, size - 2 * TAIL), row, size, {})[1]
    text = vim.trim(part .. ' ' .. text)
    if #text > TAIL then break end
  end
  if #text <= TAIL then return text end
  text = text:sub(-TAIL)
  local _, cut = text:find('^%S*%s+')
  return '…' .. text:sub(cut and cut + 1 or vim.str_utf_end(text, 1) + 2)
end

---@param n integer
---@return string
local function words_text(n) return ('%d word%s'):format(n, n == 1 and '' or 's') end

--- Tenths below 10 s. A source that rounds to whole seconds gets no decimals that it does not have.
---@param seconds number
---@return string
local function duration_text(seconds)
  if seconds >= 9.95 or seconds % 1 == 0 then return ('%d s'):format(math.floor(seconds + 0.5)) end
  return seconds < 0.05 and '<0.1 s' or ('%.1f s'):format(seconds)
end

---@param buf integer
---@param first integer
---@param last integer
---@return integer  of the rows first .. last the last one that is not blank
local function last_words_row(buf, first, last)
  while last > first and not vim.api.nvim_buf_get_lines(buf, last, last + 1, false)[1]:find('%S') do
    last = last - 1
  end
  return last
end

---@return string
local function text_of_fold()
  local buf = vim.api.nvim_get_current_buf()
  local first, last = vim.v.foldstart - 1, vim.v.foldend - 1
  local s, b = scan.sync(buf, last + 1), bufs[buf]
  if not s or not b or not scan.complete(buf, last) then return vim.fn.foldtext() end
  local info = thoughts.at(buf, first)
  local seconds = info and info.seconds
  local closed = thinking(s, last) and last + 1 <= s.known and not thinking(s, last + 1)
  if closed then
    local words = finished_words(buf, b, first, last)
    local time = seconds and ' for ' .. duration_text(seconds) or ''
    return ('▸ Thought%s · %s'):format(time, words_text(words))
  end
  last = last_words_row(buf, first, last) -- the user's turn may stand below
  local words = live_words(buf, b, first, last)
  local time = seconds and (' %d s'):format(math.floor(seconds)) or ''
  local line = ('▸ Thinking%s · %s'):format(time, words_text(words))
  local tail = last_words(buf, first, last)
  return tail ~= '' and line .. ' · ' .. tail or line
end

--- 'foldtext'.
---@return string
function M.text() return guard(text_of_fold) end

---@return boolean
local function in_insert() return vim.api.nvim_get_mode().mode:find('^[iR]') ~= nil end

--- Runs `fn` where folds are updated: not in insert mode, which an `<Cmd>` inside `:normal` leaves for as
--- long as it runs. All that the user could notice of it is the cursor, which normal mode moves off the end
--- of a line.
---@param fn fun()
local function outside_insert(fn)
  if not in_insert() then return fn() end
  local cursor = vim.api.nvim_win_get_cursor(0)
  M._run = fn
  local keys = "<Cmd>lua require('hum.chat.view.fold')._run()<CR>"
  local ok, err = pcall(vim.cmd.normal, { vim.api.nvim_replace_termcodes(keys, true, false, true), bang = true })
  M._run = nil
  if not ok and tostring(err):find('E523', 1, true) then return end -- textlock: InsertLeave makes up for it
  if not ok then error(err, 0) end
  vim.api.nvim_win_set_cursor(0, cursor)
end

--- Whether a window has the options for the folds of a chat.
---@param win integer
---@return boolean
function M.is_set(win)
  local method = vim.wo[win].foldmethod
  return (method == 'expr' or method == 'manual') and vim.wo[win].foldexpr:find('hum.chat.view.fold', 1, true) ~= nil
end

---@param buf integer
---@return integer[]
local function windows(buf) return vim.tbl_filter(M.is_set, vim.fn.win_findbuf(buf)) end

--- Makes one window's fold reach from `first` to `last` again.
---@param win integer
---@param b hum.FoldBuf
---@param first integer
---@param last integer
local function mend_window(win, b, first, last)
  local whole = vim.api.nvim_win_call(win, function()
    local shut = vim.fn.foldclosed(first + 1)
    if shut == -1 then return vim.fn.foldlevel(first + 1) > 0 and vim.fn.foldlevel(last + 1) > 0 end
    return shut == first + 1 and vim.fn.foldclosedend(first + 1) == last + 1
  end)
  if whole then return end
  private.foldupdate(win, first, last + 1)
  local seen = b.closed[win]
  local shut = not seen or seen.first ~= first or seen.shut
  vim.api.nvim_win_call(win, function()
    if vim.fn.foldlevel(first + 1) == 0 or not vim.wo.foldenable then return end
    if seen == nil and vim.wo.foldlevel > 0 then return end
    vim.cmd(('silent! %dfold%s'):format(first + 1, shut and 'close' or 'open'))
  end)
end

--- Mends the fold of the part at the end, or of the one that has just ended.
---@param buf integer
local function mend(buf)
  local b = bufs[buf]
  if not b or not vim.api.nvim_buf_is_loaded(buf) then return end
  b.pending = false
  if in_insert() then b.stale = math.min(b.stale or b.from, b.from) end
  local last = vim.api.nvim_buf_line_count(buf) - 1
  if b.upto then last = math.min(b.upto, last) end
  b.upto = nil
  local s = scan.sync(buf, last)
  local wins = windows(buf)
  if not s or not scan.complete(buf, last) or #wins == 0 then return end
  while last > 0 and last >= b.from and not thinking(s, last) do
    last = last - 1
  end
  if not thinking(s, last) then return end
  local first = first_row(s, last, b.first)
  b.first = first
  outside_insert(function()
    for _, win in ipairs(wins) do
      mend_window(win, b, first, last)
    end
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
  if first < b.finished then
    b.words, b.finished, b.live = {}, 0, nil
  elseif b.live and first < b.live.row then
    b.live = nil
  end
  if new_last == old_last then return end
  if b.asleep then
    b.refold = b.refold or new_last - old_last > 1
    return
  end
  local s = scan.get(buf)
  if not (s and thinking(s, first)) and not in_insert() then return end
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
  if not b or not s or win ~= vim.api.nvim_get_current_win() then return end
  local running = thinking(s, s.known) and s.known or thoughts.running(buf)
  if not running then return end
  b.first = first_row(s, running, b.first)
  local lnum = b.first + 1
  if vim.fn.foldlevel(lnum) == 0 then return end
  b.closed[win] = { first = b.first, shut = vim.fn.foldclosed(lnum) ~= -1 }
end

--- Sets 'foldmethod' there. It changes with each thinking part, which is nothing for autocommands of the user's.
---@param win integer
---@param method 'expr'|'manual'
local function set_method(win, method)
  vim.api.nvim_win_call(win, function() vim.cmd('noautocmd setlocal foldmethod=' .. method) end)
end

--- Computes the folds of a window once, and keeps them.
---@param win integer
local function compute_once(win)
  set_method(win, 'expr')
  vim.api.nvim_win_call(win, function() vim.fn.foldlevel(1) end) -- else it is left for later
  set_method(win, 'manual')
end

--- A part is running from now on: folds are computed.
---@param buf integer
function M.wake(buf)
  local b = bufs[buf]
  if not b or not b.asleep then return end
  b.asleep = false
  for _, win in ipairs(windows(buf)) do
    set_method(win, 'expr')
  end
end

--- No part is running any more: folds stay as they are. In insert mode they are not up to date: it waits for the end.
---@param buf integer
function M.sleep(buf)
  local b = bufs[buf]
  if not b or b.asleep then return end
  mend(buf)
  if in_insert() then
    b.stale = b.stale or b.from
    return
  end
  b.asleep = true
  local last = vim.api.nvim_buf_line_count(buf)
  for _, win in ipairs(windows(buf)) do
    -- 0.10 may have left a fold over the first lines of the text, which would stay.
    if b.first then private.foldupdate(win, b.first, last) end
    set_method(win, 'manual')
  end
end

--- Folds thinking parts that came in while asleep: above all what `<C-r>` has brought back.
---@param buf integer
function M.refresh(buf)
  local b = bufs[buf]
  if not b or not b.asleep or not b.refold or in_insert() then return end
  b.refold = false
  for _, win in ipairs(windows(buf)) do
    compute_once(win)
  end
end

--- Text became thinking, or the other way round: nothing holds that is known of it.
---@param buf integer
function M.rethink(buf)
  local b = bufs[buf]
  if not b then return end
  b.live, b.first, b.words, b.finished = nil, nil, {}, 0
  if in_insert() then
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
  outside_insert(function()
    for _, win in ipairs(windows(buf)) do
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
      for _, win in ipairs(windows(buf)) do
        private.foldupdate(win, b.stale, vim.api.nvim_buf_line_count(buf))
      end
      b.stale = nil
      local s = scan.get(buf)
      if s and not thinking(s, s.known) and not thoughts.running(buf) then M.sleep(buf) end
    end
  end
end

---@param buf integer
local function watch(buf)
  if bufs[buf] then return end
  bufs[buf] = { closed = {}, words = {}, finished = 0, from = 0, pending = false, asleep = false, refold = false }
  scan.listen('fold', on_lines)
  highlight.on_view('fold', on_view)
  local group = vim.api.nvim_create_augroup('hum.fold', { clear = false })
  vim.api.nvim_create_autocmd('BufUnload', {
    group = group,
    buffer = buf,
    once = true,
    callback = function() bufs[buf] = nil end,
  })
  if #vim.api.nvim_get_autocmds({ group = group, event = 'InsertLeave' }) == 0 then
    vim.api.nvim_create_autocmd('InsertLeave', { group = group, callback = catch_up })
  end
end

---@param buf integer
function M.forget(buf) bufs[buf] = nil end

--- Folds the thinking parts of the chat in a window. Only options of this window and this buffer are set.
---@param win integer
---@param folded? boolean  start with the parts closed (default true)
function M.setup_window(win, folded)
  if win == 0 then win = vim.api.nvim_get_current_win() end
  local buf = vim.api.nvim_win_get_buf(win)
  scan.attach(buf)
  watch(buf)
  local wo = vim.wo[win][0]
  wo.foldexpr = "v:lua.require'hum.chat.view.fold'.expr()"
  wo.foldtext = "v:lua.require'hum.chat.view.fold'.text()"
  wo.fillchars = (vim.o.fillchars ~= '' and vim.o.fillchars .. ',' or '') .. 'fold: '
  wo.foldlevel = folded == false and 99 or 0
  wo.foldminlines = 0
  wo.foldenable = true
  wo.foldmethod = 'expr'
  if bufs[buf].asleep and not in_insert() then compute_once(win) end
end

return M
