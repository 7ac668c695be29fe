-- The options of windows that show chats: those of a text to read. All are local to window and buffer, so Neovim puts
-- them away when another buffer takes the window, and back when the chat does.
local M = {}

local OPTIONS = {
  wrap = true,
  -- Not 'breakindent': it makes a token seven times as dear (15 ms) in a paragraph of 100 kB.
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

---@param win integer  which shows the chat
function M.set(win)
  local wo = vim.wo[win][0]
  for name, value in pairs(OPTIONS) do
    if wo[name] ~= value then wo[name] = value end
  end
end

return M
