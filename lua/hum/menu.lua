-- One line of explanation for each word in the menu that <Tab> opens for `:Hum`. A Neovim whose own menu can show them
-- is given them; beside the menu of an older one they stand in a window of their own, row by row, as long as the menu
-- is there.
local M = {}

local words = {} ---@type string[]  of the last completion
local explain = function(_) end ---@type fun(word: string): string?  what one of them is
local buf, win ---@type integer|nil, integer|nil

--- Cells beside the menu that are enough for explanations, of which long ones are cut.
local ENOUGH = 40

local group = vim.api.nvim_create_augroup('hum.menu', {})
local ns = vim.api.nvim_create_namespace('hum.menu')

local shows ---@type boolean|nil

--- Whether Neovim's own menu shows more than words: it takes tables from the function that completes, which older ones
--- pass over.
---@return boolean
local function is_native()
  if shows == nil then
    local probe = { nargs = '*', complete = function() return { { word = 'x', menu = 'y' } } end }
    vim.api.nvim_create_user_command('Humprobe', '', probe)
    local ok, found = pcall(vim.fn.getcompletion, 'Humprobe ', 'cmdline')
    vim.api.nvim_del_user_command('Humprobe')
    shows = ok and #found > 0
  end
  return shows
end

local function close()
  if win and vim.api.nvim_win_is_valid(win) then vim.api.nvim_win_close(win, true) end
  if buf and vim.api.nvim_buf_is_valid(buf) then vim.api.nvim_buf_delete(buf, { force = true }) end
  buf, win = nil, nil
end

