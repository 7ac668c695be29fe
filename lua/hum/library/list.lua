-- A list in a float, with what its items are beside it: where no plugin has taken over vim.ui.select(). It is a buffer
-- like any other: j, k and / go through it, <CR> chooses, q and <Esc> close it.
local float = require('hum.look.float')

local M = {}

--- The widest that both floats together are, and the highest; below so many columns they stand above each other.
local WIDEST, HIGHEST, NARROW = 110, 24, 60

local group = vim.api.nvim_create_augroup('hum.library.list', {})

---@class hum.LibraryList
---@field items any[]
---@field lines string[]
---@field page fun(item: any): string[]
---@field on_choice fun(item: any)
---@field win integer
---@field buf integer
---@field page_win integer
---@field page_buf integer
---@field origin integer

local open ---@type hum.LibraryList|nil

--- Rows and columns of both, without their frames: beside each other, or one above the other.
---@param list hum.LibraryList
---@return table left, table right  configurations of windows
local function layout(list)
  local width = math.min(WIDEST, vim.o.columns - 2)
  local height = math.min(HIGHEST, float.rows() - 2 * float.FRAME)
  local widest = 10
  for _, line in ipairs(list.lines) do
    widest = math.max(widest, vim.fn.strdisplaywidth(line) + 1)
  end
  local col = math.max(0, math.floor((vim.o.columns - width) / 2))
  local row = math.max(0, math.floor((float.rows() - height - float.FRAME) / 2))
  local function at(r, c, w, h)
    return { relative = 'editor', row = r, col = c, width = math.max(1, w), height = math.max(1, h) }
  end
  if vim.o.columns < NARROW then
    local top = math.max(1, math.min(#list.lines, math.floor(height / 2) - 1))
    return at(row, col, width - float.FRAME, top),
      at(row + top + float.FRAME, col, width - float.FRAME, height - top - float.FRAME)
  end
  local left = math.min(widest, math.floor((width - 2 * float.FRAME) * 0.5))
  return at(row, col, left, height), at(row, col + left + float.FRAME, width - left - 2 * float.FRAME, height)
end

---@param name string
---@return integer
local function scratch(name)
  local buf = vim.api.nvim_create_buf(false, true)
  vim.bo[buf].bufhidden, vim.bo[buf].syntax = 'wipe', name -- no file type: no plugin has anything to do here
  return buf
end

---@param win integer
---@param is_list boolean
local function dress(win, is_list)
  local wo = vim.wo[win][0]
  wo.number, wo.relativenumber, wo.signcolumn, wo.foldcolumn, wo.statuscolumn = false, false, 'no', '0', ''
  wo.list, wo.spell, wo.cursorline, wo.wrap, wo.colorcolumn = false, false, is_list, not is_list, ''
  wo.linebreak, wo.scrolloff, wo.fillchars = true, 0, 'eob: '
end

local function close()
  local list = open
  if not list then return end
  open = nil
  vim.api.nvim_clear_autocmds({ group = group })
  for _, win in ipairs({ list.win, list.page_win }) do
    float.forget(win)
    if vim.api.nvim_win_is_valid(win) then vim.api.nvim_win_close(win, true) end
  end
  if vim.api.nvim_win_is_valid(list.origin) then vim.api.nvim_set_current_win(list.origin) end
end

---@param list hum.LibraryList
local function show_page(list)
  local item = list.items[vim.api.nvim_win_get_cursor(list.win)[1]]
  vim.bo[list.page_buf].modifiable = true
  vim.api.nvim_buf_set_lines(list.page_buf, 0, -1, false, item and list.page(item) or {})
  vim.bo[list.page_buf].modifiable = false
  if vim.api.nvim_win_is_valid(list.page_win) then vim.api.nvim_win_set_cursor(list.page_win, { 1, 0 }) end
end

---@param list hum.LibraryList
local function set_keys(list)
  local function map(key, fn) vim.keymap.set('n', key, fn, { buffer = list.buf, nowait = true }) end
  map('<CR>', function()
    local item = list.items[vim.api.nvim_win_get_cursor(list.win)[1]]
    close()
    list.on_choice(item)
  end)
  for _, key in ipairs({ 'q', '<Esc>', '<C-c>' }) do
    map(key, function()
      close()
      list.on_choice(nil)
    end)
  end
end

---@param list hum.LibraryList
local function watch(list)
  local function on(events, callback) vim.api.nvim_create_autocmd(events, { group = group, callback = callback }) end
  on('CursorMoved', function(event)
    if event.buf == list.buf then show_page(list) end
  end)
  on('WinLeave', function()
    if vim.api.nvim_get_current_win() ~= list.win then return end
    vim.schedule(function()
      if open ~= list then return end
      close()
      list.on_choice(nil)
    end)
  end)
end

--- Lets the user choose an item. `on_choice` is called once, with nil if he does not.
---@param items any[]
---@param lines table<any, string>  how each is shown
---@param page fun(item: any): string[]
---@param on_choice fun(item: any)
function M.open(items, lines, page, on_choice)
  close()
  ---@type hum.LibraryList
  local list = {
    items = items,
    lines = vim.tbl_map(function(item) return lines[item] end, items),
    page = page,
    on_choice = on_choice,
    win = 0,
    page_win = 0,
    buf = scratch(''),
    page_buf = scratch('markdown'),
    origin = vim.api.nvim_get_current_win(),
  }
  vim.api.nvim_buf_set_lines(list.buf, 0, -1, false, list.lines)
  vim.bo[list.buf].modifiable = false
  list.win = float.open_at(list.buf, function() return (layout(list)) end, ' Prompts ')
  list.page_win = float.open_at(list.page_buf, function() return (select(2, layout(list))) end, ' <CR> runs it ')
  dress(list.win, true)
  dress(list.page_win, false)
  open = list
  vim.api.nvim_set_current_win(list.win)
  set_keys(list)
  watch(list)
  show_page(list)
end

return M
