-- Colours of a chat, found again for each line that is drawn.
--
-- A decoration provider: Neovim asks for the lines it draws, so a token costs one line whatever the length
-- of the chat. How one is drawn, hum.chat.view.draw says.
local draw = require('hum.chat.view.draw')
local dresser = require('hum.chat.view.dresser')
local guard = require('hum.interrupt').guard
local ink = require('hum.chat.view.ink')
local scan = require('hum.chat.text.scan')
local scheme = require('hum.look.scheme')
local visible = require('hum.chat.view.visible')

local M = {}

local started = false

-- Before 0.12 Neovim names only the row; END is a column behind any end.
local END = 1000000000

local function on_line(_, win, buf, row)
  local s = draw.scan()
  if not s then return end
  local from, to = 0, END
  if draw.is_long(buf, row) then
    from, to = visible.bytes(win, buf, row)
  end
  draw.row(s, row, from, to)
end

local last_row = -1 -- the one that was drawn last, in this window

-- From 0.12 on it names the visible bytes too.
local function on_range(_, _, _, first_row, first_col, last, last_col)
  local s = draw.scan()
  if not s then return end
  for row = first_row, last_col > 0 and last or last - 1 do
    local draw_it = row == last_row and first_col > 0 and draw.more or draw.row
    last_row = row
    draw_it(s, row, row == first_row and first_col or 0, row == last and last_col or END)
  end
end

---@type table<integer, boolean>
local coloured = {}
---@type table<any, hum.Viewer>
local viewers = {}

---@alias hum.Viewer fun(win: integer, buf: integer, top: integer, bottom: integer)

local function call_viewers(win, buf, top, bottom)
  scan.sync(buf, bottom)
  for _, fn in pairs(viewers) do
    fn(win, buf, top, bottom)
  end
end

--- Neovim's modes by their first letter, as 'concealcursor' calls them.
local MODE = { n = 'n', i = 'i', R = 'i', v = 'v', V = 'v', ['\22'] = 'v', s = 'v', S = 'v', ['\19'] = 'v', c = 'c' }

--- The row in which Neovim conceals nothing, and so nothing is drawn over: that of the cursor, by 'concealcursor'.
---@param win integer
---@return integer row  -1: none; elsewhere than in the current window Neovim conceals everywhere
local function raw_row(win)
  if win ~= vim.api.nvim_get_current_win() then return -1 end
  local modes = vim.wo[win].concealcursor
  local mode = modes ~= '' and MODE[vim.api.nvim_get_mode().mode:sub(1, 1)]
  if mode and modes:find(mode, 1, true) then return -1 end
  return vim.api.nvim_win_get_cursor(win)[1] - 1
end

--- The last row of a reply that streams into a buffer.
---@param _buf integer
---@return integer|nil
local function growing(_buf) end

local function look_at(win, buf)
  last_row = -1
  draw.look_at(win, buf, raw_row(win), growing(buf) or -1)
end

local function on_win(_, win, buf, top, bottom)
  if not scan.get(buf) then return false end
  guard(call_viewers, win, buf, top, bottom)
  if not coloured[buf] then return false end
  guard(look_at, win, buf)
  return true
end

local function start()
  if started then return end
  started = true
  scheme.start()
  ink.start()
  local callbacks = { on_win = on_win }
  if vim.fn.has('nvim-0.12') == 1 then
    callbacks.on_range = on_range
  else
    callbacks.on_line = on_line
  end
  vim.api.nvim_set_decoration_provider(ink.ns, callbacks)
end

--- Calls `fn` when a window with a chat is drawn, from within the redraw: it must be quick and change nothing.
---@param key any
---@param fn hum.Viewer
function M.on_view(key, fn)
  start()
  viewers[key] = fn
end

--- Sets the function that says which row a reply is being written in.
---@param fn fun(buf: integer): integer|nil
function M.growing_with(fn) growing = fn end

--- The row in which a reply is being written, -1: none.
---@param buf integer
---@return integer
function M.growing(buf) return growing(buf) or -1 end

--- Has rows of a kind drawn by `fn`, with ephemeral extmarks, from within the redraw: it must be quick and change
--- nothing else. The row may be longer than the line that it gets: that ends after 4096 bytes.
---@param kind hum.RowKind
---@param fn hum.DrawRow
function M.draw_with(kind, fn)
  start()
  draw.with(kind, fn)
end

--- Stops treesitter's highlighter in a buffer. It is not loaded just to ask: from then on it would take part in each
--- redraw, and where 'conceallevel' is set be asked about each row, twice or thrice for each token.
---@param buf integer
function M.stop_treesitter(buf)
  local highlighter = package.loaded['vim.treesitter.highlighter']
  if highlighter and highlighter.active[buf] then vim.treesitter.stop(buf) end
end

-- `autocmd FileType * lua vim.treesitter.start()` is meant for files; in a chat it would parse the whole text
-- for each token. Whoever wants it starts it by hand.
---@param buf integer
local function without_treesitter(buf)
  vim.schedule(function()
    if coloured[buf] then M.stop_treesitter(buf) end
  end)
end

--- Colours a chat from now on, code blocks included, until its buffer is unloaded.
---@param buf integer
function M.attach(buf)
  if buf == 0 then buf = vim.api.nvim_get_current_buf() end
  start()
  scan.attach(buf)
  if coloured[buf] then return end
  coloured[buf] = true
  dresser.watch(buf)
  without_treesitter(buf)
  vim.api.nvim_create_autocmd('BufUnload', {
    buffer = buf,
    once = true,
    callback = function() M.forget(buf) end,
  })
end

---@param buf integer
function M.forget(buf)
  coloured[buf] = nil
  dresser.forget(buf)
  visible.forget(buf)
end

return M
