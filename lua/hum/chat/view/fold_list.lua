-- The folds that a window has where 'foldmethod' is manual, and other ones in their place. Neovim tells of single rows
-- only, in which folds side by side look like one, and what is in a closed one is not to be seen; `:mkview` writes them
-- all down.
local M = {}

---@class hum.Fold  rows
---@field first integer
---@field last integer
---@field closed boolean
---@field inner hum.Fold[]

--- What a view says of folds: which there are, inner ones first, and what opens and closes them.
---@param lines string[]
---@return hum.Fold[] folds
---@return { row: integer, closes: boolean }[]
local function read(lines)
  local folds, turns, row = {}, {}, nil
  for _, line in ipairs(lines) do
    local first, last = line:match('^%a*!? ?(%d+),(%d+)fold$')
    if first then
      folds[#folds + 1] = { first = tonumber(first) - 1, last = tonumber(last) - 1, closed = false, inner = {} }
    end
    row = tonumber(line:match('^%d+$')) or row
    local act = line:match('normal! z([oc])$')
    if act and row then turns[#turns + 1] = { row = row - 1, closes = act == 'c' } end
  end
  return folds, turns
end

--- Folds within one another.
---@param flat hum.Fold[]  inner ones before those around them
---@return hum.Fold[]
local function nested(flat)
  local out = {} ---@type hum.Fold[]
  for _, fold in ipairs(flat) do
    while #out > 0 and out[#out].first >= fold.first and out[#out].last <= fold.last do
      table.insert(fold.inner, 1, table.remove(out))
    end
    out[#out + 1] = fold
  end
  return out
end

--- Sets whether folds are closed, in the order in which Neovim writes it: a fold with others in it is opened, then
--- these, and then it is closed; one that goes by 'foldlevel' is left out.
---@param folds hum.Fold[]
---@param turns { row: integer, closes: boolean }[]
---@param depth integer
---@param foldlevel integer
local function close(folds, turns, depth, foldlevel)
  for _, fold in ipairs(folds) do
    local turn = turns[1]
    local is_meant = turn ~= nil and turn.row == fold.first
    fold.closed = depth > foldlevel
    if is_meant and (#fold.inner == 0 or not turn.closes) then
      table.remove(turns, 1)
      fold.closed = turn.closes
      close(fold.inner, turns, depth + 1, foldlevel)
      turn = turns[1]
      if #fold.inner > 0 and turn and turn.closes and turn.row == fold.first then
        table.remove(turns, 1)
        fold.closed = true
      end
    else
      close(fold.inner, {}, depth + 1, foldlevel)
    end
  end
end

--- Those of a window.
---@param win integer  whose 'foldmethod' is manual
---@return hum.Fold[]|nil  the outer ones, from the first on; nil: they cannot be known
function M.of(win)
  local buf = vim.api.nvim_win_get_buf(win)
  if vim.api.nvim_buf_get_name(buf) == '' or vim.bo[buf].buftype ~= '' then return nil end
  local path, viewoptions = vim.fn.tempname(), vim.o.viewoptions
  local function set(value) vim.cmd(("noautocmd let &viewoptions = '%s'"):format(value)) end
  set('folds')
  local ok = pcall(
    vim.api.nvim_win_call,
    win,
    function() vim.cmd('noautocmd keepalt silent mkview! ' .. vim.fn.fnameescape(path)) end
  )
  set(viewoptions)
  local has_read, lines = pcall(vim.fn.readfile, path)
  vim.fn.delete(path)
  if not ok or not has_read then return nil end
  local flat, turns = read(lines)
  local folds = nested(flat)
  close(folds, turns, 1, vim.wo[win].foldlevel)
  return folds
end

--- Marks the rows of a fold, to the one below the last. Where they are gone it has none: of a fold Neovim restores
--- nothing by an undo either.
---@param buf integer
---@param ns integer
---@param fold { first: integer, last: integer }
---@return integer extmark
function M.mark(buf, ns, fold)
  return vim.api.nvim_buf_set_extmark(buf, ns, fold.first, 0, {
    end_row = fold.last + 1,
    end_col = 0,
    strict = false,
    undo_restore = false,
  })
end

--- What a fold is told from others by.
---@param fold { first: integer, last: integer }
---@return string
function M.key(fold) return fold.first .. ' ' .. fold.last end

--- Calls `fn` for folds, outer ones first.
---@param folds hum.Fold[]
---@param fn fun(fold: hum.Fold)
function M.each(folds, fn)
  for _, fold in ipairs(folds) do
    fn(fold)
    M.each(fold.inner, fn)
  end
end

--- Folds without some, whose inner ones stay.
---@param folds hum.Fold[]
---@param is_out fun(fold: hum.Fold): boolean?
---@return hum.Fold[]
function M.without(folds, is_out)
  local out = {}
  for _, fold in ipairs(folds) do
    fold.inner = M.without(fold.inner, is_out)
    vim.list_extend(out, is_out(fold) and fold.inner or { fold })
  end
  return out
end

--- A row of a fold that is in none of those in it, if there is one.
---@param fold hum.Fold
---@return integer
local function own_row(fold)
  local row = fold.first
  for _, inner in ipairs(fold.inner) do
    if row < inner.first then return row end
    row = inner.last + 1
  end
  return row <= fold.last and row or fold.first
end

--- Makes a fold that is closed, and those in it.
---@param folds hum.Fold[]
local function make(folds)
  for _, fold in ipairs(folds) do
    vim.cmd(('silent! keepjumps %d,%dfold'):format(fold.first + 1, fold.last + 1))
    make(fold.inner)
  end
end

---@param folds hum.Fold[]
local function open(folds)
  for _, fold in ipairs(folds) do
    if not fold.closed or #fold.inner > 0 then vim.cmd(('silent! %dfoldopen'):format(fold.first + 1)) end
    open(fold.inner)
    if fold.closed and #fold.inner > 0 then vim.cmd(('silent! %dfoldclose'):format(own_row(fold) + 1)) end
  end
end

--- Calls `fn` in a window where no fold is closed: Neovim lets a range of lines reach to the ends of closed ones.
---@param win integer
---@param fn fun()
local function unfolded(win, fn)
  vim.api.nvim_win_call(win, function()
    local enabled = vim.wo.foldenable
    local function set(value) vim.cmd('noautocmd setlocal ' .. (value and 'foldenable' or 'nofoldenable')) end
    set(false)
    pcall(fn)
    set(enabled)
  end)
end

--- Adds a fold to those of a window.
---@param win integer
---@param fold hum.Fold
function M.add(win, fold)
  unfolded(win, function() make({ fold }) end)
  if fold.closed then return end
  vim.api.nvim_win_call(win, function()
    if vim.fn.foldclosed(fold.first + 1) == fold.first + 1 then
      vim.cmd(('silent! %dfoldopen'):format(fold.first + 1))
    end
  end)
end

--- Makes these the folds of a window.
---@param win integer
---@param folds hum.Fold[]
function M.put(win, folds)
  unfolded(win, function()
    vim.cmd('silent! normal! zE')
    make(folds)
  end)
  vim.api.nvim_win_call(win, function()
    local enabled = vim.wo.foldenable
    if not enabled then vim.cmd('noautocmd setlocal foldenable') end
    open(folds)
    if not enabled then vim.cmd('noautocmd setlocal nofoldenable') end
  end)
end

return M
