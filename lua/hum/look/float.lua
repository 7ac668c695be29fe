-- Floats that stay inside the screen: that of `chat.window = 'float'`, in its middle, and those of others.
local glyphs = require('hum.look.glyphs')

local M = {}

--- Of the screen.
local SHARE = 0.8

local floats = {} ---@type table<integer, fun(): vim.api.keyset.win_config>  by window: where it belongs

--- What the frame of a float takes, in rows or columns.
M.FRAME = 2

--- The user's own border, if there is one (Neovim 0.11), else one of characters that the terminal has.
---@return string|string[]
local function border()
  local own = vim.fn.exists('+winborder') == 1 and vim.o.winborder or ''
  return own ~= '' and own or glyphs.frame()
end

--- Rows of the screen that text can have.
---@return integer
function M.rows() return vim.o.lines - vim.o.cmdheight end

--- The middle of the screen, and no more than that has.
---@param width integer
---@param height integer
---@return vim.api.keyset.win_config
function M.middle(width, height)
  width = math.max(1, math.min(width, vim.o.columns - M.FRAME))
  height = math.max(1, math.min(height, M.rows() - M.FRAME))
  return {
    relative = 'editor',
    row = math.floor((M.rows() - height - M.FRAME) / 2),
    col = math.floor((vim.o.columns - width - M.FRAME) / 2),
    width = width,
    height = height,
  }
end

--- Opens a float which stays where `place` says when the screen changes.
---@param buf integer
---@param place fun(): vim.api.keyset.win_config
---@param title? string
---@return integer win
function M.open_at(buf, place, title)
  local config = vim.tbl_extend('force', place(), { border = border(), title = title })
  if config.border == 'none' then
    config.title, config.footer, config.footer_pos = nil, nil, nil -- which need one
  end
  local win = vim.api.nvim_open_win(buf, false, config)
  floats[win] = place
  return win
end

-- A chat's colours are made for the background of text: in some schemes floats have quite another one.
local AS_TEXT = 'NormalFloat:Normal,FloatBorder:HumFloatBorder,FloatTitle:HumHeading'

--- Opens a float with a chat likewise.
---@param buf integer
---@param place fun(): vim.api.keyset.win_config
---@param title? string
---@return integer win
function M.open_chat(buf, place, title)
  local win = M.open_at(buf, place, title)
  local wo = vim.wo[win][0]
  wo.winhighlight = (wo.winhighlight ~= '' and wo.winhighlight .. ',' or '') .. AS_TEXT
  return win
end

---@param buf integer
---@return integer win
function M.open(buf)
  return M.open_chat(
    buf,
    function() return M.middle(math.floor(SHARE * vim.o.columns), math.floor(SHARE * M.rows())) end
  )
end

--- Whether it is one that was opened here.
---@param win integer
---@return boolean
function M.is(win) return floats[win] ~= nil end

--- Puts a float where it belongs now.
---@param win integer
function M.place(win)
  if vim.api.nvim_win_is_valid(win) then vim.api.nvim_win_set_config(win, floats[win]()) end
end

---@param win integer
function M.forget(win) floats[win] = nil end

vim.api.nvim_create_autocmd('VimResized', {
  group = vim.api.nvim_create_augroup('hum.float', {}),
  callback = function()
    for win in pairs(floats) do
      M.place(win)
    end
  end,
})

return M