--- What stands on the screen in a row of the menu.
---@param menu hum.Menu
---@param row integer
---@return string
local function shown_at(menu, row)
  local cells = {}
  for col = menu.col + 1, menu.col + menu.width do
    cells[#cells + 1] = vim.fn.screenstring(menu.row + row + 1, col)
  end
  return vim.trim(table.concat(cells))
end

--- Whether a row shows a word: a menu that is not wide enough cuts it, and marks that.
---@param shown string
---@param word string
---@return boolean
local function shows_word(shown, word)
  local head = shown:match('^(.+)…$') or shown:match('^(.+)>$')
  return shown == word or (head ~= nil and vim.startswith(word, head))
end

---@class hum.Menu  as pum_getpos() has it
---@field row integer  of its frame, if it has one
---@field col integer  of its text
---@field width integer
---@field height integer
---@field size integer
---@field scrollbar boolean

--- The item that the first row of the menu has; nil: the menu is not on the screen, or is somebody else's.
---@param menu hum.Menu
---@return integer|nil first
---@return integer frame  rows and columns that it takes on each side
local function first_of(menu)
  for frame = 0, 1 do
    local shown = shown_at(menu, frame)
    for i, word in ipairs(words) do
      if shows_word(shown, word) then return i + menu.height - 1 <= #words and i or nil, frame end
    end
  end
  return nil, 0
end

--- The explanations of the rows that the menu shows.
---@param menu hum.Menu
---@return string[]|nil lines, integer width
local function lines_for(menu)
  local first, lines, width = first_of(menu), {}, 0
  if not first then return nil, 0 end
  for i = first, first + menu.height - 1 do
    local text = explain(words[i]) or ''
    lines[#lines + 1] = text == '' and '' or ' ' .. text .. ' '
    width = math.max(width, vim.fn.strdisplaywidth(lines[#lines]))
  end
  return lines, width
end

--- Of the words in the menu, the one that stands in the command line now.
---@return string|nil
local function selected()
  local line = vim.fn.getcmdline():sub(1, vim.fn.getcmdpos() - 1)
  for _, word in ipairs(words) do
    local before = line:sub(1, -#word - 1)
    if vim.endswith(line, word) and (before == '' or before:find('%s$')) then return word end
  end
end

--- Where the explanations of all rows go, if there is room at the right of the menu, else that of the selected word,
--- above it.
---@param menu hum.Menu
---@return string[]|nil lines, vim.api.keyset.win_config|nil config
local function arrange(menu)
  local _, frame = first_of(menu)
  local col = menu.col + menu.width + (menu.scrollbar and 1 or 0) + frame
  local lines, width = lines_for(menu)
  if not lines or width == 0 then return nil end
  local room = vim.o.columns - col
  if width > room and room >= ENOUGH then
    local cut = require('hum.wrap').cut
    width, lines = room, vim.tbl_map(function(line) return cut(line, room) end, lines)
  end
  if width <= room then return lines, { row = menu.row + frame, col = col, width = width, height = #lines } end
  local word = selected()
  local text = word and explain(word)
  if not text then return nil end
  lines = require('hum.wrap').lines(text, vim.o.columns - 2)
  lines = vim.tbl_map(function(line) return ' ' .. line end, lines)
  if #lines > menu.row then return nil end
  return lines, { row = menu.row - #lines, col = 0, width = vim.o.columns, height = #lines }
end

---@param lines string[]
---@param config vim.api.keyset.win_config
---@return integer buf
local function open(lines, config)
  buf = buf or vim.api.nvim_create_buf(false, true)
  vim.api.nvim_buf_set_lines(buf, 0, -1, false, lines)
  config = vim.tbl_extend('error', config, { relative = 'editor', focusable = false, zindex = 250 })
  if win and vim.api.nvim_win_is_valid(win) then
    vim.api.nvim_win_set_config(win, config)
    return buf
  end
  config = vim.tbl_extend('error', config, { style = 'minimal', noautocmd = true, border = 'none' })
  win = vim.api.nvim_open_win(buf, false, config)
  vim.wo[win].winhighlight = 'Normal:Pmenu,NormalFloat:Pmenu'
  vim.wo[win].wrap = false
  return buf
end

--- Marks the row of the selected word, as the menu does.
---@param into integer  the buffer with the explanations
---@param lines string[]
---@param menu hum.Menu
local function mark(into, lines, menu)
  vim.api.nvim_buf_clear_namespace(into, ns, 0, -1)
  local word, first = selected(), first_of(menu)
  if not word or not first or #lines ~= menu.height then return end
  for row = 0, #lines - 1 do
    if words[first + row] == word then
      vim.api.nvim_buf_set_extmark(into, ns, row, 0, { line_hl_group = 'PmenuSel' })
    end
  end
end

--- Shows what fits the menu as it is now.
local function update()
  local menu = vim.fn.pum_getpos()
  local lines, config
  if vim.fn.wildmenumode() == 1 and menu.height and menu.height > 0 then
    lines, config = arrange(menu)
  end
  local was = win
  if lines and config then
    mark(open(lines, config), lines, menu)
  else
    close()
  end
  if win or was then vim.cmd.redraw() end
end

local function look()
  local ok = pcall(update)
  if not ok then close() end
end

--- Follows the menu until the command line is left. Some keys that close it, such as CTRL-Y, change nothing, so that
--- there is no event.
local function follow()
  vim.api.nvim_clear_autocmds({ group = group })
  vim.api.nvim_create_autocmd('CmdlineChanged', { group = group, callback = look })
  vim.on_key(function()
    if win then vim.schedule(look) end
  end, ns)
  vim.api.nvim_create_autocmd('CmdlineLeave', {
    group = group,
    callback = function()
      vim.api.nvim_clear_autocmds({ group = group })
      vim.on_key(nil, ns)
      close()
    end,
  })
end

--- What a completing function returns for some words. Those that are seen are explained, and no other: there may be
--- thousands.
---@param list string[]
---@param text_of fun(word: string): string?
---@return (string|table)[]
function M.offer(list, text_of)
  if is_native() then
    return vim.tbl_map(function(word) return { word = word, menu = text_of(word) or '' } end, list)
  end
  words, explain = list, text_of
  if vim.api.nvim_get_mode().mode:sub(1, 1) == 'c' and #vim.api.nvim_list_uis() > 0 then
    follow()
    vim.schedule(look) -- the menu may open without a change of the line (wildtrigger())
  end
  return list
end

return M
