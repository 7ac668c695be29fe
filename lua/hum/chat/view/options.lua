-- The options of windows that show chats: those of a text to read. All are local to window and buffer, so Neovim puts
-- them away when another buffer takes the window, and back when the chat does.
local config = require('hum.config')

local M = {}

local OPTIONS = {
  wrap = true,
  -- 'breakindent' is set as long as it costs nothing: see hum.chat.view.dress.hanging.
  linebreak = true,
  spell = false,
  list = false,
  number = false,
  relativenumber = false,
  signcolumn = 'no',
  foldcolumn = '0',
  statuscolumn = '',
  colorcolumn = '',
  cursorline = false,
  cursorcolumn = false,
  -- A window that was made of one of a diff has these from there.
  diff = false,
  scrollbind = false,
  cursorbind = false,
}

--- The modes in which the row of the cursor is dressed, if it is.
local DRESSED = 'nvc'

--- Buffers into which a reply streams.
local streaming = {} ---@type table<integer, true>

--- The modes in which the cursor's row is dressed as all others. What is typed is always seen as it is.
---@param buf integer
---@return string
local function modes(buf) return (streaming[buf] or not config.get().chat.raw_at_cursor) and DRESSED or '' end

---@param win integer  which shows the chat
function M.set(win)
  local wo = vim.wo[win][0]
  for name, value in pairs(OPTIONS) do
    if wo[name] ~= value then wo[name] = value end
  end
  local buf = vim.api.nvim_win_get_buf(win)
  local is_dressed = config.get().chat.dress and config.get().chat.highlight
  if not is_dressed then return end
  wo.conceallevel = 2
  wo.concealcursor = modes(buf)
end

--- A reply has begun to stream into a buffer, or has ended: meanwhile windows have their cursor where hum has put it,
--- so its row is dressed, too.
---@param buf integer
---@param streams boolean
function M.stream(buf, streams)
  streaming[buf] = streams or nil
  M.renew(buf)
end

--- Sets what goes by the reply in all windows of a chat; one that showed another buffer meanwhile has it from before.
---@param buf integer
function M.renew(buf)
  if not config.get().chat.dress then return end
  local now = modes(buf)
  for _, win in ipairs(vim.fn.win_findbuf(buf)) do
    local set = vim.wo[win].concealcursor
    -- Where the user has set it himself it stays.
    if set ~= now and (set == '' or set == DRESSED) then vim.wo[win][0].concealcursor = now end
  end
end

return M
