-- The chat window. A tab page has one, which shows the chat that was asked for last; where it opens,
-- hum.chat.view.where says. It comes back as it was when it went: size, cursor, and who had the focus.
local answer = require('hum.chat.view.answer')
local config = require('hum.config')
local float = require('hum.look.float')
local fold = require('hum.chat.view.fold')
local layout = require('hum.chat.view.layout')
local options = require('hum.chat.view.options')
local size = require('hum.chat.view.size')
local where = require('hum.chat.view.where')

local M = {}

---@class hum.ShowOpts
---@field mods? table     as `smods` of a user command
---@field window? string  instead of `chat.window`; 'cursor': a float at the cursor, for an answer
---@field title? string   of that float
---@field stay? boolean   the current window stays the current one

---@class hum.ChatWindow
---@field origin integer         the window in which it was asked for
---@field former? integer        the buffer whose window it took
---@field opened? hum.Opened

---@class hum.ChatView
---@field view vim.fn.winsaveview.ret
---@field at_end boolean

local windows = {} ---@type table<integer, hum.ChatWindow>  that were opened here
local views = {} ---@type table<integer, hum.ChatView>  by buffer: as it was last seen
local hidden = {} ---@type table<integer, { buf: integer, focused: boolean }>  by tab page, by M.toggle

---@param mods? table
---@return boolean  they say where the window goes
local function has_position(mods)
  return mods ~= nil and (mods.vertical or mods.horizontal or (mods.tab or -1) >= 0 or (mods.split or '') ~= '')
end

---@param win integer
---@return boolean
local function shows_chat(win) return vim.bo[vim.api.nvim_win_get_buf(win)].filetype == 'hum' end

---@param win integer
---@return boolean
local function is_chat_window(win) return shows_chat(win) and (float.is(win) or not layout.is_float(win)) end

---@param tab integer  0: the current one
---@return integer[]
local function of_tab(tab)
  return vim.tbl_filter(
    function(win) return is_chat_window(win) and not answer.is(win) end,
    vim.api.nvim_tabpage_list_wins(tab)
  )
end

--- The one of several that the user was in last.
---@param wins integer[]
---@return integer|nil
local function nearest(wins)
  for _, win in ipairs({ vim.api.nvim_get_current_win(), vim.fn.win_getid(vim.fn.winnr('#')) }) do
    if vim.list_contains(wins, win) then return win end
  end
  return wins[1]
end

--- A tab page that has nothing but chats.
---@return integer|nil win
local function in_other_tab()
  for _, tab in ipairs(vim.api.nvim_list_tabpages()) do
    local wins = of_tab(tab)
    if #wins > 0 and #wins == #vim.api.nvim_tabpage_list_wins(tab) then return wins[1] end
  end
end

--- The window that may show this chat next.
---@param buf integer
---@param how string
---@return integer|nil
local function reusable(buf, how)
  local wins = of_tab(0)
  local there = vim.tbl_filter(function(win) return vim.api.nvim_win_get_buf(win) == buf end, wins)
  if #there > 0 then return nearest(there) end
  if how == 'current' then return nil end
  local free = vim.tbl_filter(function(win) return not vim.wo[win].winfixbuf end, wins)
  return nearest(free)
end

--- Shows it as the modifiers of a command say.
---@param buf integer
---@param mods table
---@return integer|nil win
local function by_mods(buf, mods)
  local ok = pcall(vim.api.nvim_cmd, { cmd = 'split', mods = mods }, {})
  if not ok then return nil end
  vim.api.nvim_win_set_buf(0, buf)
  return vim.api.nvim_get_current_win()
end

--- Keeps what is to be as it was when the window comes back.
---@param win integer
local function remember(win)
  local buf, own = vim.api.nvim_win_get_buf(win), windows[win]
  local view = vim.api.nvim_win_call(win, vim.fn.winsaveview)
  views[buf] = { view = view, at_end = view.lnum == vim.api.nvim_buf_line_count(buf) }
  local opened = own and own.opened
  -- Beside other windows than then it may have been Neovim that has changed the size.
  if opened and size.of(win, opened.axis) ~= opened.given and layout.is_as_opened(opened, win) then
    size.keep(opened.axis, size.of(win, opened.axis))
  end
end

