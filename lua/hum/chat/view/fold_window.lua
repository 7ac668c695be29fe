-- The folds of one window: when they are computed, closed and mended.
local ground = require('hum.chat.view.fold_ground')
local level = require('hum.chat.view.fold_level')
local list = require('hum.chat.view.fold_list')
local private = require('hum.private')
local scheme = require('hum.look.scheme')
local user = require('hum.chat.view.fold_user')

local M = {}

---@return boolean  the user is in insert mode, in which no window's folds are updated
function M.in_insert() return vim.api.nvim_get_mode().mode:find('^[iR]') ~= nil end

--- Runs `fn` where folds are updated: not in insert mode, which an `<Cmd>` inside `:normal` leaves for as
--- long as it runs. All that the user could notice of it is the cursor, which normal mode moves off the end
--- of a line.
---@param fn fun()
function M.outside_insert(fn)
  if not M.in_insert() then return fn() end
  local cursor = vim.api.nvim_win_get_cursor(0)
  M._run = fn
  local keys = "<Cmd>lua require('hum.chat.view.fold_window')._run()<CR>"
  local ok, err = pcall(vim.cmd.normal, { vim.api.nvim_replace_termcodes(keys, true, false, true), bang = true })
  M._run = nil
  if not ok and tostring(err):find('E523', 1, true) then return end -- textlock: InsertLeave makes up for it
  if not ok then error(err, 0) end
  vim.api.nvim_win_set_cursor(0, cursor)
end

--- Sets the options for the folds of a chat. Those of this window and its buffer alone.
---@param win integer
---@param shown hum.ShownThinking
---@param by string  the module that has expr() and text()
function M.set(win, shown, by)
  local wo = vim.wo[win][0]
  wo.foldexpr = ("v:lua.require'%s'.expr()"):format(by)
  wo.foldtext = ("v:lua.require'%s'.text()"):format(by)
  wo.fillchars = (vim.o.fillchars ~= '' and vim.o.fillchars .. ',' or '') .. 'fold: '
  ground.set(win)
  wo.foldlevel = shown == 'show' and level.SHOWN or 0
  wo.foldminlines = 0
  wo.foldenable = vim.go.foldenable
  wo.foldmethod = 'expr'
end

--- Whether a window has the options for the folds of a chat.
---@param win integer
---@return boolean
function M.is_set(win)
  local method = vim.wo[win].foldmethod
  return (method == 'expr' or method == 'manual') and vim.wo[win].foldexpr:find('hum.chat.view.fold', 1, true) ~= nil
end

---@param buf integer
---@return integer[]  that have them
function M.of(buf) return vim.tbl_filter(M.is_set, vim.fn.win_findbuf(buf)) end

--- Sets 'foldmethod' there. It changes with each thinking part, which is nothing for autocommands of the user's.
---@param win integer
---@param method 'expr'|'manual'
function M.set_method(win, method)
  vim.api.nvim_win_call(win, function() vim.cmd('noautocmd setlocal foldmethod=' .. method) end)
end

--- Closes a fold that is new: Neovim gives it the state of the fold above.
---@param win integer
---@param row integer
---@return boolean closed
function M.close_new(win, row)
  return vim.api.nvim_win_call(win, function()
    if not vim.wo.foldenable or vim.wo.foldlevel > 0 or vim.fn.foldlevel(row + 1) == 0 then return false end
    vim.cmd(('silent! %dfoldclose'):format(row + 1))
    return true
  end)
end

--- Computes the folds of a window, from here on.
---@param win integer
---@param own hum.OwnFold[]  that hum has made: what the user has made and deleted stays so
function M.begin(win, own)
  if vim.wo[win].foldmethod == 'manual' then user.hold(win, own) end
  M.set_method(win, 'expr')
end

--- Keeps the folds of a window as they are, from here on.
---@param win integer
function M.keep(win)
  vim.api.nvim_win_call(win, function() vim.fn.foldlevel(1) end) -- else they are left for later, and that is too late
  M.set_method(win, 'manual')
  user.release(win)
end

--- Computes all folds of a window once more.
---@param win integer
---@param new hum.OwnFold[]
local function compute(win, new)
  local is_new = vim.api.nvim_win_call(win, function()
    return vim.tbl_filter(function(fold) return not fold.open and vim.fn.foldlevel(fold.first + 1) == 0 end, new)
  end)
  M.set_method(win, 'expr')
  M.keep(win)
  for _, fold in ipairs(is_new) do
    M.close_new(win, fold.first)
  end
end

