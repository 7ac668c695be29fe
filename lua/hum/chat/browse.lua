-- `:Hum chats`: the chats that are kept, one of which is chosen by vim.ui.select(), and what is done with it.
local entries_of = require('hum.chat.kept.list').get
local entry_lines = require('hum.chat.entry').lines
local fork = require('hum.chat.fork')
local load = require('hum.chat.load')
local manage = require('hum.chat.manage')
local notify = require('hum.notify')
local preview = require('hum.chat.preview')
local question = require('hum.question')
local turns = require('hum.chat.text.turns')
local window = require('hum.chat.view.window')
local wrap = require('hum.wrap')

local M = {}

--- Neovim's own vim.ui.select() is a list with numbers: lines of the screen that it has not for items, and cells of
--- each line that an item has not.
local TAKEN, MARGIN = 4, 8

--- A text of the user's in a prompt or message, which is to be one line.
---@param text string
---@return string
local function quoted(text) return ('"%s"'):format(wrap.cut(text, 50)) end

-- ---- showing ------------------------------------------------------------------------------------

---@class hum.BrowseOpts
---@field line? integer  where the cursor goes; default: to the end
---@field mods? table

--- Shows a chat, or tells why there is none.
---@param buf integer|nil
---@param err string|nil
---@param opts hum.BrowseOpts
---@return integer|nil buf, string|nil err
local function show(buf, err, opts)
  local ok
  if buf then
    ok, err = window.show(buf, { mods = opts.mods })
  end
  if not buf or not ok then
    notify.complain(err)
    return nil, err
  end
  vim.bo[buf].buflisted = true
  if opts.line then
    vim.api.nvim_win_set_cursor(0, { math.min(opts.line, vim.api.nvim_buf_line_count(buf)), 0 })
    vim.cmd('normal! zvzz')
  else
    window.to_end(buf)
  end
  return buf
end

--- Shows a chat, whether it is open or not. Returns its buffer.
---@param path string
---@param opts? hum.BrowseOpts
---@return integer|nil buf, string|nil err
function M.open(path, opts)
  local buf, err = load.buffer(path)
  return show(buf, err, opts or {})
end

--- Shows a fork of a chat. Returns its buffer.
---@param buf integer
---@param n? integer  exchanges
---@param mods? table
---@return integer|nil buf, string|nil err
function M.fork(buf, n, mods)
  local new, err = fork.make(buf, n)
  return show(new, err, { mods = mods })
end

-- ---- renaming and deleting ----------------------------------------------------------------------

---@param buf integer
---@param title string
local function set_title(buf, title)
  local ok, err = manage.rename(buf, title)
  if not ok then return notify.complain(err) end
  notify.info(('hum: this chat is called %s now'):format(quoted(title)))
end

--- Gives a chat a title, which the user is asked for.
---@param buf integer
---@param title? string
function M.rename(buf, title)
  if title then return set_title(buf, title) end
  question.input({ prompt = 'Title: ', default = manage.title(turns.of(buf)) }, function(typed)
    typed = vim.trim(typed or '')
    if typed ~= '' and vim.api.nvim_buf_is_loaded(buf) then set_title(buf, typed) end
  end)
end

--- Asks, and deletes a chat.
---@param path string  '' if it has no file
---@param title string
---@param buf? integer  it is open there
local function delete(path, title, buf)
  local prompt = ('Delete the chat %s?'):format(quoted(title))
  question.ask({ 'No', 'Yes' }, { prompt = prompt, kind = 'hum_confirm' }, function(_, said)
    if said ~= 'Yes' then return end
    local ok, err = manage.delete(path, buf)
    if not ok then return notify.complain(err) end
    notify.info('hum: deleted ' .. quoted(title))
  end)
end

--- Asks, and deletes the chat in a buffer.
---@param buf integer
function M.delete(buf)
  local path = vim.api.nvim_buf_get_name(buf)
  delete(vim.bo[buf].buftype == '' and path or '', manage.title(turns.of(buf)), buf)
end

-- ---- the list -----------------------------------------------------------------------------------

---@alias hum.ChatAction 'open'|'rename'|'fork'|'delete'