---@param win integer
---@param buf integer
local function restore_view(win, buf)
  local seen = views[buf]
  if not seen then return end
  vim.api.nvim_win_call(win, function()
    if seen.at_end then
      vim.cmd('noautocmd keepjumps normal! G')
    else
      vim.fn.winrestview(seen.view)
    end
  end)
end

--- What there is in the windows that a chat may take: a chat, which came there in its own way, or a buffer that is to
--- be put back.
---@return table<integer, hum.ChatWindow>  by window
local function taken()
  local here, all = vim.api.nvim_get_current_win(), {}
  for _, win in ipairs(vim.api.nvim_tabpage_list_wins(0)) do
    all[win] = shows_chat(win) and windows[win] or { origin = here, former = vim.api.nvim_win_get_buf(win) }
  end
  return all
end

---@param buf integer
---@param opts hum.ShowOpts
---@param how string
---@return integer win  which may show another chat
local function open(buf, opts, how)
  local origin, before = vim.api.nvim_get_current_win(), taken()
  local win, opened = opts.mods and has_position(opts.mods) and by_mods(buf, opts.mods) or nil, nil
  if not win and how == 'cursor' then
    win = answer.open(buf, opts.title or '', function() M.hide(vim.api.nvim_get_current_win()) end)
  elseif not win and how == 'float' then
    win = float.open(buf)
  elseif not win then
    win, opened = where.open(buf, how)
  end
  win = win or in_other_tab() or where.in_tab(buf)
  windows[win] = before[win] or windows[win] or { origin = origin, opened = opened }
  if vim.api.nvim_win_get_buf(win) == buf then restore_view(win, buf) end
  return win
end

--- Shows another chat in its window.
---@param win integer
---@param buf integer
local function replace(win, buf)
  remember(win)
  vim.api.nvim_win_set_buf(win, buf)
  restore_view(win, buf)
end

--- Shows a chat, and makes its window the current one unless that is to stay.
---@param buf integer
---@param opts? hum.ShowOpts
---@return boolean|nil ok, string|nil err
function M.show(buf, opts)
  -- Neovim opens a window there and refuses to go to it.
  if vim.fn.getcmdwintype() ~= '' then return nil, 'close the command-line window first' end
  opts = opts or {}
  local how = opts.window or config.get().chat.window
  local elsewhere = opts.window ~= nil or has_position(opts.mods)
  local ok, err = pcall(layout.silently, function()
    local win = not elsewhere and reusable(buf, how) or open(buf, opts, how)
    if vim.api.nvim_win_get_buf(win) ~= buf then replace(win, buf) end
    if not opts.stay then vim.api.nvim_set_current_win(win) end
  end)
  return ok or nil, not ok and tostring(err) or nil
end

-- ---- closing ------------------------------------------------------------------------------------

--- Where the focus goes when a chat's window closes: where it was before.
---@param win integer  which is the current one
---@return integer|nil
local function before(win)
  local last = vim.fn.win_getid(vim.fn.winnr('#'))
  local own = windows[win]
  for _, target in ipairs({ last, own and own.origin or 0, vim.t.hum_code_window or 0 }) do
    if target ~= win and target ~= 0 and vim.api.nvim_win_is_valid(target) then return target end
  end
end

---@param win integer|nil
local function focus(win)
  if win and vim.api.nvim_win_is_valid(win) then vim.api.nvim_set_current_win(win) end
end

--- Puts back the buffer whose window the chat took, else the one before or an empty one: the window is the user's, or
--- the last.
---@param win integer
local function vacate(win)
  local own = windows[win]
  for _, buf in ipairs({ own and own.former or -1, vim.fn.bufnr('#') }) do
    if vim.api.nvim_buf_is_loaded(buf) and vim.bo[buf].filetype ~= 'hum' then
      return vim.api.nvim_win_set_buf(win, buf)
    end
  end
  vim.api.nvim_win_set_buf(win, vim.api.nvim_create_buf(true, false))
end

--- Whether Neovim ends with a window.
---@param win integer
---@return boolean
local function is_last(win) return #vim.api.nvim_list_tabpages() == 1 and vim.deep_equal(layout.wins(), { win }) end

