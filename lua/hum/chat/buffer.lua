-- The buffer of a chat: made, attached, saved, detached.
local chats = require('hum.chat.chats')
local code = require('hum.chat.view.code')
local config = require('hum.config')
local edit = require('hum.chat.text.edit')
local format = require('hum.chat.text.format')
local highlight = require('hum.chat.view.highlight')
local notes = require('hum.chat.view.notes')
local notify = require('hum.notify')
local window = require('hum.chat.view.window')

local M = {}

local group = vim.api.nvim_create_augroup('hum.chat', {})
local on_attach = function(_) end ---@type fun(buf: integer)

--- Sets the function that is called for each new chat.
---@param fn fun(buf: integer)
function M.on_attach(fn) on_attach = fn end

local NAME = 'hum://chat/%d'
local made = 0

--- A chat that was only a scratch buffer becomes the buffer of the file it is written to.
--- Neovim has checked by now that the file may be overwritten.
---@param buf integer
---@param file string
---@return boolean saved
local function save(buf, file)
  local old = vim.api.nvim_buf_get_name(buf)
  local full = vim.fn.fnamemodify(file, ':p')
  vim.bo[buf].buftype = ''
  local ok, err = pcall(vim.api.nvim_buf_call, buf, function()
    if old ~= full then
      vim.cmd.file({ args = { vim.fn.fnameescape(full) }, mods = { keepalt = true, silent = true } })
    end
    vim.cmd.write({ bang = true })
  end)
  if not ok then
    vim.bo[buf].buftype = 'nofile'
    pcall(vim.api.nvim_buf_set_name, buf, old)
    notify.error('hum: ' .. tostring(err))
    return false
  end
  local left = vim.fn.bufnr('^' .. vim.fn.fnameescape(old) .. '$')
  if left > 0 and left ~= buf then pcall(vim.api.nvim_buf_delete, left, { force = true }) end
  return true
end

---@param buf integer
local function save_on_write(buf)
  vim.api.nvim_create_autocmd('BufWriteCmd', {
    group = group,
    buffer = buf,
    nested = true,
    callback = function(event)
      vim.api.nvim_del_autocmd(event.id) -- or writing would come here again
      if not save(buf, event.match) then save_on_write(buf) end
    end,
  })
end

---@param buf integer
local function watch(buf)
  local function on(events, callback)
    vim.api.nvim_create_autocmd(events, { group = group, buffer = buf, callback = callback })
  end
  vim.api.nvim_clear_autocmds({ group = group, buffer = buf })
  if vim.bo[buf].buftype == 'nofile' then save_on_write(buf) end
  on('BufEnter', function()
    local chat = chats.get(buf)
    if chat then chats.touch(chat) end
  end)
  notes.watch(buf)
  on('BufWinEnter', function() window.setup(buf) end)
  on('BufUnload', function()
    chats.drop(buf)
    vim.api.nvim_clear_autocmds({ group = group, buffer = buf })
  end)
end

--- Makes a buffer a chat; nothing if it is one.
---@param buf integer
function M.attach(buf)
  buf = buf == 0 and vim.api.nvim_get_current_buf() or buf
  if chats.get(buf) then return end
  chats.new(buf)
  -- Lets plugins that render Markdown find its parser; colours do not come from it.
  vim.treesitter.language.register('markdown', 'hum')
  if vim.bo[buf].filetype ~= 'hum' then
    pcall(vim.treesitter.stop, buf)
    vim.bo[buf].filetype = 'hum'
  end
  watch(buf)
  on_attach(buf)
  if config.get().chat.highlight then
    highlight.attach(buf)
    code.attach(buf)
  end
  window.setup(buf)
end

--- Makes a new chat: front matter, system prompt if one is configured, and an empty turn of the user.
---@param endpoint string
---@param model? string
---@return integer|nil buf, string|nil err
function M.create(endpoint, model)
  if not vim.go.modifiable then return nil, 'run ":set modifiable" first: Neovim was started with -M' end
  local buf = vim.api.nvim_create_buf(true, true)
  repeat
    made = made + 1
  until vim.fn.bufexists(NAME:format(made)) == 0
  vim.api.nvim_buf_set_name(buf, NAME:format(made))
  vim.bo[buf].bufhidden = 'hide'
  vim.bo[buf].swapfile = false
  local lines = format.front({ endpoint = endpoint, model = model })
  local system = config.get().chat.system
  if system then
    vim.list_extend(lines, { '', format.heading('system'), '' })
    vim.list_extend(lines, format.body({ { type = 'text', text = vim.trim(system) } }, 'system'))
  end
  vim.list_extend(lines, { '', format.heading('user'), '', '' })
  edit.without_undo(buf, function() vim.api.nvim_buf_set_lines(buf, 0, -1, false, lines) end)
  M.attach(buf)
  return buf
end

return M