--- Makes and takes away folds of a window. All others stay as they are, but where they are being computed, or cannot be
--- known: there all are made anew.
---@param win integer
---@param new hum.OwnFold[]  outer ones first
---@param gone hum.OwnFold[]
---@param lost { first: integer, last: integer }[]  rows in which none begins but those that are new
function M.change(win, new, gone, lost)
  local folds = vim.wo[win].foldmethod == 'manual' and list.of(win)
  if not folds then return compute(win, new) end
  local there, is_gone, is_new = {}, {}, {}
  for _, fold in ipairs(new) do
    is_new[list.key(fold)] = true
  end
  list.each(folds, function(fold) there[list.key(fold)] = true end)
  for _, fold in ipairs(gone) do
    is_gone[list.key(fold)] = there[list.key(fold)]
  end
  list.each(folds, function(fold)
    for _, rows in ipairs(lost) do
      local is_among = fold.first >= rows.first and fold.first <= rows.last
      if is_among and not is_new[list.key(fold)] then is_gone[list.key(fold)] = true end
    end
  end)
  if next(is_gone) then list.put(win, list.without(folds, function(fold) return is_gone[list.key(fold)] end)) end
  for _, fold in ipairs(new) do
    if not there[list.key(fold)] then
      list.add(win, { first = fold.first, last = fold.last, closed = not fold.open, inner = {} })
    end
  end
end

--- Makes the fold of a part reach from `first` to `last` again, and be as it was: where Neovim makes it anew, it gives
--- it the state of the fold above.
---@param win integer
---@param first integer
---@param last integer
---@param shut? boolean  as it was seen last; nil: it has not been seen yet
function M.mend(win, first, last, shut)
  local whole = vim.api.nvim_win_call(win, function()
    local closed = vim.fn.foldclosed(first + 1)
    if closed ~= -1 then return closed == first + 1 and vim.fn.foldclosedend(first + 1) == last + 1 end
    return not shut and vim.fn.foldlevel(first + 1) > 0 and vim.fn.foldlevel(last + 1) > 0
  end)
  if whole then return end
  private.foldupdate(win, first, last + 1)
  vim.api.nvim_win_call(win, function()
    if vim.fn.foldlevel(first + 1) == 0 or not vim.wo.foldenable then return end
    if shut == nil and vim.wo.foldlevel > 0 then return end
    vim.cmd(('silent! %dfold%s'):format(first + 1, shut ~= false and 'close' or 'open'))
  end)
end

--- Lets a fold reach to a row, where folds are not computed: 0.12 leaves a line out that came in above its last one.
---@param win integer
---@param first integer
---@param last integer
local function extend(win, first, last)
  local folds = list.of(win) or {}
  for _, fold in ipairs(folds) do
    if fold.first == first and fold.last < last then
      fold.last = last
      return list.put(win, folds)
    end
  end
end

---@param first integer
---@param last integer
---@return boolean  the fold of the current window that begins in a row reaches that far
local function reaches(first, last)
  local shut = vim.fn.foldclosedend(first + 1)
  return shut > last or (shut == -1 and vim.fn.foldlevel(last + 1) > 0)
end

--- Lets a fold have all its rows, where folds are not computed: 0.10 moves one away from its first line when those
--- below are replaced.
---@param win integer
---@param first integer
---@param last integer
function M.reach(win, first, last)
  local folds, found = list.of(win) or {}, nil
  list.each(folds, function(fold)
    local is_part = fold.first >= first and fold.last <= last and (fold.first == first or fold.last == last)
    if is_part and not found then found = fold end
  end)
  if not found or (found.first == first and found.last == last) then return end
  found.first, found.last = first, last
  list.put(win, folds)
end

--- Folds rows that have no fold, or not all of them.
---@param win integer
---@param first integer
---@param last integer
function M.make(win, first, last)
  vim.api.nvim_win_call(win, function()
    if vim.fn.foldlevel(first + 1) > 0 then
      if vim.wo.foldmethod == 'manual' and not reaches(first, last) then extend(win, first, last) end
      return
    end
    if vim.wo.foldmethod == 'manual' then
      vim.cmd(('silent! keepjumps %d,%dfold'):format(first + 1, last + 1)) -- closed, whatever 'foldlevel' is
      if vim.wo.foldlevel > level.SHOWN then vim.cmd(('silent! %dfoldopen'):format(first + 1)) end
    else
      private.foldupdate(win, first, last + 1)
    end
  end)
end

--- Draws the line of a closed fold again, and no other; nothing where it is not closed, or not in view.
---@param win integer
---@param row integer
---@return boolean done
function M.redraw(win, row)
  local closed = vim.api.nvim_win_call(win, function()
    local first = vim.fn.foldclosed(row + 1)
    return first ~= -1 and first >= vim.fn.line('w0') and first <= vim.fn.line('w$') and first
  end)
  return closed and private.redraw({ win = win, range = { closed - 1, closed }, valid = true }) or false
end

scheme.start()
scheme.on_change('fold', function()
  for _, win in ipairs(vim.api.nvim_list_wins()) do
    if M.is_set(win) then ground.set(win) end
  end
end)

return M
