-- An empty chat shows three lines of what one can do there, below where the message is written. They go with the first
-- key that is typed in it.
local config = require('hum.config')
local glyphs = require('hum.look.glyphs')
local lines_of = require('hum.chat.view.lines')
local turns = require('hum.chat.text.turns')

local M = {}

local ns = vim.api.nvim_create_namespace('hum.hints')
local group = vim.api.nvim_create_augroup('hum.hints', {})

local shown = {} ---@type table<integer, true>  buffers that show them

---@alias hum.Hint { [1]: string, [2]: string }  a key or a command, and what it does

--- What one can do, by line; of each line there is as much as fits. Keys that the user has taken away are not named.
---@type { [1]: string, [2]: string, [3]?: string }[][]  key, what it does, command in its place
local HINTS = {
  { { 'send', 'sends your message', ':Hum send' }, { 'send_insert', 'in insert mode' } },
  { { 'model', 'selects the model', ':Hum model' }, { 'chats', 'lists your chats', ':Hum chats' } },
  { { 'keys', 'lists all keys' }, { '', 'lists all commands', ':Hum <Tab>' } },
}

--- Whether nobody has said anything in a chat.
---@param buf integer
---@return boolean
function M.is_empty(buf)
  if not vim.api.nvim_buf_is_loaded(buf) or vim.bo[buf].filetype ~= 'hum' then return false end
  for _, turn in ipairs(turns.of(buf).turns) do
    if turn.role ~= 'system' and turn.text ~= '' then return false end
  end
  return true
end

--- A line of hints in so many cells, as chunks of virtual text.
---@param hints { [1]: string, [2]: string, [3]?: string }[]
---@param width integer
---@return [string, string][]
local function chunks_of(hints, width)
  local chunks, used = {}, 0
  for _, hint in ipairs(hints) do
    local lhs = hint[1] ~= '' and config.keys(hint[1])[1] or hint[3]
    local between = #chunks > 0 and glyphs.separator() or ''
    local cells = lhs and vim.fn.strdisplaywidth(between .. lhs .. ' ' .. hint[2]) or 0
    if lhs and (used == 0 or used + cells <= width) then
      if between ~= '' then chunks[#chunks + 1] = { between, 'HumHints' } end
      chunks[#chunks + 1] = { lhs, 'HumKey' }
      chunks[#chunks + 1] = { ' ' .. hint[2], 'HumHints' }
      used = used + cells
    end
  end
  return chunks
end

---@param buf integer
local function draw(buf)
  local lines, width = {}, lines_of.room(buf)
  for _, hints in ipairs(HINTS) do
    local chunks = chunks_of(hints, width)
    if #chunks > 0 then lines[#lines + 1] = chunks end
  end
  vim.api.nvim_buf_clear_namespace(buf, ns, 0, -1)
  vim.api.nvim_buf_set_extmark(buf, ns, vim.api.nvim_buf_line_count(buf) - 1, 0, { virt_lines = lines })
end

---@param buf integer
local function withdraw(buf)
  shown[buf] = nil
  if vim.api.nvim_buf_is_valid(buf) then vim.api.nvim_buf_clear_namespace(buf, ns, 0, -1) end
  if next(shown) then return end
  vim.on_key(nil, ns)
  vim.api.nvim_clear_autocmds({ group = group })
end

--- Follows the width of windows, and waits for what ends them.
local function watch()
  vim.on_key(function(_, typed)
    local buf = vim.api.nvim_get_current_buf()
    -- Of a command line they are no hindrance: it may be the one that they name.
    if not shown[buf] or typed == '' or typed == ':' or vim.api.nvim_get_mode().mode:sub(1, 1) == 'c' then return end
    vim.schedule(function() withdraw(buf) end)
  end, ns)
  vim.api.nvim_create_autocmd({ 'WinResized', 'BufWinEnter' }, {
    group = group,
    callback = function()
      for buf in pairs(shown) do
        if vim.api.nvim_buf_is_loaded(buf) then draw(buf) end
      end
    end,
  })
end

--- Shows them in a chat that is empty.
---@param buf integer
function M.show(buf)
  if shown[buf] or not M.is_empty(buf) then return end
  if not next(shown) then watch() end
  shown[buf] = true
  draw(buf)
  vim.api.nvim_buf_attach(buf, false, {
    on_lines = function()
      if not shown[buf] then return true end
      vim.schedule(function()
        if shown[buf] and not M.is_empty(buf) then withdraw(buf) end
      end)
    end,
    on_detach = function()
      vim.schedule(function() withdraw(buf) end)
    end,
  })
end

return M