--- Closes a window of a chat, which stays. The others get back what it took of them.
---@param win integer
function M.hide(win)
  local own = windows[win] or {}
  if own.former or is_last(win) then
    remember(win)
    vacate(win)
    if win == vim.api.nvim_get_current_win() then focus(own.origin) end
    return
  end
  local opened = own.opened
  if not opened then return vim.api.nvim_win_close(win, true) end
  local give_back = layout.closing(opened)
  layout.quietly(opened.axis, vim.api.nvim_win_close, win, true)
  give_back()
end

--- The file whose window the chat in the current window has taken.
---@return integer|nil buf
function M.former()
  local own = windows[vim.api.nvim_get_current_win()]
  local buf = own and own.former
  return buf and vim.api.nvim_buf_is_loaded(buf) and vim.bo[buf].filetype ~= 'hum' and buf or nil
end

--- Closes a float of a chat, which would hide what is shown now in a window below.
---@param win integer  which is not the current one
function M.clear(win)
  if float.is(win) and vim.api.nvim_win_is_valid(win) then M.hide(win) end
end

--- Whether the current window is a float of a chat.
---@return boolean
function M.is_float() return float.is(vim.api.nvim_get_current_win()) end

--- Takes the chat in the current float to the chat window.
function M.move()
  local win, buf = vim.api.nvim_get_current_win(), vim.api.nvim_get_current_buf()
  M.hide(win)
  M.show(buf)
end

--- Hides the chat of this tab page, or shows it again as it was.
---@param latest fun(): integer|nil  the chat to show where there was none
---@return boolean|nil ok  false: there is no chat to show
---@return string|nil err
function M.toggle(latest)
  local tab, current = vim.api.nvim_get_current_tabpage(), vim.api.nvim_get_current_win()
  local wins = answer.is(current) and { current } or of_tab(0)
  if #wins > 0 then
    local chosen = nearest(wins) --[[@as integer]]
    hidden[tab] = { buf = vim.api.nvim_win_get_buf(chosen), focused = vim.list_contains(wins, current) }
    for _, win in ipairs(wins) do
      local ok, err = pcall(M.hide, win)
      if not ok then return nil, err end
    end
    return true
  end
  local last = hidden[tab] ---@type { buf: integer, focused: boolean }?
  if last and not (vim.api.nvim_buf_is_loaded(last.buf) and vim.bo[last.buf].filetype == 'hum') then last = nil end
  local buf = last and last.buf or latest()
  if not buf then return false end
  return M.show(buf, { stay = last ~= nil and not last.focused })
end

---@param win integer
local function closed(win)
  if is_chat_window(win) then
    remember(win)
    local target = win == vim.api.nvim_get_current_win() and before(win) or nil
    if target then
      -- Neovim goes to a neighbour, whatever it is; only then is the window gone.
      vim.api.nvim_create_autocmd('WinEnter', { once = true, nested = true, callback = function() focus(target) end })
    end
  end
  windows[win] = nil
  float.forget(win)
  answer.forget(win)
end

vim.api.nvim_create_autocmd('WinClosed', {
  group = vim.api.nvim_create_augroup('hum.window', {}),
  callback = function(event)
    local win = tonumber(event.match) --[[@as integer?]]
    if win and vim.api.nvim_win_is_valid(win) then closed(win) end
  end,
})

-- ---- what is shown ------------------------------------------------------------------------------

--- Sets the options of the windows that show a chat, once for each.
---@param buf integer
function M.setup(buf)
  local thinking = config.get().chat.thinking
  fold.resume(buf, thinking)
  for _, win in ipairs(vim.fn.win_findbuf(buf)) do
    if vim.w[win].hum_chat ~= buf then
      vim.w[win].hum_chat = buf
      -- Options that came from another window of the chat may have been changed by the user.
      if not fold.is_set(win) then options.set(win) end
      fold.setup_window(win, thinking)
    end
  end
  fold.rest(buf)
  options.renew(buf)
end

--- Puts the cursor of the current window on the last line.
---@param buf integer  nothing happens if the window shows another one
function M.to_end(buf)
  if vim.api.nvim_get_current_buf() == buf then
    vim.api.nvim_win_set_cursor(0, { vim.api.nvim_buf_line_count(buf), 0 })
  end
end

---@param buf integer
function M.forget(buf) views[buf] = nil end

return M