--- Does something with a chat of the list.
---@type table<hum.ChatAction, fun(entry: hum.ChatEntry, mods?: table)>
local ACTIONS = {
  open = function(entry, mods) M.open(entry.path, { line = entry.line, mods = mods }) end,
  rename = function(entry)
    local buf, err = load.buffer(entry.path)
    if not buf then return notify.complain(err) end
    M.rename(buf)
  end,
  delete = function(entry) delete(entry.path, entry.title, load.loaded(entry.path)) end,
  fork = function(entry, mods)
    local buf, err = load.buffer(entry.path)
    if not buf then return notify.complain(err) end
    M.fork(buf, nil, mods)
  end,
}

local ORDER = { 'open', 'rename', 'fork', 'delete' } ---@type hum.ChatAction[]

---@param entry hum.ChatEntry
---@param mods? table
local function ask_action(entry, mods)
  question.ask(ORDER, {
    prompt = ('What to do with %s:'):format(quoted(entry.title)),
    kind = 'hum_chat_action',
    format_item = function(action) return action:gsub('^%l', string.upper) end,
  }, function(_, action)
    if ACTIONS[action] then ACTIONS[action](entry, mods) end
  end)
end

---@class hum.Browse
---@field query string
---@field ask boolean  what to do with the chat that is chosen
---@field mods? table

--- The last item of a list that has not all that fits.
---@param more integer
---@return hum.ChatEntry
local function rest(more)
  local title = ('… %d more: choose this to search for some'):format(more)
  return { path = '', title = title, model = '', project = '', time = 0, size = 0 }
end

--- What fits on the screen: a list that scrolls, or lines that wrap, would push the newest off it.
---@param entries hum.ChatEntry[]
---@param query string
---@return hum.ChatEntry[] items, string[] lines
local function fitting(entries, query)
  local room = math.max(5, vim.o.lines - TAKEN)
  local items = #entries > room and vim.list_slice(entries, 1, room - 1) or entries
  local width = math.max(20, vim.o.columns - MARGIN)
  local lines = vim.tbl_map(function(line) return wrap.cut(line, width) end, entry_lines(items, query))
  if #items < #entries then
    items[#items + 1] = rest(#entries - #items)
    lines[#items] = items[#items].title
  end
  return items, lines
end

---@param items hum.ChatEntry[]
---@param lines string[]
---@return hum.ChatEntry[] items, table<hum.ChatEntry, string> shown
local function by_entry(items, lines)
  local shown = {}
  for i, entry in ipairs(items) do
    shown[entry] = lines[i]
  end
  return items, shown
end

---@param entries hum.ChatEntry[]
---@param query string
---@return hum.ChatEntry[] items, table<hum.ChatEntry, string> shown
local function items_of(entries, query)
  if question.is_builtin('select') then return by_entry(fitting(entries, query)) end
  return by_entry(entries, entry_lines(entries, query))
end

---@param browse hum.Browse
local function narrow(browse)
  question.input({ prompt = 'Search in chats: ', default = browse.query }, function(typed)
    typed = vim.trim(typed or '')
    if typed ~= '' then M.chats({ query = typed, ask = browse.ask, mods = browse.mods }) end
  end)
end

---@param browse hum.Browse
---@param entry hum.ChatEntry
local function chosen(browse, entry)
  if entry.path == '' then return narrow(browse) end
  if browse.ask then return ask_action(entry, browse.mods) end
  ACTIONS.open(entry, browse.mods)
end

---@param browse hum.Browse
---@param entries hum.ChatEntry[]
local function choose(browse, entries)
  local items, shown = items_of(entries, browse.query)
  local opts = preview.options(items)
  opts.prompt = browse.query ~= '' and ('Chats with %s:'):format(quoted(browse.query)) or 'Chats:'
  opts.kind = 'hum_chats'
  opts.format_item = function(entry) return shown[entry] or entry.title end
  question.ask(items, opts, function(_, entry)
    preview.close()
    if entry then chosen(browse, entry) end
  end)
end

--- Lets the user choose a chat.
---@param browse hum.Browse
function M.chats(browse)
  entries_of({ query = browse.query }, function(entries)
    if #entries > 0 then return choose(browse, entries) end
    local text = browse.query == '' and 'hum: there are no chats yet; :Hum chat begins one'
      or ('hum: no chat has %s'):format(quoted(browse.query))
    notify.info(text)
  end)
end

return M
